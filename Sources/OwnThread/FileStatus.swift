import Glibc

/// What the system says of a file; equal while nothing was written to it and it is the same file.
public struct FileStatus: Sendable, Hashable {
    public let kind: Kind
    public let size: Int64
    /// Nanoseconds since 1970 of the last write, as its writer or its file system tells; it may lie in the future.
    public let modifiedNanoseconds: Int64
    public let inode: UInt64
    public let device: UInt64

    /// What a name stands for.
    public enum Kind: Sendable, Hashable {
        case file
        case folder
        /// A symbolic link, a pipe, a socket, a device.
        case other
    }

    init(_ status: stat) {
        kind = Kind(mode: status.st_mode)
        size = Int64(status.st_size)
        modifiedNanoseconds = Int64(status.st_mtim.tv_sec) * 1_000_000_000 + Int64(status.st_mtim.tv_nsec)
        inode = UInt64(status.st_ino)
        device = UInt64(status.st_dev)
    }
}

extension FileStatus.Kind {
    init(mode: mode_t) {
        switch mode & S_IFMT {
        case S_IFREG: self = .file
        case S_IFDIR: self = .folder
        default: self = .other
        }
    }
}
