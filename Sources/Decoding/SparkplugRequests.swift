import Readings

/// When an edge node was asked for its births, and how often since it last answered.
struct SparkplugRequests: Sendable {
    static let pauseMilliseconds: Int64 = 10_000
    static let pauseMillisecondsMax: Int64 = 300_000

    /// Milliseconds since 1970.
    private var last: Int64 = .min
    private var count: UInt8 = 0

    /// Whether the edge node is to be asked for a rebirth now.
    ///
    /// Not more often than every 10 s, and ever more seldom, down to every 5 min, while it does not answer.
    mutating func asks(at now: Timestamp) -> Bool {
        let now = now.millisecondsSince1970
        let doublings = Int64(max(0, Int(count) - 1))
        let pause = min(Self.pauseMilliseconds << min(doublings, 8), Self.pauseMillisecondsMax)
        // A clock that was set back must not silence us until it is there again.
        if last != .min, now >= last, now &- last < pause { return false }
        last = now
        count = min(count + 1, 16)
        return true
    }

    mutating func noteAnswer() { count = 0 }
}
