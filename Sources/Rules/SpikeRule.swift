/// One value away from its two neighbours.
///
/// IOOS QARTOD, test 6; `spike_test` of ioos_qc. Neighbours are the samples before and after, however far away in time.
public struct SpikeRule: Sendable, Hashable {
    /// How a spike is measured.
    public enum Method: String, Sendable, Hashable, CaseIterable {
        /// The distance to the middle of the neighbours. It flags the neighbours of a large spike as well.
        case average
        /// The smaller of the two steps, where they go in opposite directions.
        case differential
    }

    /// Larger, in the parameter's unit: suspect. `nil` or 0: none is suspect.
    public var suspectThreshold: Double?
    /// Larger: fail. `nil` or 0: none fails.
    public var failThreshold: Double?
    public var method: Method

    public init(suspectThreshold: Double?, failThreshold: Double?, method: Method = .average) {
        self.suspectThreshold = suspectThreshold
        self.failThreshold = failThreshold
        self.method = method
    }

    var faults: [RuleFault] {
        let key = "spike_test"
        var faults = RuleFault.negative(
            key, [("suspect_threshold", suspectThreshold), ("fail_threshold", failThreshold)])
        let suspect = suspectThreshold ?? 0
        let fail = failThreshold ?? 0
        if suspect == 0, fail == 0 {
            faults.append(
                RuleFault(key, nil, .idle, "never fires, expected suspect_threshold or fail_threshold above 0"))
        } else if suspect > 0, fail > 0, suspect > fail {
            faults.append(
                RuleFault(
                    key, "suspect_threshold", .idle,
                    "never fires, because \(RuleText.number(suspect)) is above fail_threshold "
                        + "\(RuleText.number(fail)), expected less"))
        }
        return faults
    }
}

extension RuleFault {
    /// The arguments that must not be below zero and are.
    static func negative(_ test: String, _ arguments: [(key: String, value: Double?)]) -> [RuleFault] {
        arguments.compactMap { key, value in
            guard let value, value < 0 else { return nil }
            return RuleFault(test, key, .error, "\(RuleText.number(value)) is below 0, expected a positive number")
        }
    }
}
