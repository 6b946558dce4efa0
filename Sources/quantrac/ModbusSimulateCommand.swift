import ArgumentParser
import FoundationEssentials
import Modbus
import Registers
import Simulation

/// `quantrac modbus simulate`: slaves that are not there.
struct ModbusSimulateCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "simulate", abstract: "Answer as Modbus devices would, from their models, until Ctrl-C.",
        discussion: """
            Values drift as real ones do; the same seed says the same at the same moment. Addresses that the model does \
            not have are refused, as devices do.

            Faults: silence, late=500ms, hold=2s (the whole line waits), exception=6, bad-crc, half-frame, noise, \
            wrong-unit, trailing, slow-bytes=4ms, duplicate=1s, close. A time may be a range: late=200ms..2s. Each for a \
            share of the requests (late=500ms@0.1), at a time (silence@6s..16s/60s: from 6 s to 16 s of every minute), \
            for some units (unit=3:silence), or one request after the other (--script ok,late=750ms,ok,bad-crc).
            """)

    @Argument(
        help: ArgumentHelp("Model files, .toml or .csv.", valueName: "file"),
        completion: .file(extensions: ["toml", "csv"]))
    var files: [String] = []

    @Option(
        help: ArgumentHelp(
            "Where: tcp://127.0.0.1:PORT or rtu+tcp://127.0.0.1:PORT (0 for a free one), rtu:///dev/ttyUSB0?baud=9600, or "
                + "pty for a new pseudo-terminal.", valueName: "url"))
    var listen = "tcp://127.0.0.1:1502"

    @Option(help: ArgumentHelp("With pty: a link to it at this path, replaced when it is a link.", valueName: "path"))
    var link: String?

    @Option(
        help: ArgumentHelp(
            "The unit ids, such as 1,2,5-8. Several models without --name take them in turn.", valueName: "units"))
    var unit: ModbusUnitList?

    @Option(help: ArgumentHelp("Which model of the files, when they have several.", valueName: "model"))
    var name: String?

    @Option(
        name: .shortAndLong,
        help: ArgumentHelp("Instead of model files: the devices of a bus of these settings.", valueName: "file"),
        completion: .file(extensions: ["toml"]))
    var config: String?

    @Option(help: ArgumentHelp("Which bus of --config, when it has several.", valueName: "name"))
    var bus: String?

    @Option(
        help: ArgumentHelp(
            "Hold a register: NAME=VALUE in its unit, NAME=raw:NUMBER, NAME=missing, NAME=text:TEXT; 3:NAME=… for unit 3.",
            valueName: "setting"))
    var set: [String] = []

    @Flag(help: "Answer 0 for registers that the model does not have.")
    var fill = false

    @Option(help: ArgumentHelp("Something that goes wrong, see above.", valueName: "fault"))
    var fault: [String] = []

    @Option(help: ArgumentHelp("What happens to one request after the other, then again.", valueName: "steps"))
    var script: [String] = []

    @Option(help: "The seed of everything that looks random.")
    var seed: UInt64 = 1

    @Option(help: "So many requests, then end.")
    var count: Int64?

    @Option(name: .customLong("for"), help: ArgumentHelp("So long, then end, such as 20s.", valueName: "time"))
    var length: TimeLength?

    @OptionGroup var listing: ListingOptions

    func validate() throws {
        guard files.isEmpty != (config == nil) else {
            throw ValidationError("give model files, or --config FILE with --bus NAME.")
        }
        guard config == nil || (unit == nil && name == nil) else {
            throw ValidationError("--config has units and models of its own: leave --unit and --name out.")
        }
        guard config != nil || bus == nil else { throw ValidationError("--bus names a bus of --config FILE.") }
        if let count, count < 1 { throw ValidationError("--count is at least 1, not \(count).") }
        do {
            let endpoint = try SlaveEndpoint(text: listen)
            if endpoint.framing == .rtu, let wrong = unit?.units.first(where: { !(1...247).contains($0) }) {
                throw ValidationError("with RTU frames the units are 1 … 247, not \(wrong).")
            }
            try endpoint.check(try FaultPlan(faults: fault, scripts: script, seed: seed))
            for setting in set { _ = try RegisterSetting(text: setting) }
        } catch let error as FaultTextError {
            throw ValidationError("\(error.description).")
        }
        guard link == nil || listen == "pty" else { throw ValidationError("--link is for --listen pty.") }
    }

    mutating func run() async throws {
        let chosen = try chosen
        let units = try held(chosen.units(isFilled: fill, seed: seed))
        let plan = try FaultPlan(faults: fault, scripts: script, seed: seed)
        let server: SlaveServer
        do {
            server = try SlaveServer(
                slave: SimulatedSlave(units: units, plan: plan), endpoint: try SlaveEndpoint(text: listen),
                requestLimit: count)
        } catch let error as ChannelError {
            throw CommandFailure(error.reason == .busy ? .tryAgain : .unavailable, error.description)
        }
        let url = try linked(server)
        defer { unlink() }
        try introduce(chosen, url: url)
        do {
            try await serve(server)
        } catch let error as ChannelError {
            // What a channel says then is meant for a master, which opens it again.
            let isGone = error.reason == .lost
            throw CommandFailure(
                .unavailable,
                isGone ? "\(server.url) is gone: no more answers; start again when it is back" : error.description)
        }
        try finish(server.counts)
    }

    /// The devices that are simulated.
    private var chosen: ModbusSimulatedUnits {
        get throws {
            if let config { return try ModbusSimulatedUnits(settings: config, bus: bus) }
            return try ModbusSimulatedUnits(files: files, name: name, units: unit?.units)
        }
    }

    private func held(_ units: [SimulatedUnit]) throws -> [SimulatedUnit] {
        var units = units
        for text in set {
            let setting = try RegisterSetting(text: text)
            var isHeld = false
            for place in units.indices where units[place].hold(setting) { isHeld = true }
            guard isHeld else {
                throw CommandFailure(
                    .usage,
                    "`\(text)`: no unit has a register `\(setting.name)` that can say this: there is none of that name, or the "
                        + "value is beyond its type's range, or means that there is none; see the model")
            }
        }
        return units
    }

    /// Makes the link, and returns the URL for a master.
    private func linked(_ server: SlaveServer) throws -> String {
        guard let link, let terminal = server.terminalPath else { return server.url }
        unlink()
        do {
            try FileManager.default.createSymbolicLink(atPath: link, withDestinationPath: terminal)
        } catch {
            throw CommandFailure(.failure, "\(link) cannot become a link to \(terminal); take another --link")
        }
        let folder = FileManager.default.currentDirectoryPath
        return "rtu://" + (link.hasPrefix("/") ? link : "\(folder)/\(link)")
    }

    /// Only ever removes a link, never a file.
    private func unlink() {
        guard let link, (try? FileManager.default.destinationOfSymbolicLink(atPath: link)) != nil else { return }
        // What cannot be removed leads nowhere; the next start says so.
        _ = try? FileManager.default.removeItem(atPath: link)
    }

    private func introduce(_ chosen: ModbusSimulatedUnits, url: String) throws {
        var output = Output()
        if listing.isJSON {
            var line = JSONLine()
            line.add("url", url)
            line.raw("units", "[" + chosen.devices.map { "\($0.unit)" }.joined(separator: ",") + "]")
            try output.line(line.finished)
        } else {
            try output.line("\(url) answers; read it with: \(chosen.hint(url: url))")
        }
        try output.flush()
        for line in chosen.lines { Output.note(line) }
        Output.note("Ctrl-C ends it.")
    }

    /// Until the limit, the time, a signal, or the end of the line.
    private func serve(_ server: SlaveServer) async throws {
        let length = length
        _ = try await Interruption.cancelling {
            try await withThrowingTaskGroup(of: Void.self) { group in
                group.addTask { try await server.run() }
                if let length { group.addTask { try await Task.sleep(for: length.duration) } }
                try await group.next()
                group.cancelAll()
            }
        }
    }

    private func finish(_ counts: SlaveCounts) throws {
        var output = Output()
        try output.line(listing.isJSON ? Self.json(counts) : Self.text(counts))
        try output.flush()
    }

    static func text(_ counts: SlaveCounts) -> String {
        let faults = counts.faults.sorted { $0.key.rawValue < $1.key.rawValue }
            .map { "\($0.key.rawValue) \(Grouped.text($0.value))" }
        let refused = counts.exceptions.sorted { $0.key < $1.key }.map { "\(Grouped.text($0.value)) with \($0.key)" }
        return "\(Grouped.text(counts.requests)) requests: \(Grouped.text(counts.answers)) answered"
            + (refused.isEmpty ? "" : ", refused " + refused.joined(separator: ", "))
            + (counts.otherUnits == 0 ? "" : ", \(Grouped.text(counts.otherUnits)) to units that are not here")
            + (faults.isEmpty ? "" : "; faults: " + faults.joined(separator: ", "))
    }

    static func json(_ counts: SlaveCounts) -> String {
        var line = JSONLine()
        line.add("requests", counts.requests)
        line.add("answers", counts.answers)
        var exceptions = JSONLine()
        for (code, number) in counts.exceptions.sorted(by: { $0.key < $1.key }) { exceptions.add("\(code)", number) }
        line.raw("exceptions", exceptions.finished)
        line.add("other_units", counts.otherUnits)
        line.add("connections", counts.connections)
        var faults = JSONLine()
        for kind in SlaveFault.Kind.allCases {
            if let number = counts.faults[kind] { faults.add(kind.rawValue, number) }
        }
        line.raw("faults", faults.finished)
        return line.finished
    }
}
