import Foundation
import QuantracTesting
import Testing

@Suite(.serialized) struct `Demo on the command line` {
    @Test func `moves readings from the stations to the warehouse, loses none and leaves nothing`() throws {
        let folder = try TestFolder()
        let demo = try CommandLineRun(["demo", "--for", "6s", "--backfill", "2h", "--rate", "50"], in: folder)
        #expect(demo.code == 0, "\(demo.errors)")
        #expect(demo.lines.last == "Lost       0")
        #expect(demo.lines.contains { $0.hasPrefix("Pulled     ") && !$0.hasPrefix("Pulled     0 ") })
        let place = try #require(Self.folder(in: demo.errors))
        #expect(!FileManager.default.fileExists(atPath: place))
        #expect(Self.processes(naming: place).isEmpty)
    }

    @Test func `prints commands that work, and ends within two seconds of Ctrl-C`() throws {
        let folder = try TestFolder()
        let child = try ChildProcess(quantrac: ["demo", "--backfill", "1h"], log: folder.path("demo.log"))
        try waitUntil("the demo is introduced", seconds: 20) { try folder.read("demo.log").contains("/metrics") }
        let text = try folder.read("demo.log")
        let place = try #require(Self.folder(in: text))
        let commands = text.split(separator: "\n").filter { $0.hasPrefix("  ") && !$0.contains("queue tail") }
        #expect(commands.count > 6)
        try waitUntil("a dead letter", seconds: 20) {
            let list = ["deadletter", "list", "--config", "\(place)/quantrac.toml"]
            return try !CommandLineRun(list, in: folder).output.isEmpty
        }
        for command in commands where !command.contains("curl") {
            // Two spaces and more stand before an explanation.
            let line = command.drop { $0 == " " }
            let typed = line.firstRange(of: "  ").map { line[..<$0.lowerBound] } ?? line
            let run = try CommandLineRun(shell: String(typed), [], in: folder)
            #expect(run.code == 0, "\(typed): \(run.errors)")
        }
        let start = ContinuousClock.now
        child.send(SIGINT)
        #expect(child.exitCode() == 0)
        #expect(ContinuousClock.now - start < .seconds(2.5))
        #expect(try folder.read("demo.log").contains("Lost       0"))
        #expect(!FileManager.default.fileExists(atPath: place))
        #expect(Self.processes(naming: place).isEmpty)
    }

    @Test func `takes everything with it when it is killed`() throws {
        let folder = try TestFolder()
        let child = try ChildProcess(quantrac: ["demo", "--backfill", "1h"], log: folder.path("demo.log"))
        try waitUntil("the demo is introduced", seconds: 20) { try folder.read("demo.log").contains("/metrics") }
        let place = try #require(Self.folder(in: try folder.read("demo.log")))
        try waitUntil("broker, daemon and puller run", seconds: 10) { Self.processes(naming: place).count == 3 }
        child.endAtOnce()
        try waitUntil("nothing runs", seconds: 2) { Self.processes(naming: place).isEmpty }
        try FileManager.default.removeItem(atPath: place)
    }

    /// The demo's folder, from what it printed.
    private static func folder(in text: String) -> String? {
        text.firstMatch(of: /(\/[^ ]*quantrac-demo-[0-9a-f]+)\/quantrac\.toml/).map { String($0.1) }
    }

    /// Processes with a path in their command line.
    private static func processes(naming path: String) -> [String] {
        let names = (try? FileManager.default.contentsOfDirectory(atPath: "/proc")) ?? []
        return names.filter { name in
            guard Int(name) != nil, let data = FileManager.default.contents(atPath: "/proc/\(name)/cmdline") else {
                return false
            }
            return String(decoding: data, as: UTF8.self).contains(path)
        }
    }
}
