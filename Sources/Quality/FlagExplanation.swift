public import Readings
public import Rules

/// Why a reading has its flag: each test with the numbers that it compared.
public struct FlagExplanation: Sendable {
    /// One test and what it says.
    public struct Line: Sendable, Hashable {
        /// The test's key: `gross_range_test`.
        public var test: String
        public var digit: TestDigits.Test
        /// By the readings that are kept now; `nil` for a comparison with another series, which was made when the later of
        /// the two came.
        public var flag: QualityFlag?
        /// The numbers compared, as a sentence without its full stop.
        public var text: String
    }

    public private(set) var lines: [Line] = []

    /// Runs the tests of `rules` on one reading.
    ///
    /// - Parameters:
    ///   - neighbours: Readings of the series in the order of their times, the one to be explained among them; at least
    ///     `historyNeeded` before it, as far as there are so many, and one after it.
    ///   - time: Of the one to be explained.
    ///   - isIsolated: It was observed ahead of our clock: only tests that look at nothing else were run.
    public init(_ rules: EffectiveRules, neighbours: [PastReading], at time: Timestamp, isIsolated: Bool = false) {
        let tests = LiveTests(rules)
        let masks = tests.masksFailed
        let samples = neighbours.map { past in
            let isMasked = masks && past.time != time && past.tests.masks(past.flag)
            return Sample(
                time: past.time.millisecondsSince1970 &* 1_000_000, value: isMasked ? .nan : past.value ?? .nan)
        }
        guard let place = neighbours.firstIndex(where: { $0.time == time }) else { return }
        let text = ExplanationText(samples: samples, place: place, tests: tests)
        for rule in rules.set.tests {
            if isIsolated, rule.digit != .grossRange, rule.digit != .climatology { continue }
            guard let digit = rule.digit, let (flag, sentence) = text.line(rule) else { continue }
            lines.append(Line(test: rule.key, digit: digit, flag: flag, text: sentence))
        }
    }

    /// The series that readings of `key` are compared with, and by which test.
    public static func partners(
        _ rules: EffectiveRules, of key: SeriesKey
    ) -> [(test: TestDigits.Test, key: SeriesKey)] {
        LiveTests(rules).partners(of: key).map { ($0.test, $0.key) }
    }

    /// Adds what the other series had at the time to the line of a comparison.
    public mutating func add(_ partner: String, to test: TestDigits.Test) {
        for index in lines.indices where lines[index].digit == test { lines[index].text += ": \(partner)" }
    }

    /// How many readings before the one to be explained its tests look at.
    public static func historyNeeded(_ rules: EffectiveRules) -> Int { max(2, LiveTests(rules).history) }
}

/// The sentences of an explanation.
private struct ExplanationText {
    let samples: [Sample]
    let place: Int
    let tests: LiveTests

    private var sample: Sample { samples[place] }
    private var previous: Sample? { place > 0 ? samples[place - 1] : nil }
    private var next: Sample? { place + 1 < samples.count ? samples[place + 1] : nil }

    func line(_ rule: TestRule) -> (QualityFlag?, String)? {
        switch rule {
        case .grossRange(let rule): grossRange(rule)
        case .climatology: climatology()
        case .spike(let rule): spike(rule)
        case .rateOfChange(let rule): rateOfChange(rule)
        case .flatLine(let rule): flatLine(rule)
        case .attenuatedSignal(let rule): attenuatedSignal(rule)
        case .timeGap(let rule): timeGap(rule)
        case .multivariate(let rule): (nil, "`\(rule.relation.text)` at one observed time, when the later one came")
        case .neighbour(let rule):
            (
                nil,
                "the neighbour at one observed time, at most \(number(rule.maxDifference)) away, when the later one came"
            )
        case .location, .speed, .dataReception, .duplicateTimestamp: nil
        }
    }

    private func number(_ value: Double) -> String { value.isNaN ? "missing" : RuleText.number(value) }

    private func seconds(_ nanoseconds: Int64) -> String { RuleText.number(Double(nanoseconds) / 1e9) + " s" }

    private func grossRange(_ rule: GrossRangeRule) -> (QualityFlag?, String) {
        let flag = GrossRangeTest(rule: rule).flag(sample.value)
        let spans = "fail_span \(rule.failSpan)" + (rule.suspectSpan.map { ", suspect_span \($0)" } ?? "")
        return (flag, "\(number(sample.value)) against \(spans)")
    }

    private func climatology() -> (QualityFlag?, String)? {
        guard let test = tests.climatology else { return nil }
        var memory = ClimatologyTest.Memory()
        let flag = test.flag(sample.value, time: sample.time, &memory)
        guard let member = test.member(at: sample.time) else { return (flag, "no member fits the time") }
        let span = test.members[member].failSpan.map { ", fspan \($0)" } ?? ""
        return (
            flag, "\(number(sample.value)) against config[\(member)]: vspan \(test.members[member].valueSpan)\(span)"
        )
    }

    private func spike(_ rule: SpikeRule) -> (QualityFlag?, String)? {
        guard let test = tests.spike else { return nil }
        let flag = test.flag(before: previous, sample, after: next)
        guard let previous else { return (flag, "nothing lies before it") }
        guard let next else { return (flag, "waits for the next reading; \(number(previous.value)) lies before it") }
        let limits = [
            rule.suspectThreshold.map { "suspect_threshold \(number($0))" },
            rule.failThreshold.map { "fail_threshold \(number($0))" },
        ].compactMap(\.self).joined(separator: ", ")
        let values = "\(number(sample.value)) between \(number(previous.value)) and \(number(next.value))"
        guard let height = test.height(previous.value, sample.value, next.value) else {
            return (flag, "\(values): no height")
        }
        return (flag, "\(values): \(number(height)) (\(rule.method.rawValue)) against \(limits)")
    }

    private func rateOfChange(_ rule: RateOfChangeRule) -> (QualityFlag?, String)? {
        guard let test = tests.rateOfChange else { return nil }
        let flag = test.flag(previous: previous, sample)
        guard let previous else { return (flag, "nothing lies before it") }
        let limits =
            "threshold \(number(rule.threshold))" + (rule.failThreshold.map { ", fail_threshold \(number($0))" } ?? "")
        return (
            flag,
            "from \(number(previous.value)) to \(number(sample.value)) in \(seconds(sample.time - previous.time)) against "
                + "\(limits) a second"
        )
    }

    private func flatLine(_ rule: FlatLineRule) -> (QualityFlag?, String)? {
        guard let test = tests.flatLine else {
            return (.notEvaluated, "not run: the interval of the series is not known")
        }
        var window = FlatLineTest.Window()
        var flag = QualityFlag.notEvaluated
        for sample in samples[...place] { flag = window.flag(sample.value, test) }
        let count = min(test.failCount, place)
        let values = samples[(place - count)...place].map(\.value).filter { !$0.isNaN }
        let range = (values.max() ?? .nan) - (values.min() ?? .nan)
        return (
            flag,
            "range \(number(range)) over the last \(count + 1) readings against tolerance \(number(rule.tolerance)); "
                + "suspect over \(test.suspectCount + 1), fail over \(test.failCount + 1)"
        )
    }

    private func attenuatedSignal(_ rule: AttenuatedSignalRule) -> (QualityFlag?, String)? {
        guard let test = tests.attenuatedSignal else {
            return (.notEvaluated, "not run: the interval of the series is not known")
        }
        var window = AttenuatedSignalTest.Window()
        var flag = QualityFlag.notEvaluated
        for sample in samples[...place] { flag = window.flag(sample, test) }
        let values = samples[...place].filter { $0.time > sample.time - test.period && !$0.isMissing }.map(\.value)
        let measure =
            test.checksRange
            ? (values.max() ?? .nan) - (values.min() ?? .nan) : WindowDeviation.deviation(values)
        return (
            flag,
            "\(rule.checkType.rawValue) \(number(measure)) of \(values.count) values in \(seconds(test.period)) against "
                + "suspect_threshold \(number(rule.suspectThreshold)), fail_threshold \(number(rule.failThreshold))"
        )
    }

    private func timeGap(_ rule: TimeGapRule) -> (QualityFlag?, String)? {
        guard let test = tests.timeGap else { return nil }
        let flag = test.flag(previous: previous, sample)
        guard let previous else { return (flag, "nothing lies before it") }
        return (
            flag, "\(seconds(sample.time - previous.time)) after the one before against fail_span \(seconds(test.span))"
        )
    }
}
