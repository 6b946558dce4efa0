import Readings
import Rules

/// Runs single tests over a series that is there as a whole.
struct SeriesRun {
    let series: SeriesSamples
    let extensions: RuleExtensions
    /// From one sample to the next, as told; `nil`: the median of the series.
    let interval: Int64?
    let now: Int64

    /// The middle one of the times between samples, as NumPy takes it: of an even number the mean of the two middle ones.
    static func medianSpacing(_ times: [Int64]) -> Int64? {
        guard times.count > 1 else { return nil }
        let spacings = zip(times.dropFirst(), times).map { $0 &- $1 }.sorted()
        let middle = spacings.count / 2
        guard spacings.count.isMultiple(of: 2) else { return spacings[middle] }
        let (low, high) = (spacings[middle - 1], spacings[middle])
        return low / 2 + high / 2 + (low % 2 + high % 2) / 2
    }

    func flags(_ rule: TestRule) throws(SeriesFault) -> [QualityFlag] {
        if series.times.isEmpty { return [] }
        switch rule {
        case .grossRange(let rule):
            let test = GrossRangeTest(rule: rule)
            return series.values.map { test.flag($0) }
        case .climatology(let rule): return climatology(rule)
        case .spike(let rule): return spike(rule)
        case .rateOfChange(let rule):
            let test = RateOfChangeTest(rule, time: extensions.rateOfChangeTime)
            return raw { test.flag(previous: $0, $1) }
        case .flatLine(let rule): return try flatLine(rule)
        case .attenuatedSignal(let rule): return try attenuatedSignal(rule)
        case .location(let rule):
            let test = LocationTest(rule: rule)
            let positions = try positions("location_test")
            return positions.indices.map { test.flag(previous: $0 > 0 ? positions[$0 - 1] : nil, positions[$0]) }
        case .speed(let rule): return try speed(rule)
        case .timeGap(let rule):
            let test = TimeGapTest(rule)
            var flags = raw { test.flag(previous: $0, $1) }
            if flags.count > 1 { flags[0] = flags[1] }
            return flags
        case .dataReception(let rule):
            let test = DataReceptionTest(rule, now: now)
            return series.times.map { test.flag($0) }
        case .duplicateTimestamp: return DuplicateTimestampTest.flags(series.times)
        case .multivariate, .neighbour:
            throw SeriesFault(test: rule.key, message: "needs a second series, expected it in the settings only")
        }
    }

    /// A sample; what is not finite is missing for all tests but the gross range.
    private func sample(_ index: Int) -> Sample {
        let value = series.values[index]
        return Sample(time: series.times[index], value: value.isFinite ? value : .nan)
    }

    /// Goes through the samples, each with the one before, infinite values among them.
    private func raw(_ flag: (Sample?, Sample) -> QualityFlag) -> [QualityFlag] {
        var previous: Sample?
        return series.times.indices.map { index in
            let sample = Sample(time: series.times[index], value: series.values[index])
            defer { previous = sample }
            return flag(previous, sample)
        }
    }

    private func climatology(_ rule: ClimatologyRule) -> [QualityFlag] {
        let test = ClimatologyTest(rule, zone: extensions.calendarZone)
        var memory = ClimatologyTest.Memory()
        return series.times.indices.map { index in
            let depth = series.depths.isEmpty ? .nan : series.depths[index]
            return test.flag(series.values[index], time: series.times[index], depth: depth, &memory)
        }
    }

    private func spike(_ rule: SpikeRule) -> [QualityFlag] {
        let test = SpikeTest(rule, maxGapMilliseconds: extensions.spikeMaxGapMilliseconds)
        let count = series.times.count
        return series.times.indices.map { index in
            test.flag(
                before: index > 0 ? sample(index - 1) : nil, sample(index),
                after: index + 1 < count ? sample(index + 1) : nil)
        }
    }

    private func flatLine(_ rule: FlatLineRule) throws(SeriesFault) -> [QualityFlag] {
        // The reference cannot run the test over fewer than three samples, and lets them pass, missing ones too.
        guard series.times.count >= 3 else { return series.times.map { _ in .pass } }
        let test = FlatLineTest(rule, intervalNanoseconds: try usableInterval("flat_line_test"))
        var window = FlatLineTest.Window()
        return series.times.indices.map { window.flag(sample($0).value, test) }
    }

    private func attenuatedSignal(_ rule: AttenuatedSignalRule) throws(SeriesFault) -> [QualityFlag] {
        let key = "attenuated_signal_test"
        guard rule.testPeriodSeconds != nil else { return wholeSeries(rule) }
        let steps = zip(series.times, series.times.dropFirst())
        let isRising = !steps.contains { $0 > $1 }
        // The newest first: then the window reaches to the samples before in the file, which are later.
        guard isRising || !steps.contains(where: { $0 < $1 }) else {
            throw SeriesFault(test: key, message: "needs times in order, expected the rows sorted by time")
        }
        var spacing: Int64?
        if rule.minimumObservations == nil, rule.minimumPeriodSeconds != nil {
            // One sample has no interval, and the reference asks for no more of it.
            spacing = series.times.count > 1 || interval != nil ? try usableInterval(key) : .max
        }
        guard let test = AttenuatedSignalTest(rule, intervalNanoseconds: spacing) else { return [] }
        var window = AttenuatedSignalTest.Window()
        return series.times.indices.map { index in
            var sample = sample(index)
            if !isRising { sample.time = -sample.time }
            return window.flag(sample, test.unbounded)
        }
    }

    /// Without a period all samples are judged together, and have one flag.
    private func wholeSeries(_ rule: AttenuatedSignalRule) -> [QualityFlag] {
        let values = series.values.filter(\.isFinite)
        let measure: Double =
            switch rule.checkType {
            case .std: WindowDeviation.deviation(values)
            case .range: (values.max() ?? 0) - (values.min() ?? 0)
            }
        let flag: QualityFlag =
            measure < rule.failThreshold ? .fail : measure < rule.suspectThreshold ? .suspect : .pass
        return series.values.map { $0.isFinite ? flag : .missing }
    }

    private func speed(_ rule: SpeedRule) throws(SeriesFault) -> [QualityFlag] {
        let test = SpeedTest(rule: rule)
        let positions = try positions("speed_test")
        return positions.indices.map { index in
            test.flag(
                previous: index > 0 ? (positions[index - 1], series.times[index - 1]) : nil, positions[index],
                time: series.times[index])
        }
    }

    private func positions(_ test: String) throws(SeriesFault) -> [Position] {
        guard !series.latitudes.isEmpty || series.times.isEmpty, series.latitudes.count == series.longitudes.count
        else {
            throw SeriesFault(test: test, message: "needs positions, expected the columns latitude and longitude")
        }
        return zip(series.latitudes, series.longitudes).map { latitude, longitude in
            Position(
                latitude: latitude.isFinite ? latitude : .nan, longitude: longitude.isFinite ? longitude : .nan)
        }
    }

    /// The interval in which a threshold in seconds becomes a number of samples.
    private func usableInterval(_ test: String) throws(SeriesFault) -> Int64 {
        if let interval, interval > 0 { return interval }
        let median = Self.medianSpacing(series.times)
        guard let median, median >= 1_000_000_000 else {
            let found = median.map { "\(RuleText.number(Double($0) / 1e9)) s" } ?? "not known"
            throw SeriesFault(
                test: test,
                message: "needs a second or more from sample to sample, and the median of this series is \(found); "
                    + "expected an interval to be given")
        }
        return median
    }
}

extension AttenuatedSignalTest {
    /// The same, with a window that holds whatever lies in its period.
    var unbounded: AttenuatedSignalTest {
        var test = self
        test.capacity = .max
        return test
    }
}
