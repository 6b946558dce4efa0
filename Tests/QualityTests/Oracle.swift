/// The QARTOD tests as their manuals and their reference implementation state them: whole series in, flags out.
///
/// Slow on purpose, so that a reader can see that each function is right; the engine is measured against it. Flags are
/// 1 good, 2 not evaluated, 3 suspect, 4 fail, 9 missing. A value of `nil` or NaN is missing; so is an infinite one,
/// except where a span is compared (gross range, climatology). Times are milliseconds since the epoch, UTC.
///
/// "The reference" below is ioos_qc 3.0.0 with numpy 2.4, pandas 3.1. Its defects that are not copied here:
/// - climatology gives 1 to a missing value (ioos_qc issue 66), and to an infinite one under a member with a period;
/// - the spike test of an empty series and the time gap of fewer than two samples are an index error;
/// - location by haversine gives 3 where a coordinate of the fix or of the one before is missing, even to a fix without
///   any (gsw computes with the masked array's filling, 1e20); by WGS 84 it does not, and neither does this;
/// - climatology takes a missing depth for one inside the zspan of a member with a period, at any time of the year;
/// - numpy refuses to divide numbers beyond 4e307, and pandas' deviation of such numbers is not a number.
enum Oracle {
    static let good = 1
    static let unknown = 2
    static let suspect = 3
    static let fail = 4
    static let missing = 9

    /// Fails what lies outside the sensor's span, suspects what lies outside the site's; QARTOD test 4.
    ///
    /// Spans are inclusive and may be given in either order. An infinite value lies outside. That the suspect span lies
    /// inside the fail span is for whoever reads the rules to check.
    static func grossRange(
        _ values: [Double?], failSpan: (Double, Double), suspectSpan: (Double, Double)?
    ) -> [Int] {
        values.map { value in
            guard let value, !value.isNaN else { return missing }
            if isOutside(value, failSpan) { return fail }
            if let suspectSpan, isOutside(value, suspectSpan) { return suspect }
            return good
        }
    }

    /// Suspects a sample that stands away from its two neighbours; QARTOD test 6 (spike).
    ///
    /// Neighbours are the adjacent samples, whatever the time between them. A threshold that is `nil` or 0 is off. The
    /// first and the last sample are 2, so is a sample with a missing neighbour, and a single one.
    static func spike(
        _ values: [Double?], suspectThreshold: Double?, failThreshold: Double?, differential: Bool
    ) -> [Int] {
        values.indices.map { i in
            guard let value = finite(values[i]) else { return missing }
            guard i > 0, i < values.count - 1, let before = finite(values[i - 1]), let after = finite(values[i + 1])
            else { return unknown }
            let height: Double
            if differential {
                let rise = value - before
                let fall = after - value
                // A product that underflows to zero is no spike either: so the reference.
                height = rise * fall < 0 ? min(abs(rise), abs(fall)) : 0
            } else {
                let middle = (before + after) / 2
                if !middle.isFinite { return unknown }
                height = abs(value - middle)
            }
            if let failThreshold, failThreshold != 0, height > failThreshold { return fail }
            if let suspectThreshold, suspectThreshold != 0, height > suspectThreshold { return suspect }
            return good
        }
    }

    /// Suspects a change from the sample before that is too fast, in units per second; QARTOD test 7 (rate of change).
    ///
    /// The time between two samples counts in whole seconds, rounded down: 1999 ms is 1 s, and, the series going
    /// backwards, -500 ms is -1 s and -1500 ms is -2 s; the sign is dropped afterwards. Where that leaves 0 s the
    /// change itself is compared, as if a second had passed. The first sample and one after a missing value are 1. One
    /// after an infinite value is beyond every threshold: copied from the reference, whose mask keeps the infinite
    /// difference.
    static func rateOfChange(
        _ values: [Double?], times: [Int64], threshold: Double, failThreshold: Double?
    ) -> [Int] {
        values.indices.map { i in
            guard let value = finite(values[i]) else { return missing }
            guard i > 0, let before = values[i - 1], !before.isNaN else { return good }
            let rate = abs(value - before) / secondsToDivideBy(from: times[i - 1], to: times[i])
            if let failThreshold, rate > failThreshold { return fail }
            return rate > threshold ? suspect : good
        }
    }

    /// Suspects values that have not moved by `tolerance` for a while; QARTOD test 8 (flat line).
    ///
    /// The thresholds are seconds, cut to whole ones, and become a number of samples by `interval` in milliseconds or,
    /// without it, by the median of the times between samples, rounded down to whole seconds. A sample is flagged when
    /// it and as many samples before it, missing ones left out, span less than `tolerance`; 0 therefore flags nothing.
    /// With a threshold below the interval that number is 0 and every sample is flat by itself.
    ///
    /// Of fewer than three samples all are 1, missing ones too: copied from the reference.
    ///
    /// - Returns: `nil` when the interval is not positive. The reference then stops with an error, except when the
    ///   series goes backwards and both thresholds are shorter than its steps: a count of 0, which has no meaning.
    static func flatLine(
        _ values: [Double?], times: [Int64], suspectThreshold: Double, failThreshold: Double, tolerance: Double,
        interval: Int64? = nil
    ) -> [Int]? {
        if values.count < 3 { return values.map { _ in good } }
        let interval = interval ?? medianIntervalInWholeSeconds(times) * 1000
        guard interval > 0 else { return nil }
        let isFlat = { (i: Int, threshold: Double) -> Bool in
            let count = Int(Int64(threshold) * 1000 / interval)
            guard count >= 0, i >= count else { return false }
            let window = values[(i - count)...i].compactMap(finite)
            guard let least = window.min(), let greatest = window.max() else { return false }
            return greatest - least < tolerance
        }
        return values.indices.map { i in
            if finite(values[i]) == nil { return missing }
            if isFlat(i, failThreshold) { return fail }
            return isFlat(i, suspectThreshold) ? suspect : good
        }
    }

    /// What the attenuated signal test looks at.
    enum Spread {
        /// The population's standard deviation (ddof 0).
        case standardDeviation
        /// The greatest value less the least.
        case range
    }

    /// Suspects a signal that has become too quiet; QARTOD test 12 (attenuated signal).
    ///
    /// The window reaches back from each sample, itself included, by less than `testPeriod` seconds: (t - period, t],
    /// of the samples up to it. Without a period, or with 0, it is the whole series. Fewer valid values than
    /// `minObservations` (else `minPeriod` seconds by the median interval, else 1) make 2, so does a missing value in
    /// the window of a range (with a period only). At the suspect threshold is 1, below 3, below the fail threshold 4,
    /// also where that is the greater of the two.
    ///
    /// - Returns: `nil` when there is a period and the times go up and down, or `minPeriod` is set and the median
    ///   interval makes a negative or endless number of it: the reference stops with an error. A series that only
    ///   goes backwards it takes, with the window [t, t + period) of the samples up to the current one.
    static func attenuatedSignal(
        _ values: [Double?], times: [Int64], suspectThreshold: Double, failThreshold: Double,
        testPeriod: Double? = nil, minObservations: Int? = nil, minPeriod: Double? = nil, interval: Int64? = nil,
        spread: Spread
    ) -> [Int]? {
        let judge = { (i: Int, window: [Double?], least: Int) -> Int in
            if finite(values[i]) == nil { return missing }
            let valid = window.compactMap(finite)
            if valid.count < least { return unknown }
            let size = self.spread(of: valid, by: spread)
            if size < failThreshold { return fail }
            return size < suspectThreshold ? suspect : good
        }
        guard let testPeriod, testPeriod != 0 else { return values.indices.map { judge($0, values, 1) } }
        guard isMonotonic(times) else { return nil }
        var least = 1
        if let minObservations {
            least = max(1, minObservations)
        } else if let minPeriod, values.count > 1 || interval != nil {
            let interval = interval ?? medianIntervalInWholeSeconds(times) * 1000
            guard interval != 0 else { return nil }
            let samples = (minPeriod / (Double(interval) / 1000)).rounded(.towardZero)
            guard samples >= 0 else { return nil }
            least = max(1, Int(samples))
        }
        return values.indices.map { i in
            // Both directions at once: the samples up to this one that are less than a period away.
            let near = (0...i).filter { Double(abs(times[i] - times[$0])) < testPeriod * 1000 }
            let window = near.map { values[$0] }
            let flag = judge(i, window, least)
            let hasHole = window.contains { finite($0) == nil }
            return spread == .range && hasHole && flag != missing ? unknown : flag
        }
    }

    /// Fails the sample after a gap of more than `failSpanHours`; QARTOD test 1 (time gap).
    ///
    /// The span counts in whole seconds. The first sample takes the flag of the second; alone it is 2. Backwards is no
    /// gap.
    static func timeGap(_ times: [Int64], failSpanHours: Double) -> [Int] {
        if times.count < 2 { return times.map { _ in unknown } }
        let flags = times.indices.dropFirst().map { i in
            times[i] - times[i - 1] > wholeSeconds(ofHours: failSpanHours) * 1000 ? fail : good
        }
        return [flags[0]] + flags
    }

    /// Fails what was taken more than `failSpanHours` before `fromTime`; QARTOD test 1 (data reception).
    ///
    /// The span counts in whole seconds. What lies after `fromTime` is 1.
    static func dataReception(_ times: [Int64], failSpanHours: Double, fromTime: Int64) -> [Int] {
        times.map { fromTime - $0 > wholeSeconds(ofHours: failSpanHours) * 1000 ? fail : good }
    }

    /// Suspects every sample whose time occurs more than once, the first of them too; Argo's duplicate timestamp test.
    static func duplicateTimestamp(_ times: [Int64]) -> [Int] {
        times.map { time in times.filter { $0 == time }.count > 1 ? suspect : good }
    }

    /// The roll-up: of each sample's flags the one that comes last in the order 9, 2, 1, 3, 4; QARTOD's aggregate.
    ///
    /// No tests make no flags: the reference stops with an index error.
    static func aggregate(_ tests: [[Int]]) -> [Int] {
        guard let first = tests.first else { return [] }
        return first.indices.map { i in
            for flag in [fail, suspect, good, unknown] where tests.contains(where: { $0[i] == flag }) { return flag }
            return missing
        }
    }
}

// MARK: - What several tests share

extension Oracle {
    /// The value, unless it is missing or not a finite number.
    static func finite(_ value: Double?) -> Double? {
        guard let value, value.isFinite else { return nil }
        return value
    }

    /// Whether the value lies outside the span, whose ends belong to it and come in either order.
    static func isOutside(_ value: Double, _ span: (Double, Double)) -> Bool {
        value < min(span.0, span.1) || value > max(span.0, span.1)
    }

    /// The seconds a difference is divided by: whole ones, rounded down, without sign, 1 in the place of 0.
    static func secondsToDivideBy(from earlier: Int64, to later: Int64) -> Double {
        let seconds = wholeSeconds(ofMilliseconds: later - earlier)
        return seconds == 0 ? 1 : Double(abs(seconds))
    }

    /// Milliseconds as whole seconds, rounded towards minus infinity as numpy turns nanoseconds into seconds.
    static func wholeSeconds(ofMilliseconds milliseconds: Int64) -> Int64 {
        let (quotient, remainder) = milliseconds.quotientAndRemainder(dividingBy: 1000)
        return remainder < 0 ? quotient - 1 : quotient
    }

    /// Hours as whole seconds, the fraction of a second cut off.
    static func wholeSeconds(ofHours hours: Double) -> Int64 { Int64(hours * 3600) }

    /// The median of the times between samples in whole seconds, rounded down; 0 of fewer than two samples.
    static func medianIntervalInWholeSeconds(_ times: [Int64]) -> Int64 {
        let sorted = zip(times, times.dropFirst()).map { $1 - $0 }.sorted()
        guard !sorted.isEmpty else { return 0 }
        let upper = sorted[sorted.count / 2]
        let lower = sorted[(sorted.count - 1) / 2]
        // Half a millisecond, which the reference keeps, is lost by this division, but never makes a whole second. It
        // rounds towards zero, though, which is why the sum is rounded and not its half.
        let (quotient, remainder) = (lower + upper).quotientAndRemainder(dividingBy: 2000)
        return remainder < 0 ? quotient - 1 : quotient
    }

    /// Whether the times only go forwards, or only backwards; equal ones do both.
    static func isMonotonic(_ times: [Int64]) -> Bool {
        let steps = zip(times, times.dropFirst())
        return steps.allSatisfy { $0 <= $1 } || steps.allSatisfy { $0 >= $1 }
    }

    /// The spread of the values, in their unit.
    static func spread(of values: [Double], by spread: Spread) -> Double {
        switch spread {
        case .range: return (values.max() ?? 0) - (values.min() ?? 0)
        case .standardDeviation:
            // Equal values have no spread; their mean need not equal them to the last digit.
            if values.allSatisfy({ $0 == values[0] }) { return 0 }
            let mean = values.reduce(0, +) / Double(values.count)
            let squares = values.map { ($0 - mean) * ($0 - mean) }
            return (squares.reduce(0, +) / Double(values.count)).squareRoot()
        }
    }
}
