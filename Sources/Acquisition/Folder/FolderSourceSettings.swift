public import Readings

/// One `[[folder]]` table of the settings.
public struct FolderSourceSettings: Sendable {
    /// Without the kind: `ftp-drop`.
    public var name: String
    /// Where the files arrive; `done` and `failed` are made in it.
    public var path: String
    /// How long a file must have been left alone to count as complete, unless it was renamed into place.
    public var settleMilliseconds = 2000
    public var done: Done = .keep
    /// Whose days name the folders in `done` and `failed`.
    public var dayZone: Zone = .utc
    /// At most 16 MiB; a longer file is cut to its first 64 KiB.
    public var maxPayloadBytes = 1 << 20
    /// A batch is committed when it has so many files.
    public var batchFiles = 1000
    /// Or so many bytes; a single file may have more.
    public var batchBytes = 1 << 20
    /// More folders than this are not watched but swept every `sweepWithoutWatchMilliseconds`.
    public var watchesMax = 65_536

    /// All files are looked through so often, for what nobody told us of.
    package var sweepMilliseconds = 60_000
    /// The same where the kernel tells nothing: too many folders.
    package var sweepWithoutWatchMilliseconds = 5000
    /// So many files are known at a time; a sweep goes on when they are done.
    package var filesMax = 100_000
    /// A file that we saw coming into being and never saw closed is taken all the same after so long without a change.
    package var abandonedMilliseconds = 600_000

    /// Of a file longer than `maxPayloadBytes`.
    static let keptBytes = 64 << 10
    /// The digest of a longer file covers so much of it.
    static let digestBytes = 16 << 20
    /// Folders in folders; what lies deeper is left alone.
    static let depthMax = 8

    public init(name: String, path: String) {
        self.name = name
        self.path = path
    }

    /// What becomes of a file whose readings are durable.
    public enum Done: String, Sendable, Hashable, CaseIterable {
        /// It is moved to `done/YYYY/MM/DD/`.
        case keep
        /// It is removed.
        case delete
    }
}
