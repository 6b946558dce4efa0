import ArgumentParser
import Pipeline

/// `quantrac test --for 30s`: listens and prints, and commits nothing.
struct TestCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "test", abstract: "Listen to the sources for a while: decode, judge and print, commit nothing.",
        discussion: """
            It logs in at the brokers beside the running daemon under a name of its own and takes nothing away from it. \
            Modbus buses are polled by their schedule; a serial line that the daemon polls is busy. Exits with 1 when \
            nothing came or something could not be read, with 69 when no broker and no bus could be reached.
            """)

    @OptionGroup var configuration: ConfigurationOptions
    @OptionGroup var listing: ListingOptions

    @Option(name: .customLong("for"), help: ArgumentHelp("How long, such as 30s.", valueName: "time"))
    var length = TimeLength(milliseconds: 30_000)

    mutating func run() async throws {
        let settings = try configuration.load()
        let pipeline = Pipeline(configuration: settings, logger: LogOutput.quiet())
        let printer = TrialPrinter(isJSON: listing.isJSON)
        let isInterrupted = try await Interruption.cancelling { [length] in
            printer.note(unreached: try await pipeline.test(for: length.duration, show: printer.show))
        }
        let outcome = printer.outcome
        Output.note(
            "\(outcome.readings) readings, \(outcome.faults) faults in \(outcome.payloads) payloads"
                + (outcome.silences > 0 ? "; \(outcome.silences) times no answer" : ""))
        if !isInterrupted, outcome.isEmpty, !outcome.unreached.isEmpty {
            throw CommandFailure(.unavailable, "not connected: \(outcome.unreached.joined(separator: "; "))")
        }
        if !isInterrupted, outcome.isEmpty {
            throw CommandFailure(
                .failure,
                "nothing came in \(length.defaultValueDescription); check the topics, and that stations send and "
                    + "devices answer")
        }
        if outcome.faults > 0 { throw ExitCode(1) }
    }
}
