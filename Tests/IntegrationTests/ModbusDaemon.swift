import Foundation
import QuantracTesting

/// A daemon that polls, and the programs around it.
final class ModbusDaemon {
    let folder: TestFolder
    let plan: DaemonProcess.Plan
    private(set) var daemon: DaemonProcess

    /// - Parameter buses: The `[[modbus]]` tables.
    init(_ buses: String, models: [String: String] = [:], httpPort: Int = HTTPProbe.freePort()) throws {
        folder = try TestFolder()
        try Self.write(models, to: folder)
        plan = DaemonProcess.Plan(folder: folder.path, httpPort: httpPort, tables: Self.consumer + buses)
        daemon = try DaemonProcess(plan)
        try daemon.waitUntilReady()
    }

    static let consumer = """
        [[consumer]]
        name = "warehouse"


        """

    /// Puts register maps where the settings look for them: beside the main file.
    static func write(_ models: [String: String], to folder: TestFolder) throws {
        guard !models.isEmpty else { return }
        try FileManager.default.createDirectory(
            atPath: folder.path("models"), withIntermediateDirectories: true)
        for (name, text) in models { try folder.write(text, to: "models/\(name)") }
    }

    /// `kill -9`, or SIGTERM, and a new start after so long.
    func killAndStart(gently: Bool = false, pauseMilliseconds: Int = 0) throws {
        if gently { daemon.child.terminate() } else { daemon.child.endAtOnce() }
        usleep(UInt32(pauseMilliseconds) * 1000)
        daemon = try DaemonProcess(plan)
        try daemon.waitUntilReady()
    }

    func run(_ arguments: String...) throws -> CommandLineRun {
        try CommandLineRun(arguments + ["--config", plan.configuration], in: folder)
    }

    /// Every reading in the queue with the daemon stopped.
    func stored() throws -> [[String: Any]] {
        var all: [[String: Any]] = []
        while true {
            let after = all.last?["sequence"] as? Int ?? 0
            let page = try run("queue", "list", "--json", "--limit", "50000", "--after", "\(after)").objects()
            if page.isEmpty { return all }
            all += page
        }
    }

    /// Every reading in the queue, as it stands on the pull line.
    func readings() throws -> [[String: Any]] {
        let answer = HTTPProbe.get("/v1/readings?limit=50000", port: plan.httpPort)
        guard let answer, answer.status == 200 else {
            throw TestingError("/v1/readings: \(answer.map { "\($0.status) \($0.body)" } ?? "nobody answers")")
        }
        let lines = answer.body.split(separator: "\n").compactMap {
            try? JSONSerialization.jsonObject(with: Data($0.utf8)) as? [String: Any]
        }
        return lines.filter { $0["kind"] as? String == "reading" }
    }

    /// The first object of `sources` of `/v1/status` with that name.
    func source(_ name: String = "modbus:plant") throws -> [String: Any]? {
        guard let answer = HTTPProbe.get("/v1/status", port: plan.httpPort),
            let status = try JSONSerialization.jsonObject(with: Data(answer.body.utf8)) as? [String: Any]
        else { return nil }
        return (status["sources"] as? [[String: Any]])?.first { $0["name"] as? String == name }
    }

    /// The first device of a bus in `/v1/status`.
    func device(_ name: String = "modbus:plant") throws -> [String: Any]? {
        let bus = try source(name)?["bus"] as? [String: Any]
        return (bus?["devices"] as? [[String: Any]])?.first
    }

    /// The sum of all samples of a metric whose labels contain `label`.
    func metric(_ name: String, _ label: String = "") -> Double? {
        let text = HTTPProbe.get("/metrics", port: plan.httpPort)?.body ?? ""
        let samples = text.split(separator: "\n").filter {
            ($0.hasPrefix(name + "{") || $0.hasPrefix(name + " ")) && (label.isEmpty || $0.contains(label))
        }
        let values = samples.compactMap { line in line.split(separator: " ").last.flatMap { Double($0) } }
        return values.isEmpty ? nil : values.reduce(0, +)
    }
}
