public import Readings

/// What became of the items of one source since the queue was made: `received = queued + duplicates + deadLetters`.
public struct SourceCounters: Sendable, Equatable {
    public var source: String
    public var received: Int64 = 0
    public var queued: Int64 = 0
    public var duplicates: Int64 = 0
    public var deadLetters: Int64 = 0
    /// Dead letters by the reason of their first fault.
    public var deadLetterReasons: [Fault.Reason: Int64] = [:]
    /// Queued items that were further revisions, by cause.
    public var revisions: [Cause: Int64] = [:]

    public init(source: String) {
        self.source = source
    }

    /// Whether the equation of the counters holds.
    public var isBalanced: Bool { received == queued + duplicates + deadLetters }
}

/// All counters of the queue.
public struct QueueCounters: Sendable, Equatable {
    /// By name of the source.
    public var sources: [SourceCounters] = []
    /// What the daemon itself put into the queue, by cause: `skipped`, `silence`.
    public var generated: [String: Int64] = [:]
    /// Dead letters that left because of `dead_letter.max_size` or `dead_letter.retain`, or were dropped by somebody.
    public var deadLettersDropped: Int64 = 0
    /// Dead letters that left because everything in them could be read when they were replayed.
    public var deadLettersReplayed: Int64 = 0
    /// Readings that left after their acknowledgement.
    public var retired: Int64 = 0
    /// Readings that left unacknowledged under `when_full = "drop-oldest"`.
    public var dropped: Int64 = 0

    public init() {}
}
