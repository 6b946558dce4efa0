import Registry
import Rules
import Testing

@testable import Settings

@Suite struct `Stations in the settings` {
    static let whole = """
        [[station]]
        id = "HN-KK-01"
        name = "Trạm Nguyễn Văn Cừ"
        name_en = "Nguyen Van Cu"
        domain = "environment.ambient_air"
        latitude = 21.05
        longitude = 105.88
        elevation = 12.0
        province = "01"
        owner = "Sở"
        every = "5m"
        zone = "Asia/Ho_Chi_Minh"
        valid_from = "2024-01-01T00:00:00+07:00"
          [[station.parameter]]
          symbol = "Nhie\\u0323\\u0302t"
          unit = "Cel"
          [[station.parameter]]
          symbol = "PM2.5"
          sensor = 2
          unit = "ug/m3"
          aggregation = "mean"
          every = "1m"
          detection_limit = 0.5
          make = "a"
          model = "b"
          serial = "c"
          method = "d"
        """

    @Test func `are read, and what nothing acts on is checked`() throws {
        var station = StationDefinition(
            id: "HN-KK-01", name: "Trạm Nguyễn Văn Cừ", domain: "environment.ambient_air")
        station.latitude = 21.05
        station.longitude = 105.88
        station.intervalMilliseconds = 300_000
        var dust = ParameterDefinition(symbol: "PM2.5", sensor: 2, unit: "ug/m3")
        dust.intervalMilliseconds = 60_000
        dust.detectionLimit = 0.5
        station.parameters = [ParameterDefinition(symbol: "Nhiệt", unit: "Cel"), dust]
        let settings = try readSettings(Self.whole)
        #expect(settings.stations == [station])
        #expect(Array((settings.stations.first?.parameters.first?.symbol ?? "").utf8) == Array("Nhi\u{1ec7}t".utf8))
        #expect(settings.ruleBook.stations.station("HN-KK-01") == station)
        #expect(settings.warnings().isEmpty)
    }

    static func station(
        _ text: String, _ kind: SettingsFault.Kind, _ key: String, _ message: String, line: Int = 6
    ) -> FaultCase {
        FaultCase(
            "[[station]]\nid = \"A\"\nname = \"a\"\ndomain = \"b\"\n" + text, kind, line, "station[A].\(key)", message)
    }

    @Test(arguments: [
        FaultCase("[[station]]\nid = \"A\"\nname = \"a\"", .missing, 2, "station[A].domain", "expected domain"),
        FaultCase(
            "[[station]]\nid = \"A b\"\nname = \"a\"\ndomain = \"b\"", .badValue, 3, "station[A b].id", "does not fit"),
        station("latitude = 21", .conflict, "latitude", "stands alone, expected longitude beside it"),
        station("longitude = 105", .conflict, "longitude", "expected latitude"),
        station("latitude = 91\nlongitude = 1", .outOfRange, "latitude", "-90.0 … 90.0"),
        station("every = \"25h\"", .outOfRange, "every", "1s … 1d"),
        station("valid_from = \"2024-01-01\"", .badValue, "valid_from", "is no time"),
        station("parameters = []", .unknownKey, "parameters", "there is no such key"),
        station("[[station.parameter]]\nsymbol = \"COD\"", .missing, "parameter[1].unit", "is missing"),
        station(
            "[[station.parameter]]\nsymbol = \"COD\"\nunti = \"mg/L\"\nunit = \"mg/L\"", .unknownKey,
            "parameter[1].unti",
            "there is no such key", line: 8),
        station(
            "parameter = [{ symbol = \"COD\", unit = \"a\" },\n{ symbol = \"COD\", unit = \"b\", sensor = 2 },\n"
                + "{ symbol = \"COD\", unit = \"b\" }]", .duplicate, "parameter[3].symbol", "already stands at", line: 8
        ),
        station(
            "[[station]]\nid = \"A\"\nname = \"a\"\ndomain = \"b\"", .duplicate, "id", "expected another one", line: 7),
    ])
    func `have faults with line, key, and what is expected`(expected: FaultCase) throws {
        let found = try readFaults(expected.text)
        let fault = try #require(found.first)
        #expect(found.count == 1, "\(found)")
        #expect(fault.kind == expected.kind && fault.line == expected.line && fault.key == expected.key, "\(fault)")
        #expect(fault.message.contains(expected.message), "\(fault)")
    }
}

@Suite struct `Advice on quality rules` {
    /// A station of the domain `water` in lines 2 to 5 (an interval in line 6), then the text.
    private func advice(every: String? = "10m", parameters: [String] = ["COD"], _ text: String) throws -> [String] {
        var head = "[[station]]\nid = \"A\"\nname = \"a\"\ndomain = \"water\"\n"
        head += every.map { "every = \"\($0)\"\n" } ?? "\n"
        let list = parameters.map { "{ symbol = \"\($0)\", unit = \"1\" }" }.joined(separator: ", ")
        if !parameters.isEmpty { head += "parameter = [\(list)]\n" }
        return try readWarnings(head + text).map { warning in
            String(warning.description.drop { $0 != ":" }.dropFirst())
        }
    }

    private static let quality = "[[quality]]\nname = \"q\"\nversion = \"1\"\n"

    @Test func `tells windows that hold one value`() throws {
        let rule = "flat_line_test = { tolerance = 1, suspect_threshold = 599, fail_threshold = 600 }\n"
        #expect(
            try advice(parameters: ["COD", "pH"], Self.quality + rule) == [
                "11: quality[q].flat_line_test.suspect_threshold: is shorter than the interval of COD of A (10m) and 1 more "
                    + "series: the window holds one value, which is always flat, and so the test makes every value suspect; "
                    + "several intervals are recommended"
            ])
        #expect(try advice(every: "599s", Self.quality + rule).isEmpty)
        let fail = "flat_line_test = { tolerance = 1, suspect_threshold = 60, fail_threshold = 60 }\n"
        #expect(try advice(Self.quality + fail).last?.contains("fails every value") == true)
    }

    @Test func `tells tests that are not run for want of an interval`() throws {
        let flat = "flat_line_test = { tolerance = 1, suspect_threshold = 599, fail_threshold = 600 }\n"
        #expect(
            try advice(every: nil, Self.quality + flat) == [
                "11: quality[q].flat_line_test: needs the interval of COD of A, which is not known: the test is not run; "
                    + "`every` of the `[[station]]` is recommended"
            ])
        let signal =
            "attenuated_signal_test = { suspect_threshold = 2, fail_threshold = 1, test_period = 86400, min_period = 3600 }\n"
        #expect(
            try advice(every: nil, Self.quality + signal).first?.hasPrefix(
                "11: quality[q].attenuated_signal_test.min_period: needs the interval of COD of A") == true)
        #expect(try advice(every: nil, Self.quality + signal.replacing("min_period", with: "min_obs")).isEmpty)
        #expect(try advice(Self.quality + signal).isEmpty)
        #expect(try advice(every: "61m", Self.quality + signal).first?.contains("asks for no value besides") == true)
        #expect(
            try advice(every: "1d", Self.quality + signal).first?.contains("test_period: is no longer than") == true)
    }

    @Test func `is of the rules that count for a series, and no others`() throws {
        let flat = "flat_line_test = { tolerance = 1, suspect_threshold = 1, fail_threshold = 1 }\n"
        let other = "[[quality]]\nname = \"r\"\nversion = \"1\"\nmatch = { parameter = \"COD\" }\n"
        #expect(try advice(Self.quality + flat + other).isEmpty)
        // A station without a list may have every parameter that a rule names, and no other.
        #expect(try advice(every: nil, parameters: [], Self.quality + flat).isEmpty)
        let named = Self.quality + "match = { domain = \"water\", parameter = \"COD\" }\n" + flat
        #expect(try advice(every: nil, parameters: [], named).count == 1)
        #expect(try advice(every: nil, parameters: ["pH"], named).isEmpty)
    }

    @Test func `takes the interval of a poll for that of a series`() throws {
        let bus = """
            [[modbus]]
            name = "b"
            url = "tcp://192.0.2.1"
            every = "1h"
            device = [{ unit = 1, station = "B", sensor = 2, register = [{ name = "a", parameter = "pH", address = 1 }] }]

            """
        let flat = "flat_line_test = { tolerance = 1, suspect_threshold = 3599, fail_threshold = 7200 }\n"
        #expect(
            try readWarnings(bus + Self.quality + flat).first?.message.contains("interval of pH of B, sensor 2 (1h)")
                == true)
    }

    @Test func `tells once for a file which domains no station has`() throws {
        let text = ["a", "b", "c"].map {
            "[[quality]]\nname = \"\($0)\"\nversion = \"1\"\nmatch = { domain = \"air\", parameter = \"\($0)\" }\n"
        }.joined()
        #expect(
            try advice(text) == [
                "11: quality[a].match: fits nothing, because no `[[station]]` has the domain \"air\", and so for 2 more of "
                    + "this file; a `[[station]]` for each station of that domain is recommended"
            ])
        #expect(try advice(text.replacing("\"air\"", with: "\"water\"")).isEmpty)
    }
}
