/// What is asked of the values of a series: the tests of one `[[quality]]`, or of one stream of an ioos_qc file.
///
/// The keys and their meaning are those of ioos_qc 3.0.0, which follows the IOOS QARTOD manuals; what is ours stands
/// under `extensions` and in the limits below.
public struct RuleSet: Sendable, Hashable {
    /// `[a-z0-9-]{1,32}`.
    public var name: String
    /// As the operator counts; a part of every rule id.
    public var version: String
    /// At most one of a kind, in the order of the file.
    public var tests: [TestRule]
    public var extensions = RuleExtensions()
    /// A reading observed further ahead of our clock is marked `FUT`.
    public var futureLimitMilliseconds: Int64 = 5 * 60 * 1000
    /// A reading received later after its observation is marked `LAT`.
    public var lateLimitMilliseconds: Int64 = 5 * 60 * 1000
    /// Numbers by which an instrument says that it has none: the value becomes null, the raw value stays.
    public var missing: [Double] = []
    /// The ends of the instrument's range: a value that equals one is marked `SAT`.
    public var saturated: [Double] = []

    public init(name: String, version: String, tests: [TestRule] = []) {
        self.name = name
        self.version = version
        self.tests = tests
    }

    /// What is wrong with the rules, test by test.
    public var faults: [RuleFault] {
        tests.flatMap(\.faults) + movementFaults + extensions.faults(with: tests)
    }

    /// What moves with another parameter is known by the rate of change.
    public var movementFaults: [RuleFault] {
        let movesWith = tests.contains {
            if case .multivariate(let rule) = $0, case .movesWith = rule.relation { true } else { false }
        }
        let hasRate = tests.contains { if case .rateOfChange = $0 { true } else { false } }
        guard movesWith, !hasRate else { return [] }
        return [
            RuleFault(
                "multivariate_test", "rule", .idle,
                "never fires without a rate of change, expected rate_of_change_test beside it")
        ]
    }
}

/// One test with its arguments.
public enum TestRule: Sendable, Hashable {
    case grossRange(GrossRangeRule)
    case climatology(ClimatologyRule)
    case spike(SpikeRule)
    case rateOfChange(RateOfChangeRule)
    case flatLine(FlatLineRule)
    case attenuatedSignal(AttenuatedSignalRule)
    case location(LocationRule)
    case speed(SpeedRule)
    case timeGap(TimeGapRule)
    case dataReception(DataReceptionRule)
    case duplicateTimestamp
    case multivariate(MultivariateRule)
    case neighbour(NeighbourRule)

    /// The test's name, which is its key in a file of rules.
    public var key: String {
        switch self {
        case .grossRange: "gross_range_test"
        case .climatology: "climatology_test"
        case .spike: "spike_test"
        case .rateOfChange: "rate_of_change_test"
        case .flatLine: "flat_line_test"
        case .attenuatedSignal: "attenuated_signal_test"
        case .location: "location_test"
        case .speed: "speed_test"
        case .timeGap: "time_gap_test"
        case .dataReception: "data_reception_test"
        case .duplicateTimestamp: "duplicate_timestamp_test"
        case .multivariate: "multivariate_test"
        case .neighbour: "neighbour_test"
        }
    }

    /// What is wrong with the arguments.
    public var faults: [RuleFault] {
        switch self {
        case .grossRange(let rule): rule.faults
        case .climatology(let rule): rule.faults
        case .spike(let rule): rule.faults
        case .rateOfChange(let rule): rule.faults
        case .flatLine(let rule): rule.faults
        case .attenuatedSignal(let rule): rule.faults
        case .location(let rule): rule.faults
        case .speed(let rule): rule.faults
        case .timeGap(let rule): rule.faults
        case .dataReception(let rule): rule.faults
        case .duplicateTimestamp:
            [
                RuleFault(
                    key, nil, .offline,
                    "compares a whole file, expected it for files only: the queue knows a duplicate by itself")
            ]
        case .multivariate(let rule): rule.faults
        case .neighbour(let rule): rule.faults
        }
    }
}
