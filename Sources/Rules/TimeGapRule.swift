/// How long a series may be silent.
///
/// `time_gap_test` of ioos_qc; its outcome stands in the digit of the gap, on the sample after the gap.
public struct TimeGapRule: Sendable, Hashable {
    /// A longer gap, in hours: fail.
    public var failSpanHours: Double

    public init(failSpanHours: Double = 2) {
        self.failSpanHours = failSpanHours
    }

    /// Whole seconds, as the reference has it.
    public var failSpanNanoseconds: Int64 { RuleText.wholeSeconds(ofHours: failSpanHours) * 1_000_000_000 }

    var faults: [RuleFault] {
        RuleFault.negative("time_gap_test", [("fail_span", failSpanHours)])
    }
}

/// How old a sample may be.
///
/// `data_reception_test` of ioos_qc. Live, `late_limit` does this at the time of receipt.
public struct DataReceptionRule: Sendable, Hashable {
    /// Older, in hours: fail.
    public var failSpanHours: Double
    /// Counted from here, in nanoseconds since 1970; `nil`: from now.
    public var fromNanoseconds: Int64?

    public init(failSpanHours: Double = 6, fromNanoseconds: Int64? = nil) {
        self.failSpanHours = failSpanHours
        self.fromNanoseconds = fromNanoseconds
    }

    /// Whole seconds, as the reference has it.
    public var failSpanNanoseconds: Int64 { RuleText.wholeSeconds(ofHours: failSpanHours) * 1_000_000_000 }

    var faults: [RuleFault] {
        RuleFault.negative("data_reception_test", [("fail_span", failSpanHours)]) + [
            RuleFault(
                "data_reception_test", nil, .offline,
                "compares with one moment for all samples, expected late_limit, which marks a late reading LAT")
        ]
    }
}
