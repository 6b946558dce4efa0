import Formats
import Readings
import Testing

@Suite struct `A name pattern` {
    private func match(_ pattern: String, _ text: String) throws -> [String?]? {
        let made = try NamePattern(pattern, mayHave: [.station, .parameter, .sensor, .time])
        let bytes = Array(text.utf8)
        guard let match = made.match(bytes.span) else { return nil }
        return [match.station, match.parameter, match.sensor, match.time].map { range in
            range.map { String(decoding: bytes[$0], as: UTF8.self) }
        }
    }

    @Test func `gives what stands in the place of its names`() throws {
        #expect(try match("*:{station}:{parameter}", "urn:dev:ow:10e2073a:temp") == ["10e2073a", "temp", nil, nil])
        #expect(
            try match("{station}_{time}.txt", "HN_BKHN_KHIKXQ_20260325000500.txt")
                == ["HN_BKHN_KHIKXQ", nil, nil, "20260325000500"])
        #expect(
            try match("*_*_{station}_{time}.txt", "HN_BKHN_KHIKXQ_20260325000500.txt")
                == ["KHIKXQ", nil, nil, "20260325000500"])
        #expect(try match("{station}/{parameter}/{sensor}", "A/m,p-Xylene/12") == ["A", "m,p-Xylene", "12", nil])
    }

    @Test func `does not match in part`() throws {
        #expect(try match("{station}:{parameter}", "a:") == nil)
        #expect(try match("{station}:{parameter}", ":b") == nil)
        #expect(try match("{station}:x", "a:xy") == nil)
        #expect(try match("{station}_{time}.txt", "A_2026032500050.txt") == nil)
        #expect(try match("{station}:{parameter}", String(repeating: "a", count: 65) + ":t") == nil)
    }

    /// Tried from the back at every `*`, a hostile name would take for ever.
    @Test func `takes short time for the worst name`() throws {
        let pattern = "*a*a*a*a*a*a*a{station}b"
        let name = String(repeating: "a", count: 1024)
        let clock = ContinuousClock()
        let made = try NamePattern(pattern, mayHave: [.station])
        let bytes = Array(name.utf8)
        let took = clock.measure { #expect(made.match(bytes.span) == nil) }
        #expect(took < .seconds(2))
    }

    @Test(arguments: ["", "abc", "{station", "{other}", "{station}{parameter}", "*{station}", "{station}-{station}"])
    func `is refused when it is none`(text: String) {
        #expect(throws: FormatError.self) { try NamePattern(text, mayHave: [.station, .parameter]) }
    }
}

@Suite struct `A line pattern` {
    @Test(arguments: [
        "", "a", "a b c", "*,station {parameter}", "*,station={state} {parameter}", "{unit} value", ", value",
        "*,a={station},b={station} value", "*,a={station} value,other", "*,a=x,a=y {parameter}", "* {unit}",
        "*,a={station} {parameter},x=1", " {parameter}",
    ])
    func `is refused when it is none`(text: String) {
        #expect(throws: FormatError.self) { try LinePattern(text) }
    }

    @Test func `says whether station and parameter stand in the line`() throws {
        #expect(try LinePattern("{parameter},site={station} value,u={unit}").isStationNamed)
        #expect(try LinePattern("{parameter} value").isParameterNamed)
        #expect(try !LinePattern("air,site={station} value").isParameterNamed)
    }
}

@Suite struct `A time format` {
    private func parse(_ format: String, _ text: String) throws -> ParsedTime {
        try TimeFormat(format).parse(Array(text.utf8).span)
    }

    @Test(arguments: [
        ("unix-s", "1795392000"), ("unix-s", "1795392000.0009"), ("unix-ms", "1795392000000"),
        ("unix-us", "1795392000000999"), ("unix-ns", "1795392000000999999"), ("rfc3339", "2026-11-23T00:00:00Z"),
    ])
    func `reads a moment`(format: String, text: String) throws {
        #expect(try parse(format, text) == .moment(Timestamp(millisecondsSince1970: 1_795_392_000_000)))
    }

    @Test(arguments: [
        ("yyyyMMddHHmmss", "20261123070000"), ("dd/MM/yyyy HH:mm:ss", "23/11/2026 07:00:00"),
        ("yyyy-MM-ddTHH:mm", "2026-11-23T07:00"), ("d/M/yyyy H:mm:ss", "23/11/2026 7:00:00"),
        ("d/M/yyyy H:mm", "23/11/2026 07:00"),
    ])
    func `reads a local time`(format: String, text: String) throws {
        #expect(try parse(format, text) == .withoutZone(localMilliseconds: 1_795_417_200_000))
    }

    @Test(arguments: [
        ("unix-s", ""), ("unix-s", "-"), ("unix-s", "1."), ("unix-s", "1x"), ("unix-ms", "99999999999999999999"),
        ("yyyyMMddHHmmss", "20260229000000"), ("yyyyMMddHHmmss", "2026112307000"), ("yyyyMMddHHmmss", "202611230700ab"),
        ("yyyyMMddHHmmss", "20261123240000"), ("rfc3339", "x"), ("d/M/yyyy", "123/1/2026"), ("d/M/yyyy", "/1/2026"),
        ("dd/MM/yyyy", "3/1/2026"), ("d/M/yyyy", "1/1/20260"),
    ])
    func `is no time`(format: String, text: String) throws {
        #expect(try parse(format, text) == .invalid)
    }

    @Test(arguments: ["", "seconds", "yyyy", "yyyyMMdd yyyy", "yyMMdd", "HH:mm:ss", "dMyyyy", "yyyyMMdd7", "yyyyMd"])
    func `is refused when it is none`(text: String) {
        #expect(throws: FormatError.self) { try TimeFormat(text) }
    }
}

@Suite struct `A JSON Pointer` {
    @Test func `has its escapes resolved`() throws {
        let pointer = try JSONPointer("/a~1b/~0c//0")
        #expect(pointer.tokens.map { String(decoding: $0, as: UTF8.self) } == ["a/b", "~c", "", "0"])
        #expect(try JSONPointer("").tokens.isEmpty)
    }

    @Test(arguments: ["a", "/~", "/a~2"])
    func `is refused when it is none`(text: String) {
        #expect(throws: FormatError.self) { try JSONPointer(text) }
    }
}

@Suite struct `A format's definition` {
    @Test func `tells everything that is wrong at once`() {
        let options = FormatOptions(
            [.station: "x", .timeFormat: "bad", .pattern: "{station}:{parameter}", .unnamed: "drop"],
            names: ["a": ""], units: ["T": ""])
        let error = #expect(throws: FormatErrors.self) {
            try FormatDefinition(name: "f", kind: .jsonMapping, options: options)
        }
        if let error {
            #expect(Set(error.errors.map(\.key)) == ["pattern", "time_format", "station", "unnamed", "names", "units"])
        }
    }

    @Test func `refuses what would have no effect`() {
        func keys(_ kind: FormatKind, _ options: FormatOptions) -> [String]? {
            let error = #expect(throws: FormatErrors.self) {
                try FormatDefinition(name: "f", kind: kind, options: options)
            }
            return error?.errors.map(\.key)
        }
        #expect(keys(.csv, FormatOptions([.station: "/id"])) == ["station"])
        #expect(keys(.jsonMapping, FormatOptions([.timeFormat: "unix-s"])) == ["time_format"])
    }

    @Test func `names a parameter, or leaves it out`() throws {
        let keeping = try FormatDefinition(name: "f", kind: .jsonMapping, options: FormatOptions(names: ["t": "Temp"]))
        #expect(keeping.symbol(for: "t") == "Temp")
        #expect(keeping.symbol(for: "u") == "u")
        let ignoring = try FormatDefinition(
            name: "f", kind: .jsonMapping, options: FormatOptions([.unnamed: "ignore"], names: ["t": "Temp"]))
        #expect(ignoring.symbol(for: "u") == nil)
    }
}
