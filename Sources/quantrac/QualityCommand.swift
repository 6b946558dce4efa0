import ArgumentParser

/// `quantrac quality`: what is thought of readings, and why.
struct QualityCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "quality", abstract: "What is thought of readings, and why.",
        subcommands: [
            QualityFlagCommand.self, QualityExplainCommand.self, QualityReplayCommand.self, QualityImportCommand.self,
        ])
}
