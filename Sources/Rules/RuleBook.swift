public import Readings
public import Registry

/// All rule sets of a node, and which of them each series has.
public struct RuleBook: Sendable {
    /// One rule set, and which series it is for.
    public struct Entry: Sendable, Hashable {
        public let match: RuleMatch
        public let set: RuleSet

        public init(match: RuleMatch, set: RuleSet) {
            self.match = match
            self.set = set
        }
    }

    /// In the order of the files.
    public let entries: [Entry]
    public let stations: StationCatalog

    public init(entries: [Entry] = [], stations: StationCatalog = StationCatalog()) {
        self.entries = entries
        self.stations = stations
    }

    /// The rules of a series: those of the most specific entry that fits; of two that are equally specific the later one.
    ///
    /// - Returns: `nil` when no entry fits.
    public func rules(of series: SeriesKey) -> EffectiveRules? {
        fitting(series).last.map { effective($0.set, series) }
    }

    /// A rule set compares series with each other.
    public var comparesSeries: Bool {
        entries.contains { entry in
            entry.set.tests.contains {
                switch $0 {
                case .multivariate, .neighbour: true
                default: false
                }
            }
        }
    }

    /// The entries that fit a series, the one that wins last.
    public func fitting(_ series: SeriesKey) -> [Entry] {
        let domain = stations.station(series.station)?.domain
        return entries.enumerated().filter { $0.element.match.fits(series, domain: domain) }
            .sorted {
                let left = $0.element.match.specificity
                let right = $1.element.match.specificity
                return left == right ? $0.offset < $1.offset : left < right
            }.map(\.element)
    }

    private func effective(_ set: RuleSet, _ series: SeriesKey) -> EffectiveRules {
        EffectiveRules(
            set: set, intervalMilliseconds: stations.intervalMilliseconds(of: series),
            detectionLimit: stations.parameter(of: series)?.detectionLimit, parameter: series.parameter)
    }
}
