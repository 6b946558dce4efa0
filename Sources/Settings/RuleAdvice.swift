import Readings
import Registry
import Rules

/// What is right with the rules and will still surprise, as far as the stations of the settings show it.
struct RuleAdvice {
    private let entries: [PlacedEntry]
    private let book: RuleBook
    private let stations: [StationDefinition]
    /// The known series for which each match is the one that counts.
    private let series: [RuleMatch: [SeriesKey]]

    init(
        _ entries: [PlacedEntry], book: RuleBook, stations: [StationDefinition], polled: some Sequence<SeriesKey>
    ) {
        self.entries = entries
        self.book = book
        self.stations = stations
        var series = stations.flatMap { station in
            station.parameters.map { SeriesKey(station: station.id, parameter: $0.symbol, sensor: $0.sensor) }
        }
        series += Set(polled).subtracting(series).sorted {
            ($0.station, $0.parameter, $0.sensor) < ($1.station, $1.parameter, $1.sensor)
        }
        // A station without a list of parameters may have any that a rule names.
        let described = Set(series.map(\.station))
        for station in stations where !described.contains(station.id) {
            for entry in entries {
                let match = entry.entry.match
                guard let parameter = match.parameter else { continue }
                let candidate = SeriesKey(station: station.id, parameter: parameter, sensor: match.sensor ?? 1)
                if match.fits(candidate, domain: station.domain) { series.append(candidate) }
            }
        }
        var counting: [RuleMatch: [SeriesKey]] = [:]
        for one in series {
            if let entry = book.fitting(one).last { counting[entry.match, default: []].append(one) }
        }
        self.series = counting
    }

    var warnings: [SettingsWarning] { unknownDomains + entries.flatMap { intervals(of: $0) } }

    // MARK: Domains

    /// Once for a file and domain: a ready-made file has a rule for each parameter.
    private var unknownDomains: [SettingsWarning] {
        let known = Set(stations.map(\.domain))
        var groups: [[PlacedEntry]] = []
        for entry in entries {
            guard let domain = entry.entry.match.domain, !known.contains(domain) else { continue }
            let index = groups.firstIndex {
                $0[0].entry.match.domain == domain && $0[0].table.place.file == entry.table.place.file
            }
            if let index { groups[index].append(entry) } else { groups.append([entry]) }
        }
        return groups.map { group in
            let domain = group[0].entry.match.domain ?? ""
            let others = group.count > 1 ? ", and so for \(group.count - 1) more of this file" : ""
            return SettingsWarning(
                at: group[0].matchPlace, key: "\(group[0].table.path).match",
                "fits nothing, because no `[[station]]` has the domain \"\(domain)\"\(others); a `[[station]]` for each "
                    + "station of that domain is recommended")
        }
    }

    // MARK: Intervals

    private func intervals(of entry: PlacedEntry) -> [SettingsWarning] {
        guard let series = series[entry.entry.match] else { return [] }
        return entry.tests.flatMap { test -> [SettingsWarning] in
            switch test.rule {
            case .flatLine(let rule): flatLine(rule, test, series)
            case .attenuatedSignal(let rule): attenuatedSignal(rule, test, series)
            default: []
            }
        }
    }

    private func flatLine(_ rule: FlatLineRule, _ test: PlacedTest, _ series: [SeriesKey]) -> [SettingsWarning] {
        var warnings = [notRun(test, nil, series)].compactMap(\.self)
        for (argument, seconds, outcome) in [
            ("suspect_threshold", rule.suspectThresholdSeconds, "makes every value suspect"),
            ("fail_threshold", rule.failThresholdSeconds, "fails every value"),
        ] {
            let short = series.filter {
                guard let interval = book.stations.intervalMilliseconds(of: $0) else { return false }
                return FlatLineRule.samples(seconds: seconds, intervalNanoseconds: interval * 1_000_000) == 0
            }
            guard let first = short.first else { continue }
            warnings.append(
                warning(
                    test, argument,
                    "is shorter than the interval of \(name(first, of: short)): the window holds one value, which is always "
                        + "flat, and so the test \(outcome); several intervals are recommended"))
        }
        return warnings
    }

    private func attenuatedSignal(
        _ rule: AttenuatedSignalRule, _ test: PlacedTest, _ series: [SeriesKey]
    ) -> [SettingsWarning] {
        let needsInterval = rule.minimumObservations == nil && rule.minimumPeriodSeconds != nil
        var warnings = needsInterval ? [notRun(test, "min_period", series)].compactMap(\.self) : []
        func isAtMost(_ seconds: Double?, _ series: SeriesKey, _ share: (Double, Double) -> Bool) -> Bool {
            guard let seconds, let interval = book.stations.intervalMilliseconds(of: series) else { return false }
            return share(seconds * 1000, Double(interval))
        }
        let alone = series.filter { isAtMost(rule.testPeriodSeconds, $0, <=) }
        if let first = alone.first {
            warnings.append(
                warning(
                    test, "test_period",
                    "is no longer than the interval of \(name(first, of: alone)): the window holds one value, which does not "
                        + "move; many intervals are recommended"))
        }
        let idle = needsInterval ? series.filter { isAtMost(rule.minimumPeriodSeconds, $0, <) } : []
        if let first = idle.first {
            warnings.append(
                warning(
                    test, "min_period",
                    "is shorter than the interval of \(name(first, of: idle)), and asks for no value besides the one that is "
                        + "judged; several intervals are recommended"))
        }
        return warnings
    }

    /// A test that needs the interval, where it is not known.
    private func notRun(_ test: PlacedTest, _ argument: String?, _ series: [SeriesKey]) -> SettingsWarning? {
        let without = series.filter { book.stations.intervalMilliseconds(of: $0) == nil }
        guard let first = without.first else { return nil }
        return warning(
            test, argument,
            "needs the interval of \(name(first, of: without)), which is not known: the test is not run; `every` of the "
                + "`[[station]]` is recommended")
    }

    private func warning(_ test: PlacedTest, _ argument: String?, _ message: String) -> SettingsWarning {
        let location = test.location(of: argument)
        return SettingsWarning(at: location.place, key: location.key, message)
    }

    private func name(_ series: SeriesKey, of all: [SeriesKey]) -> String {
        var text = "\(series.parameter) of \(series.station)"
        if series.sensor != 1 { text += ", sensor \(series.sensor)" }
        if let interval = book.stations.intervalMilliseconds(of: series) {
            text += " (\(Quantity.durationText(interval)))"
        }
        if all.count > 1 { text += " and \(all.count - 1) more series" }
        return text
    }
}
