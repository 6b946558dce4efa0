import Foundation
import Rules
import Testing

@testable import Settings

@Suite struct `Imported quality rules` {
    /// Every good file whose streams are parameters, as settings and back.
    @Test(arguments: try RuleFileCase.all().filter { $0.name.hasPrefix("good-") && $0.name != "good-settings" })
    func `are the same rules as settings`(found: RuleFileCase) throws {
        let file = try RuleFile.load(path: found.file).get()
        let (text, warnings): (String, [SettingsWarning])
        do {
            (text, warnings) = try file.toml(name: "site", version: "1.0.0", domain: "hydromet.hydrology")
        } catch {
            // Nothing is left of these.
            #expect(error.faults.allSatisfy { $0.kind == .conflict }, "\(error)")
            #expect(file.streams.allSatisfy { $0.set.faults.count >= $0.set.tests.count })
            return
        }
        let settings = try SettingsFolder(["quantrac.toml": "node.name = \"n\"\n", "conf.d/r.toml": text]).settings()
        var entries = settings.ruleBook.entries[...]
        for stream in file.streams {
            var kept = stream.set
            kept.tests.removeAll { !$0.faults.isEmpty }
            if kept.tests.isEmpty { continue }
            let next = entries.popFirst()
            let entry = try #require(next)
            kept.name = entry.set.name
            kept.version = "1.0.0"
            #expect(entry.set == kept, "\(text)")
            #expect(entry.match == RuleMatch(parameter: stream.name, domain: "hydromet.hydrology"))
        }
        #expect(entries.isEmpty)
        let left = file.streams.flatMap(\.set.tests).count { !$0.faults.isEmpty }
        #expect(warnings.count { $0.message.contains("is left out") } == left)
    }

    @Test func `stand in the file as a person would write them`() throws {
        let file = try load(
            "r.yaml",
            """
            streams:
              PM2.5:
                qartod:
                  gross_range: {suspect_span: [0, 500], fail_span: [0, 1000.5]}
                  climatology_test: {config: [{tspan: [2021-01-01, 2021-06-30], vspan: [0, 1e-7]}]}
                  flat_line_test: {suspect_threshold: 10800, fail_threshold: 21600}
                missing: [-9999]
                extensions: {spike_max_gap: 900s}
              "a \\"b\\"":
                qartod:
                  location_test:
            """)
        let (text, warnings) = try file.toml(name: "air", version: "2", station: "HN-*")
        #expect(
            text == """
                # Quality rules from r.yaml, made by `quantrac quality import`.

                [[quality]]
                name = "air-pm2-5"
                version = "2"
                match = { station = "HN-*", parameter = "PM2.5" }
                gross_range_test = { fail_span = [0, 1000.5], suspect_span = [0, 500] }
                climatology_test = { config = [
                    { tspan = ["2021-01-01T00:00:00.000Z", "2021-06-30T00:00:00.000Z"], vspan = [0, 1e-07] },
                ] }
                # Left out: flat_line_test.tolerance 0 never fires, because the range of the values must be below it; expected more than 0.
                # flat_line_test = { tolerance = 0, suspect_threshold = 10800, fail_threshold = 21600 }
                missing = [-9999]
                extensions = { rate_of_change_time = "whole", spike_max_gap = "15m", mask_failed = false, calendar_zone = "UTC", conflict_tolerance = 0 }

                # [[quality]]
                # name = "air-a-b"
                # version = "2"
                # match = { station = "HN-*", parameter = "a \\"b\\"" }
                # Left out: location_test needs positions, which readings do not carry, expected it for files only.
                # location_test = { range_method = "haversine" }

                """)
        #expect(warnings.map(\.line) == [6, 11])
        #expect(warnings.first?.key == "streams.PM2.5.qartod.flat_line_test.tolerance")
    }

    @Test func `fit every parameter of a station where the file names no stream, with a warning`() throws {
        let file = try load("r.json", "{\"gross_range_test\": {\"fail_span\": [0, 1]}}")
        let (text, warnings) = try file.toml(name: "a", version: "1", domain: "sea_islands", station: "HP-01")
        #expect(
            text.contains("name = \"a\"\n")
                && text.contains("match = { domain = \"sea_islands\", station = \"HP-01\" }\n"))
        #expect(warnings.first?.message.contains("a `parameter` in `match` is recommended") == true)
    }

    @Test(arguments: [
        ("{\"gross_range_test\": {\"fail_span\": [0, 1]}}", "fit every series"),
        ("{\"\": {\"qartod\": {\"gross_range_test\": {\"fail_span\": [0, 1]}}}}", "\"\" is no parameter symbol"),
        (
            "a\\tb: {qartod: {spike: {fail_threshold: 1}}}\n\"a\\tb\": {qartod: {spike: {fail_threshold: 1}}}",
            "is no parameter symbol"
        ),
        ("a: {qartod: {location_test: }}", "needs positions"),
        ("PM10: {qartod: {multivariate_test: {rule: A <= B}}}", "does not speak of PM10"),
    ])
    func `are refused where settings could not hold them`(text: String, message: String) throws {
        let file = try load("r.yaml", text)
        let error = #expect(throws: SettingsFaults.self) { _ = try file.toml(name: "a", version: "1") }
        #expect(error?.faults.contains { $0.message.contains(message) } == true, "\(String(describing: error))")
    }

    @Test func `need a name, a version and what a match can hold`() throws {
        let file = try load("r.yaml", "a: {qartod: {spike: {fail_threshold: 1}}}")
        let error = #expect(throws: SettingsFaults.self) {
            _ = try file.toml(name: "A", version: "", domain: "a b", station: "x/y")
        }
        #expect(error?.faults.map(\.key) == ["domain", "name", "station", "version"])
    }

    @Test func `are no import where they are settings already`() throws {
        let file = try load("r.toml", "[[quality]]\nname = \"a\"\nversion = \"1\"\ntime_gap_test = {}\n")
        #expect(throws: SettingsFaults.self) { _ = try file.toml(name: "a", version: "1") }
    }

    @Test func `have names that are none yet`() {
        var taken: Set<String> = []
        let words = [
            "PM2.5", "pm2_5", "PM2.5", "Nhiệt độ", "độ", String(repeating: "a", count: 40),
            String(repeating: "a", count: 50),
        ]
        let names = words.map { RuleName.derived(from: [$0], taken: &taken) }
        let long = String(repeating: "a", count: 30)
        #expect(names == ["pm2-5", "pm2-5-2", "pm2-5-3", "nhi-t", "rules", long + "aa", long + "-2"])
        #expect(names.allSatisfy(SettingsName.isValid))
        #expect(RuleName.derived(from: [String(repeating: "b", count: 31), "c"], taken: &taken).utf8.count == 31)
    }

    private func load(_ name: String, _ text: String) throws -> RuleFile {
        let folder = try SettingsFolder([name: text])
        return try RuleFile.load(path: "\(folder.path)/\(name)").get()
    }
}
