import Foundation
import Readings
import Testing

@testable import Settings

@Suite struct `Settings files` {
    @Test func `says that a file is not there`() throws {
        let found = try SettingsFolder().faults()
        #expect(found.count == 1)
        #expect(found.first?.kind == .unreadable && found.first?.line == nil)
        #expect(found.first?.message.contains("no such file; `quantrac init` writes one") == true)
    }

    @Test func `says that a directory is no file`() throws {
        let folder = try SettingsFolder()
        guard case .failure(let found) = Configuration.load(path: folder.path, environment: [:]) else {
            Issue.record("a directory was read as settings")
            return
        }
        #expect(found.faults.map(\.message) == ["is a directory, expected a TOML file"])
    }

    @Test func `says that a device is no file`() {
        guard case .failure(let found) = Configuration.load(path: "/dev/null", environment: [:]) else {
            Issue.record("a device was read as settings")
            return
        }
        #expect(found.faults.first?.message.hasPrefix("is a device") == true)
    }

    /// The system decides, not the mode's bits: root may read what is closed to its owner, and so may this program then.
    @Test func `says that a file may not be read, and reads it where the system lets this user`() throws {
        let folder = try SettingsFolder(["quantrac.toml": "node.name = \"n\""])
        let path = "\(folder.path)/quantrac.toml"
        try FileManager.default.setAttributes([.posixPermissions: 0], ofItemAtPath: path)
        if geteuid() == 0 {
            #expect(try folder.settings().node.name == "n")
        } else {
            #expect(folder.faults().first?.message.hasPrefix("may not be read by this user") == true)
        }
    }

    @Test(arguments: ["", "\n\n", "# only a comment"])
    func `an empty file lacks the node's name`(text: String) throws {
        let found = try SettingsFolder(["quantrac.toml": text]).faults()
        #expect(found.map(\.key) == ["node.name"])
        #expect(found.map(\.kind) == [.missing])
    }

    @Test func `says in which line a file is no UTF-8`() throws {
        let folder = try SettingsFolder()
        try folder.write(Array("[node]\nname = \"n\" # ".utf8) + [0xff, 0x0a], to: "quantrac.toml")
        #expect(folder.faults().map(\.line) == [2])
        #expect(folder.faults().first?.message.hasPrefix("is not UTF-8") == true)
    }

    @Test func `refuses a file beyond all measure`() throws {
        let folder = try SettingsFolder()
        try folder.write(Array(repeating: 0x0a, count: Document.bytesMax + 1), to: "quantrac.toml")
        #expect(folder.faults().first?.message.contains("expected at most 4194304") == true)
    }

    @Test func `follows a symbolic link`() throws {
        let folder = try SettingsFolder(["real.toml": "node.name = \"n\""])
        try FileManager.default.createSymbolicLink(
            atPath: "\(folder.path)/quantrac.toml", withDestinationPath: "\(folder.path)/real.toml")
        #expect(try folder.settings().node.name == "n")
    }
}

@Suite struct `Settings in conf.d` {
    @Test func `tables merge and lists append`() throws {
        let folder = try SettingsFolder([
            "quantrac.toml": "[node]\nname = \"n\"\n[[consumer]]\nname = \"a\"",
            "conf.d/20-more.toml": "[[consumer]]\nname = \"c\"\n[queue]\ncommit_readings = 5",
            "conf.d/10-first.toml": "[[consumer]]\nname = \"b\"\n[queue]\nmax_size = \"1GiB\"\n[node]\nzone = \"UTC\"",
            "conf.d/README": "not TOML",
            "conf.d/.hidden.toml": "not TOML",
        ])
        let configuration = try folder.settings()
        #expect(configuration.consumers.map(\.name) == ["a", "b", "c"])
        #expect(configuration.queue.commitReadings == 5 && configuration.queue.maxSizeBytes == 1 << 30)
        #expect(configuration.node.zone.name == "UTC")
        #expect(
            configuration.files.map { $0.dropFirst(folder.path.count + 1) }
                == ["quantrac.toml", "conf.d/10-first.toml", "conf.d/20-more.toml"])
    }

    @Test func `the same name twice names both places`() throws {
        let folder = try SettingsFolder([
            "quantrac.toml": "node.name = \"n\"\n[[consumer]]\nname = \"a\"",
            "conf.d/a.toml": "\n[[consumer]]\nname = \"a\"",
        ])
        let fault = try #require(folder.faults().first)
        #expect(fault.kind == .duplicate && fault.line == 3 && fault.file.hasSuffix("conf.d/a.toml"))
        #expect(fault.message.contains("quantrac.toml:3"))
    }

    @Test func `the same key in two files names both places`() throws {
        let folder = try SettingsFolder([
            "quantrac.toml": "[node]\nname = \"n\"\n[log]\nlevel = \"info\"",
            "conf.d/a.toml": "[log]\nlevel = \"info\"\nformat = \"text\"",
            "conf.d/b.toml": "log = 1",
        ])
        let found = folder.faults()
        #expect(found.map(\.kind) == [.duplicate, .duplicate])
        #expect(found.map(\.key) == ["log.level", "log"])
        #expect(found.first?.line == 2 && found.first?.message.contains("quantrac.toml:4") == true)
    }

    @Test func `one broken file does not hide the faults of the others`() throws {
        let folder = try SettingsFolder([
            "quantrac.toml": "[node\nname = \"n\"",
            "conf.d/a.toml": "[log]\nlevel = 1",
            "conf.d/b.toml": "x = [",
        ])
        #expect(folder.faults().map(\.kind) == [.syntax, .wrongType, .syntax])
    }
}

@Suite struct `Settings in the environment` {
    @Test func `override the files`() throws {
        let folder = try SettingsFolder(["quantrac.toml": "[node]\nname = \"n\"\n[queue]\nmax_size = \"1\""])
        let configuration = try folder.settings([
            "QUANTRAC_NODE_NAME": "m", "QUANTRAC_QUEUE_MAX_SIZE": "1GiB", "QUANTRAC_QUEUE_COMMIT_READINGS": "7",
            "QUANTRAC_DEAD_LETTER_MAX_SIZE": "2MiB", "QUANTRAC_HTTP_INSECURE": "true",
            "QUANTRAC_HTTP_LISTEN": "0.0.0.0:80", "QUANTRAC_LOG_LEVEL": "error", "QUANTRAC_SEED": "1",
            "QUANTRAC_COMMIT": "x", "QUANTRAC_LANG": "vi", "QUANTRAC_CONFIG": "/x", "PATH": "/bin", "quantrac_x": "1",
        ])
        #expect(configuration.node.name == "m")
        #expect(configuration.queue.maxSizeBytes == 1 << 30 && configuration.queue.commitReadings == 7)
        #expect(configuration.deadLetter.maxSizeBytes == 2 << 20)
        #expect(configuration.http.listen.port == 80 && configuration.log.level == .error)
    }

    @Test(arguments: [
        ("QUANTRAC_QUEU_MAX_SIZE", "1GiB", SettingsFault.Kind.unknownKey, "did you mean `QUANTRAC_QUEUE_MAX_SIZE`?"),
        ("QUANTRAC_MQTT_URL", "mqtt://b", .unknownKey, "of a table that stands once"),
        ("QUANTRAC_LOG_LEVEL", "loud", .badValue, "environment: QUANTRAC_LOG_LEVEL: \"loud\" is not known"),
        ("QUANTRAC_LOG_LEVEL", "", .badValue, "is not known"),
        ("QUANTRAC_QUEUE_COMMIT_READINGS", "many", .wrongType, "expected an integer"),
        ("QUANTRAC_QUEUE_COMMIT_READINGS", "0", .outOfRange, "expected 1 … 50000"),
        ("QUANTRAC_HTTP_INSECURE", "yes", .wrongType, "expected true or false"),
        ("QUANTRAC_HTTP_LISTEN", "0.0.0.0:1", .conflict, "environment: QUANTRAC_HTTP_LISTEN: 0.0.0.0:1 is reached"),
        ("QUANTRAC_REGISTRY_STATIONS", "a", .wrongType, "expected it in a file"),
        ("QUANTRAC_REGISTRY_OFFLINE_AFTER", "3", .unsupported, "`[registry]` is not acted on"),
        ("QUANTRAC_HTTP_TLS_KEY_FILE", "a", .unsupported, "is not acted on"),
    ])
    func `are checked like the files`(name: String, value: String, kind: SettingsFault.Kind, message: String) throws {
        let found = try readFaults("", [name: value])
        #expect(found.map(\.kind) == [kind])
        #expect(found.map(\.file) == ["environment"] && found.map(\.key) == [name] && found.map(\.line) == [nil])
        #expect(found.first?.description.contains(message) == true, "\(found)")
    }

    @Test func `can stand in for the node's name`() throws {
        #expect(try SettingsFolder(["quantrac.toml": ""]).settings(["QUANTRAC_NODE_NAME": "m"]).node.name == "m")
    }
}

@Suite struct `Files that settings name` {
    static let mqtt = """
        node.name = "n"
        [[mqtt]]
        name = "field"
        url = "mqtt://b"
        topics = ["t"]
        username = "me"
        password_file = "password"
        """

    @Test func `are checked apart from the settings`() throws {
        let folder = try SettingsFolder(["quantrac.toml": `Files that settings name`.mqtt])
        let found = try folder.settings().fileFaults()
        #expect(found.map(\.line) == [7] && found.map(\.key) == ["mqtt[field].password_file"])
        #expect(found.first?.message == "\(folder.path)/password is not there, expected a readable file")
        try folder.write([], to: "password")
        #expect(try folder.settings().fileFaults().first?.message.contains("is empty") == true)
        try folder.write(Array("pass word\n".utf8), to: "password")
        #expect(try folder.settings().fileFaults().isEmpty)
        #expect(try folder.settings().mqtt.first?.passwordFile?.secret() == "pass word")
    }

    @Test(arguments: [
        ("secret", "secret"), ("secret\r\n", "secret"), (" mật khẩu ", " mật khẩu "), ("a\n\n", nil), ("\n", nil),
    ])
    func `hold a secret of one line`(content: String, secret: String?) throws {
        let folder = try SettingsFolder(["quantrac.toml": `Files that settings name`.mqtt, "password": content])
        let file = try #require(try folder.settings().mqtt.first?.passwordFile)
        if let secret {
            #expect(try file.secret() == secret)
        } else {
            #expect(throws: SettingsFault.self) { try file.secret() }
        }
    }

    @Test func `may be systemd credentials`() throws {
        let credentials = try SettingsFolder(["password": "from systemd"])
        let folder = try SettingsFolder(["quantrac.toml": `Files that settings name`.mqtt, "password": "beside"])
        let with = try folder.settings(["CREDENTIALS_DIRECTORY": credentials.path])
        #expect(try with.mqtt.first?.passwordFile?.secret() == "from systemd")
        let empty = try SettingsFolder()
        let without = try folder.settings(["CREDENTIALS_DIRECTORY": empty.path])
        #expect(try without.mqtt.first?.passwordFile?.secret() == "beside")
    }

    @Test func `are relative to the file that names them`() throws {
        let folder = try SettingsFolder([
            "quantrac.toml": "node.name = \"n\"",
            "conf.d/a.toml": `Files that settings name`.mqtt.replacing("node.name = \"n\"\n", with: ""),
        ])
        #expect(try folder.settings().mqtt.first?.passwordFile?.path == "\(folder.path)/conf.d/password")
    }
}
