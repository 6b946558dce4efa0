import Readings
import Rules

/// Fails the sample after a gap.
///
/// `time_gap_test` of ioos_qc. A missing value counts: it is the time that is looked at.
struct TimeGapTest {
    /// In nanoseconds.
    let span: Int64

    init(_ rule: TimeGapRule) {
        span = rule.failSpanNanoseconds
    }

    /// The flag of a sample after another one; the first of a series has nothing before it and is not evaluated.
    @inline(__always)
    func flag(previous: Sample?, _ sample: Sample) -> QualityFlag {
        guard let previous else { return .notEvaluated }
        return sample.time &- previous.time > span ? .fail : .pass
    }
}
