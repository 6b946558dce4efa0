import Readings

extension Observation {
    /// What was found already, and what the device's status says.
    var statusQualifiers: Qualifiers {
        switch status {
        case .notTold, .measuring: qualifiers
        case .calibrating: qualifiers.union(.calibrating)
        case .error: qualifiers.union(.deviceError)
        case .maintenance: qualifiers.union(.maintenance)
        case .unknown: qualifiers.union(.unknownStatus)
        }
    }
}

extension Judgement {
    /// Marks what was observed ahead of our clock or received late; what is ahead takes no part in later judgements. Of a
    /// clock that may be wrong itself, being ahead says no more than that.
    @inline(__always)
    mutating func noteTimes(_ observation: Observation, futureLimit: Int64, lateLimit: Int64) {
        let delay = observation.received.milliseconds(since: observation.time)
        if delay > lateLimit { qualifiers.insert(.late) }
        if -delay > futureLimit {
            qualifiers.insert(observation.isClockTrusted ? .future : .clock)
            isIsolated = true
        }
    }
}
