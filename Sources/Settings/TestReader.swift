import Readings
import Rules

/// A test that was read, and the table it stands in.
struct PlacedTest: Sendable {
    let rule: TestRule
    let table: CheckedTable

    /// Where an argument stands that a rule's fault names: `tolerance`, `config[0].zspan`; `nil`: the test.
    func location(of argument: String?) -> (place: Place, key: String) {
        guard let argument else { return (table.place, table.path) }
        let parts = argument.split(separator: ".", maxSplits: 1).map(String.init)
        guard parts.count == 2, let bracket = parts[0].firstIndex(of: "["),
            let index = Int(parts[0][bracket...].dropFirst().dropLast()),
            let members = table.children[String(parts[0][..<bracket])], members.indices.contains(index)
        else { return (table.place(argument), "\(table.path).\(argument)") }
        return (members[index].place(parts[1]), "\(members[index].path).\(parts[1])")
    }

    /// A fault of the rule as one of the settings.
    func settingsFault(_ fault: RuleFault) -> SettingsFault {
        let location = location(of: fault.argument)
        let kind: SettingsFault.Kind = fault.severity == .error ? .badValue : .conflict
        return SettingsFault(kind, at: location.place, key: location.key, fault.message)
    }
}

/// Makes the tests of a rule set from its checked tables, and the set itself.
struct TestReader {
    let zones: ZoneCatalog
    var faults: FaultList

    /// The tests in the order of the file; one that has faults is left out.
    mutating func tests(of set: CheckedTable) -> [PlacedTest] {
        var tests: [PlacedTest] = []
        for spec in Schema.tests {
            guard let table = set.children[spec.name]?.first, let rule = rule(spec.name, table) else { continue }
            tests.append(PlacedTest(rule: rule, table: table))
        }
        return tests.sorted {
            ($0.table.place.line ?? 0, $0.table.place.column ?? 0)
                < ($1.table.place.line ?? 0, $1.table.place.column ?? 0)
        }
    }

    /// A rule set with what else the table says.
    func set(_ table: CheckedTable, name: String, version: String, tests: [PlacedTest]) -> RuleSet {
        var set = RuleSet(name: name, version: version, tests: tests.map(\.rule))
        set.futureLimitMilliseconds = table.integerIfAny("future_limit") ?? set.futureLimitMilliseconds
        set.lateLimitMilliseconds = table.integerIfAny("late_limit") ?? set.lateLimitMilliseconds
        set.missing = table.numbers("missing")
        set.saturated = table.numbers("saturated")
        guard let extensions = table.children["extensions"]?.first else { return set }
        set.extensions.rateOfChangeTime =
            RuleExtensions.RateOfChangeTime(rawValue: extensions.text("rate_of_change_time")) ?? .whole
        set.extensions.spikeMaxGapMilliseconds = extensions.integerIfAny("spike_max_gap")
        set.extensions.masksFailed = extensions.flag("mask_failed")
        set.extensions.calendarZone =
            extensions.textIfAny("calendar_zone").flatMap { try? zones.zone(named: $0) } ?? .utc
        set.extensions.conflictTolerance = extensions.numberIfAny("conflict_tolerance") ?? 0
        return set
    }

    /// What is wrong with the extensions of a set.
    func extensionFaults(_ set: RuleSet, _ table: CheckedTable) -> [SettingsFault] {
        guard let extensions = table.children["extensions"]?.first else { return [] }
        return set.faults.filter { $0.test == "extensions" }.map {
            let key = $0.argument.map { "\(extensions.path).\($0)" } ?? extensions.path
            return SettingsFault(.badValue, at: extensions.place($0.argument ?? ""), key: key, $0.message)
        }
    }

    /// `nil` when faults stand already.
    private mutating func rule(_ name: String, _ table: CheckedTable) -> TestRule? {
        guard table.isWhole else { return nil }
        switch name {
        case "gross_range_test":
            return table.spanIfAny("fail_span").map {
                .grossRange(GrossRangeRule(failSpan: $0, suspectSpan: table.spanIfAny("suspect_span")))
            }
        case "climatology_test": return climatology(table)
        case "spike_test":
            return SpikeRule.Method(rawValue: table.text("method")).map {
                .spike(
                    SpikeRule(
                        suspectThreshold: table.numberIfAny("suspect_threshold"),
                        failThreshold: table.numberIfAny("fail_threshold"), method: $0))
            }
        case "rate_of_change_test":
            return table.numberIfAny("threshold").map {
                .rateOfChange(RateOfChangeRule(threshold: $0, failThreshold: table.numberIfAny("fail_threshold")))
            }
        case "flat_line_test":
            return thresholds(table).map {
                .flatLine(
                    FlatLineRule(
                        suspectThresholdSeconds: $0.suspect, failThresholdSeconds: $0.fail,
                        tolerance: table.numberIfAny("tolerance") ?? 0))
            }
        case "attenuated_signal_test": return attenuatedSignal(table)
        default: return pairOrOfflineRule(name, table)
        }
    }

    private func pairOrOfflineRule(_ name: String, _ table: CheckedTable) -> TestRule? {
        switch name {
        case "time_gap_test": return .timeGap(TimeGapRule(failSpanHours: table.numberIfAny("fail_span") ?? 2))
        case "multivariate_test":
            return TextRule.relation(table.text("rule")).map {
                .multivariate(
                    MultivariateRule(
                        relation: $0, tolerance: table.numberIfAny("tolerance") ?? 0,
                        waitMilliseconds: table.integer("wait")))
            }
        case "neighbour_test":
            return table.numberIfAny("max_difference").map {
                .neighbour(
                    NeighbourRule(
                        station: table.textIfAny("station"), sensor: table.integerIfAny("sensor").map { Int($0) },
                        maxDifference: $0, waitMilliseconds: table.integer("wait")))
            }
        case "location_test":
            return LocationRule.RangeMethod(rawValue: table.text("range_method")).map {
                .location(LocationRule(rangeMaxMetres: table.numberIfAny("range_max"), rangeMethod: $0))
            }
        case "speed_test":
            return thresholds(table).map { .speed(SpeedRule(suspectThreshold: $0.suspect, failThreshold: $0.fail)) }
        case "data_reception_test":
            return .dataReception(
                DataReceptionRule(
                    failSpanHours: table.numberIfAny("fail_span") ?? 6, fromNanoseconds: table.momentIfAny("from_time"))
            )
        default: return .duplicateTimestamp
        }
    }

    private func thresholds(_ table: CheckedTable) -> (suspect: Double, fail: Double)? {
        guard let suspect = table.numberIfAny("suspect_threshold"), let fail = table.numberIfAny("fail_threshold")
        else { return nil }
        return (suspect, fail)
    }

    private func attenuatedSignal(_ table: CheckedTable) -> TestRule? {
        guard let thresholds = thresholds(table),
            let checkType = AttenuatedSignalRule.CheckType(rawValue: table.text("check_type"))
        else { return nil }
        return .attenuatedSignal(
            AttenuatedSignalRule(
                suspectThreshold: thresholds.suspect, failThreshold: thresholds.fail,
                testPeriodSeconds: table.numberIfAny("test_period"),
                minimumObservations: table.integerIfAny("min_obs").map { Int($0) },
                minimumPeriodSeconds: table.numberIfAny("min_period"), checkType: checkType))
    }

    // MARK: Climatology

    private mutating func climatology(_ table: CheckedTable) -> TestRule? {
        let key = "\(table.path).config"
        guard let tables = table.children["config"] else {
            faults.add(.missing, at: table.place, key: key, "is missing, expected a list of members")
            return nil
        }
        if tables.isEmpty, faults.faults.contains(where: { $0.key == key }) { return nil }
        let members = tables.map { member($0) }
        guard !members.contains(where: { $0 == nil }) else { return nil }
        return .climatology(ClimatologyRule(members: members.compactMap(\.self)))
    }

    private mutating func member(_ table: CheckedTable) -> ClimatologyRule.Member? {
        guard table.isWhole, let tspan = table.timeSpanIfAny("tspan"), let valueSpan = table.spanIfAny("vspan"),
            let time = timeSpan(tspan, table)
        else { return nil }
        return ClimatologyRule.Member(
            time: time, valueSpan: valueSpan, failSpan: table.spanIfAny("fspan"), depthSpan: table.spanIfAny("zspan"))
    }

    private mutating func timeSpan(
        _ span: CheckedTable.TimeSpan, _ table: CheckedTable
    ) -> ClimatologyRule.TimeSpan? {
        let period = table.textIfAny("period").flatMap { ClimatologyRule.Period(name: $0) }
        switch (span, period) {
        case (.numbers(let first, let second), let period?):
            return .recurring(period, NumberSpan(first, second), isReversed: first > second)
        case (.moments(let first, let second), nil):
            return .absolute(min(first, second)...max(first, second))
        case (.numbers, nil):
            faults.add(
                .conflict, at: table.place("tspan"), key: "\(table.path).tspan",
                "holds numbers that count nothing, expected a `period` beside them, or two dates or times")
        case (.moments, _?):
            faults.add(
                .conflict, at: table.place("tspan"), key: "\(table.path).tspan",
                "holds dates or times beside a `period`, expected its numbers, or no `period`")
        }
        return nil
    }
}
