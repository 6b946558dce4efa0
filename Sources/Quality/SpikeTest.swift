import Readings
import Rules

/// Flags one value away from its two neighbours.
///
/// IOOS QARTOD, test 6. It judges the sample before the newest one, and so is always one behind.
struct SpikeTest {
    let suspect: Double
    let fail: Double
    let method: SpikeRule.Method
    /// Neighbours further away, in nanoseconds, are none.
    let gapMax: Int64

    init(_ rule: SpikeRule, maxGapMilliseconds: Int64? = nil) {
        // 0 is the reference's way to say that there is no such threshold.
        suspect = rule.suspectThreshold.flatMap { $0 == 0 ? nil : $0 } ?? .infinity
        fail = rule.failThreshold.flatMap { $0 == 0 ? nil : $0 } ?? .infinity
        method = rule.method
        gapMax = maxGapMilliseconds.map { $0 * 1_000_000 } ?? .max
    }

    /// The flag of a sample between two others; `nil` where there is none on that side.
    func flag(before: Sample?, _ sample: Sample, after: Sample?) -> QualityFlag {
        if sample.isMissing { return .missing }
        guard let before, let after, !isFar(before, sample), !isFar(sample, after) else { return .notEvaluated }
        return flag(before.value, sample.value, after.value)
    }

    @inline(__always)
    private func isFar(_ one: Sample, _ other: Sample) -> Bool {
        gapMax != .max && (other.time &- one.time).magnitude > gapMax.magnitude
    }

    /// The flag of a value between two others, each NaN where it is missing.
    @inline(__always)
    func flag(_ before: Double, _ value: Double, _ after: Double) -> QualityFlag {
        if value.isNaN { return .missing }
        guard let height = height(before, value, after) else { return .notEvaluated }
        if height > fail { return .fail }
        if height > suspect { return .suspect }
        return .pass
    }

    /// What is compared with the thresholds; `nil` when a neighbour is missing.
    @inline(__always)
    func height(_ before: Double, _ value: Double, _ after: Double) -> Double? {
        switch method {
        case .average:
            let middle = (before + after) / 2
            // Missing, or beyond what a double holds.
            return middle.isFinite ? abs(value - middle) : nil
        case .differential:
            let rise = value - before
            let fall = after - value
            if rise.isNaN || fall.isNaN { return nil }
            // The product, not the signs: the reference takes an underflow for no change of direction.
            let height = rise * fall >= 0 ? 0 : min(abs(rise), abs(fall))
            return height.isInfinite ? nil : height
        }
    }
}
