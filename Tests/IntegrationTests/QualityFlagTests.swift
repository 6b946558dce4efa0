import Foundation
import QuantracTesting
import Testing

/// `quantrac quality flag` and `quality import`, as a user types them.
@Suite struct `quality flag` {
    private static let series = """
        time,value
        2026-11-23T00:00:00Z,10
        2026-11-23T00:05:00Z,
        2026-11-23T00:10:00.5+07:00,90
        1795392900.25,10.50

        """

    private func run(
        _ rules: String, as name: String = "rules.json", _ arguments: [String] = [], series: String = Self.series
    ) throws -> (run: CommandLineRun, folder: TestFolder) {
        let folder = try TestFolder()
        let path = try folder.write(rules, to: name)
        return (
            try CommandLineRun(["quality", "flag", "--rules", path] + arguments, in: folder, input: series), folder
        )
    }

    @Test(arguments: [
        #"{"gross_range_test": {"fail_span": [0, 50]}}"#, #"{"qartod": {"gross_range_test": {"fail_span": [50, 0]}}}"#,
    ])
    func `echoes time and value, and names the columns as the rules do`(rules: String) throws {
        let (run, _) = try run(rules)
        #expect(run.code == 0, "\(run.errors)")
        #expect(
            run.output == """
                time,value,flag,tests,gross_range_test
                2026-11-23T00:00:00Z,10,1,22212222222,1
                2026-11-23T00:05:00Z,,9,22292222222,9
                2026-11-23T00:10:00.5+07:00,90,4,22242222222,4
                1795392900.25,10.50,1,22212222222,1

                """)
    }

    @Test(arguments: [
        ("rules.toml", "[gross_range_test]\nfail_span = [0, 50]"),
        ("rules.yaml", "gross_range_test:\n  fail_span: [0, 50]"),
        (
            "rules.yml",
            "contexts:\n  - streams:\n      dust:\n        qartod:\n          gross_range_test:\n            fail_span: [0, 50]"
        ),
    ])
    func `reads TOML and YAML too`(name: String, rules: String) throws {
        let (run, _) = try run(rules, as: name)
        #expect(run.code == 0, "\(run.errors)")
        #expect(
            run.lines.map { $0.split(separator: ",", omittingEmptySubsequences: false)[2] } == [
                "flag", "1", "9", "4", "1",
            ])
    }

    @Test(arguments: [
        (#"{"gross_range_test": {"fail_span": [0, 10, 20]}}"#, "fail_span"),
        (#"{"gross_range_test": {"fail_span": [0, 10], "suspect_span": [-1, 5]}}"#, "suspect_span"),
        (#"{"gross_range_test": {"fail_span": [0, NaN]}}"#, "fail_span"),
        (#"{"gross_range_test": {"fail_span": [0, 1e999]}}"#, "fail_span"),
        (#"{"spike_test": {"suspect_threshold": -1}}"#, "suspect_threshold"),
        (#"{"spike": {"method": "median"}}"#, "method"),
        (#"{"grossrange": {"fail_span": [0, 10]}}"#, "grossrange"), (#"{"#, "rules.json"), ("", "rules.json"),
        ("{}", "rules.json"),
        (
            #"{"flat_line_test": {"suspect_threshold": 60, "fail_threshold": 600, "tolerance": 0.1, "x": 1}, "location_test": {}}"#,
            "location_test"
        ),
    ])
    func `refuses rules that make no sense with 78 and a sentence`(rules: String, word: String) throws {
        let (run, _) = try run(rules)
        #expect(run.code == 78, "\(run.output)")
        #expect(run.errors.contains(word), "\(run.errors)")
        #expect(run.output.isEmpty)
    }

    @Test(arguments: [
        ("", "line 1"), ("time\n1", "line 1"), ("time,value,colour\n1,2,3", "line 1"),
        ("time,value,latitude\n1,2,3", "line 1"),
        ("time,value\n1,2\n3", "line 3"), ("time,value\nyesterday,2", "line 2"), ("time,value\n1,two", "line 2"),
        ("time,value\n1,0x10", "line 2"), ("time,value\n99999999999999,1", "line 2"),
        ("time,value\n1,2\n\n3,4", "line 3"),
    ])
    func `says which line of the series cannot be read`(series: String, place: String) throws {
        let (run, _) = try run(#"{"gross_range_test": {"fail_span": [0, 50]}}"#, series: series)
        #expect(run.code == 1)
        #expect(run.errors.contains(place), "\(run.errors)")
    }

    @Test func `takes a series without a sample, with one, and with a gap of thirty years`() throws {
        let rules = """
            {"gross_range_test": {"fail_span": [0, 50]}, "spike_test": {"fail_threshold": 3}, "rate_of_change_test": {"threshold": 1},
             "flat_line_test": {"suspect_threshold": 60, "fail_threshold": 600, "tolerance": 0.1}, "time_gap_test": {},
             "attenuated_signal_test": {"suspect_threshold": 1, "fail_threshold": 0.1, "test_period": 60},
             "climatology_test": {"config": [{"tspan": [1, 12], "vspan": [0, 9], "period": "month"}]}}
            """
        let empty = try run(rules, series: "time,value\r\n").run
        #expect(empty.code == 0 && empty.lines.count == 1, "\(empty.errors)")
        let one = try run(rules, series: "\u{feff}value,time\n3,0").run
        #expect(
            one.lines.last == "0,3,4,22112211242"
                + ",1,2,1,1,2,4,1" || one.code == 0, "\(one.output)\(one.errors)")
        let gap = try run(rules, series: "time,value\n0,3\n60,3\n1000000060,3\n").run
        #expect(gap.code == 0, "\(gap.errors)")
        #expect(gap.lines.last?.hasPrefix("1000000060,3,4,4") == true, "\(gap.output)")
        let equal = try run(rules, series: "time,value\n5,3\n5,9\n5,3\n").run
        #expect(equal.code == 78 && equal.errors.contains("flat_line_test"), "\(equal.errors)")
        let told = try run(rules, ["--interval", "60"], series: "time,value\n5,3\n5,9\n5,3\n").run
        #expect(told.code == 0 && told.lines.count == 4, "\(told.errors)")
    }

    @Test func `draws the series`() throws {
        let (run, _) = try run(#"{"gross_range_test": {"fail_span": [0, 50]}}"#, ["--plot", "/nowhere/series.svg"])
        #expect(run.code == 1 && run.errors.contains("/nowhere/series.svg"))
        // The flags are there all the same.
        #expect(run.lines.count == 5)
        let target = try TestFolder()
        let path = target.path("series.svg")
        let (drawn, _) = try self.run(
            #"{"gross_range_test": {"fail_span": [0, 50]}}"#, ["--plot", path, "--unit", "ug/m3"])
        #expect(drawn.code == 0, "\(drawn.errors)")
        let picture = try String(contentsOfFile: path, encoding: .utf8)
        #expect(picture.hasPrefix("<svg") && picture.hasSuffix("</svg>\n") || picture.hasSuffix("</svg>"))
        #expect(picture.contains("4 fail") && picture.contains("9 missing") && picture.contains("ug/m3"))
    }

    @Test func `import writes what check accepts`() throws {
        let folder = try TestFolder()
        let rules = try folder.write(
            """
            streams:
              PM2.5:
                qartod:
                  gross_range_test: {fail_span: [0, 1000], suspect_span: [0, 500]}
                  flat_line_test: {suspect_threshold: 10800, fail_threshold: 21600, tolerance: 0}
                  location_test: {range_max: 50}
            """, to: "ioos.yaml")
        let imported = try CommandLineRun(
            [
                "quality", "import", rules, "--name", "site", "--rules-version", "2024.1", "--domain",
                "environment.ambient_air",
            ],
            in: folder)
        #expect(imported.code == 0, "\(imported.errors)")
        #expect(
            imported.errors.contains("tolerance") && imported.errors.contains("location_test"), "\(imported.errors)")
        let plan = DaemonProcess.Plan(
            folder: folder.path,
            tables: """
                [[station]]
                id = "HN-KK-01"
                name = "A"
                domain = "environment.ambient_air"
                every = "5m"

                """ + imported.output)
        try plan.write()
        let check = try CommandLineRun(["check", "--config", plan.configuration], in: folder)
        #expect(check.code == 0, "\(check.output)\(check.errors)\(imported.output)")
        let explained = try CommandLineRun(
            ["quality", "explain", "--rules", "HN-KK-01", "PM2.5", "--config", plan.configuration], in: folder)
        #expect(
            explained.output.contains("@2024.1+") && explained.output.contains("\"suspect_span\":[0,500]"),
            "\(explained.output)")
    }
}
