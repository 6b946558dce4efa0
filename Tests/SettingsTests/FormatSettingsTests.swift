import Formats
import Testing

@testable import Settings

@Suite struct `Settings of formats and folders` {
    private func load(_ text: String) throws -> Result<Configuration, SettingsFaults> {
        try SettingsFolder(["quantrac.toml": text]).load()
    }

    private static let base = """
        [node]
        name = "a"
        data_directory = "/tmp/q"

        """

    @Test func `are read with everything they say`() throws {
        let settings = try load(
            Self.base + """
                [[mqtt]]
                name = "m"
                url = "mqtt://b"
                topics = ["tele/{station}/SENSOR"]
                format = "tasmota"
                [[folder]]
                name = "drop"
                path = "/srv/ftp/"
                paths = ["{station}/#"]
                done = "delete"
                settle = "5s"
                [[format]]
                name = "tasmota"
                time = "/Time"
                names = { "AM2301/Temperature" = "Temp" }
                unnamed = "ignore"
                [[format.example]]
                topic = "tele/A/SENSOR"
                pattern = "tele/{station}/SENSOR"
                zone = "UTC"
                payload = "{}"
                expect = 0
                [[format.example]]
                payload_hex = "7b 7D"
                expect = 0
                [[sink]]
                name = "out"
                kind = "station-files"
                url = "file:///srv/out"
                """
        ).get()
        #expect(settings.mqtt[0].format.name == "tasmota" && settings.mqtt[0].format.kind == .jsonMapping)
        #expect(settings.mqtt[0].format.symbol(for: "AM2301/Temperature") == "Temp")
        #expect(settings.formats[0].examples.map(\.payload) == [[0x7b, 0x7d], [0x7b, 0x7d]])
        let folder = settings.folders[0]
        #expect(folder.path == "/srv/ftp" && folder.done == .delete && folder.settleMilliseconds == 5000)
        #expect(folder.source == "folder:drop" && folder.format.kind == .stationFile && folder.zone == nil)
        #expect(settings.sinks[0].kind == .stationFiles(directory: "/srv/out"))
        #expect(settings.format(named: "csv")?.kind == .csv && settings.format(named: "none") == nil)
    }

    @Test(arguments: [
        ("[[format]]\nname = \"csv\"\nkind = \"csv\"", "format[csv].name", "is built in"),
        ("[[format]]\nname = \"x\"\nkind = \"csv\"\nreadings = \"/a\"", "format[x].readings", "has no meaning"),
        ("[[format]]\nname = \"x\"\nkind = \"line\"\npattern = \"abc\"", "format[x].pattern", "the shape of a line"),
        ("[[format]]\nname = \"x\"\nkind = \"value\"", "format[x].kind", "is not known"),
        ("[[format]]\nname = \"x\"\nnames = { a = 1 }", "format[x].names.a", "a text in quotes"),
        ("[[format]]\nname = \"x\"\n[[format.example]]\nexpect = 1", "format[x].example[1].payload", "is missing"),
        (
            "[[format]]\nname = \"x\"\n[[format.example]]\nexpect = 1\npayload_hex = \"7\"",
            "format[x].example[1].payload_hex", "pairs of hexadecimal digits"
        ),
        ("[[folder]]\nname = \"f\"\npath = \"srv\"", "folder[f].path", "absolute path"),
        ("[[folder]]\nname = \"f\"\npath = \"/srv\"\nformat = \"csvv\"", "folder[f].format", "is not known"),
        (
            "[[folder]]\nname = \"f\"\npath = \"/srv\"\n[[folder]]\nname = \"g\"\npath = \"/srv/x\"",
            "folder[g].path", "apart from each other"
        ),
        (
            "[[folder]]\nname = \"f\"\npath = \"/srv\"\n[[sink]]\nname = \"s\"\nkind = \"station-files\"\n"
                + "url = \"file:///srv/out\"", "sink[s].url", "would read what it writes"
        ),
        (
            "[[sink]]\nname = \"s\"\nkind = \"station-files\"\nurl = \"ftp://h/x\"", "sink[s].url",
            "file:// and an absolute path"
        ),
        ("[[sink]]\nname = \"s\"\nkind = \"http\"\nurl = \"x\"", "sink[s].kind", "is not acted on"),
        (
            "[[consumer]]\nname = \"s\"\n[[sink]]\nname = \"s\"\nkind = \"station-files\"\nurl = \"file:///o\"",
            "sink[s].name", "is a [[consumer]] already"
        ),
        (
            "[[mqtt]]\nname = \"m\"\nurl = \"mqtt://b\"\ntopics = [\"a\"]\nformat = \"x\"\n[[format]]\nname = \"x\"",
            "mqtt[m].topics", "expected {station} in it"
        ),
    ])
    func `are refused where they are wrong`(text: String, key: String, message: String) throws {
        guard case .failure(let faults) = try load(Self.base + text) else {
            Issue.record("the settings were taken: \(text)")
            return
        }
        #expect(
            faults.faults.contains { $0.key == key && $0.message.contains(message) },
            "\(faults.faults.map(\.description))")
    }

    @Test func `do not blame a source for the faults of its format`() throws {
        guard
            case .failure(let faults) = try load(
                Self.base
                    + "[[folder]]\nname = \"f\"\npath = \"/srv\"\nformat = \"x\"\n[[format]]\nname = \"x\"\nkind = \"line\"\n"
                    + "pattern = \"abc\"")
        else {
            Issue.record("the settings were taken")
            return
        }
        #expect(faults.faults.map(\.key) == ["format[x].pattern"])
    }
}
