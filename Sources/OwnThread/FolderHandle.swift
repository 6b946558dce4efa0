import Glibc

/// An open folder; names in it are looked up in this very folder, whatever its path leads to by now.
///
/// No symbolic link is followed: who may write into a folder must not be able to lead its reader elsewhere. For one
/// thread; closed with the last reference.
public final class FolderHandle {
    /// What came of reading a file.
    public enum Reading: Sendable, Hashable {
        /// It stood like this before and after.
        case whole(FileStatus)
        /// It changed meanwhile, or is no regular file.
        case changed
        /// Somebody has it open for writing.
        case beingWritten
    }

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
    /// When it was not read as a whole, `bytes` is as it was.
    ///
    /// - Parameter evenOpen: Read it even when somebody has it open for writing; otherwise it is left alone then, as
    ///   far as the system tells us.
    public func read(
        _ name: PathBytes, into bytes: inout [UInt8], atMost limit: Int, evenOpen: Bool
    ) throws(FileFault) -> Reading {
        // Not blocking: a pipe that took the file's name would wait for its writer.
        let flags = O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_NOCTTY | O_CLOEXEC
        let file = name.withCString { unsafe openat(descriptor, $0, flags) }
        guard file >= 0 else { throw fault("open", name) }
        defer { close(file) }
        var result = stat()
        guard unsafe fstat(file, &result) == 0 else { throw fault("fstat", name) }
        let before = FileStatus(result)
        guard before.kind == .file else { return .changed }
        if !evenOpen, Self.isBeingWritten(file, before) { return .beingWritten }
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
            return .changed
        }
        return .whole(before)
    }

    /// Whether somebody has the file open for writing; `false` as well where we may not know.
    ///
    /// A read lease is refused then. The kernel tells its owner only, or who may take leases (CAP_LEASE).
    private static func isBeingWritten(_ file: Int32, _ status: FileStatus) -> Bool {
        // <fcntl.h>, with _GNU_SOURCE: F_SETSIG 10, F_SETLEASE 1024.
        let (setSignal, setLease): (Int32, Int32) = (10, 1024)
        // Who opens it between the two calls would have SIGIO sent to us, which ends a process; SIGURG does nothing.
        guard fcntl(file, setSignal, SIGURG) == 0 else { return false }
        if fcntl(file, setLease, Int32(F_RDLCK)) != 0 { return errno == EAGAIN && !isOnNetwork(status) }
        _ = fcntl(file, setLease, Int32(F_UNLCK))
        return false
    }

    /// NFS 4 without a delegation and CIFS without an oplock refuse every lease with the same words
    /// (nfs4_add_lease, cifs_setlease): that says nothing of writers.
    private static func isOnNetwork(_ status: FileStatus) -> Bool {
        // fstatfs is not in the Glibc module.
        let mounts = unsafe Glibc.open("/proc/self/mountinfo", O_RDONLY | O_CLOEXEC)
        guard mounts >= 0 else { return false }
        defer { close(mounts) }
        var bytes: [UInt8] = []
        var buffer = [UInt8](repeating: 0, count: 16 << 10)
        while true {
            let count = unsafe buffer.withUnsafeMutableBytes { unsafe Glibc.read(mounts, $0.baseAddress, $0.count) }
            guard count > 0 else { break }
            bytes += buffer.prefix(count)
        }
        let (major, minor) = status.deviceNumbers
        return String(decoding: bytes, as: UTF8.self).split(separator: "\n").contains { line in
            // proc_pid_mountinfo(5): `36 35 98:0 /root /point options ... - type device options`.
            let fields = line.split(separator: " ")
            guard fields.count > 2, fields[2] == "\(major):\(minor)", let dash = fields.firstIndex(of: "-"),
                dash + 1 < fields.count
            else { return false }
            return ["nfs", "nfs4", "cifs", "smb3"].contains(fields[dash + 1])
        }
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

extension FileFault {
    /// What should be a folder is something else.
    public var isNoFolder: Bool { code == ENOTDIR }
}
