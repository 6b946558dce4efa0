public import Readings
public import Rules

/// What other rules would say of readings that are kept: a judge of their own, fed from the beginning.
///
/// Readings are offered in commit order, without the revisions of the daemon's own; `finals` has what becomes of them.
public final class RuleReplay {
    /// A reading by its natural key.
    public struct Key: Sendable, Hashable {
        public var series: Int64
        public var time: Timestamp

        public init(series: Int64, time: Timestamp) {
            self.series = series
            self.time = time
        }
    }

    /// A reading after all revisions.
    public struct Final: Sendable {
        public var tests: TestDigits
        public var flag: QualityFlag
        public var qualifiers: Qualifiers
        public var hasValue: Bool
    }

    public private(set) var finals: [Key: Final] = [:]
    private let judge: QualityJudge
    private let name: (Int64) -> SeriesKey
    private var introduced = Set<Int64>()
    private var past: [Int64: [PastReading]] = [:]
    private var newest: [Int64: Timestamp] = [:]

    /// Of one series, so many readings are remembered for one that came late.
    private static let remembered = 20_000

    /// - Parameter name: Gives the name of a series by its number in the queue.
    public init(book: RuleBook, name: @escaping (Int64) -> SeriesKey) {
        judge = QualityJudge(book: book)
        self.name = name
    }

    /// Judges the next reading.
    ///
    /// - Parameter isCounted: Whether it is kept in `finals`; those before the time in question only lead up to it.
    public func offer(_ observation: Observation, isCounted: Bool) {
        let series = observation.series
        if judge.comparesSeries, introduced.insert(series).inserted { judge.introduce(series, as: name(series)) }
        while let need = judge.need(series, at: observation.time) { answer(need, series, observation.time) }
        // What the old rules found in the times is found anew.
        var observation = observation
        observation.qualifiers.subtract([.late, .future])
        let judgement = judge.judge(observation)
        let value = judgement.isSentinel ? nil : observation.value
        if !judgement.isIsolated {
            let isLate = newest[series].map { observation.time <= $0 } ?? false
            newest[series] = max(newest[series] ?? observation.time, observation.time)
            past[series, default: []].append(
                PastReading(
                    time: observation.time, received: observation.received, value: value, flag: judgement.flag,
                    tests: judgement.tests, settles: judgement.settles, isLate: isLate))
            if past[series]?.count ?? 0 > 2 * Self.remembered { past[series]?.removeFirst(Self.remembered) }
        }
        if isCounted {
            finals[Key(series: series, time: observation.time)] = Final(
                tests: judgement.tests, flag: judgement.flag, qualifiers: judgement.qualifiers, hasValue: value != nil)
        }
        for request in judge.takeRevisions() { apply(request) }
        judge.commit()
    }

    private func answer(_ need: JudgeNeed, _ series: Int64, _ time: Timestamp) {
        switch need {
        case .name: judge.introduce(series, as: name(series))
        case .history(let number, let readings):
            judge.remember(Array((past[number] ?? []).suffix(readings)), of: number, at: time)
        }
    }

    private func apply(_ request: RevisionRequest) {
        let key = Key(series: request.series, time: request.time)
        guard var final = finals[key] else { return }
        for digit in request.digits { final.tests[digit.test] = digit.flag }
        final.flag = RollUp.flag(hasValue: final.hasValue, tests: final.tests, qualifiers: final.qualifiers)
        finals[key] = final
    }
}
