import Foundation
import Testing

@testable import Settings

/// A folder with settings files, removed when the test is done.
final class SettingsFolder {
    let path: String

    init(_ files: [String: String] = [:]) throws {
        path = NSTemporaryDirectory() + "quantrac-settings-" + UUID().uuidString
        try FileManager.default.createDirectory(atPath: path + "/conf.d", withIntermediateDirectories: true)
        try FileManager.default.createDirectory(atPath: path + "/models", withIntermediateDirectories: true)
        for (name, text) in files { try write(Array(text.utf8), to: name) }
    }

    deinit {
        do {
            try FileManager.default.removeItem(atPath: path)
        } catch {
            Issue.record("the folder \(path) stays: \(error)")
        }
    }

    func write(_ bytes: [UInt8], to name: String) throws {
        try Data(bytes).write(to: URL(filePath: "\(path)/\(name)"))
    }

    func load(_ environment: [String: String] = [:]) -> Result<Configuration, SettingsFaults> {
        Configuration.load(path: "\(path)/quantrac.toml", environment: environment)
    }

    /// The settings, or a failed test with all faults.
    func settings(_ environment: [String: String] = [:]) throws -> Configuration {
        try load(environment).get()
    }

    /// The faults; none when all is right.
    func faults(_ environment: [String: String] = [:]) -> [SettingsFault] {
        guard case .failure(let faults) = load(environment) else { return [] }
        return faults.faults
    }
}

/// Reads one file of this text, after a `[node]` with its name in the first line.
func readSettings(_ text: String, _ environment: [String: String] = [:]) throws -> Configuration {
    try SettingsFolder(["quantrac.toml": "node.name = \"n\"\n" + text]).settings(environment)
}

/// The faults of one file of this text, after a first line with the node's name.
func readFaults(_ text: String, _ environment: [String: String] = [:]) throws -> [SettingsFault] {
    try SettingsFolder(["quantrac.toml": "node.name = \"n\"\n" + text]).faults(environment)
}

/// What is advised on one file of this text, after a first line with the node's name.
func readWarnings(_ text: String) throws -> [SettingsWarning] {
    try readSettings(text).warnings()
}

/// The project's own files.
enum Project {
    static let root = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
        .deletingLastPathComponent()

    /// The names of the files in a folder.
    static func files(in folder: String) throws -> [String] {
        try FileManager.default.contentsOfDirectory(atPath: root.appending(path: folder).path).sorted()
            .filter { !$0.hasSuffix(".md") }
    }

    static func text(_ name: String) throws -> String {
        try String(contentsOf: root.appending(path: name), encoding: .utf8)
    }
}
