import Glibc

/// One thing that happened in a watched folder.
public struct FolderNews: Sendable, Hashable {
    /// The number that the folder got when its watch began.
    public let folder: Int32
    /// In the folder; empty when the news are of the folder itself.
    public let name: PathBytes
    public let kind: Kind

    /// What happened.
    public enum Kind: Sendable, Hashable {
        /// A file that was open for writing was closed.
        case closed
        /// A file came into being; who made it may still be writing.
        case created
        /// A file got this name, here or from elsewhere.
        case movedHere
        /// A folder came into being or got this name.
        case folderAppeared
        /// The folder was removed or got another name.
        case folderLeft
        /// The folder is no longer watched: it is gone, or the watch was removed.
        case unwatched
        /// More happened than the kernel keeps: some news are missing.
        case overflow
    }

    /// `nil` for what nobody asked for.
    init?(folder: Int32, name: PathBytes, mask: UInt32) {
        self.folder = folder
        self.name = name
        let isFolder = mask & UInt32(IN_ISDIR) != 0
        switch mask {
        case let mask where mask & UInt32(IN_Q_OVERFLOW) != 0: kind = .overflow
        case let mask where mask & UInt32(IN_IGNORED) != 0: kind = .unwatched
        case let mask where mask & UInt32(IN_DELETE_SELF | IN_MOVE_SELF | IN_UNMOUNT) != 0: kind = .folderLeft
        case let mask where mask & UInt32(IN_MOVED_TO | IN_CREATE) != 0 && isFolder: kind = .folderAppeared
        case let mask where mask & UInt32(IN_MOVED_TO) != 0: kind = .movedHere
        case let mask where mask & UInt32(IN_CREATE) != 0: kind = .created
        case let mask where mask & UInt32(IN_CLOSE_WRITE) != 0: kind = .closed
        default: return nil
        }
    }
}
