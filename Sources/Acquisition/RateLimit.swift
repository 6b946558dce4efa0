/// How many messages may be read now, so that a source keeps to its limit over a second.
struct RateLimit {
    /// 0 for no limit.
    let perSecond: Int
    private var budget: Double
    private var refilledAt: Int64

    init(perSecond: Int, now: Int64) {
        self.perSecond = perSecond
        budget = Double(perSecond)
        refilledAt = now
    }

    /// The number of messages that may be read at `now`, in monotonic nanoseconds.
    mutating func allowance(at now: Int64) -> Int {
        guard perSecond > 0 else { return .max }
        budget = min(Double(perSecond), budget + Double(now - refilledAt) / 1e9 * Double(perSecond))
        refilledAt = now
        return max(0, Int(budget))
    }

    /// Messages were read; more than allowed is made up for later.
    mutating func spend(_ messages: Int) {
        if perSecond > 0 { budget -= Double(messages) }
    }

    /// Milliseconds until the next message may be read.
    var millisecondsUntilNext: Int {
        guard perSecond > 0, budget < 1 else { return 0 }
        return Int((1 - budget) / Double(perSecond) * 1000) + 1
    }
}
