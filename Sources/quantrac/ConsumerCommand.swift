import ArgumentParser

/// `quantrac consumer …`: the group of what is done with consumers.
struct ConsumerCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "consumer", abstract: "Who takes readings, and how far each has come.",
        discussion: """
            Changes reach the running daemon over its control socket; with the daemon stopped they are made in the \
            queue itself. A consumer of the settings is changed there.
            """,
        subcommands: [
            ConsumerListCommand.self, ConsumerAddCommand.self, ConsumerRewindCommand.self, ConsumerRemoveCommand.self,
        ])
}
