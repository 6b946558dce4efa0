import ArgumentParser
import Pipeline
import Registers
import Settings

/// `quantrac check`: every fault of the settings at once.
struct CheckCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "check", abstract: "Check the settings: every fault at once, with file, line and key.",
        discussion: """
            Exits with 78 when something is wrong, with 69 when --connect finds a broker or a bus that cannot be used \
            or a register that is refused, with 75 when only another program has the line. A warning is no fault.
            """)

    @OptionGroup var configuration: ConfigurationOptions
    @OptionGroup var listing: ListingOptions

    @Flag(
        help: """
            Also log in to every broker and ask for the topics; the daemon's session is not touched. Ask every Modbus \
            device once, too: a serial line that the daemon polls is busy then, and a gateway may take only one client.
            """)
    var connect = false

    mutating func run() async throws {
        var output = Output()
        let settings: Configuration
        do {
            settings = try configuration.load()
        } catch let faults as SettingsFaults {
            try report(faults.faults, to: &output)
            throw ExitCode(CommandStatus.configuration.rawValue)
        }
        let faults = try settings.fileFaults() + FormatExamples.faults(settings)
        guard faults.isEmpty else {
            try report(faults, to: &output)
            throw ExitCode(CommandStatus.configuration.rawValue)
        }
        try report(settings.warnings(), to: &output)
        if !listing.isJSON { try output.line(Self.summary(of: settings)) }
        try output.flush()
        if connect { try await connectAll(settings, to: &output) }
    }

    private static func summary(of settings: Configuration) -> String {
        func count(_ number: Int, _ one: String, _ several: String) -> String {
            "\(number) \(number == 1 ? one : several)"
        }
        var parts = ["node \(settings.node.name)", count(settings.mqtt.count, "MQTT source", "MQTT sources")]
        if !settings.modbus.isEmpty {
            let devices = settings.modbus.reduce(0) { $0 + $1.devices.count }
            parts.append(
                count(settings.modbus.count, "Modbus bus", "Modbus buses") + " with "
                    + count(devices, "device", "devices"))
        }
        if !settings.folders.isEmpty { parts.append(count(settings.folders.count, "folder", "folders")) }
        if !settings.formats.isEmpty {
            let examples = settings.formats.reduce(0) { $0 + $1.examples.count }
            parts.append(
                count(settings.formats.count, "format", "formats") + " with " + count(examples, "example", "examples"))
        }
        if !settings.sinks.isEmpty { parts.append(count(settings.sinks.count, "sink", "sinks")) }
        parts.append(count(settings.consumers.count, "consumer", "consumers"))
        parts.append("no fault")
        return "\(settings.files.joined(separator: ", ")): \(parts.joined(separator: ", "))"
    }

    private func report(_ warnings: [SettingsWarning], to output: inout Output) throws {
        for warning in warnings {
            if listing.isJSON {
                var line = JSONLine()
                line.add("kind", "warning")
                line.add("file", warning.file)
                line.add("line", warning.line)
                line.add("key", warning.key)
                line.add("message", warning.message)
                try output.line(line.finished)
            } else {
                try output.line("warning: \(warning.description)")
            }
        }
    }

    private func report(_ faults: [SettingsFault], to output: inout Output) throws {
        for fault in faults {
            if listing.isJSON {
                var line = JSONLine()
                line.add("kind", fault.kind.rawValue)
                line.add("file", fault.file)
                line.add("line", fault.line)
                line.add("column", fault.column)
                line.add("key", fault.key)
                line.add("message", fault.message)
                line.add("suggestion", fault.suggestion)
                try output.line(line.finished)
            } else {
                try output.line(fault.description)
            }
        }
        try output.flush()
        if !listing.isJSON { Output.note("quantrac: \(faults.count) \(faults.count == 1 ? "fault" : "faults")") }
    }

    private func connectAll(_ settings: Configuration, to output: inout Output) async throws {
        var failed = 0
        var busy = 0
        let pipeline = Pipeline(configuration: settings, logger: LogOutput.quiet())
        for source in settings.mqtt {
            let refusal = await pipeline.refusal(of: source)
            if refusal != nil { failed += 1 }
            try report(
                source.source, source.broker.description, refusal, success: "logged in, topics granted", to: &output)
        }
        for bus in settings.modbus {
            let refusal = await pipeline.refusal(of: bus)
            if refusal != nil { failed += 1 }
            if refusal?.isBusy == true { busy += 1 }
            let place = listing.isJSON ? bus.address.description : ModbusText.place(bus.address)
            try report(bus.source, place, refusal?.reason, success: "every device answers", to: &output)
        }
        if busy > 0 {
            Output.note(
                "a line that another program has was not asked: perhaps the daemon of these settings is running; "
                    + "`quantrac status` shows how its devices answer")
        }
        if failed > 0, failed == busy { throw ExitCode(CommandStatus.tryAgain.rawValue) }
        if failed > 0 { throw ExitCode(CommandStatus.unavailable.rawValue) }
    }

    private func report(
        _ source: String, _ url: String, _ refusal: String?, success: String, to output: inout Output
    ) throws {
        if listing.isJSON {
            var line = JSONLine()
            line.add("source", source)
            line.add("url", url)
            line.add("reachable", refusal == nil)
            line.add("reason", refusal)
            try output.line(line.finished)
        } else {
            try output.line("\(source) \(url): \(refusal ?? success)")
        }
        try output.flush()
    }
}
