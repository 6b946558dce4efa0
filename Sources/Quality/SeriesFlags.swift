public import Readings
public import Rules

/// The final flags of a series that is there as a whole: one column a test, and their roll-up.
///
/// What is known afterwards is used: spikes are settled, the first sample has the gap of the second one, and an attenuated
/// signal without a period is judged over all samples. The flags are those of ioos_qc 3.0.0.
public struct SeriesFlags: Sendable {
    /// In the order of the rules.
    public private(set) var columns: [(rule: TestRule, flags: [QualityFlag])] = []
    /// The roll-up, 4 for a saturated value; 9 wherever the value is missing.
    public private(set) var flags: [QualityFlag] = []
    /// The eleven digits; where two tests share one, the worse of the two.
    public private(set) var tests: [TestDigits] = []

    /// Judges a series.
    ///
    /// - Parameters:
    ///   - intervalNanoseconds: From one sample to the next; `nil`: the median of the series.
    ///   - now: In nanoseconds since 1970, for rules that compare with the present.
    /// - Throws: when a test cannot be run over this series.
    public init(
        _ series: SeriesSamples, rules: RuleSet, intervalNanoseconds: Int64? = nil, now: Int64
    ) throws(SeriesFault) {
        var series = series
        let isSaturated = series.values.map { rules.saturated.contains($0) }
        if !rules.missing.isEmpty {
            for index in series.values.indices where rules.missing.contains(series.values[index]) {
                series.values[index] = .nan
            }
        }
        let run = SeriesRun(
            series: series, extensions: rules.extensions, interval: intervalNanoseconds, now: now)
        for rule in rules.tests { columns.append((rule, try run.flags(rule))) }
        flags.reserveCapacity(series.times.count)
        for index in series.times.indices {
            var worst = RollUp.worst(columns.lazy.map { $0.flags[index] })
            if isSaturated[index] { worst = worst.worse(than: .fail) }
            let isMissing = series.values[index].isNaN
            flags.append(isMissing ? .missing : columns.isEmpty && !isSaturated[index] ? .notEvaluated : worst)
            var digits = TestDigits.notEvaluated
            for (rule, flags) in columns {
                guard let place = rule.digit else { continue }
                let flag = flags[index]
                digits[place] = digits[place] == .notEvaluated ? flag : flag.worse(than: digits[place])
            }
            tests.append(digits)
        }
    }
}

/// A series in memory, in the order in which it was given.
public struct SeriesSamples: Sendable {
    /// Nanoseconds since 1970 UTC.
    public var times: [Int64]
    /// NaN where missing; an infinite value is one for the gross range, and missing for every other test.
    public var values: [Double]
    /// Degrees; NaN where missing, or empty.
    public var latitudes: [Double]
    public var longitudes: [Double]
    /// Metres, positive down; NaN where missing, or empty.
    public var depths: [Double]

    /// - Precondition: all columns are as long as `times`, or empty (but `values`).
    public init(
        times: [Int64], values: [Double], latitudes: [Double] = [], longitudes: [Double] = [], depths: [Double] = []
    ) {
        precondition(
            times.count == values.count
                && [latitudes, longitudes, depths].allSatisfy { [0, times.count].contains($0.count) },
            "the columns of a series are of one length")
        self.times = times
        self.values = values
        self.latitudes = latitudes
        self.longitudes = longitudes
        self.depths = depths
    }
}

/// Why a test cannot be run over a series.
public struct SeriesFault: Error, Sendable, Hashable {
    /// The test's key.
    public let test: String
    /// What is in the way and what was expected, as the end of a sentence that begins with the key.
    public let message: String
}

extension TestRule {
    /// Where its outcome stands among the eleven digits; `nil`: nowhere.
    public var digit: TestDigits.Test? {
        switch self {
        case .grossRange: .grossRange
        case .climatology: .climatology
        case .spike: .spike
        case .rateOfChange: .rateOfChange
        case .flatLine: .flatLine
        case .attenuatedSignal: .attenuatedSignal
        case .location, .speed: .location
        case .timeGap, .dataReception: .gap
        case .duplicateTimestamp: .syntax
        case .multivariate: .multivariate
        case .neighbour: .neighbour
        }
    }
}
