import Readings
import Registry
import Rules

/// What a `QualityJudge` is: a struct, so that a reading asks once, and not at every property, whether it has the judge for
/// itself.
struct JudgeCore {
    private let book: RuleBook
    private var states: [SeriesState] = []
    private var catalog = RuleCatalog()
    private var pairs: SeriesPairs
    private var revisions: [RevisionRequest] = []
    /// Of the reading that is being judged; empty between two.
    private var changes: [SortedSamples.Change] = []
    /// The series touched since the last commit.
    private var touched: [Int] = []
    private var batch: Int32 = 1
    private let memory: SeriesMemory

    init(book: RuleBook, memory: SeriesMemory = SeriesMemory()) {
        self.book = book
        self.memory = memory
        pairs = SeriesPairs(isNeeded: book.comparesSeries)
    }

    var comparesSeries: Bool { pairs.isNeeded }

    @inline(__always)
    mutating func need(_ series: Int64, at time: Timestamp) -> JudgeNeed? {
        let number = Int(series)
        guard number < states.count, states[number].isKnown else { return .name }
        // By far the most frequent case, and without a look at the rules.
        if !pairs.isNeeded, states[number].isInOrder(time) { return nil }
        if let tests = states[number].tests, tests.history > 0,
            let readings = states[number].historyNeeded(for: time, tests)
        {
            return .history(of: series, readings: readings)
        }
        return pairs.isNeeded ? pairs.need(number) : nil
    }

    mutating func introduce(_ series: Int64, as key: SeriesKey) {
        let number = Int(series)
        while states.count <= number { states.append(SeriesState()) }
        states[number].isKnown = true
        states[number].unit = book.stations.parameter(of: key)?.unit
        guard let rules = book.rules(of: key) else {
            pairs.introduce(number, as: key, partner: [])
            return
        }
        let (index, tests) = catalog.add(rules, memory)
        states[number].rules = index
        states[number].tests = tests
        pairs.introduce(number, as: key, partner: tests.partners(of: key))
    }

    mutating func remember(_ past: [PastReading], of series: Int64, at time: Timestamp) {
        let number = Int(series)
        if pairs.isAskedFor(number) {
            pairs.remember(past, of: number)
        } else if let tests = states[number].tests {
            states[number].remember(past, before: time, tests)
        }
    }

    /// Takes in a reading of the payload whose readings are judged next, with its value if it can be a measure for others:
    /// as far as it shows without the readings before it.
    mutating func foresee(_ observation: Observation, first: Bool) {
        let number = Int(observation.series)
        let tests = number < states.count ? states[number].tests : nil
        var judgement = blank(observation, rules: 0)
        var value = observation.value
        var sum = DigitSum()
        if let tests {
            value = Self.value(observation, tests, &judgement)
            let time = observation.time.millisecondsSince1970 &* 1_000_000
            sum = LiveWindows.judgeAlone(Sample(time: time, value: value ?? .nan), tests)
        } else {
            judgement.noteTimes(observation, futureLimit: Self.limitMilliseconds, lateLimit: Self.limitMilliseconds)
        }
        let fails = Self.flag(hasValue: value != nil, sum, judgement.qualifiers) == .fail
        pairs.foresee(number, at: observation.time, value: fails ? nil : value, first: first)
    }

    @inline(__always)
    private func blank(_ observation: Observation, rules: Int32) -> Judgement {
        Judgement(
            flag: .missing, tests: .notEvaluated, settles: nil, qualifiers: observation.statusQualifiers, rules: rules)
    }

    @inline(__always)
    mutating func judge(_ observation: Observation) -> Judgement {
        let number = Int(observation.series)
        guard number < states.count, let tests = states[number].tests else {
            return judgeWithoutRules(observation)
        }
        // What was to become of an earlier reading of this time, this one has been judged by already.
        if !revisions.isEmpty { revisions.removeAll { $0.series == observation.series && $0.time == observation.time } }
        if states[number].batch != batch {
            states[number].batch = batch
            touched.append(number)
        }
        var judgement = blank(observation, rules: states[number].rules)
        let value = Self.value(observation, tests, &judgement)
        let time = observation.time.millisecondsSince1970 &* 1_000_000
        let sample = Sample(time: time, value: value ?? .nan)
        var sum: DigitSum
        var settled: Int64 = 0
        if judgement.isIsolated {
            sum = LiveWindows.judgeAlone(sample, tests)
        } else {
            let outcome = states[number].judge(sample, tests, &changes)
            sum = outcome.sum
            judgement.settles = outcome.settles
            settled = outcome.settled
            note(outcome, of: observation.series)
            if pairs.isNeeded { compare(observation, value, tests, &sum) }
        }
        judgement.tests = sum.digits
        judgement.flag = Self.flag(hasValue: value != nil, sum, judgement.qualifiers)
        if pairs.isNeeded, !judgement.isIsolated {
            tellPartners(of: observation, judgement.flag == .fail ? nil : value, rate: sum.digits[.rateOfChange])
        }
        if tests.masksFailed, !judgement.isIsolated {
            let masked =
                (judgement.settles == .fail ? [settled] : []) + (judgement.tests.masks(judgement.flag) ? [time] : [])
            if !masked.isEmpty { states[number].mask(masked) }
        }
        return judgement
    }

    mutating func takeRevisions() -> [RevisionRequest] {
        if revisions.isEmpty { return [] }
        defer { revisions = [] }
        return revisions
    }

    func acceptsUnit(_ unit: String, of series: Int64) -> Bool {
        let number = Int(series)
        guard number < states.count, let known = states[number].unit else { return true }
        return UnitSpelling.isSame(unit, known)
    }

    func conflictTolerance(of series: Int64) -> Double {
        let number = Int(series)
        guard number < states.count, let tests = states[number].tests else { return 0 }
        return tests.rules.set.extensions.conflictTolerance
    }

    mutating func commit() {
        touched.removeAll(keepingCapacity: true)
        pairs.commit()
        batch &+= 1
    }

    mutating func rollBack(keepingSeries count: Int) {
        for number in touched { states[number].forget() }
        touched.removeAll(keepingCapacity: true)
        revisions = []
        if states.count > count + 1 { states.removeSubrange((count + 1)...) }
        pairs.rollBack(keepingSeries: count)
        batch &+= 1
    }

    func ruleSet(_ number: Int32) -> RuleSetText? { catalog.text(number) }

    // MARK: one reading

    private mutating func judgeWithoutRules(_ observation: Observation) -> Judgement {
        var judgement = blank(observation, rules: 0)
        judgement.noteTimes(observation, futureLimit: Self.limitMilliseconds, lateLimit: Self.limitMilliseconds)
        judgement.flag = RollUp.flag(
            hasValue: observation.value != nil, tests: .notEvaluated, qualifiers: judgement.qualifiers)
        if pairs.isNeeded, !judgement.isIsolated {
            let value = judgement.flag == .fail ? nil : observation.value
            tellPartners(of: observation, value, rate: .notEvaluated)
        }
        return judgement
    }

    /// Five minutes: what holds without rules for `future_limit` and `late_limit`.
    private static let limitMilliseconds: Int64 = 5 * 60 * 1000

    /// The value as it is judged, and what the limits of the rules say of it and of its time.
    @inline(__always)
    private static func value(_ observation: Observation, _ tests: LiveTests, _ judgement: inout Judgement) -> Double? {
        judgement.noteTimes(observation, futureLimit: tests.futureLimit, lateLimit: tests.lateLimit)
        guard let value = observation.value else { return nil }
        if tests.hasMarks {
            if tests.rules.set.missing.contains(value) {
                judgement.isSentinel = true
                judgement.qualifiers.insert(.sentinel)
                return nil
            }
            if tests.rules.set.saturated.contains(value) { judgement.qualifiers.insert(.saturated) }
        }
        if value < tests.detectionLimit { judgement.qualifiers.insert(.belowDetectionLimit) }
        return value
    }

    @inline(__always)
    private static func flag(hasValue: Bool, _ sum: DigitSum, _ qualifiers: Qualifiers) -> QualityFlag {
        guard hasValue else { return .missing }
        guard !qualifiers.isEmpty, let forced = qualifiers.forcedFlag else { return sum.worst }
        return sum.worst.worse(than: forced)
    }

    /// Asks for the revisions that follow from one reading.
    @inline(__always)
    private mutating func note(_ outcome: SeriesState.Outcome, of series: Int64) {
        // A digit of 1 or 2 in the place of a 2 moves no roll-up to or from 3 and 4.
        if let settles = outcome.settles, settles == .suspect || settles == .fail {
            let time = SortedSamples.timestamp(outcome.settled)
            revisions.append(
                RevisionRequest(series: series, time: time, digits: [.init(.spike, settles)], cause: .settled))
        }
        if changes.isEmpty { return }
        for change in changes {
            revisions.append(
                RevisionRequest(series: series, time: change.time, digits: change.digits, cause: .late))
        }
        changes = []
    }

    private mutating func compare(
        _ observation: Observation, _ value: Double?, _ tests: LiveTests, _ sum: inout DigitSum
    ) {
        for digit in pairs.digits(observation, value, rate: sum.digits[.rateOfChange], tests) {
            sum.set(digit.flag, at: digit.test == .multivariate ? DigitSum.multivariate : DigitSum.neighbour)
        }
    }

    /// Remembers a reading for those of other series, and judges the ones that waited for it.
    ///
    /// - Parameter value: `nil` for one that failed, too: it is no measure for others.
    private mutating func tellPartners(of observation: Observation, _ value: Double?, rate: QualityFlag) {
        pairs.add(observation, value: value, rate: rate)
        let states = states
        revisions += pairs.revisions(after: observation, value, rate: rate) { number in states[number].tests }
    }
}

/// The rule sets in use, by number; 0 is none.
struct RuleCatalog {
    private var tests: [LiveTests] = []
    private var numbers: [String: Int32] = [:]

    /// The number of a rule set, and its tests; the same for the same id.
    mutating func add(_ rules: EffectiveRules, _ memory: SeriesMemory) -> (number: Int32, tests: LiveTests) {
        if let number = numbers[rules.id] { return (number, tests[Int(number) - 1]) }
        let added = LiveTests(rules, memory: memory)
        tests.append(added)
        let number = Int32(tests.count)
        numbers[rules.id] = number
        return (number, added)
    }

    func text(_ number: Int32) -> RuleSetText? {
        guard number > 0, Int(number) <= tests.count else { return nil }
        let rules = tests[Int(number) - 1].rules
        return RuleSetText(id: rules.id, json: rules.json)
    }
}
