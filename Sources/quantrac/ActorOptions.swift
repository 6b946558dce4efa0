import ArgumentParser
import FoundationEssentials

/// Who changes something, for the audit trail.
struct ActorOptions: ParsableArguments {
    @Option(help: ArgumentHelp("Who says so. (default: the user)", valueName: "name"))
    var by: String?

    var name: String? {
        let environment = ProcessInfo.processInfo.environment
        return by.flatMap { $0.isEmpty ? nil : $0 } ?? environment["SUDO_USER"] ?? environment["USER"]
    }
}
