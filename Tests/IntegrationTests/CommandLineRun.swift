import Foundation
import QuantracTesting

/// A command that was run to its end, and what it wrote.
struct CommandLineRun {
    let code: Int32
    let output: String
    let errors: String

    /// The lines of standard output.
    var lines: [String] { output.split(separator: "\n").map(String.init) }

    /// Runs `quantrac` with `arguments` in `folder`.
    init(_ arguments: [String], in folder: TestFolder, input: String = "") throws {
        try self.init(shell: #"exec "$0" "$@""#, arguments, in: folder, input: input)
    }

    /// Runs a line of the shell in which `"$0" "$@"` is `quantrac` with `arguments`.
    init(shell line: String, _ arguments: [String], in folder: TestFolder, input: String = "") throws {
        let name = "run-\(UInt32.random(in: 0 ... .max))"
        try folder.write(input, to: "\(name).in")
        let command = """
            exec <'\(folder.path(name)).in' >'\(folder.path(name)).out' 2>'\(folder.path(name)).err'
            \(line)
            """
        let child = try ChildProcess(
            ["/bin/sh", "-c", command, ChildProcess.quantrac] + arguments, log: folder.path("shell.log"))
        code = child.exitCode()
        output = try folder.read("\(name).out")
        errors = try folder.read("\(name).err")
    }

    /// One JSON object a line.
    func objects() throws -> [[String: Any]] {
        try lines.map { line in
            guard let object = try JSONSerialization.jsonObject(with: Data(line.utf8)) as? [String: Any] else {
                throw TestingError("no object: \(line)")
            }
            return object
        }
    }
}

/// A daemon behind a broker, with readings and dead letters of simulated stations in its queue.
struct CommandLineNode {
    let folder: TestFolder
    let broker: TestBroker
    let plan: DaemonProcess.Plan

    init() throws {
        folder = try TestFolder()
        broker = try TestBroker()
        plan = DaemonProcess.Plan(
            folder: folder.path,
            tables: """
                [[consumer]]
                name = "warehouse"

                [[mqtt]]
                name = "field"
                url = "mqtt://127.0.0.1:\(broker.port)"
                topics = ["quantrac/v1/{station}/readings"]
                """)
    }

    func startDaemon() throws -> DaemonProcess {
        let daemon = try DaemonProcess(plan)
        try daemon.waitUntilReady()
        return daemon
    }

    /// `quantrac` with the node's settings.
    func run(_ arguments: String..., input: String = "") throws -> CommandLineRun {
        try CommandLineRun(arguments + ["--config", plan.configuration], in: folder, input: input)
    }

    /// Publishes messages of simulated stations, good and bad, and waits until the daemon has counted them.
    func publish(messages: Int) throws {
        let before = try counted()
        let simulation = try CommandLineRun(
            [
                "simulate", "--broker", "mqtt://127.0.0.1:\(broker.port)", "--rate", "0", "--count", "\(messages)",
                "--faults", "0.2",
            ], in: folder)
        guard simulation.code == 0 else { throw TestingError(simulation.errors) }
        // "60 messages acknowledged: 349 readings, 12 told twice, 6 unreadable; 0 reconnects"
        let numbers = simulation.output.split(whereSeparator: { !$0.isNumber }).compactMap { Int($0) }
        let expected = before + numbers[1] + numbers[2] + numbers[3]
        try waitUntil("\(expected) items are counted", seconds: 10) { try counted() >= expected }
    }

    private func counted() throws -> Int {
        guard let status = try run("status", "--json").objects().first else { return 0 }
        let sources = status["sources"] as? [[String: Any]] ?? []
        return sources.reduce(0) { $0 + ($1["received"] as? Int ?? 0) }
    }
}
