import Readings
import Registry
import Rules

@testable import Quality

/// A judge and, in memory, what a queue would keep for it: readings in commit order, their final flags, duplicates left out.
///
/// It can be killed (another judge goes on with what was committed) and can fail to commit, as the queue can.
final class JudgedSeries {
    struct Key: Hashable {
        var series: Int64
        var time: Int64
    }

    /// A reading as it stands after all revisions.
    struct Final: Equatable {
        var tests: TestDigits
        var flag: QualityFlag
        var qualifiers: Qualifiers
        var hasValue: Bool
    }

    private struct Arrival {
        var past: PastReading
        var key: Key
    }

    private let book: RuleBook
    private let memory: SeriesMemory
    private var judge: QualityJudge
    private var committed: [Int64: [Arrival]] = [:]
    private var pending: [Arrival] = []
    private var contents: [Key: Set<String>] = [:]
    private(set) var finals: [Key: Final] = [:]
    private var finalsAtCommit: [Key: Final] = [:]
    private var contentsAtCommit: [Key: Set<String>] = [:]
    private var keys: [Int64: SeriesKey] = [1: SeriesKey(station: "A", parameter: "X")]
    /// The longest history that the judge asked for.
    private(set) var askedMost = 0

    init(book: RuleBook, series: [Int64: SeriesKey], memory: SeriesMemory = SeriesMemory()) {
        self.book = book
        self.memory = memory
        keys = series
        judge = QualityJudge(book: book, memory: memory)
        introduceAll()
    }

    /// One series with one rule set.
    convenience init(_ set: RuleSet, intervalMilliseconds: Int64?, memory: SeriesMemory = SeriesMemory()) {
        var station = StationDefinition(id: "A", name: "A", domain: "test")
        station.intervalMilliseconds = intervalMilliseconds
        self.init(
            book: RuleBook(entries: [.init(match: RuleMatch(), set: set)], stations: StationCatalog([station])),
            series: [1: SeriesKey(station: "A", parameter: "X")], memory: memory)
    }

    private func introduceAll() {
        guard judge.comparesSeries else { return }
        for (number, key) in keys.sorted(by: { $0.key < $1.key }) { judge.introduce(number, as: key) }
    }

    /// Offers one reading in a batch of its own.
    @discardableResult
    func offer(
        series: Int64 = 1, time: Int64, value: Double?, received: Int64? = nil, qualifiers: Qualifiers = []
    ) -> Judgement {
        defer { commit() }
        return add(series: series, time: time, value: value, received: received, qualifiers: qualifiers)
            ?? Judgement(flag: .notEvaluated, tests: .notEvaluated, settles: nil, qualifiers: [], rules: -1)
    }

    /// Adds a reading to the batch; `nil`: it is a duplicate.
    @discardableResult
    func add(
        series: Int64 = 1, time: Int64, value: Double?, received: Int64? = nil, qualifiers: Qualifiers = []
    ) -> Judgement? {
        let key = Key(series: series, time: time)
        guard contents[key, default: []].insert(value.map { "\($0)" } ?? "-").inserted else { return nil }
        let moment = Timestamp(millisecondsSince1970: time)
        let receipt = Timestamp(millisecondsSince1970: received ?? time)
        while let need = judge.need(series, at: moment) { answer(need, series: series, at: moment) }
        let judgement = judge.judge(
            Observation(
                series: series, time: moment, received: receipt, value: value, status: .measuring,
                qualifiers: qualifiers))
        let stored = judgement.isSentinel ? nil : value
        if !judgement.isIsolated {
            let times =
                (committed[series] ?? []).map(\.past.time) + pending.filter { $0.key.series == series }.map(\.past.time)
            let isLate = times.max().map { moment <= $0 } ?? false
            let past = PastReading(
                time: moment, received: receipt, value: stored, flag: judgement.flag, tests: judgement.tests,
                settles: judgement.settles, isLate: isLate)
            pending.append(Arrival(past: past, key: key))
        }
        finals[key] = Final(
            tests: judgement.tests, flag: judgement.flag, qualifiers: judgement.qualifiers, hasValue: stored != nil)
        return judgement
    }

    private func answer(_ need: JudgeNeed, series: Int64, at time: Timestamp) {
        switch need {
        case .name: judge.introduce(series, as: keys[series] ?? SeriesKey(station: "", parameter: ""))
        case .history(let number, let readings):
            askedMost = max(askedMost, readings)
            let all = (committed[number] ?? []).map(\.past) + pending.filter { $0.key.series == number }.map(\.past)
            judge.remember(Array(all.suffix(readings)), of: number, at: time)
        }
    }

    func commit() {
        for request in judge.takeRevisions() { apply(request) }
        judge.commit()
        for arrival in pending { committed[arrival.key.series, default: []].append(arrival) }
        pending = []
        finalsAtCommit = finals
        contentsAtCommit = contents
    }

    /// The batch is not stored: the source will offer it again.
    func failCommit() {
        _ = judge.takeRevisions()
        judge.rollBack(keepingSeries: Int(keys.keys.max() ?? 0))
        forgetPending()
    }

    /// The daemon dies; another one goes on with what was committed.
    func kill() {
        judge = QualityJudge(book: book, memory: memory)
        introduceAll()
        forgetPending()
    }

    private func forgetPending() {
        pending = []
        finals = finalsAtCommit
        contents = contentsAtCommit
    }

    /// As it ought to be: the queue leaves out what moves no flag.
    private func apply(_ request: RevisionRequest) {
        let key = Key(series: request.series, time: request.time.millisecondsSince1970)
        guard var final = finals[key] else { return }
        for digit in request.digits { final.tests[digit.test] = digit.flag }
        final.flag = RollUp.flag(hasValue: final.hasValue, tests: final.tests, qualifiers: final.qualifiers)
        finals[key] = final
    }
}
