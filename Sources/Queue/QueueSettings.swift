public import Readings

/// What the queue keeps, where, and how much of it.
public struct QueueSettings: Sendable {
    /// Holds `queue.db` and what belongs to it; made when it is not there.
    public var directory: String
    /// The name of this node, the first part of every batch's id.
    public var node: String
    /// Of used pages and write-ahead log, not of the file's length.
    public var maxSizeBytes: Int64 = 20 << 30
    /// Intake stops when the file system has less than this left.
    public var minFreeDiskBytes: Int64 = 1 << 30
    /// How long acknowledged rows stay, as far as `maxSizeBytes` allows.
    public var retainAcknowledgedMilliseconds: Int64 = 60 * 86_400_000
    public var whenFull: WhenFull = .stopAcknowledging
    /// The longest wait for a fuller batch at low rates.
    public var commitAfterMilliseconds: Int = 20
    /// A batch that holds so many readings is committed at once.
    public var commitReadings: Int = 2000
    public var deadLetterMaxSizeBytes: Int64 = 256 << 20
    public var deadLetterRetainMilliseconds: Int64 = 90 * 86_400_000
    /// The civil days of `series_day` are days in this zone.
    public var zone: Zone = .utc
    public var synchronous: Synchronous = .full
    /// The name of a registered SQLite VFS; tests cut the power there.
    public var vfs: String?

    public init(directory: String, node: String) {
        self.directory = directory
        self.node = node
    }
}

/// What happens when unacknowledged rows alone fill the queue.
public enum WhenFull: String, Sendable, CaseIterable {
    /// Intake stops; sources keep what they have.
    case stopAcknowledging = "stop-acknowledging"
    /// The oldest rows go, and every consumer that had not got them is told by a `skipped` record.
    case dropOldest = "drop-oldest"
}

/// How far SQLite waits for the disk.
public enum Synchronous: String, Sendable {
    /// A committed row survives a power cut.
    case full = "FULL"
    /// A power cut loses committed rows: the negative control of the tests, nothing else.
    case normal = "NORMAL"
}
