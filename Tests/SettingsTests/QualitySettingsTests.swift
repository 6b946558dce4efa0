import Readings
import Registry
import Rules
import Testing

@testable import Settings

@Suite struct `Quality rules in the settings` {
    @Test func `are read with every key`() throws {
        let entry = try #require(
            try readSettings(
                """
                [[quality]]
                name = "air"
                version = "1.2.0"
                match = { station = "HN-*", parameter = "Nhie\\u0323\\u0302t", sensor = 2, domain = "environment.ambient_air" }
                extensions = { rate_of_change_time = "exact", spike_max_gap = "45m", mask_failed = true, calendar_zone = "Asia/Ho_Chi_Minh", conflict_tolerance = 0.5 }
                neighbour_test = { station = "HN-KK-02", max_difference = 10 }
                multivariate_test = { rule = "moves with  Flow ", tolerance = 5, wait = "30s" }
                time_gap_test = {}
                attenuated_signal_test = { suspect_threshold = 2, fail_threshold = 1, test_period = 3600.5, min_obs = 3.0, check_type = "range" }
                flat_line_test = { tolerance = 0.1, suspect_threshold = 3600, fail_threshold = 7200.5 }
                rate_of_change_test = { threshold = 0.5, fail_threshold = 1 }
                spike_test = { fail_threshold = 3 }
                climatology_test = { config = [ { tspan = [8, 6], period = "hour", vspan = [3, 2] } ] }
                gross_range_test = { fail_span = [10, 0], suspect_span = [1, 2.5] }
                missing = [-9999, 1e20]
                saturated = [0, 4095]
                future_limit = "1m"
                late_limit = "2h"
                """.replacing("tspan = [8, 6]", with: "tspan = [6, 8]")
            ).ruleBook.entries.first)
        #expect(
            entry.match
                == RuleMatch(station: "HN-*", parameter: "Nhiệt", sensor: 2, domain: "environment.ambient_air"))
        #expect(Array((entry.match.parameter ?? "").utf8) == Array("Nhi\u{1ec7}t".utf8))
        var set = RuleSet(
            name: "air", version: "1.2.0",
            tests: [
                .neighbour(NeighbourRule(station: "HN-KK-02", sensor: nil, maxDifference: 10)),
                .multivariate(
                    MultivariateRule(relation: .movesWith("Flow"), tolerance: 5, waitMilliseconds: 30_000)),
                .timeGap(TimeGapRule()),
                .attenuatedSignal(
                    AttenuatedSignalRule(
                        suspectThreshold: 2, failThreshold: 1, testPeriodSeconds: 3600.5, minimumObservations: 3,
                        checkType: .range)),
                .flatLine(
                    FlatLineRule(suspectThresholdSeconds: 3600, failThresholdSeconds: 7200.5, tolerance: 0.1)),
                .rateOfChange(RateOfChangeRule(threshold: 0.5, failThreshold: 1)),
                .spike(SpikeRule(suspectThreshold: nil, failThreshold: 3, method: .average)),
                .climatology(
                    ClimatologyRule(members: [
                        .init(time: .recurring(.hour, NumberSpan(6, 8), isReversed: false), valueSpan: NumberSpan(2, 3))
                    ])),
                .grossRange(GrossRangeRule(failSpan: NumberSpan(0, 10), suspectSpan: NumberSpan(1, 2.5))),
            ])
        set.extensions.rateOfChangeTime = .exact
        set.extensions.spikeMaxGapMilliseconds = 45 * 60_000
        set.extensions.masksFailed = true
        set.extensions.calendarZone = try ZoneCatalog(directory: ZoneCatalog.systemDirectory).zone(
            named: "Asia/Ho_Chi_Minh")
        set.extensions.conflictTolerance = 0.5
        set.missing = [-9999, 1e20]
        set.saturated = [0, 4095]
        set.futureLimitMilliseconds = 60_000
        set.lateLimitMilliseconds = 7_200_000
        #expect(entry.set == set)
    }

    @Test func `have the reference's defaults`() throws {
        let entry = try #require(
            try readSettings("[[quality]]\nname = \"a\"\nversion = \"1\"").ruleBook.entries.first)
        #expect(entry == RuleBook.Entry(match: RuleMatch(), set: RuleSet(name: "a", version: "1")))
    }

    @Test func `of the package load together`() throws {
        var files = ["quantrac.toml": "node.name = \"n\"\n"]
        for name in try Project.files(in: "deploy/quality") {
            files["conf.d/\(name)"] = try Project.text("deploy/quality/\(name)")
        }
        let settings = try SettingsFolder(files).settings()
        #expect(settings.ruleBook.entries.count > 100)
        #expect(settings.ruleBook.entries.allSatisfy { $0.match.domain != nil && $0.match.parameter != nil })
        // One warning a file: no station has its domain.
        #expect(settings.warnings().count == files.count - 1)
    }

    @Test func `find their series, the most specific one first`() throws {
        let settings = try readSettings(
            """
            [[quality]]
            name = "all"
            version = "1"
            [[quality]]
            name = "domain"
            version = "1"
            match = { domain = "water" }
            [[quality]]
            name = "cod"
            version = "1"
            match = { parameter = "COD" }
            [[quality]]
            name = "here"
            version = "1"
            match = { station = "HN-*", parameter = "COD" }
            [[station]]
            id = "HN-1"
            name = "Một"
            domain = "water"
            every = "5m"
              [[station.parameter]]
              symbol = "COD"
              unit = "mg/L"
              detection_limit = 0.5
              every = "1m"
            [[modbus]]
            name = "b"
            url = "tcp://192.0.2.1"
            every = "30s"
              [[modbus.device]]
              unit = 1
              station = "HP-1"
              sensor = 2
              every = "2m"
              register = [{ name = "a", parameter = "pH", address = 1 }]
              [[modbus.device]]
              unit = 2
              station = "HP-1"
              register = [{ name = "a", parameter = "pH", address = 1 }]
            """)
        func rules(_ station: String, _ parameter: String, _ sensor: Int = 1) -> EffectiveRules? {
            settings.ruleBook.rules(of: SeriesKey(station: station, parameter: parameter, sensor: sensor))
        }
        #expect(rules("X", "pH")?.set.name == "all" && rules("X", "pH")?.intervalMilliseconds == nil)
        #expect(rules("HN-1", "pH")?.set.name == "domain" && rules("HN-1", "pH")?.intervalMilliseconds == 300_000)
        #expect(rules("X", "COD")?.set.name == "cod")
        #expect(rules("HN-1", "COD")?.set.name == "here" && rules("HN-1", "COD")?.intervalMilliseconds == 60_000)
        #expect(rules("HN-1", "COD")?.detectionLimit == 0.5)
        #expect(rules("HP-1", "pH", 2)?.intervalMilliseconds == 120_000)
        #expect(rules("HP-1", "pH")?.intervalMilliseconds == 30_000)
        #expect(settings.stations.map(\.id) == ["HN-1"])
    }
}

@Suite struct `Faults of quality rules` {
    /// After the node's name, `[[quality]]`, its name and version: from line 5 on.
    static func quality(
        _ text: String, _ kind: SettingsFault.Kind, _ key: String, _ message: String, line: Int = 5
    ) -> FaultCase {
        FaultCase(
            "[[quality]]\nname = \"air\"\nversion = \"1\"\n" + text, kind, line, "quality[air].\(key)", message)
    }

    static let cases: [FaultCase] = [
        FaultCase("[[quality]]\nname = \"a\"", .missing, 2, "quality[a].version", "expected version: 1 to 64 of"),
        quality("gross_range_test = { suspect_span = [0, 1] }", .missing, "gross_range_test.fail_span", "2 numbers"),
        quality(
            "gross_range_test = { fail_span = [0, 1, 2] }", .wrongType, "gross_range_test.fail_span", "has 3 elements"),
        quality(
            "gross_range_test = { fail_span = [0, nan] }", .outOfRange, "gross_range_test.fail_span", "finite numbers"),
        quality(
            "gross_range_test = { fail_span = [0, \"1\"] }", .wrongType, "gross_range_test.fail_span", "without quotes"),
        quality(
            "gross_range_test = { fail_span = [0, 1], suspect_span = [0, 2] }", .badValue,
            "gross_range_test.suspect_span",
            "does not lie within"),
        quality("gross_range = { fail_span = [0, 1] }", .unknownKey, "gross_range", "there is no such key"),
        quality("spike_test = { fail_threshold = 1, treshold = 1 }", .unknownKey, "spike_test.treshold", "no such key"),
        quality("spike_test = {}", .conflict, "spike_test", "never fires, expected suspect_threshold"),
        quality("spike_test = { fail_threshold = -1 }", .badValue, "spike_test.fail_threshold", "is below 0"),
        quality(
            "flat_line_test = { suspect_threshold = 1, fail_threshold = 2 }", .conflict, "flat_line_test.tolerance",
            "0 never fires"),
        quality(
            "[quality.flat_line_test]\ntolerance = 0.1\nsuspect_threshold = 3\nfail_threshold = 2", .conflict,
            "flat_line_test.suspect_threshold", "above fail_threshold", line: 7),
        quality(
            "rate_of_change_test = { threshold = 3, fail_threshold = 2 }", .conflict, "rate_of_change_test.threshold",
            "never fires"),
        quality(
            "attenuated_signal_test = { suspect_threshold = 3, fail_threshold = 2 }", .conflict,
            "attenuated_signal_test",
            "looks at the whole series"),
        quality(
            "attenuated_signal_test = { suspect_threshold = 3, fail_threshold = 2, test_period = 9, min_obs = 3.5 }",
            .wrongType, "attenuated_signal_test.min_obs", "is a number, expected an integer"),
        quality(
            "attenuated_signal_test = { suspect_threshold = 3, fail_threshold = 2, test_period = 9, min_obs = 3, min_period = 9 }",
            .conflict, "attenuated_signal_test.min_period", "has no effect beside min_obs"),
        quality("climatology_test = {}", .missing, "climatology_test.config", "a list of members"),
        quality("climatology_test = { config = [] }", .conflict, "climatology_test.config", "has no member"),
        quality(
            "climatology_test = { config = 5 }", .wrongType, "climatology_test.config", "expected a list of tables"),
        quality(
            "climatology_test = { config = [\n  { tspan = [1, 2], period = \"month\", vspan = [0, 1] },\n"
                + "  { tspan = [11, 2], period = \"month\", vspan = [0, 1] },\n] }", .conflict,
            "climatology_test.config[2].tspan", "runs backwards", line: 7),
        quality(
            "climatology_test = { config = [\n  { tspan = [1, 2], period = \"month\", vspan = [0, 1], zspan = [0, 1] }] }",
            .conflict, "climatology_test.config[1].zspan", "needs depths", line: 6),
        quality(
            "climatology_test = { config = [{ tspan = [13, 14], period = \"month\", vspan = [0, 1] }] }", .conflict,
            "climatology_test.config[1].tspan", "never comes"),
        quality(
            "climatology_test = { config = [{ tspan = [2020-01-01, 07:00:00], vspan = [0, 1] }] }", .badValue,
            "climatology_test.config[1].tspan", "\"07:00:00\" is no date and no time"),
        quality("location_test = {}", .conflict, "location_test", "needs positions"),
        quality(
            "speed_test = { suspect_threshold = 1, fail_threshold = 2 }", .conflict, "speed_test", "needs positions"),
        quality("data_reception_test = {}", .conflict, "data_reception_test", "expected late_limit"),
        quality("duplicate_timestamp_test = {}", .conflict, "duplicate_timestamp_test", "for files only"),
        quality("multivariate_test = { rule = \"A = B\" }", .badValue, "multivariate_test.rule", "expected `A <= B`"),
        quality(
            "multivariate_test = { rule = \"moves with A\" }", .conflict, "multivariate_test.rule",
            "never fires without a rate of change"),
        quality("multivariate_test = { rule = \"A < \" }", .badValue, "multivariate_test.rule", "or `moves with A`"),
        quality("multivariate_test = { rule = \"A < A\" }", .badValue, "multivariate_test.rule", "with itself"),
        quality(
            "match = { parameter = \"C\" }\nmultivariate_test = { rule = \"A < B\" }", .conflict,
            "multivariate_test.rule",
            "does not speak of C", line: 6),
        quality(
            "match = { parameter = \"A\" }\nmultivariate_test = { rule = \"moves with A\" }\nrate_of_change_test = { threshold = 1 }",
            .conflict,
            "multivariate_test.rule", "with itself", line: 6),
        quality("neighbour_test = { max_difference = 1 }", .badValue, "neighbour_test", "names no neighbour"),
        quality(
            "match = { sensor = 2 }\nneighbour_test = { sensor = 2, max_difference = 1 }", .conflict, "neighbour_test",
            "names the series that the match fits", line: 6),
        quality(
            "match = { station = \"A\" }\nneighbour_test = { station = \"A\", max_difference = 1 }", .conflict,
            "neighbour_test", "expected another sensor or station", line: 6),
        quality("extensions = { conflict_tolerance = -1 }", .badValue, "extensions.conflict_tolerance", "is below 0"),
        quality("extensions = { spike_max_gap = 5 }", .wrongType, "extensions.spike_max_gap", "a duration in quotes"),
        quality("extensions = { calendar_zone = \"Hanoi\" }", .badValue, "extensions.calendar_zone", "expected a zone"),
        quality("missing = -9999", .wrongType, "missing", "expected a list of numbers"),
        quality("saturated = [inf]", .outOfRange, "saturated", "expected finite numbers"),
        quality("match = { station = \"HN 1\" }", .badValue, "match.station", "- * ?"),
        quality("match = \"HN-1\"", .wrongType, "match", "expected the table `match`"),
        quality(
            "match = { parameter = \"pH\" }\n[[quality]]\nname = \"b\"\nversion = \"1\"\nmatch = { parameter = \"pH\" }",
            .duplicate, "match", "fits the same series as quality[air] at", line: 9
        ).inEntry("b"),
        quality("[[quality]]\nname = \"b\"\nversion = \"1\"", .duplicate, "match", "expected another match").inEntry(
            "b"),
    ]

    @Test(arguments: cases)
    func `name line, key, and what is expected`(expected: FaultCase) throws {
        let found = try readFaults(expected.text)
        let fault = try #require(found.first)
        #expect(found.count == 1, "\(found)")
        #expect(fault.kind == expected.kind && fault.line == expected.line && fault.key == expected.key, "\(fault)")
        #expect(fault.message.contains(expected.message), "\(fault)")
        #expect(fault.message.contains("expected") || fault.suggestion != nil, "\(fault)")
    }

    @Test func `come all at once`() throws {
        let found = try readFaults(
            """
            [[quality]]
            name = "a"
            version = "1"
            match = { parameter = 5 }
            gross_range_test = { fail_span = [0, 1], suspect_span = [0, 2] }
            climatology_test = { config = [{ tspan = [1, 2], vspan = [0, 1] }, { period = "day", tspan = ["a", "b"], vspan = 5 }] }
            [[quality]]
            name = "b"
            version = "1"
            match = { parameter = 5 }
            flat_line_test = { tolerance = 0, suspect_threshold = 5, fail_threshold = 4 }
            """)
        #expect(found.map(\.line) == [5, 6, 7, 7, 7, 11, 12, 12])
    }
}

extension FaultCase {
    fileprivate func inEntry(_ name: String) -> FaultCase {
        FaultCase(text, kind, line, key.replacing("quality[air]", with: "quality[\(name)]"), message)
    }
}
