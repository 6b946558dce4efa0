import Readings
import Rules

/// Fails what the sensor cannot measure, suspects what the site has not seen.
///
/// IOOS QARTOD, test 4. The ends of both spans belong to them.
struct GrossRangeTest {
    let rule: GrossRangeRule

    /// An infinite value is one, and lies outside; NaN is missing.
    @inline(__always)
    func flag(_ value: Double) -> QualityFlag {
        if value.isNaN { return .missing }
        if !rule.failSpan.contains(value) { return .fail }
        if let span = rule.suspectSpan, !span.contains(value) { return .suspect }
        return .pass
    }
}
