import Foundation
import QuantracTesting
import Testing

@Suite(.serialized) struct `Command line` {
    @Test func `writes settings that pass its own check, and does not replace them`() throws {
        let folder = try TestFolder()
        let path = folder.path("quantrac.toml")
        let first = try CommandLineRun(["init", "--node", "hanoi-1", "--config", path], in: folder)
        #expect(first.code == 0)
        #expect(try CommandLineRun(["check", "--config", path], in: folder).code == 0)
        let second = try CommandLineRun(["init", "--config", path], in: folder)
        #expect(second.code == 1)
        #expect(second.errors.contains("--force"))
        let shown = try CommandLineRun(["init", "--node", "hanoi-1", "--config", "-"], in: folder)
        #expect(shown.output == (try folder.read("quantrac.toml")))
    }

    @Test func `reports every fault of the settings with its line`() throws {
        let folder = try TestFolder()
        let path = try folder.write(
            """
            [node]
            name = "Hà Nội"
            data_directory = "/tmp"
            [queue]
            max_sise = "1GiB"
            """, to: "quantrac.toml")
        let check = try CommandLineRun(["check", "--config", path], in: folder)
        #expect(check.code == 78)
        #expect(check.output.contains("\(path):2: "))
        #expect(check.output.contains("\(path):5: "))
        #expect(check.output.contains("max_size"))
        let json = try CommandLineRun(["check", "--json", "--config", path], in: folder)
        #expect(try json.objects().compactMap { $0["line"] as? Int } == [2, 5])
        #expect(try CommandLineRun(["run", "--config", path], in: folder).code == 78)
        #expect(try CommandLineRun(["queue", "list", "--config", path], in: folder).code == 78)
    }

    @Test func `says where nothing is`() throws {
        let folder = try TestFolder()
        #expect(try CommandLineRun(["queue", "list", "--data", folder.path], in: folder).code == 69)
        #expect(try CommandLineRun(["queue", "list", "--config", folder.path("none")], in: folder).code == 78)
        #expect(try CommandLineRun(["queue", "lists"], in: folder).code == 64)
        let pull = ["pull", "http://127.0.0.1:1", "--consumer", "a", "--to", folder.path("pulled"), "--once"]
        #expect(try CommandLineRun(pull, in: folder).code == 69)
    }

    @Test func `decodes what it is given`() throws {
        let folder = try TestFolder()
        let good = #"{"station":"A","time":"2026-11-23T07:00:00+07:00","readings":[{"parameter":"pH","value":7.25}]}"#
        let line = try CommandLineRun(["decode", "json", "-", "--json"], in: folder, input: good).objects()
        #expect(line.count == 1)
        #expect(line[0]["time"] as? String == "2026-11-23T00:00:00.000Z")
        #expect(line[0]["value"] as? Double == 7.25)
        let bad = try CommandLineRun(["decode", "json", "-"], in: folder, input: String(good.dropLast(3)) + "x]}")
        #expect(bad.code == 1)
        #expect(bad.output.contains("syntax"))
        #expect(bad.output.contains("^"))
        #expect(try CommandLineRun(["decode", "morse", "-"], in: folder).code == 64)
        #expect(try CommandLineRun(["decode", "json", folder.path("none")], in: folder).code == 1)
    }

    @Test func `shows the same with the daemon running and stopped, and writes nothing`() throws {
        let node = try CommandLineNode()
        let daemon = try node.startDaemon()
        try node.publish(messages: 80)
        let listings: [[String]] = [
            ["queue", "list", "--json", "--limit", "5000"], ["queue", "export"],
            ["queue", "export", "--format", "csv"],
            ["queue", "list", "--flag", "9", "--from", "1h"], ["queue", "show", "3"], ["deadletter", "list", "--json"],
            ["deadletter", "list"], ["deadletter", "show", "1"], ["consumer", "list", "--json"],
        ]
        func all() throws -> [String] {
            try listings.map { listing in
                let run = try CommandLineRun(listing + ["--config", node.plan.configuration], in: node.folder)
                #expect(run.code == 0, "\(listing): \(run.errors)")
                #expect(!run.output.isEmpty, "\(listing)")
                return run.output.replacing(/"oldest_seconds":\d+/, with: "")
            }
        }
        let running = try all()
        #expect(try node.run("status").output.contains("running since"))
        #expect(daemon.child.terminate().code == 0)
        let before = try state(of: node.plan.dataDirectory)
        #expect(try all() == running)
        #expect(try node.run("status").output.contains("not running"))
        #expect(try node.run("status", "--json").objects().first?["running"] as? Bool == false)
        #expect(try state(of: node.plan.dataDirectory) == before)
        // Without settings, by the folder alone.
        let byFolder = ["queue", "list", "--json", "--limit", "5000", "--data", node.plan.dataDirectory]
        #expect(try CommandLineRun(byFolder, in: node.folder).output == running[0])
    }

    /// Names, sizes and times of change of what may not change; SQLite may make and remove its -shm and -wal.
    private func state(of directory: String) throws -> [String] {
        try ["queue.db", "ballast"].map { name in
            let attributes = try FileManager.default.attributesOfItem(atPath: "\(directory)/\(name)")
            return "\(name) \(attributes[.size] ?? 0) \(attributes[.modificationDate] ?? 0)"
        }
    }

    @Test func `prints nothing for nothing, and ends quietly when nobody reads on`() throws {
        let node = try CommandLineNode()
        let daemon = try node.startDaemon()
        for arguments in [
            ["queue", "list"], ["deadletter", "list"], ["queue", "list", "--json"], ["queue", "export"],
        ] {
            let run = try CommandLineRun(arguments + ["--config", node.plan.configuration], in: node.folder)
            #expect(run.code == 0)
            #expect(run.output.isEmpty)
        }
        try node.publish(messages: 300)
        let head = try CommandLineRun(
            shell: #""$0" "$@" | head -n 1"#, ["queue", "export", "--config", node.plan.configuration], in: node.folder)
        #expect(head.code == 0)
        #expect(head.lines.count == 1)
        #expect(head.errors.isEmpty)
        daemon.child.terminate()
    }

    @Test func `changes consumers through the daemon and without it`() throws {
        let node = try CommandLineNode()
        let daemon = try node.startDaemon()
        try node.publish(messages: 20)
        #expect(try node.run("consumer", "add", "live", "--optional", "--from", "now").code == 0)
        #expect(try node.run("consumer", "add", "live").code == 1)
        #expect(try node.run("consumer", "rewind", "live", "--to", "oldest").code == 64)
        #expect(try node.run("consumer", "rewind", "live", "--to", "oldest", "--yes").code == 0)
        #expect(try node.run("consumer", "remove", "warehouse", "--yes").code == 1)
        #expect(try node.run("consumer", "remove", "nobody", "--yes").code == 1)
        #expect(try names(node) == ["live", "warehouse"])
        let second = try node.run("run")
        #expect(second.code == 75)
        daemon.child.terminate()
        #expect(try node.run("consumer", "add", "later").code == 0)
        #expect(try node.run("consumer", "remove", "live", "--yes").code == 0)
        #expect(try names(node) == ["later", "warehouse"])
        // What a killed daemon leaves behind is in nobody's way.
        try node.startDaemon().child.endAtOnce()
        #expect(try node.run("consumer", "remove", "later", "--yes").code == 0)
        #expect(try names(node) == ["warehouse"])
    }

    private func names(_ node: CommandLineNode) throws -> [String] {
        try node.run("consumer", "list", "--json").objects().compactMap { $0["name"] as? String }.sorted()
    }

    @Test func `pulls every reading once into a folder and to standard output`() throws {
        let node = try CommandLineNode()
        let daemon = try node.startDaemon()
        try node.publish(messages: 60)
        let kept = try node.run("queue", "export").lines
        #expect(try node.run("consumer", "add", "second").code == 0)
        let target = node.folder.path("warehouse")
        let pull = ["pull", node.plan.url, "--max", "100", "--once", "--consumer"]
        #expect(try CommandLineRun(pull + ["warehouse", "--to", target], in: node.folder).code == 0)
        var stored: [String] = []
        for name in try FileManager.default.contentsOfDirectory(atPath: target) where name.hasSuffix(".ndjson") {
            stored += try String(contentsOfFile: "\(target)/\(name)", encoding: .utf8).split(separator: "\n").map(
                String.init)
        }
        #expect(Set(stored) == Set(kept))
        #expect(stored.count == kept.count)
        let printed = try CommandLineRun(pull + ["second", "--to", "-"], in: node.folder)
        #expect(printed.lines == kept)
        let again = try CommandLineRun(pull + ["second", "--to", "-"], in: node.folder)
        #expect(again.code == 0)
        #expect(again.output.isEmpty)
        #expect(try CommandLineRun(pull + ["nobody", "--to", "-"], in: node.folder).code == 1)
        daemon.child.terminate()
    }

    @Test func `tests the sources without touching the queue`() throws {
        let node = try CommandLineNode()
        try node.plan.write()
        #expect(try node.run("check", "--connect").code == 0)
        let silent = try node.run("test", "--for", "300ms")
        #expect(silent.code == 1)
        let simulation = try ChildProcess(
            quantrac: ["simulate", "--broker", "mqtt://127.0.0.1:\(node.broker.port)", "--rate", "50"],
            log: node.folder.path("simulate.log"))
        let test = try node.run("test", "--for", "1s", "--json")
        #expect(test.code == 0, "\(test.errors)")
        #expect(try test.objects().contains { $0["kind"] as? String == "reading" })
        #expect(simulation.terminate().code == 0)
        #expect(!FileManager.default.fileExists(atPath: node.plan.dataDirectory + "/queue.db"))
        node.broker.stop()
        #expect(try node.run("check", "--connect").code == 69)
    }
}
