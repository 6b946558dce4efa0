import Formats
import Readings
import Registers
import Registry
import Rules
import Testing

@testable import Settings

@Suite struct `Settings of a node` {
    @Test func `has the defaults of the reference`() throws {
        let settings = try readSettings("")
        #expect(settings.node.name == "n")
        #expect(settings.node.dataDirectory == "/var/lib/quantrac")
        #expect(settings.node.zone.name == "Asia/Ho_Chi_Minh")
        #expect(settings.node.zone.secondsEast(atUTCSeconds: 1_795_392_000) == 7 * 3600)
        #expect(settings.log == LogSettings(level: .info, format: .auto, repeatAfterMilliseconds: 60_000))
        #expect(
            settings.queue
                == QueueFileSettings(
                    retainAcknowledgedMilliseconds: 60 * 86_400_000, maxSizeBytes: 20 << 30, minFreeDiskBytes: 1 << 30,
                    whenFull: .stopAcknowledging, commitAfterMilliseconds: 20, commitReadings: 2000))
        #expect(
            settings.deadLetter == DeadLetterSettings(maxSizeBytes: 256 << 20, retainMilliseconds: 90 * 86_400_000))
        #expect(
            settings.http
                == HTTPSettings(
                    listen: NetworkAddress(host: "127.0.0.1", port: 8780), isInsecureAllowed: false,
                    connectionsMax: 512,
                    headerTimeoutMilliseconds: 10_000))
        #expect(settings.consumers.isEmpty && settings.mqtt.isEmpty && settings.modbus.isEmpty)
        #expect(settings.files.count == 1)
    }

    @Test func `reads every key of the daemon's tables`() throws {
        let settings = try readSettings(
            """
            node.data_directory = "/data"
            node.zone = "UTC"
            [log]
            level = "trace"
            format = "journald"
            repeat_after = "0s"
            [queue]
            retain_acknowledged = "1h"
            max_size = "2MiB"
            min_free_disk = "0B"
            when_full = "drop-oldest"
            commit_after = "250ms"
            commit_readings = 1
            [dead_letter]
            max_size = "1MiB"
            retain = "1d"
            [http]
            listen = "0.0.0.0:0"
            insecure = true
            max_connections = 3
            header_timeout = "1s"
            """)
        #expect(settings.node == NodeSettings(name: "n", dataDirectory: "/data", zone: .utc, checksClock: true))
        #expect(settings.log == LogSettings(level: .trace, format: .journald, repeatAfterMilliseconds: 0))
        #expect(
            settings.queue
                == QueueFileSettings(
                    retainAcknowledgedMilliseconds: 3_600_000, maxSizeBytes: 2 << 20, minFreeDiskBytes: 0,
                    whenFull: .dropOldest, commitAfterMilliseconds: 250, commitReadings: 1))
        #expect(settings.deadLetter == DeadLetterSettings(maxSizeBytes: 1 << 20, retainMilliseconds: 86_400_000))
        #expect(
            settings.http
                == HTTPSettings(
                    listen: NetworkAddress(host: "0.0.0.0", port: 0), isInsecureAllowed: true, connectionsMax: 3,
                    headerTimeoutMilliseconds: 1000))
    }

    @Test func `reads consumers`() throws {
        let settings = try readSettings(
            """
            [[consumer]]
            name = "warehouse"
            [[consumer]]
            name = "live"
            required = false
            from = "now"
            stations = ["HN-*", "HP-??-01"]
            parameters = ["PM2.5", "Nhie\u{0323}\u{0302}tđo\u{0323}\u{0302}"]
            max_age = "1h"
            [[consumer]]
            name = "later"
            from = "2026-11-23T07:00:00+07:00"
            [[consumer]]
            name = "later-2"
            from = 2026-11-23T07:00:00+07:00
            """)
        let start = Timestamp(millisecondsSince1970: 1_795_392_000_000)
        #expect(
            settings.consumers[0]
                == ConsumerSettings(
                    name: "warehouse", isRequired: true, start: .oldest, stations: ["*"], domains: [], parameters: [],
                    maxAgeMilliseconds: 0))
        #expect(
            settings.consumers[1]
                == ConsumerSettings(
                    name: "live", isRequired: false, start: .now, stations: ["HN-*", "HP-??-01"], domains: [],
                    parameters: ["PM2.5", "Nhiệtđộ"], maxAgeMilliseconds: 3_600_000))
        #expect(settings.consumers.map(\.start).suffix(2) == [.time(start), .time(start)])
        // == on strings is canonical equivalence.
        #expect(Array(settings.consumers[1].parameters[1].utf8) == Array("Nhi\u{1ec7}t\u{0111}\u{1ed9}".utf8))
    }

    @Test func `reads an MQTT source with its defaults`() throws {
        let source = try #require(
            try readSettings("[[mqtt]]\nname = \"field\"\nurl = \"mqtt://b\"\ntopics = [\"a/{station}\"]").mqtt.first)
        #expect(source.source == "mqtt:field")
        #expect(source.broker.description == "mqtt://b:1883")
        #expect(source.protocolVersion == .v311 && source.clientID == "quantrac-n-field")
        #expect(source.topics.map(\.filter) == ["a/+"] && source.format.name == "json")
        #expect(source.missingTime == .required && source.zone == nil && source.username == nil)
        #expect(source.files.isEmpty && source.retained == .ignore)
        #expect(source.sessionExpirySeconds == 2_592_000 && source.keepaliveSeconds == 60)
        #expect(source.messagesPerSecondMax == 0 && source.payloadBytesMax == 1 << 20)
    }

    @Test func `reads every key of an MQTT source`() throws {
        let folder = try SettingsFolder()
        let text = """
            node.name = "n"
            [[mqtt]]
            name = "field"
            url = "mqtts://[2001:db8::1]"
            protocol = "5"
            client_id = "mine"
            topics = ["$share/g/a/{station}/{parameter}", "b/{station}/{parameter}/{sensor}"]
            format = "value"
            time = "required"
            zone = "Asia/Ho_Chi_Minh"
            username = "me"
            password_file = "/run/password"
            ca_file = "ca.pem"
            certificate_file = "tls/cert.pem"
            key_file = "/etc/key.pem"
            session_expiry = "1h"
            keepalive = "5s"
            retained = "accept"
            max_messages_per_second = 10
            max_payload = "1KiB"
            acknowledge = "disk"
            """
        try folder.write(Array(text.utf8), to: "quantrac.toml")
        let source = try #require(try folder.settings().mqtt.first)
        #expect(source.broker.description == "mqtts://[2001:db8::1]:8883")
        #expect(source.protocolVersion == .v5 && source.clientID == "mine" && source.format.name == "value")
        #expect(source.topics.map(\.filter) == ["$share/g/a/+/+", "b/+/+/+"])
        #expect(source.missingTime == .required && source.zone?.name == "Asia/Ho_Chi_Minh" && source.username == "me")
        #expect(
            source.files.map(\.path)
                == ["/run/password", "\(folder.path)/ca.pem", "\(folder.path)/tls/cert.pem", "/etc/key.pem"])
        #expect(source.sessionExpirySeconds == 3600 && source.keepaliveSeconds == 5 && source.retained == .accept)
        #expect(source.messagesPerSecondMax == 10 && source.payloadBytesMax == 1024)
    }

    @Test func `takes a missing time as received for bare values`() throws {
        let text =
            "[[mqtt]]\nname = \"v\"\nurl = \"mqtt://b\"\nformat = \"value\"\ntopics = [\"{station}/{parameter}\"]"
        #expect(try readSettings(text).mqtt.first?.missingTime == .received)
    }

    @Test func `accepts the file that init writes`() throws {
        let folder = try SettingsFolder(["quantrac.toml": Configuration.template(node: "hanoi-1")])
        let configuration = try folder.settings()
        #expect(configuration.node.name == "hanoi-1")
        #expect(configuration.consumers.map(\.name) == ["warehouse"])
        #expect(configuration.mqtt.map(\.name) == ["field"])
        // A bus that is no bus would be polled for ever.
        #expect(configuration.modbus.isEmpty)
        #expect(configuration.stations.isEmpty && configuration.ruleBook.entries.isEmpty)
        #expect(configuration.fileFaults().isEmpty)
    }

    @Test func `shows every key in the file that init writes, ready to be uncommented`() throws {
        let lines = Configuration.template(node: "hanoi-1").split(separator: "\n", omittingEmptySubsequences: false)
        let uncommented = lines.map { $0.hasPrefix("#") && !$0.hasPrefix("# ") ? $0.dropFirst() : $0 }
        let text = uncommented.joined(separator: "\n").replacing(
            "mqtt://127.0.0.1:1883", with: "mqtts://127.0.0.1:8883"
        )
        .replacing("username = \"\"", with: "username = \"me\"")
        let folder = try SettingsFolder(["quantrac.toml": text])
        let configuration = try folder.settings()
        #expect(configuration.mqtt.first?.files.count == 4)
        #expect(configuration.modbus.first?.devices.first?.registers.map(\.parameter) == ["COD"])
        #expect(configuration.stations.first?.parameters.map(\.symbol) == ["PM2.5"])
        #expect(
            configuration.ruleBook.entries.first?.set.tests.count == 9
                && configuration.warnings().allSatisfy { $0.message.contains("is not there") })
        func check(_ table: TableSpec) {
            if table.shape == .inline {
                let isForFiles = table.meaning.contains("For files only")
                #expect(uncommented.contains { $0.hasPrefix("\(table.name) = ") } != isForFiles, "\(table.name)")
                return
            }
            for key in table.keys where key.isSupported {
                let isShown = uncommented.contains {
                    $0.hasPrefix("\(key.name) = ") || $0.hasPrefix("# \(key.name) = ")
                }
                #expect(isShown, "\(table.name).\(key.name)")
            }
            table.tables.forEach(check)
        }
        Schema.tables.filter(\.isSupported).forEach(check)
        #expect(lines.allSatisfy { $0.count <= 120 })
    }

    @Test func `accepts a BOM and CRLF`() throws {
        let folder = try SettingsFolder()
        let text = "\u{feff}[node]\r\nname = \"n\"\r\n[log]\r\nlevel = \"debug\"\r\n"
        try folder.write(Array(text.utf8), to: "quantrac.toml")
        #expect(try folder.settings().log.level == .debug)
    }
}
