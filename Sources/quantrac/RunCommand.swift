import ArgumentParser
import Pipeline
import Settings

/// `quantrac run`: the daemon in the foreground.
struct RunCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "run", abstract: "Run the daemon in the foreground, until SIGTERM or Ctrl-C.")

    @OptionGroup var configuration: ConfigurationOptions

    mutating func run() async throws {
        let settings = try configuration.load()
        let faults = settings.fileFaults()
        guard faults.isEmpty else {
            throw CommandFailure(.configuration, faults.map(\.description).joined(separator: "\n"))
        }
        let logger = LogOutput.logger(settings.log)
        try await Pipeline(configuration: settings, logger: logger).run()
    }
}
