import Glibc

/// A call on a file or a folder that the system refused.
public struct FileFault: Error, Sendable, Equatable, CustomStringConvertible {
    /// The function that failed.
    public let call: String
    public let path: String
    /// Its `errno`.
    public let code: Int32

    public init(call: String, path: String, code: Int32) {
        self.call = call
        self.path = path
        self.code = code
    }

    /// The call before this one failed.
    init(call: String, path: String) {
        self.init(call: call, path: path, code: errno)
    }

    /// What was opened is no longer what its path leads to.
    public static let staleCode = ESTALE
    /// The name is taken.
    public static let takenCode = EEXIST

    /// There is nothing of that name, or what should be a folder is none.
    public var isMissing: Bool { code == ENOENT || code == ENOTDIR }
    /// The way leads over a symbolic link.
    public var isLink: Bool { code == ELOOP }
    /// The kernel gives no further watches (`fs.inotify.max_user_watches`), or the disk no room.
    public var isNoSpace: Bool { code == ENOSPC }

    public var description: String {
        let reason = unsafe String(cString: strerror(code))
        return "\(call) \(path): \(reason)"
    }
}
