import Readings
import Rules

/// Fails what is older than it may be at one moment.
///
/// `data_reception_test` of ioos_qc; for files. Live, `late_limit` looks at the time of receipt.
struct DataReceptionTest {
    /// In nanoseconds.
    let span: Int64
    /// In nanoseconds since 1970.
    let from: Int64

    init(_ rule: DataReceptionRule, now: Int64) {
        span = rule.failSpanNanoseconds
        from = rule.fromNanoseconds ?? now
    }

    func flag(_ time: Int64) -> QualityFlag { from &- time > span ? .fail : .pass }
}
