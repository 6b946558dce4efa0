/// What the sensor can measure, and what the site has seen.
///
/// IOOS QARTOD, test 4; `gross_range_test` of ioos_qc.
public struct GrossRangeRule: Sendable, Hashable {
    /// Outside it, in the parameter's unit: fail.
    public var failSpan: NumberSpan
    /// Outside it: suspect.
    public var suspectSpan: NumberSpan?

    public init(failSpan: NumberSpan, suspectSpan: NumberSpan? = nil) {
        self.failSpan = failSpan
        self.suspectSpan = suspectSpan
    }

    var faults: [RuleFault] {
        guard let suspectSpan, !failSpan.contains(suspectSpan) else { return [] }
        return [
            RuleFault(
                "gross_range_test", "suspect_span", .error,
                "\(suspectSpan) does not lie within fail_span \(failSpan), expected a part of it")
        ]
    }
}
