import ArgumentParser
import Pipeline
import Settings

/// `quantrac check`: every fault of the settings at once.
struct CheckCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "check", abstract: "Check the settings: every fault at once, with file, line and key.",
        discussion: "Exits with 78 when something is wrong, with 69 when --connect finds a broker that cannot be used.")

    @OptionGroup var configuration: ConfigurationOptions
    @OptionGroup var listing: ListingOptions

    @Flag(help: "Also log in to every broker and ask for the topics; the daemon's session is not touched.")
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
        let faults = settings.fileFaults()
        guard faults.isEmpty else {
            try report(faults, to: &output)
            throw ExitCode(CommandStatus.configuration.rawValue)
        }
        if !listing.isJSON {
            try output.line(
                "\(settings.files.joined(separator: ", ")): node \(settings.node.name), "
                    + "\(settings.mqtt.count) MQTT \(settings.mqtt.count == 1 ? "source" : "sources"), "
                    + "\(settings.consumers.count) \(settings.consumers.count == 1 ? "consumer" : "consumers"), no fault"
            )
            try output.flush()
        }
        if connect { try await connectAll(settings, to: &output) }
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
        let pipeline = Pipeline(configuration: settings, logger: LogOutput.quiet())
        for source in settings.mqtt {
            let refusal = await pipeline.refusal(of: source)
            if refusal != nil { failed += 1 }
            if listing.isJSON {
                var line = JSONLine()
                line.add("source", source.source)
                line.add("url", source.broker.description)
                line.add("reachable", refusal == nil)
                line.add("reason", refusal)
                try output.line(line.finished)
            } else {
                try output.line("\(source.source) \(source.broker): \(refusal ?? "logged in, topics granted")")
            }
            try output.flush()
        }
        if failed > 0 { throw ExitCode(CommandStatus.unavailable.rawValue) }
    }
}
