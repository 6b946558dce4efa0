import ArgumentParser

/// `quantrac station`: what is done at stations.
struct StationCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "station", abstract: "What is done at stations.", subcommands: [StationMaintenanceCommand.self])
}
