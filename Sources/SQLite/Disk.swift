import Glibc

/// What a database needs to know of the disk under it.
@safe public enum Disk {
    /// Bytes an ordinary user may still write on the file system that holds `path`; `nil` when it cannot be asked.
    public static func availableBytes(at path: String) -> Int64? {
        var information = statvfs()
        while unsafe statvfs(path, &information) != 0 {
            guard errno == EINTR else { return nil }
        }
        return Int64(
            clamping: UInt64(information.f_bavail).multipliedReportingOverflow(by: UInt64(information.f_frsize))
                .partialValue)
    }

    /// The length of a file; `nil` when there is none.
    public static func fileSize(_ path: String) -> Int64? {
        var information = stat()
        guard unsafe stat(path, &information) == 0 else { return nil }
        return Int64(information.st_size)
    }

    /// Makes a file of `bytes` bytes that are really there, so that freeing it makes room.
    public static func reserve(_ path: String, bytes: Int64) -> Bool {
        let descriptor = unsafe open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0o640)
        guard descriptor >= 0 else { return false }
        defer { _ = close(descriptor) }
        var code: Int32
        repeat { code = posix_fallocate(descriptor, 0, Int(bytes)) } while code == EINTR
        guard code != 0 else { return true }
        _ = unsafe unlink(path)
        return false
    }

    /// Removes a file; no file is no fault.
    ///
    /// - Returns: 0, or `errno`.
    @discardableResult
    public static func remove(_ path: String) -> Int32 {
        unsafe unlink(path) == 0 || errno == ENOENT ? 0 : errno
    }

    /// Makes a directory for the owner and its group; one that is there already is no fault.
    ///
    /// - Returns: 0, or `errno`.
    public static func makeDirectory(_ path: String) -> Int32 {
        unsafe mkdir(path, 0o750) == 0 || errno == EEXIST ? 0 : errno
    }

    /// Whether this process may read the file, which is there.
    public static func isReadable(_ path: String) -> Bool {
        unsafe access(path, R_OK) == 0
    }

    /// The system's words for an `errno`.
    public static func message(_ systemError: Int32) -> String {
        guard let text = unsafe strerror(systemError) else { return "errno \(systemError)" }
        return unsafe String(cString: text)
    }
}
