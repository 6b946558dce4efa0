import Readings
import Rules

/// Flags what is unusual for the season, the hour or the depth.
///
/// IOOS QARTOD, test 5. Of the members that fit, the last one counts. A missing value is missing; the reference lets it pass
/// where a member fits (ioos/ioos_qc#66). A class, so that a reading costs no copy of its members.
final class ClimatologyTest: Sendable {
    let members: [ClimatologyRule.Member]
    private let zone: Zone
    /// How long it stays the same which member fits, in seconds of the local clock; 0: not at all.
    private let steadySeconds: Int64

    init(_ rule: ClimatologyRule, zone: Zone = .utc) {
        members = rule.members
        self.zone = zone
        steadySeconds = rule.members.reduce(86_400) { steady, member in
            guard member.depthSpan == nil, case .recurring(let period, _, _) = member.time else { return 0 }
            switch period {
            case .minute, .second: return 0
            case .hour: return min(steady, 3600)
            default: return steady
            }
        }
    }

    /// Which member fitted last, and from when until when, in nanoseconds.
    struct Memory {
        fileprivate var from: Int64 = 0
        fileprivate var until: Int64 = 0
        fileprivate var member = -1
    }

    /// The flag of a value: an infinite one is compared where a member fits.
    ///
    /// - Parameter depth: In metres, positive down; NaN when it is not known.
    @inline(__always)
    func flag(_ value: Double, time: Int64, depth: Double = .nan, _ memory: inout Memory) -> QualityFlag {
        if value.isNaN { return .missing }
        if time < memory.from || time >= memory.until { look(time, depth, &memory) }
        let member = memory.member
        guard member >= 0 else { return value.isFinite ? .notEvaluated : .missing }
        if let span = members[member].failSpan, !span.contains(value) { return .fail }
        return members[member].valueSpan.contains(value) ? .pass : .suspect
    }

    /// Which member counts at a time, without depths; `nil`: none fits.
    func member(at time: Int64) -> Int? {
        let seconds = wholeSeconds(nanoseconds: time)
        let index = lastFitting(time, seconds + offset(at: seconds), .nan)
        return index < 0 ? nil : index
    }

    private func offset(at seconds: Int64) -> Int64 { Int64(zone.secondsEast(atUTCSeconds: seconds)) }

    /// Finds the member of a time, and how long it is the same.
    private func look(_ time: Int64, _ depth: Double, _ memory: inout Memory) {
        let seconds = wholeSeconds(nanoseconds: time)
        let offset = offset(at: seconds)
        memory.member = lastFitting(time, seconds + offset, depth)
        memory.from = 0
        memory.until = 0
        guard steadySeconds > 0, seconds + offset > 0 else { return }
        let begin = (seconds + offset) / steadySeconds * steadySeconds - offset
        // Not where the clocks are changed in between.
        guard self.offset(at: begin) == offset, self.offset(at: begin + steadySeconds - 1) == offset else { return }
        memory.from = begin * 1_000_000_000
        memory.until = (begin + steadySeconds) * 1_000_000_000
    }

    private func lastFitting(_ time: Int64, _ localSeconds: Int64, _ depth: Double) -> Int {
        let moment = CalendarMoment(localSeconds: localSeconds)
        for index in members.indices.reversed() {
            switch members[index].time {
            case .recurring(let period, let span, _):
                guard span.contains(Double(moment[period])) else { continue }
            case .absolute(let range):
                guard range.contains(time) else { continue }
            }
            // Without a depth a member for depths does not fit.
            if let span = members[index].depthSpan, !span.contains(depth) { continue }
            return index
        }
        return -1
    }
}
