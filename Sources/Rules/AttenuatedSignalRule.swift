/// A signal that moves less than it should.
///
/// IOOS QARTOD, test 10; `attenuated_signal_test` of ioos_qc.
public struct AttenuatedSignalRule: Sendable, Hashable {
    /// What is compared with the thresholds.
    public enum CheckType: String, Sendable, Hashable, CaseIterable {
        /// The standard deviation of the window, divided by n.
        case std
        /// The largest minus the smallest value of the window.
        case range
    }

    /// Below it, in the parameter's unit: suspect.
    public var suspectThreshold: Double
    /// Below it: fail.
    public var failThreshold: Double
    /// The window is the time from so many seconds before the sample (not included) to the sample; `nil`: all samples.
    public var testPeriodSeconds: Double?
    /// With fewer values in the window the test is not run.
    public var minimumObservations: Int?
    /// The same in seconds, counted in samples by the interval of the series.
    public var minimumPeriodSeconds: Double?
    public var checkType: CheckType

    /// The window holds at most so many samples.
    public static let samplesMax = 65_536
    /// The same where the interval of the series is not known.
    public static let samplesWithoutInterval = 4096

    public init(
        suspectThreshold: Double, failThreshold: Double, testPeriodSeconds: Double? = nil,
        minimumObservations: Int? = nil, minimumPeriodSeconds: Double? = nil, checkType: CheckType = .std
    ) {
        self.suspectThreshold = suspectThreshold
        self.failThreshold = failThreshold
        self.testPeriodSeconds = testPeriodSeconds
        self.minimumObservations = minimumObservations
        self.minimumPeriodSeconds = minimumPeriodSeconds
        self.checkType = checkType
    }

    /// How many values the window must hold, for an interval in nanoseconds; `nil` when that is needed and not known.
    public func minimum(intervalNanoseconds: Int64?) -> Int? {
        if let minimumObservations { return max(minimumObservations, 1) }
        guard let minimumPeriodSeconds else { return 1 }
        guard let intervalNanoseconds else { return nil }
        return max(FlatLineRule.samples(seconds: minimumPeriodSeconds, intervalNanoseconds: intervalNanoseconds), 1)
    }

    var faults: [RuleFault] {
        let key = "attenuated_signal_test"
        var faults = RuleFault.negative(
            key,
            [
                ("suspect_threshold", suspectThreshold), ("fail_threshold", failThreshold),
                ("min_obs", minimumObservations.map(Double.init)), ("min_period", minimumPeriodSeconds),
            ])
        if let testPeriodSeconds, testPeriodSeconds <= 0 || testPeriodSeconds > FlatLineRule.secondsMax {
            faults.append(
                RuleFault(
                    key, "test_period", .error,
                    "\(RuleText.number(testPeriodSeconds)) is no period, expected seconds, at most a year"))
        }
        if testPeriodSeconds == nil {
            faults.append(
                RuleFault(key, nil, .offline, "looks at the whole series, also ahead, expected test_period in seconds"))
        }
        if minimumObservations != nil, minimumPeriodSeconds != nil {
            faults.append(
                RuleFault(key, "min_period", .idle, "has no effect beside min_obs, expected one of the two"))
        }
        if suspectThreshold == 0, failThreshold == 0 {
            faults.append(RuleFault(key, nil, .idle, "never fires, expected a threshold above 0"))
        } else if suspectThreshold < failThreshold {
            faults.append(
                RuleFault(
                    key, "suspect_threshold", .idle,
                    "never fires, because \(RuleText.number(suspectThreshold)) is below fail_threshold "
                        + "\(RuleText.number(failThreshold)), expected more"))
        }
        return faults
    }
}
