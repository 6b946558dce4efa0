/// A value that does not move.
///
/// IOOS QARTOD, test 8; `flat_line_test` of ioos_qc. The thresholds become counts of samples by the interval of the series.
public struct FlatLineRule: Sendable, Hashable {
    /// Within `tolerance` for so many seconds: suspect.
    public var suspectThresholdSeconds: Double
    /// The same for fail.
    public var failThresholdSeconds: Double
    /// The largest minus the smallest value of the window is below it, in the parameter's unit. 0 never fires.
    public var tolerance: Double

    /// The longest window: a leap year.
    static let secondsMax = 366 * 86_400.0
    /// More samples are no window any more.
    public static let samplesMax = 1_000_000

    public init(suspectThresholdSeconds: Double, failThresholdSeconds: Double, tolerance: Double = 0) {
        self.suspectThresholdSeconds = suspectThresholdSeconds
        self.failThresholdSeconds = failThresholdSeconds
        self.tolerance = tolerance
    }

    /// How many samples after the first one the window holds, for an interval in nanoseconds.
    ///
    /// As the reference has it: whole seconds of the threshold over whole seconds of the interval. Below one second the
    /// reference divides by zero; there the interval counts as it is.
    public static func samples(seconds: Double, intervalNanoseconds: Int64) -> Int {
        guard intervalNanoseconds > 0, seconds >= 0 else { return 0 }
        let whole = min(seconds, secondsMax).rounded(.towardZero)
        let interval = intervalNanoseconds / 1_000_000_000
        let samples = interval > 0 ? whole / Double(interval) : whole * 1e9 / Double(intervalNanoseconds)
        return min(Int(samples), samplesMax)
    }

    var faults: [RuleFault] {
        let key = "flat_line_test"
        var faults = RuleFault.negative(
            key,
            [
                ("suspect_threshold", suspectThresholdSeconds), ("fail_threshold", failThresholdSeconds),
                ("tolerance", tolerance),
            ])
        for (argument, seconds) in [
            ("suspect_threshold", suspectThresholdSeconds), ("fail_threshold", failThresholdSeconds),
        ] where seconds > Self.secondsMax {
            faults.append(
                RuleFault(key, argument, .error, "\(RuleText.number(seconds)) is more than a year, expected seconds"))
        }
        if tolerance == 0 {
            faults.append(
                RuleFault(
                    key, "tolerance", .idle,
                    "0 never fires, because the range of the values must be below it; expected more than 0"))
        }
        if suspectThresholdSeconds > failThresholdSeconds {
            faults.append(
                RuleFault(
                    key, "suspect_threshold", .idle,
                    "never fires, because \(RuleText.number(suspectThresholdSeconds)) is above fail_threshold "
                        + "\(RuleText.number(failThresholdSeconds)), expected less"))
        }
        return faults
    }
}
