/// What decides how far each reading can be trusted.
///
/// The queue's writer calls it from its one thread, in commit order, for readings it has not seen before; a duplicate
/// never reaches it. What it remembers of a series it is told anew from the queue whenever it asks, so that it holds
/// nothing that the queue does not: judgements are provisional until `commit`, and after `rollBack` it asks again.
public protocol Judge: AnyObject {
    /// What it must be told before it can judge a reading of a series; `nil`: nothing. Asked again after each answer.
    func need(_ series: Int64, at time: Timestamp) -> JudgeNeed?
    /// The answer to `JudgeNeed.name`.
    func introduce(_ series: Int64, as key: SeriesKey)
    /// The answer to `JudgeNeed.history`: the last readings of a series in commit order, the newest last; fewer than asked
    /// for only when the queue has no more. `time` is that of the reading which is to be judged.
    func remember(_ past: [PastReading], of series: Int64, at time: Timestamp)
    /// Tells a reading that stands in the same payload as the next one to be judged, and comes with it or not at all; `first`
    /// when it is the first of its payload. Asked of a judge that compares series only.
    func foresee(_ observation: Observation, first: Bool)
    /// Judges one reading after those judged before it.
    func judge(_ observation: Observation) -> Judgement
    /// What the readings judged since the last call mean for earlier ones.
    func takeRevisions() -> [RevisionRequest]
    /// Whether a unit is that of the series, as far as it is known; asked before `judge`.
    func acceptsUnit(_ unit: String, of series: Int64) -> Bool
    /// How far another source may differ in a value of the series and still have sent a duplicate.
    func conflictTolerance(of series: Int64) -> Double
    /// The readings judged since the last `commit` or `rollBack` are durable.
    func commit()
    /// The readings judged since the last `commit` or `rollBack` are not stored, nor are the series with higher numbers than
    /// `count`: these numbers will be given to others.
    func rollBack(keepingSeries count: Int)
    /// The rule set by the number a judgement carries; `nil` for 0.
    func ruleSet(_ number: Int32) -> RuleSetText?
    /// It compares series with each other and must be introduced to every series there is, before the first reading.
    var comparesSeries: Bool { get }
}

/// What a judge must be told of a series.
public enum JudgeNeed: Sendable, Equatable {
    case name
    /// The last so many readings of a series, which need not be the one that was asked about.
    case history(of: Int64, readings: Int)
}

/// A rule set as it is stored once and named on every reading that it judged.
public struct RuleSetText: Sendable, Hashable {
    /// `name@version+hash`.
    public var id: String
    /// Canonical JSON: the tests with their arguments, and what else the flags hang on.
    public var json: String

    public init(id: String, json: String) {
        self.id = id
        self.json = json
    }
}

/// What a judge sees of a reading that is stored already.
public struct PastReading: Sendable, Equatable {
    public var time: Timestamp
    public var received: Timestamp
    public var value: Double?
    /// As of its commit.
    public var flag: QualityFlag
    public var tests: TestDigits
    /// The settled spike digit of the reading before it.
    public var settles: QualityFlag?
    /// When it came, there was a reading of its series of the same or a later time already.
    public var isLate: Bool

    public init(
        time: Timestamp, received: Timestamp, value: Double?, flag: QualityFlag, tests: TestDigits,
        settles: QualityFlag?, isLate: Bool
    ) {
        self.time = time
        self.received = received
        self.value = value
        self.flag = flag
        self.tests = tests
        self.settles = settles
        self.isLate = isLate
    }
}

/// A further revision of a stored reading, if it changes whether the reading can be trusted.
///
/// The queue sets the digits on the newest revision of the key, and appends a row only when they matter.
public struct RevisionRequest: Sendable, Equatable {
    public var series: Int64
    public var time: Timestamp
    public var digits: [Digit]
    public var cause: Cause

    /// What one test says now.
    public struct Digit: Sendable, Equatable {
        public var test: TestDigits.Test
        public var flag: QualityFlag

        public init(_ test: TestDigits.Test, _ flag: QualityFlag) {
            self.test = test
            self.flag = flag
        }
    }

    public init(series: Int64, time: Timestamp, digits: [Digit], cause: Cause) {
        self.series = series
        self.time = time
        self.digits = digits
        self.cause = cause
    }
}

extension RevisionRequest {
    /// Whether the digits move the flag to or from 3 or 4, or would if what can be taken back were: maintenance, and the
    /// digits that a late reading or a correction may change. What is hidden by the rest stays hidden.
    public func matters(
        before: TestDigits, after: TestDigits, hasValue: Bool, _ qualifiers: Qualifiers
    ) -> Bool {
        guard hasValue else { return false }
        let isGrave = { (flag: QualityFlag) in flag == .suspect || flag == .fail }
        let flags = [before, after].map { RollUp.flag(hasValue: true, tests: $0, qualifiers: qualifiers) }
        if flags[0] != flags[1], flags.contains(where: isGrave) { return true }
        let firm = [TestDigits.Test.syntax, .location, .grossRange, .climatology, .flatLine, .attenuatedSignal]
        let forced = qualifiers.subtracting(.maintenance).forcedFlag ?? .notEvaluated
        let floor = firm.reduce(forced) { after[$1].worse(than: $0) }
        return digits.contains { digit in
            let moved = [before[digit.test], after[digit.test]]
            return moved[0] != moved[1] && moved.contains { isGrave($0) && $0.severity > floor.severity }
        }
    }
}

/// What a judge sees of a reading.
public struct Observation: Sendable {
    /// The series' number in the queue, the same for a (station, parameter, sensor) as long as the queue lives.
    public var series: Int64
    public var time: Timestamp
    public var received: Timestamp
    /// `nil` when there is no number to judge.
    public var value: Double?
    public var status: DeviceStatus
    /// What the decoder and the queue have found already.
    public var qualifiers: Qualifiers
    /// The node's clock was synchronised when it was received.
    public var isClockTrusted: Bool

    public init(
        series: Int64, time: Timestamp, received: Timestamp, value: Double?, status: DeviceStatus,
        qualifiers: Qualifiers, isClockTrusted: Bool = true
    ) {
        self.isClockTrusted = isClockTrusted
        self.series = series
        self.time = time
        self.received = received
        self.value = value
        self.status = status
        self.qualifiers = qualifiers
    }
}

/// What a judge says of a reading.
public struct Judgement: Sendable, Equatable {
    public var flag: QualityFlag
    public var tests: TestDigits
    /// The settled spike digit of the previous reading of the series; `nil` when there is nothing to settle.
    public var settles: QualityFlag?
    public var qualifiers: Qualifiers
    /// The number of the rule set in `Judge`'s own catalogue, 0 for none.
    public var rules: Int32
    /// The value is one of the instrument's sentinels: it is stored as null, with the number as raw value.
    public var isSentinel = false
    /// It takes no part in the judgement of others, and is never told back as history: its time cannot be true.
    public var isIsolated = false

    public init(
        flag: QualityFlag, tests: TestDigits, settles: QualityFlag?, qualifiers: Qualifiers, rules: Int32
    ) {
        self.flag = flag
        self.tests = tests
        self.settles = settles
        self.qualifiers = qualifiers
        self.rules = rules
    }
}

/// The defaults of a judge that knows no rules.
extension Judge {
    public func need(_ series: Int64, at time: Timestamp) -> JudgeNeed? { nil }
    public func introduce(_ series: Int64, as key: SeriesKey) {}
    public func remember(_ past: [PastReading], of series: Int64, at time: Timestamp) {}
    public func foresee(_ observation: Observation, first: Bool) {}
    public func takeRevisions() -> [RevisionRequest] { [] }
    public func acceptsUnit(_ unit: String, of series: Int64) -> Bool { true }
    public func conflictTolerance(of series: Int64) -> Double { 0 }
    public func ruleSet(_ number: Int32) -> RuleSetText? { nil }
    public var comparesSeries: Bool { false }
}
