import Foundation
import QuantracTesting
import Testing

/// Formats from a real broker, and dead letters that are read when the settings were corrected.
@Suite(.serialized) struct `Formats in the daemon` {
    private struct Node {
        let folder: TestFolder
        let broker: TestBroker
        var plan: DaemonProcess.Plan

        init(source: String) throws {
            folder = try TestFolder()
            broker = try TestBroker()
            plan = DaemonProcess.Plan(folder: folder.path, tables: "")
            setSource(source)
        }

        mutating func setSource(_ source: String) {
            plan.tables = """
                [[mqtt]]
                name = "field"
                url = "mqtt://127.0.0.1:\(broker.port)"
                \(source)
                """
        }

        func start() throws -> DaemonProcess {
            let daemon = try DaemonProcess(plan)
            try daemon.waitUntilReady()
            try waitUntil("the source is connected", seconds: 10) { try source()["state"] as? String == "connected" }
            return daemon
        }

        func run(_ arguments: String...) throws -> CommandLineRun {
            try CommandLineRun(arguments + ["--config", plan.configuration], in: folder)
        }

        func source() throws -> [String: Any] {
            (try run("status", "--json").objects().first?["sources"] as? [[String: Any]])?.first ?? [:]
        }

        func publish(_ file: String, on topic: String) throws {
            let code = try ChildProcess(
                [
                    "/usr/bin/mosquitto_pub", "-h", "127.0.0.1", "-p", "\(broker.port)", "-q", "1", "-t", topic, "-f",
                    file,
                ],
                log: folder.path("pub.log")
            ).exitCode()
            guard code == 0 else { throw TestingError("mosquitto_pub ended with \(code)") }
        }

        func readings() throws -> [[String: Any]] {
            try run("queue", "export").objects().filter { $0["kind"] as? String == "reading" }
        }
    }

    private static let fixtures = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
        .deletingLastPathComponent().appending(path: "fixtures/payloads")

    @Test(arguments: [true, false])
    func `read a dead letter once more when the settings were corrected`(isRunning: Bool) throws {
        let topics = "topics = [\"plant/{station}/csv\"]\nformat = \"csv\""
        var node = try Node(source: topics)
        var daemon = try node.start()
        let file = try node.folder.write(
            "time,pH,EC\n2026-11-23 07:00:00,7.1,300\n2026-11-23T00:01:00Z,7.2,x\n", to: "a.csv")
        try node.publish(file, on: "plant/HN-NT-01/csv")
        try waitUntil("the payload is counted", seconds: 10) { try node.source()["dead_letters"] as? Int == 1 }
        let letter = try #require(try node.run("deadletter", "list", "--json").objects().first)
        #expect((letter["faults"] as? [[String: Any]])?.first?["reason"] as? String == "time-without-zone")
        #expect(try node.readings().count == 2)
        let shown = try node.run("deadletter", "show", "1")
        #expect(shown.output.contains("time-without-zone") && shown.output.contains("^"), "\(shown.output)")

        // With nothing corrected nothing changes, and the command says so.
        let vain = try node.run("deadletter", "replay", "--all")
        #expect(vain.code == 1, "\(vain.output)\(vain.errors)")
        daemon.child.terminate()

        node.setSource(topics + "\nzone = \"Asia/Ho_Chi_Minh\"")
        try node.plan.write()
        if isRunning { daemon = try node.start() }
        defer { daemon.child.endAtOnce() }
        let replay = try node.run("deadletter", "replay", "1", "--json")
        #expect(replay.code == 0, "\(replay.output)\(replay.errors)")
        let outcome = try #require(try replay.objects().first)
        #expect(outcome["queued"] as? Int == 2 && outcome["duplicates"] as? Int == 2, "\(outcome)")
        let readings = try node.readings()
        #expect(readings.count == 4)
        let late = readings.filter { ($0["time"] as? String)?.hasPrefix("2026-11-23T00:00:00") == true }
        #expect(late.count == 2 && late.allSatisfy { $0["received"] as? String == letter["received"] as? String })
        #expect(try node.run("deadletter", "list", "--json").lines.isEmpty)
        // Done once more there is nothing to do.
        #expect(try node.run("deadletter", "replay", "--all").code == 0)
        #expect(try node.run("deadletter", "replay", "1").code == 1)
        #expect(try node.readings().count == 4)
    }

    @Test func `drop a dead letter when asked, and not without`() throws {
        let node = try Node(source: "topics = [\"plant/{station}/csv\"]\nformat = \"csv\"")
        let daemon = try node.start()
        defer { daemon.child.endAtOnce() }
        try node.publish(try node.folder.write("no table", to: "a.csv"), on: "plant/A/csv")
        try waitUntil("the payload is counted", seconds: 10) { try node.source()["dead_letters"] as? Int == 1 }
        let asked = try node.run("deadletter", "drop", "1")
        #expect(asked.code != 0)
        #expect(try node.run("deadletter", "list", "--json").lines.count == 1)
        let dropped = try node.run("deadletter", "drop", "--all", "--reason", "missing-member", "--yes")
        #expect(dropped.code == 0, "\(dropped.errors)")
        #expect(try node.run("deadletter", "list", "--json").lines.isEmpty)
    }

    @Test func `ask a Sparkplug edge node for a rebirth after a gap, and know its aliases after a kill`() throws {
        let node = try Node(source: "topics = [\"spBv1.0/#\"]\nformat = \"sparkplug-b\"")
        var daemon = try node.start()
        let place = Self.fixtures.appending(path: "sparkplug-b/data-by-alias")
        let context = try #require(
            try JSONSerialization.jsonObject(with: Data(contentsOf: place.appending(path: "context.json")))
                as? [String: Any])
        for earlier in try #require(context["before"] as? [[String: String]]) {
            try node.publish(place.appending(path: earlier["file"] ?? "").path, on: earlier["topic"] ?? "")
        }
        try waitUntil("the births are in the queue", seconds: 10) { try node.readings().count >= 2 }
        daemon.child.endAtOnce()
        let before = try node.readings().count
        daemon = try node.start()
        defer { daemon.child.endAtOnce() }

        // Data by alias that follows the births.
        let topic = try #require(context["topic"] as? String)
        try node.publish(place.appending(path: "input.bin").path, on: topic)
        try waitUntil("data by alias is read after a kill", seconds: 10) { try node.readings().count > before }
        #expect(try node.source()["dead_letters"] as? Int == 0)

        let listener = try ChildProcess(
            [
                "/bin/sh", "-c",
                "exec /usr/bin/mosquitto_sub -h 127.0.0.1 -p \(node.broker.port) -t 'spBv1.0/+/NCMD/+' -C 1 -W 20 -F '%t %x'"
                    + " >'\(node.folder.path("ncmd"))'",
            ], log: node.folder.path("sub.log"))
        try waitUntil("somebody listens to commands", seconds: 10) { node.broker.log.contains("NCMD") }
        let births = try #require(context["before"] as? [[String: String]])
        for earlier in births {
            try node.publish(place.appending(path: earlier["file"] ?? "").path, on: earlier["topic"] ?? "")
        }
        let gap = Self.fixtures.appending(path: "sparkplug-b/sequence-gap/input.bin")
        try node.publish(gap.path, on: topic)
        #expect(listener.exitCode() == 0)
        let command = try node.folder.read("ncmd")
        let edge = topic.split(separator: "/")
        // "Node Control/Rebirth" in hexadecimal digits.
        #expect(
            command.hasPrefix("spBv1.0/\(edge[1])/NCMD/\(edge[3]) ")
                && command.contains("4e6f646520436f6e74726f6c2f52656269727468"), "\(command)")
        try waitUntil("the payload is a dead letter", seconds: 10) { try node.source()["dead_letters"] as? Int == 1 }
    }

    @Test func `are checked by their examples, and decoded by name`() throws {
        let folder = try TestFolder()
        let format = """
            [[format]]
            name = "acme"
            station = "/id"
            readings = "/data"
            unnamed = "ignore"
            names = { t = "Temp" }
              [[format.example]]
              payload = '{"id":"A","data":{"t":1,"x":2}}'
              expect = EXPECTED
              [[format.example]]
              payload = '{"id":"A B","data":{"t":1}}'
              expect = 1
            """
        let good = try folder.write(
            "node.name = \"n\"\n" + format.replacing("EXPECTED", with: "1").replacing("A B", with: "B"), to: "good.toml"
        )
        let bad = try folder.write("node.name = \"n\"\n" + format.replacing("EXPECTED", with: "2"), to: "bad.toml")
        let taken = try CommandLineRun(["check", "--config", good], in: folder)
        #expect(taken.code == 0 && taken.output.contains("1 format with 2 examples"), "\(taken.output)")
        let refused = try CommandLineRun(["check", "--config", bad], in: folder)
        #expect(refused.code == 78)
        #expect(
            refused.output.contains(
                "bad.toml:10: format[acme].example[1].expect: the example gives 1 readings, expected 2"))
        #expect(refused.output.contains("bad.toml:13: format[acme].example[2].expect: the example has a fault"))
        #expect(refused.output.contains("bad-station"), "\(refused.output)")

        let input = "{\"id\":\"A\",\"data\":{\"t\":21.5,\"x\":2}}"
        let decoded = try CommandLineRun(
            ["decode", "acme", "-", "-c", good, "--json", "--time", "received"], in: folder, input: input)
        #expect(decoded.code == 0, "\(decoded.errors)")
        #expect(try decoded.objects().map { $0["parameter"] as? String } == ["Temp"])
        #expect(try CommandLineRun(["decode", "acmee", "-", "-c", good], in: folder).code == 64)
        #expect(try CommandLineRun(["decode", "acme", "-"], in: folder).code == 64)
    }

    /// The formats that are shipped are right.
    @Test(arguments: ["things-stack", "chirpstack", "tasmota", "shelly"])
    func `of real devices read their own examples`(name: String) throws {
        let folder = try TestFolder()
        let shipped = Self.fixtures.deletingLastPathComponent().deletingLastPathComponent()
            .appending(path: "deploy/formats/\(name).toml")
        let text = try String(contentsOf: shipped, encoding: .utf8)
        let settings = try folder.write("node.name = \"n\"\n" + text, to: "quantrac.toml")
        let check = try CommandLineRun(["check", "--config", settings], in: folder)
        #expect(check.code == 0 && check.output.contains("1 format with "), "\(check.output)")
    }
}
