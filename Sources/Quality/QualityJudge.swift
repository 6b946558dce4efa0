public import Readings
public import Rules

/// Judges readings by the rules of their series: what the device and the clocks say, and the QARTOD tests.
///
/// Of each series it remembers what the tests need: windows as long as the readings come in the order of their times, and
/// the last readings themselves while one of them came late. Both follow from the last readings in the queue alone, so that
/// a restart, a failed commit and a change of the rules all end in the same way: the queue is asked again.
public final class QualityJudge: Judge {
    private var core: JudgeCore

    /// - Parameter book: Which series has which rules.
    public init(book: RuleBook = RuleBook()) {
        core = JudgeCore(book: book)
    }

    init(book: RuleBook, memory: SeriesMemory) {
        core = JudgeCore(book: book, memory: memory)
    }

    public var comparesSeries: Bool { core.comparesSeries }
    public func need(_ series: Int64, at time: Timestamp) -> JudgeNeed? { core.need(series, at: time) }
    public func introduce(_ series: Int64, as key: SeriesKey) { core.introduce(series, as: key) }
    public func remember(_ past: [PastReading], of series: Int64, at time: Timestamp) {
        core.remember(past, of: series, at: time)
    }
    public func foresee(_ observation: Observation, first: Bool) { core.foresee(observation, first: first) }
    public func judge(_ observation: Observation) -> Judgement { core.judge(observation) }
    public func acceptsUnit(_ unit: String, of series: Int64) -> Bool { core.acceptsUnit(unit, of: series) }
    public func takeRevisions() -> [RevisionRequest] { core.takeRevisions() }
    public func conflictTolerance(of series: Int64) -> Double { core.conflictTolerance(of: series) }
    public func commit() { core.commit() }
    public func rollBack(keepingSeries count: Int) { core.rollBack(keepingSeries: count) }
    public func ruleSet(_ number: Int32) -> RuleSetText? { core.ruleSet(number) }
}
