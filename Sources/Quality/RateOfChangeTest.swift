import Readings
import Rules

/// Flags what changes faster than it can.
///
/// IOOS QARTOD, test 7. The first sample, and one after a missing value, pass; one after an infinite value has changed
/// infinitely fast.
struct RateOfChangeTest {
    let suspect: Double
    let fail: Double
    let isExact: Bool

    init(_ rule: RateOfChangeRule, time: RuleExtensions.RateOfChangeTime = .whole) {
        suspect = rule.threshold
        fail = rule.failThreshold ?? .infinity
        isExact = time == .exact
    }

    @inline(__always)
    func flag(previous: Sample?, _ sample: Sample) -> QualityFlag {
        if !sample.value.isFinite { return .missing }
        guard let previous, !previous.isMissing else { return .pass }
        let change = abs(sample.value - previous.value)
        let elapsed = sample.time &- previous.time
        let rate: Double
        if isExact {
            if elapsed == 0 { return .notEvaluated }
            rate = change / (Double(elapsed.magnitude) / 1e9)
        } else {
            let seconds = wholeSeconds(nanoseconds: elapsed)
            // The reference divides by zero, and goes on with what it wanted to divide.
            rate = seconds == 0 ? change : change / Double(seconds.magnitude)
        }
        if rate > fail { return .fail }
        if rate > suspect { return .suspect }
        return .pass
    }
}
