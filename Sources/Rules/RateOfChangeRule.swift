/// How fast a value may change.
///
/// IOOS QARTOD, test 7; `rate_of_change_test` of ioos_qc.
public struct RateOfChangeRule: Sendable, Hashable {
    /// Faster, in units per second: suspect.
    public var threshold: Double
    /// Faster: fail.
    public var failThreshold: Double?

    public init(threshold: Double, failThreshold: Double? = nil) {
        self.threshold = threshold
        self.failThreshold = failThreshold
    }

    var faults: [RuleFault] {
        let key = "rate_of_change_test"
        var faults = RuleFault.negative(key, [("threshold", threshold), ("fail_threshold", failThreshold)])
        if let failThreshold, failThreshold >= 0, threshold > failThreshold {
            faults.append(
                RuleFault(
                    key, "threshold", .idle,
                    "never fires, because \(RuleText.number(threshold)) is above fail_threshold "
                        + "\(RuleText.number(failThreshold)), expected less"))
        }
        return faults
    }
}
