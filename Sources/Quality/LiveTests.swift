import Readings
import Rules

/// The tests of one rule set, ready to run on readings as they come.
///
/// Tests that need what is not known (the interval) or not there (positions) are left out; their digits stay 2.
final class LiveTests: Sendable {
    let rules: EffectiveRules
    let grossRange: GrossRangeTest?
    let climatology: ClimatologyTest?
    let spike: SpikeTest?
    let rateOfChange: RateOfChangeTest?
    let flatLine: FlatLineTest?
    let attenuatedSignal: AttenuatedSignalTest?
    let timeGap: TimeGapTest?
    let multivariate: MultivariateRule?
    let neighbour: NeighbourRule?
    // What is asked for every reading, beside the tests: copied out of the rules, which are large.
    let futureLimit: Int64
    let lateLimit: Int64
    let detectionLimit: Double
    /// There are numbers that mean something else than themselves.
    let hasMarks: Bool
    let masksFailed: Bool
    /// How many readings before a new one can have a say in its flag.
    let history: Int
    let memory: SeriesMemory

    init(_ rules: EffectiveRules, memory: SeriesMemory = SeriesMemory()) {
        self.rules = rules
        self.memory = memory
        let extensions = rules.set.extensions
        futureLimit = rules.set.futureLimitMilliseconds
        lateLimit = rules.set.lateLimitMilliseconds
        detectionLimit = rules.detectionLimit ?? -.infinity
        hasMarks = !rules.set.missing.isEmpty || !rules.set.saturated.isEmpty
        masksFailed = extensions.masksFailed
        let interval = rules.intervalMilliseconds.map { $0 * 1_000_000 }
        var parts = Parts()
        for test in rules.set.tests {
            switch test {
            case .grossRange(let rule): parts.grossRange = GrossRangeTest(rule: rule)
            case .climatology(let rule): parts.climatology = ClimatologyTest(rule, zone: extensions.calendarZone)
            case .spike(let rule):
                parts.spike = SpikeTest(rule, maxGapMilliseconds: extensions.spikeMaxGapMilliseconds)
            case .rateOfChange(let rule):
                parts.rateOfChange = RateOfChangeTest(rule, time: extensions.rateOfChangeTime)
            case .flatLine(let rule):
                parts.flatLine = interval.map {
                    FlatLineTest(rule, intervalNanoseconds: $0, needsCompany: extensions.masksFailed)
                }
            case .attenuatedSignal(let rule):
                parts.attenuatedSignal = AttenuatedSignalTest(
                    rule, intervalNanoseconds: interval, needsCompany: extensions.masksFailed)
            case .timeGap(let rule): parts.timeGap = TimeGapTest(rule)
            case .multivariate(let rule): parts.multivariate = rule
            case .neighbour(let rule): parts.neighbour = rule
            case .location, .speed, .dataReception, .duplicateTimestamp: break
            }
        }
        grossRange = parts.grossRange
        climatology = parts.climatology
        spike = parts.spike
        rateOfChange = parts.rateOfChange
        flatLine = parts.flatLine
        attenuatedSignal = parts.attenuatedSignal
        timeGap = parts.timeGap
        multivariate = parts.multivariate
        neighbour = parts.neighbour
        let remembersAny = spike != nil || rateOfChange != nil || timeGap != nil
        history = max(remembersAny ? 2 : 0, flatLine?.history ?? 0, attenuatedSignal?.capacity ?? 0)
    }

    private struct Parts {
        var grossRange: GrossRangeTest?
        var climatology: ClimatologyTest?
        var spike: SpikeTest?
        var rateOfChange: RateOfChangeTest?
        var flatLine: FlatLineTest?
        var attenuatedSignal: AttenuatedSignalTest?
        var timeGap: TimeGapTest?
        var multivariate: MultivariateRule?
        var neighbour: NeighbourRule?
    }
}

/// How much of a series is remembered and asked for beyond what its tests need: a matter of speed, which moves no flag.
struct SeriesMemory {
    /// Readings that the queue is asked for first; then eight times as many.
    var firstAsk = 64
    /// Readings in order after which the samples are given up for windows.
    var inOrder = 64
    /// Samples kept before a late one, for others as late.
    var spare = 8192
    /// More readings than these are never looked through for one judgement: beyond them flags do hang on it.
    var most = 1 << 18
}

extension TestDigits {
    /// Whether a reading with these digits and this flag counts as missing for later ones, where failed ones do.
    ///
    /// One that failed for standing still alone does not: whether the next one stands still, too, shows beside it only.
    func masks(_ flag: QualityFlag) -> Bool {
        guard flag == .fail else { return false }
        let failed = Test.allCases.filter { self[$0] == .fail }
        return failed.isEmpty || failed.contains { $0 != .flatLine && $0 != .attenuatedSignal }
    }
}

/// The digits of the tests while they are being found.
struct DigitSum {
    private(set) var decimal: Int64 = 22_222_222_222
    /// The worst of the tests that were run, by the order of the roll-up; not evaluated when none was.
    private(set) var worst = QualityFlag.notEvaluated

    // The places of `TestDigits`, as powers of ten.
    static let gap: Int64 = 10_000_000_000
    static let grossRange: Int64 = 10_000_000
    static let climatology: Int64 = 1_000_000
    static let spike: Int64 = 100_000
    static let rateOfChange: Int64 = 10_000
    static let flatLine: Int64 = 1_000
    static let multivariate: Int64 = 100
    static let attenuatedSignal: Int64 = 10
    static let neighbour: Int64 = 1

    @inline(__always)
    mutating func set(_ flag: QualityFlag, at weight: Int64) {
        decimal &+= Int64(flag.rawValue &- 2) &* weight
        // 9 of a missing value does not count: the value's own flag is 9 then.
        if flag.rawValue != 9, flag.severity > worst.severity { worst = flag }
    }

    var digits: TestDigits { TestDigits(decimal: decimal) }
}
