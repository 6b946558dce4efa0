public import Readings

/// Whether the queue can commit, and how it has been doing.
public struct QueueHealth: Sendable, Equatable {
    /// `false` from the first commit that failed to the next that succeeds.
    public var canCommit = true
    /// Why it cannot: the message of the last failure.
    public var reason: String?
    /// When `canCommit` last changed.
    public var since: Timestamp
    public var lastCommit: Timestamp?
    /// Commits by their duration: `commitBuckets[i]` took at most `commitBucketBounds[i]` seconds, the last took longer.
    public var commitBuckets = [Int64](repeating: 0, count: Self.commitBucketBounds.count + 1)
    public var commits: Int64 = 0
    public var commitFailures: Int64 = 0
    /// Of all commits together.
    public var commitSeconds: Double = 0
    /// When the writer was last seen at work, in nanoseconds of the monotonic clock: what a watchdog looks at. An idle
    /// writer shows itself each second.
    public var writerProgressNanoseconds: Int64 = 0
    /// Used pages and write-ahead log.
    public var usedBytes: Int64 = 0
    public var availableDiskBytes: Int64?

    /// Upper bounds in seconds of the buckets of `commitBuckets`.
    public static let commitBucketBounds: [Double] = [
        0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5,
    ]

    mutating func countCommit(seconds: Double) {
        commits += 1
        commitSeconds += seconds
        commitBuckets[Self.commitBucketBounds.firstIndex { seconds <= $0 } ?? Self.commitBucketBounds.count] += 1
    }
}
