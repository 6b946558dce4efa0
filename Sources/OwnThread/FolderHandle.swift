import Glibc

/// An open folder; names in it are looked up in this very folder, whatever its path leads to by now.
///
/// No symbolic link is followed: who may write into a folder must not be able to lead its reader elsewhere. For one
/// thread; closed with the last reference.
public final class FolderHandle {
    private let descriptor: Int32
    /// For faults only.
    private let path: String

    private init(descriptor: Int32, path: String) {
        self.descriptor = descriptor
        self.path = path
    }

    deinit { close(descriptor) }

    /// Opens a folder by its path; here, and only here, symbolic links are followed.
    public static func open(_ path: String) throws(FileFault) -> FolderHandle {
        let descriptor = unsafe Glibc.open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC)
        guard descriptor >= 0 else { throw FileFault(call: "open", path: path) }
        return FolderHandle(descriptor: descriptor, path: path)
    }

    /// What the system says of the folder at `path`, following symbolic links.
    public static func status(at path: String) throws(FileFault) -> FileStatus {
        var result = stat()
        guard unsafe stat(path, &result) == 0 else { throw FileFault(call: "stat", path: path) }
        return FileStatus(result)
    }

    /// What the system says of the folder itself.
    public func status() throws(FileFault) -> FileStatus {
        var result = stat()
        guard unsafe fstat(descriptor, &result) == 0 else { throw FileFault(call: "fstat", path: path) }
        return FileStatus(result)
    }

    /// Opens a folder in this one.
    public func folder(_ name: PathBytes) throws(FileFault) -> FolderHandle {
        let flags = O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC
        let opened = name.withCString { unsafe openat(descriptor, $0, flags) }
        guard opened >= 0 else { throw fault("open", name) }
        return FolderHandle(descriptor: opened, path: "\(path)/\(name)")
    }

    /// Opens a folder in this one, and makes it when there is none.
    public func makeFolder(_ name: PathBytes) throws(FileFault) -> FolderHandle {
        do {
            return try folder(name)
        } catch {
            guard error.code == ENOENT else { throw error }
        }
        let code = name.withCString { unsafe mkdirat(descriptor, $0, 0o777) }
        guard code == 0 || errno == EEXIST else { throw fault("mkdir", name) }
        return try folder(name)
    }

    /// What the system says of what has that name.
    public func status(of name: PathBytes) throws(FileFault) -> FileStatus {
        var result = stat()
        let code = name.withCString { unsafe fstatat(descriptor, $0, &result, AT_SYMLINK_NOFOLLOW) }
        guard code == 0 else { throw fault("stat", name) }
        return FileStatus(result)
    }

    /// Calls `body` for each name in the folder, in no order, without `.` and `..`.
    public func list(_ body: (PathBytes, FileStatus.Kind) -> Void) throws(FileFault) {
        // A descriptor of its own: the position in a folder belongs to the open file.
        let copy = unsafe openat(descriptor, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC)
        guard copy >= 0 else { throw FileFault(call: "open", path: path) }
        guard let stream = unsafe fdopendir(copy) else {
            let fault = FileFault(call: "opendir", path: path)
            close(copy)
            throw fault
        }
        defer { unsafe closedir(stream) }
        while true {
            // The end and a fault look the same but for errno.
            errno = 0
            guard let entry = unsafe readdir(stream) else { break }
            let name = unsafe Self.name(of: entry)
            if name.bytes == [UInt8(ascii: ".")] || name.bytes == Array("..".utf8) { continue }
            if let kind = unsafe kind(of: name, type: Int(entry.pointee.d_type)) { body(name, kind) }
        }
        guard errno == 0 else { throw FileFault(call: "readdir", path: path) }
    }

    /// Appends a regular file's bytes, at most so many, to `bytes`.
    ///
    /// - Returns: What the system said of it, or `nil` when it is no regular file, or changed while it was read:
    ///   `bytes` is as it was then.
    public func read(
        _ name: PathBytes, into bytes: inout [UInt8], atMost limit: Int
    ) throws(FileFault) -> FileStatus? {
        // Not blocking: a pipe that took the file's name would wait for its writer.
        let flags = O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_NOCTTY | O_CLOEXEC
        let file = name.withCString { unsafe openat(descriptor, $0, flags) }
        guard file >= 0 else { throw fault("open", name) }
        defer { close(file) }
        var result = stat()
        guard unsafe fstat(file, &result) == 0 else { throw fault("fstat", name) }
        let before = FileStatus(result)
        guard before.kind == .file else { return nil }
        let start = bytes.count
        let wanted = Int(min(before.size, Int64(limit)))
        bytes.append(contentsOf: repeatElement(0, count: wanted))
        var filled = 0
        while filled < wanted {
            let count = unsafe bytes.withUnsafeMutableBytes { buffer in
                unsafe Glibc.read(file, buffer.baseAddress.unsafelyUnwrapped + start + filled, wanted - filled)
            }
            if count < 0, errno == EINTR { continue }
            guard count >= 0 else {
                let fault = fault("read", name)
                bytes.removeLast(bytes.count - start)
                throw fault
            }
            if count == 0 { break }
            filled += count
        }
        guard filled == wanted, unsafe fstat(file, &result) == 0, FileStatus(result) == before else {
            bytes.removeLast(bytes.count - start)
            return nil
        }
        return before
    }

    /// Gives a file of this folder another name in another folder of the same file system, and replaces nothing that
    /// was there before the call.
    ///
    /// - Returns: `false` when that name is taken; nothing has changed then.
    public func move(
        _ name: PathBytes, to folder: FolderHandle, as newName: PathBytes
    ) throws(FileFault) -> Bool {
        // Looked up first: renameat2 is not in the Glibc module, linkat is refused to all but a file's owner
        // (fs.protected_hardlinks), and an empty file that holds the name until it is replaced makes ext4 flush the
        // other one at once (seen: a third of the files a second).
        var result = stat()
        let found = newName.withCString { unsafe fstatat(folder.descriptor, $0, &result, AT_SYMLINK_NOFOLLOW) }
        if found == 0 { return false }
        let code = name.withCString { old in
            newName.withCString { new in unsafe renameat(descriptor, old, folder.descriptor, new) }
        }
        guard code == 0 else { throw fault("rename", name) }
        return true
    }

    /// Removes a file.
    public func remove(_ name: PathBytes) throws(FileFault) {
        let code = name.withCString { unsafe unlinkat(descriptor, $0, 0) }
        guard code == 0 else { throw fault("unlink", name) }
    }

    private func fault(_ call: String, _ name: PathBytes) -> FileFault {
        let code = errno
        return FileFault(call: call, path: "\(path)/\(name)", code: code)
    }

    /// `nil` when it is gone, or the file system tells nothing of it.
    private func kind(of name: PathBytes, type: Int) -> FileStatus.Kind? {
        switch type {
        case Int(DT_REG): return .file
        case Int(DT_DIR): return .folder
        case Int(DT_UNKNOWN):
            do throws(FileFault) { return try status(of: name).kind } catch { return nil }
        default: return .other
        }
    }

    private static func name(of entry: UnsafeMutablePointer<dirent>) -> PathBytes {
        // Not through the tuple, which would be copied: the record ends with the name's zero, not after 256 bytes.
        let offset = MemoryLayout<dirent>.offset(of: \.d_name) ?? 19
        let start = unsafe UnsafeRawPointer(entry) + offset
        let count = unsafe strlen(start.assumingMemoryBound(to: CChar.self))
        return unsafe PathBytes(Array(UnsafeRawBufferPointer(start: start, count: count)))
    }
}
