import Testing

@testable import Settings

/// A text after the node's name in line 1, and the one fault it must give.
struct FaultCase: Sendable, CustomTestStringConvertible {
    let text: String
    let kind: SettingsFault.Kind
    let line: Int?
    let key: String
    let message: String
    var suggestion: String?

    init(
        _ text: String, _ kind: SettingsFault.Kind, _ line: Int?, _ key: String, _ message: String,
        suggestion: String? = nil
    ) {
        self.text = text
        self.kind = kind
        self.line = line
        self.key = key
        self.message = message
        self.suggestion = suggestion
    }

    var testDescription: String { text }

    static func mqtt(
        _ text: String, _ kind: SettingsFault.Kind, _ line: Int, _ key: String, _ message: String,
        suggestion: String? = nil
    ) -> FaultCase {
        // Lines 2 to 4; what follows begins in line 5.
        let head = "[[mqtt]]\nname = \"field\"\nurl = \"mqtts://b\"\n"
        let topics = text.contains("topics") ? "" : "\ntopics = [\"a/{station}\"]"
        return FaultCase(head + text + topics, kind, line, key, message, suggestion: suggestion)
    }

    static let shape: [FaultCase] = [
        FaultCase(
            "[log]\nlevle = \"info\"", .unknownKey, 3, "log.levle", "no such key, expected level", suggestion: "level"),
        FaultCase("[log]\nmax_connections = 1", .unknownKey, 3, "log.max_connections", "expected it in `[http]`"),
        FaultCase("[log]\ncolour = 1", .unknownKey, 3, "log.colour", "expected level, format, repeat_after"),
        FaultCase("[queu]", .unknownKey, 2, "queu", "no such table", suggestion: "queue"),
        FaultCase("verbose = true", .unknownKey, 2, "verbose", "no such table"),
        .mqtt("passwordfile = \"x\"", .unknownKey, 5, "mqtt[field].passwordfile", "", suggestion: "password_file"),
        FaultCase("[[log]]", .wrongType, 2, "log", "expected `[log]`, once"),
        FaultCase("[mqtt]\nname = \"a\"", .wrongType, 2, "mqtt", "expected `[[mqtt]]`"),
        FaultCase("log = 5", .wrongType, 2, "log", "is an integer, expected the table `[log]`"),
        FaultCase("mqtt = [1]", .wrongType, 2, "mqtt", "holds an integer, expected tables `[[mqtt]]`"),
        FaultCase("[[consumer]]\nrequired = true", .missing, 2, "consumer[1].name", "is missing, expected name"),
        FaultCase(
            "[[mqtt]]\nname = \"a\"\ntopics = [\"b\"]", .missing, 2, "mqtt[a].url", "is missing, expected `mqtt://"),
        FaultCase("[[mqtt]]\nname = \"a\"\nurl = \"mqtt://b\"", .missing, 2, "mqtt[a].topics", "is missing"),
        FaultCase("log = ", .syntax, 2, "", "expected TOML 1.0"),
        FaultCase("[log]\nlevel = \"info\"\nlevel = \"info\"", .syntax, 4, "", "expected TOML 1.0"),
        FaultCase("a = \"\u{0}\"", .unreadable, 2, "", "zero byte"),
    ]

    static let types: [FaultCase] = [
        FaultCase("[log]\nlevel = 1", .wrongType, 3, "log.level", "is an integer, expected one of \"trace\""),
        FaultCase(
            "[log]\nrepeat_after = 10", .wrongType, 3, "log.repeat_after", "a duration in quotes, such as \"10s\""),
        FaultCase("[queue]\nmax_size = 10", .wrongType, 3, "queue.max_size", "a size in quotes, such as \"512KiB\""),
        FaultCase(
            "[queue]\ncommit_readings = \"5\"", .wrongType, 3, "queue.commit_readings", "an integer, without quotes"),
        FaultCase(
            "[queue]\ncommit_readings = 5.0", .wrongType, 3, "queue.commit_readings", "is a number, expected an integer"
        ),
        FaultCase("[http]\ninsecure = \"true\"", .wrongType, 3, "http.insecure", "true or false, without quotes"),
        FaultCase("[http]\nlisten = [\"a:1\"]", .wrongType, 3, "http.listen", "is a list, expected a text in quotes"),
        FaultCase("node.zone = { a = 1 }", .wrongType, 2, "node.zone", "is a table, expected a text"),
        .mqtt("topics = \"a\"", .wrongType, 5, "mqtt[field].topics", "is a text, expected a list of texts"),
        .mqtt(
            "topics = []", .wrongType, 5, "mqtt[field].topics", "is an empty list, expected at least 1 topic pattern"),
        .mqtt("topics = [\n\"a\",\n7]", .wrongType, 7, "mqtt[field].topics", "is an integer, expected a text"),
        FaultCase("[[consumer]]\nname = \"a\"\nfrom = 2026-01-01", .badValue, 4, "consumer[a].from", "is no time"),
        FaultCase("[[consumer]]\nname = \"a\"\nstations = []", .wrongType, 4, "consumer[a].stations", "at least 1"),
    ]

    static let values: [FaultCase] = [
        FaultCase("node.data_directory = \"data\"", .badValue, 2, "node.data_directory", "expected an absolute path"),
        FaultCase(
            "node.data_directory = \"\"", .badValue, 2, "node.data_directory", "is empty, expected absolute path"),
        FaultCase("node.data_directory = \"/a\\nb\"", .badValue, 2, "node.data_directory", "control character"),
        FaultCase(
            "node.zone = \"Asia/Hanoi\"", .badValue, 2, "node.zone", "is not in /usr/share/zoneinfo, expected a zone"),
        FaultCase("node.zone = \"../../../etc/passwd\"", .badValue, 2, "node.zone", "is no zone's name"),
        FaultCase("node.zone = \"Asia\"", .badValue, 2, "node.zone", "is not in"),
        FaultCase("node.zone = \"zone.tab\"", .badValue, 2, "node.zone", "is no zone's name"),
        FaultCase("node.zone = \"\"", .badValue, 2, "node.zone", "is empty"),
        FaultCase("[log]\nlevel = \"warn\"", .badValue, 3, "log.level", "is not known, expected one of"),
        FaultCase("[log]\nlevel = \"Info\"", .badValue, 3, "log.level", "is not known", suggestion: "info"),
        FaultCase("[log]\nrepeat_after = \"1 m\"", .badValue, 3, "log.repeat_after", "is no duration"),
        FaultCase(
            "[log]\nrepeat_after = \"25h\"", .outOfRange, 3, "log.repeat_after",
            "\"25h\" is out of range, expected 0s … 1d"),
        FaultCase("[queue]\nmax_size = \"20GB\"", .badValue, 3, "queue.max_size", "is no size", suggestion: "20GiB"),
        FaultCase("[queue]\nmax_size = \"1023KiB\"", .outOfRange, 3, "queue.max_size", "expected 1MiB … 64TiB"),
        FaultCase(
            "[queue]\ncommit_readings = 0", .outOfRange, 3, "queue.commit_readings", "expected 1 … 50000 readings"),
        FaultCase("[queue]\ncommit_readings = 50001", .outOfRange, 3, "queue.commit_readings", "50001 is out of range"),
        FaultCase(
            "[queue]\nwhen_full = \"drop\"", .badValue, 3, "queue.when_full", "\"stop-acknowledging\", \"drop-old"),
        FaultCase("[dead_letter]\nretain = \"59s\"", .outOfRange, 3, "dead_letter.retain", "expected 1m …"),
        FaultCase("[http]\nlisten = \"8780\"", .badValue, 3, "http.listen", "expected host:port"),
        FaultCase("[http]\nmax_connections = 65536", .outOfRange, 3, "http.max_connections", "expected 1 … 65535"),
        FaultCase("[[consumer]]\nname = \"A\"", .badValue, 3, "consumer[A].name", "expected 1 to 32 of a-z, 0-9 and -"),
        FaultCase(
            "[[consumer]]\nname = \"a\"\nfrom = \"soon\"", .badValue, 4, "consumer[a].from", "\"oldest\" or \"now\""),
        FaultCase(
            "[[consumer]]\nname = \"a\"\nfrom = \"2026-01-01T00:00:00\"", .badValue, 4, "consumer[a].from",
            "names no zone"),
        FaultCase(
            "[[consumer]]\nname = \"a\"\nfrom = \"2126-01-01T00:00:00Z\"", .badValue, 4, "consumer[a].from",
            "1970 and 2100"),
        FaultCase(
            "[[consumer]]\nname = \"a\"\nstations = [\"a\", \"b c\"]", .badValue, 4, "consumer[a].stations", "- * ?"),
        FaultCase("[[consumer]]\nname = \"a\"\nstations = [\"[ab]\"]", .badValue, 4, "consumer[a].stations", "- * ?"),
        FaultCase(
            "[[consumer]]\nname = \"a\"\nparameters = [\"\"]", .badValue, 4, "consumer[a].parameters", "is empty"),
        .mqtt("format = \"jsno\"", .badValue, 5, "mqtt[field].format", "is not known", suggestion: "json"),
        .mqtt("topics = [\"a/{place}\"]", .badValue, 5, "mqtt[field].topics", "expected a pattern such as"),
        .mqtt(
            "topics = [\n  \"a/{station}\",\n  \"a/#/b\",\n]", .badValue, 7, "mqtt[field].topics",
            "# before its last level"),
        .mqtt("protocol = \"3.1\"", .badValue, 5, "mqtt[field].protocol", "expected one of \"3.1.1\", \"5\""),
        .mqtt("keepalive = \"4s\"", .outOfRange, 5, "mqtt[field].keepalive", "expected 5s … 65535s, a multiple of 1s"),
        .mqtt("keepalive = \"5500ms\"", .outOfRange, 5, "mqtt[field].keepalive", "is too fine"),
        .mqtt("session_expiry = \"49711d\"", .outOfRange, 5, "mqtt[field].session_expiry", "… 49710d"),
        .mqtt("max_payload = \"17MiB\"", .outOfRange, 5, "mqtt[field].max_payload", "expected 1KiB … 16MiB"),
        .mqtt("max_messages_per_second = -1", .outOfRange, 5, "mqtt[field].max_messages_per_second", "0 … 1000000"),
    ]

    static let together: [FaultCase] = [
        FaultCase("[http]\nlisten = \"0.0.0.0:8780\"", .conflict, 3, "http.listen", "or insecure = true"),
        FaultCase(
            "[http]\nlisten = \"[::]:8780\"\ninsecure = false", .conflict, 3, "http.listen", "neither TLS nor tokens"),
        FaultCase("[http]\nlisten = \"hanoi-1:8780\"", .conflict, 3, "http.listen", "is reached from elsewhere"),
        FaultCase(
            "[[consumer]]\nname = \"a\"\nmax_age = \"1h\"", .conflict, 4, "consumer[a].max_age", "required = false"),
        FaultCase(
            "[[consumer]]\nname = \"a\"\n[[consumer]]\nname = \"a\"", .duplicate, 5, "consumer[a].name", "toml:3,"),
        .mqtt(
            "topics = [\"a/{station}\", \"a/+\"]", .duplicate, 5, "mqtt[field].topics",
            "the same topics as \"a/{station}\""),
        .mqtt("format = \"value\"", .conflict, 6, "mqtt[field].topics", "expected {station} and {parameter}"),
        .mqtt("certificate_file = \"x\"", .conflict, 5, "mqtt[field].certificate_file", "expected key_file beside it"),
        .mqtt("key_file = \"x\"", .conflict, 5, "mqtt[field].key_file", "expected certificate_file beside it"),
        .mqtt("password_file = \"x\"", .conflict, 5, "mqtt[field].password_file", "expected username beside it"),
        FaultCase(
            "[[mqtt]]\nname = \"a\"\nurl = \"mqtt://b\"\ntopics = [\"t\"]\nca_file = \"x\"", .conflict, 6,
            "mqtt[a].ca_file",
            "expected an mqtts:// URL"),
        .mqtt(
            "client_id = \"c\"\n[[mqtt]]\nname = \"b\"\nclient_id = \"c\"\nurl = \"mqtts://b:8883\"\ntopics = [\"t\"]"
                .replacing("client_id = \"c\"\n[[", with: "client_id = \"c\"\ntopics = [\"t\"]\n[["),
            .duplicate, 9, "mqtt[b].client_id", "already used at this broker by the source at"),
    ]

    static let unsupported: [FaultCase] = [
        FaultCase("[registry]", .unsupported, 2, "registry", "`[registry]` is not acted on by this version"),
        FaultCase("[http]\ntls_key_file = \"a\"", .unsupported, 3, "http.tls_key_file", "is not acted on"),
        .mqtt("acknowledge = \"replicated\"", .unsupported, 5, "mqtt[field].acknowledge", "expected \"disk\""),
        FaultCase(
            "[[consumer]]\nname = \"a\"\ndomains = [\"x\"]", .unsupported, 4, "consumer[a].domains", "an empty list"),
    ]
}

@Suite struct `Settings faults` {
    @Test(arguments: FaultCase.shape + FaultCase.types + FaultCase.values + FaultCase.together + FaultCase.unsupported)
    func `name line, key, and what is expected`(expected: FaultCase) throws {
        let found = try readFaults(expected.text)
        let fault = try #require(found.first)
        #expect(found.count == 1, "\(found)")
        #expect(fault.kind == expected.kind)
        #expect(fault.line == expected.line)
        #expect(fault.key == expected.key)
        #expect(fault.message.contains(expected.message), "\(fault)")
        #expect(fault.message.contains("expected") || fault.suggestion != nil, "\(fault)")
        if let suggestion = expected.suggestion { #expect(fault.suggestion == suggestion) }
    }

    @Test func `covers every kind`() {
        let cases = FaultCase.shape + FaultCase.types + FaultCase.values + FaultCase.together + FaultCase.unsupported
        #expect(Set(cases.map(\.kind)) == Set(SettingsFault.Kind.allCases))
    }

    @Test func `are found inside tables that are not acted on, and inside formats`() throws {
        let text = """
            [[token]]
            name = "a"
            role = "root"
            [[format]]
            name = "B"
            station = "/a"
            time = "b"
            readings = "c"
            [[format.example]]
            topic = "a"
            payload = "b"
            expcet = 1
            """
        let found = try readFaults(text)
        #expect(found.map(\.line) == [2, 2, 4, 6, 8, 9, 10, 13])
        #expect(
            found.map(\.kind) == [
                .unsupported, .missing, .badValue, .badValue, .badValue, .badValue, .missing, .unknownKey,
            ])
        #expect(found.last?.key == "format[B].example[1].expcet" && found.last?.suggestion == "expect")
    }

    @Test func `come all at once, in the order of the lines`() throws {
        let text = """
            [http]
            listen = "0.0.0.0:1"
            [queue]
            max_size = "1"
            commit_readings = 0
            [log]
            levle = "info"
            [[mqtt]]
            name = "a"
            url = "mqtt://b"
            key_file = "x"
            [[consumer]]
            """
        let found = try readFaults(text)
        #expect(found.map(\.line) == [3, 5, 6, 8, 9, 12, 12, 13])
        #expect(
            found.map(\.kind) == [
                .conflict, .badValue, .outOfRange, .unknownKey, .missing, .conflict, .conflict, .missing,
            ])
    }

    @Test func `read as file, line, key and sentence`() throws {
        let fault = try #require(try readFaults("[log]\n  levle = \"info\"").first)
        #expect(fault.column == 3)
        #expect(fault.file.hasSuffix("/quantrac.toml"))
        #expect(
            fault.description
                == "\(fault.file):3: log.levle: there is no such key, expected level, format, repeat_after; "
                + "did you mean `level`?")
        #expect(SettingsFaults(faults: [fault, fault]).description == "\(fault)\n\(fault)")
    }

    @Test func `do not arise at the edges of the ranges`() throws {
        let text = """
            [queue]
            max_size = "1MiB"
            commit_readings = 50000
            commit_after = "5s"
            [http]
            listen = "[::1]:65535"
            max_connections = 65535
            [[consumer]]
            name = "a"
            required = false
            max_age = "3650d"
            [[mqtt]]
            name = "a"
            url = "mqtt://b"
            topics = ["t/{station}"]
            keepalive = "65535s"
            session_expiry = "49710d"
            max_payload = "16MiB"
            [[mqtt]]
            name = "b"
            url = "mqtt://b"
            topics = ["t/{station}"]
            """
        #expect(try readFaults(text).isEmpty)
    }
}
