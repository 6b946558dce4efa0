import ArgumentParser
import FoundationEssentials
import Queue
import Readings
import Settings

/// Where the settings are.
struct ConfigurationOptions: ParsableArguments {
    static let defaultPath = "/etc/quantrac/quantrac.toml"

    @Option(
        name: .shortAndLong,
        help: "The settings. (default: $QUANTRAC_CONFIG, else \(Self.defaultPath))",
        completion: .file(extensions: ["toml"]))
    var config: String?

    /// The path that holds: the option, the environment, the default.
    var path: String {
        config ?? ProcessInfo.processInfo.environment["QUANTRAC_CONFIG"] ?? Self.defaultPath
    }

    /// - Throws: `SettingsFaults` with everything that is wrong.
    func load() throws -> Configuration {
        try Configuration.load(path: path, environment: ProcessInfo.processInfo.environment).get()
    }
}

/// Which node a command reads: by its settings, or by its data directory alone.
struct NodeOptions: ParsableArguments {
    @OptionGroup var configuration: ConfigurationOptions

    @Option(
        name: .customLong("data"), help: "A data directory, instead of the settings' (times are shown in UTC then).",
        completion: .directory)
    var dataDirectory: String?

    func load() throws -> ReadNode {
        if let dataDirectory, configuration.config == nil {
            return ReadNode(directory: dataDirectory, zone: .utc, configuration: nil)
        }
        let settings = try configuration.load()
        return ReadNode(
            directory: dataDirectory ?? settings.node.dataDirectory, zone: settings.node.zone, configuration: settings)
    }
}

/// A node as a reading command sees it.
struct ReadNode {
    let directory: String
    let zone: Zone
    /// `nil` when only the directory is known.
    let configuration: Configuration?

    var localTime: LocalTime { LocalTime(zone: zone) }

    /// Opens the queue for reading; it works with the daemon running and stopped, and writes nothing.
    func openReader() throws -> QueueReader {
        try QueueReader.open(directory: directory)
    }
}

/// How a listing is written.
struct ListingOptions: ParsableArguments {
    @Flag(name: .customLong("json"), help: "One JSON object a line, times in UTC.")
    var isJSON = false
}
