import ArgumentParser
import Release

/// The one executable: a file per command in this folder.
@main struct Quantrac: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "quantrac",
        abstract: "Collects the readings of monitoring stations and hands them to the warehouse.",
        discussion: """
            Exit codes: 0 done, 1 failed or findings, 64 usage, 69 unavailable, 75 try again, 78 configuration.
            Every listing takes --json: one object a line, times in UTC.
            Completions: quantrac --generate-completion-script bash|zsh|fish
            """,
        version: Release.text,
        groupedSubcommands: [
            CommandGroup(name: "Set up:", subcommands: [InitCommand.self, CheckCommand.self, TestCommand.self]),
            CommandGroup(name: "Run:", subcommands: [RunCommand.self, DemoCommand.self, SimulateCommand.self]),
            CommandGroup(
                name: "Look:",
                subcommands: [
                    StatusCommand.self, QueueCommand.self, DeadLetterCommand.self, DecodeCommand.self,
                    QualityCommand.self, StationCommand.self, ModbusCommand.self,
                ]),
            CommandGroup(name: "Deliver:", subcommands: [ConsumerCommand.self, PullCommand.self]),
        ])

    /// Parses, runs, and turns whatever is thrown into a message and an exit code: nothing leaves here as a crash.
    static func main() async {
        do {
            var command = try parseAsRoot()
            if var asyncCommand = command as? any AsyncParsableCommand {
                try await asyncCommand.run()
            } else {
                try command.run()
            }
        } catch {
            Outcome(of: error).exit()
        }
    }
}
