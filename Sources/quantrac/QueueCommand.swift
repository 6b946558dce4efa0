import ArgumentParser

/// `quantrac queue …`: the group of what looks at readings.
struct QueueCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "queue", abstract: "Look at the readings that are kept, with the daemon running or stopped.",
        subcommands: [QueueListCommand.self, QueueShowCommand.self, QueueTailCommand.self, QueueExportCommand.self])
}
