import ArgumentParser
import Modbus
import Pipeline
import Registers
import Settings

/// `quantrac test --for 30s`: listens and prints, and commits nothing.
struct TestCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "test", abstract: "Listen to the sources for a while: decode, judge and print, commit nothing.",
        discussion: """
            It logs in at the brokers beside the running daemon under a name of its own and takes nothing away from it. \
            Modbus buses are polled by their schedule; a serial line that the daemon polls is busy. Exits with 1 when \
            nothing came or something could not be read, with 69 when no broker, no bus and no device could be reached, \
            with 75 when that is so because another program has the line.
            """)

    @OptionGroup var configuration: ConfigurationOptions
    @OptionGroup var listing: ListingOptions

    @Option(name: .customLong("for"), help: ArgumentHelp("How long, such as 30s.", valueName: "time"))
    var length = TimeLength(milliseconds: 30_000)

    mutating func run() async throws {
        let settings = try configuration.load()
        let pipeline = Pipeline(configuration: settings, logger: LogOutput.quiet())
        if !settings.folders.isEmpty {
            Output.note("folders are not looked at here: `quantrac decode FORMAT FILE` shows what a file says")
        }
        let printer = TrialPrinter(isJSON: listing.isJSON)
        let isInterrupted = try await Interruption.cancelling { [length] in
            printer.note(unreached: try await pipeline.test(for: length.duration, show: printer.show))
        }
        let outcome = printer.outcome
        Output.note(
            "\(Grouped.count(outcome.readings, "reading")), \(Grouped.count(outcome.faults, "fault")) in "
                + Grouped.count(outcome.payloads, "payload")
                + (outcome.silences > 0 ? "; \(Grouped.count(outcome.silences, "value")) not read" : ""))
        let unreached = outcome.unreached.map { "\($0.source): \($0.reason)" }
        if !isInterrupted, outcome.isEmpty, !unreached.isEmpty {
            let isBusy = await pipeline.isBusy(settings, among: outcome.unreached.map(\.source))
            throw CommandFailure(
                isBusy ? .tryAgain : .unavailable, "nothing came: \(unreached.joined(separator: "; "))")
        }
        for line in unreached { Output.note(line) }
        if !isInterrupted, outcome.isEmpty {
            throw CommandFailure(
                .failure,
                "nothing came in \(length.defaultValueDescription); check the topics, and that stations send and "
                    + "devices answer")
        }
        if outcome.faults > 0 { throw ExitCode(1) }
    }
}

extension Pipeline {
    /// Whether another program has a serial line of these sources.
    fileprivate func isBusy(_ settings: Configuration, among sources: [String]) async -> Bool {
        for bus in settings.modbus where bus.address.serialLine != nil && sources.contains(bus.source) {
            if await refusal(of: bus)?.isBusy == true { return true }
        }
        return false
    }
}
