import Foundation
import QuantracTesting
import Testing

/// Files that an FTP server drops, to the queue, to the station files of a sink.
@Suite(.serialized) struct `A folder and the daemon` {
    private struct Node {
        let folder: TestFolder
        let plan: DaemonProcess.Plan
        let drop: URL
        let out: URL

        init() throws {
            folder = try TestFolder()
            drop = URL(filePath: folder.path("drop"))
            out = URL(filePath: folder.path("out"))
            try FileManager.default.createDirectory(at: drop, withIntermediateDirectories: true)
            plan = DaemonProcess.Plan(
                folder: folder.path,
                tables: """
                    [[folder]]
                    name = "ftp"
                    path = "\(drop.path)"
                    settle = "100ms"

                    [[sink]]
                    name = "province"
                    kind = "station-files"
                    url = "file://\(out.path)"
                    """)
        }

        func start() throws -> DaemonProcess {
            let daemon = try DaemonProcess(plan)
            try daemon.waitUntilReady()
            return daemon
        }

        func run(_ arguments: String...) throws -> CommandLineRun {
            try CommandLineRun(arguments + ["--config", plan.configuration], in: folder)
        }

        /// Writes under a temporary name and renames, as a careful server does.
        func put(_ text: String, as name: String) throws {
            let file = drop.appending(path: name)
            try FileManager.default.createDirectory(
                at: file.deletingLastPathComponent(), withIntermediateDirectories: true)
            let partial = file.appendingPathExtension("part")
            try Data(text.utf8).write(to: partial)
            try FileManager.default.moveItem(at: partial, to: file)
        }

        func files(below folder: URL) -> [String] {
            let names = FileManager.default.enumerator(atPath: folder.path)?.compactMap { $0 as? String } ?? []
            return names.filter { $0.hasSuffix(".txt") }.sorted()
        }

        func source() throws -> [String: Any] {
            let sources = try run("status", "--json").objects().first?["sources"] as? [[String: Any]]
            return sources?.first { $0["name"] as? String == "folder:ftp" } ?? [:]
        }
    }

    private static let lines = [
        "PM2.5\t35.2\tug/m3\t20260325000500\t00\r\n", "Nhiệtđộ\t-1.6\t\t20260325000500\t00\r\n",
        "CO\t0\tmg/Nm3\t20260325000500\t02\r\n", "SO2\t\tug/m3\t20260325000500\t02\r\n",
    ]

    @Test func `give the warehouse of files the lines that came, and keep what they cannot read`() throws {
        let node = try Node()
        let daemon = try node.start()
        defer { daemon.child.endAtOnce() }
        try node.put(Self.lines.joined(), as: "HN_BKHN_KHIKXQ/2026/03/25/HN_BKHN_KHIKXQ_20260325000500.txt")
        try node.put("pH\t7.1\t\t20260325000500\n" + Self.lines[0], as: "HN_BKHN_NUOSXL_20260325000500.txt")
        try node.put("half", as: "ignored.txt.tmp")

        let written = "HN_BKHN_KHIKXQ/2026/03/25/HN_BKHN_KHIKXQ_20260325000500.txt"
        try waitUntil("both stations are in the sink's folder", seconds: 10) {
            node.files(below: node.out).count == 2
        }
        let text = try String(contentsOf: node.out.appending(path: written), encoding: .utf8)
        #expect(text == Self.lines.joined())
        #expect(
            try String(
                contentsOf: node.out.appending(
                    path: "HN_BKHN_NUOSXL/2026/03/25/HN_BKHN_NUOSXL_20260325000500.txt"), encoding: .utf8)
                == Self.lines[0])
        try waitUntil("both files are put away", seconds: 10) { node.files(below: node.drop).count == 2 }
        let names = node.files(below: node.drop)
        #expect(names.contains { $0.hasPrefix("done/") && $0.hasSuffix("/\(written)") })
        #expect(names.contains { $0.hasPrefix("failed/") && $0.hasSuffix("/HN_BKHN_NUOSXL_20260325000500.txt") })
        let letters = try node.run("deadletter", "list", "--json").objects()
        #expect(letters.count == 1 && letters[0]["topic"] as? String == "HN_BKHN_NUOSXL_20260325000500.txt")
        #expect((letters[0]["faults"] as? [[String: Any]])?.first?["reason"] as? String == "wrong-columns")

        // The same once more, by hand: duplicates, and the sink's files stay as they are.
        try node.put(Self.lines.joined(), as: "HN_BKHN_KHIKXQ_20260325000500.txt")
        try waitUntil("the file is known already", seconds: 10) { try node.source()["duplicates"] as? Int == 4 }
        #expect(try String(contentsOf: node.out.appending(path: written), encoding: .utf8) == Self.lines.joined())
    }

    @Test func `lose no file when the daemon is killed among them`() throws {
        let node = try Node()
        let count = 3000
        for number in 0..<count {
            let (minute, hour) = (number % 60, number / 60)
            let time = "202603\(25 + hour / 24)\(Self.digits(hour % 24))\(Self.digits(minute))00"
            try node.put("PM2.5\t\(number).5\tug/m3\t\(time)\t00\r\n", as: "A_\(time).txt")
        }
        for round in 0..<4 {
            let daemon = try DaemonProcess(node.plan)
            try waitUntil("some files are done", seconds: 20) {
                node.files(below: node.drop.appending(path: "done")).count > round * 100
            }
            daemon.child.endAtOnce()
        }
        let daemon = try node.start()
        defer { daemon.child.endAtOnce() }
        try waitUntil("every file is done", seconds: 30) {
            node.files(below: node.drop.appending(path: "done")).count == count
        }
        let readings = try node.run("queue", "export").objects().filter { $0["kind"] as? String == "reading" }
        let values = readings.compactMap { $0["value"] as? Double }.sorted()
        #expect(values == (0..<count).map { Double($0) + 0.5 })
        let source = try node.source()
        let numbers = ["received", "queued", "duplicates", "dead_letters"].map { source[$0] as? Int ?? -1 }
        #expect(numbers[0] == numbers[1] + numbers[2] + numbers[3] && numbers[1] == count, "\(numbers)")
        try waitUntil("the sink has every file", seconds: 30) { node.files(below: node.out).count == count }
    }

    private static func digits(_ number: Int) -> String { number < 10 ? "0\(number)" : "\(number)" }

    @Test func `are exported as the station files that they were`() throws {
        let node = try Node()
        let daemon = try node.start()
        try node.put(Self.lines.joined(), as: "HN_BKHN_KHIKXQ_20260325000500.txt")
        try waitUntil("the file is read", seconds: 10) { try node.source()["queued"] as? Int == 4 }
        daemon.child.terminate()
        let export = try node.run("queue", "export", "--format", "station-file", "--into", node.folder.path("export"))
        #expect(export.code == 0 && export.errors.contains("4 lines in 1 files"), "\(export.errors)")
        let file = "export/HN_BKHN_KHIKXQ/2026/03/25/HN_BKHN_KHIKXQ_20260325000500.txt"
        #expect(try node.folder.read(file) == Self.lines.joined())
        #expect(try node.run("queue", "export", "--format", "station-file").code == 64)
        #expect(try node.run("queue", "export", "--into", "x").code == 64)
    }
}
