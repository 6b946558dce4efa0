import Glibc

/// What the system says of a file; equal while nothing was written to it and it is the same file.
public struct FileStatus: Sendable, Hashable {
    public let kind: Kind
    public let size: Int64
    /// Nanoseconds since 1970 of the last write, as its writer or its file system tells; it may lie in the future.
    ///
    /// A time that nanoseconds cannot tell (before 1678, after 2261) is the first or the last that they can.
    public let modifiedNanoseconds: Int64
    /// The same of the last change of any kind, by the system's clock; nobody can set it back. Renaming is one too.
    public let changedNanoseconds: Int64
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
        modifiedNanoseconds = Self.nanoseconds(status.st_mtim)
        changedNanoseconds = Self.nanoseconds(status.st_ctim)
        inode = UInt64(status.st_ino)
        device = UInt64(status.st_dev)
    }

    /// Whether it is the same file with the same content, though it may have been renamed in between.
    public func isSameContent(as other: FileStatus) -> Bool {
        kind == other.kind && size == other.size && modifiedNanoseconds == other.modifiedNanoseconds
            && inode == other.inode && device == other.device
    }

    /// How long before `moment`, in nanoseconds since 1970, it was last written; negative when that lies ahead.
    public func age(at moment: Int64) -> Int64 {
        let (age, isBeyond) = moment.subtractingReportingOverflow(modifiedNanoseconds)
        return isBeyond ? (modifiedNanoseconds < 0 ? .max : .min) : age
    }

    /// Major and minor, as `makedev` of glibc packs them.
    var deviceNumbers: (major: UInt64, minor: UInt64) {
        ((device >> 8) & 0xfff | (device >> 32) & ~0xfff, device & 0xff | (device >> 12) & ~0xff)
    }

    /// Any client may set any time (MFMT): it must not stop us.
    private static func nanoseconds(_ time: timespec) -> Int64 {
        let seconds = Int64(time.tv_sec)
        let (whole, isBeyond) = seconds.multipliedReportingOverflow(by: 1_000_000_000)
        let (sum, isBeyondSum) = whole.addingReportingOverflow(Int64(time.tv_nsec))
        return isBeyond || isBeyondSum ? (seconds < 0 ? .min : .max) : sum
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
