import ArgumentParser
import FoundationEssentials
import Settings

/// `quantrac init`: writes commented settings.
struct InitCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "init", abstract: "Write commented settings for a new node.",
        discussion: "Every key is there with its meaning; `quantrac check` passes on what is written.")

    @Option(help: "The node's name, part of every batch's id: 1-32 of a-z 0-9 and -.")
    var node = "node-1"

    @Option(
        name: .shortAndLong,
        help: "Where to write, - for standard output.",
        completion: .file(extensions: ["toml"]))
    var config = ConfigurationOptions.defaultPath

    @Flag(help: "Replace a file that is there.")
    var force = false

    func validate() throws {
        let isName =
            (1...32).contains(node.utf8.count)
            && node.utf8.allSatisfy { "abcdefghijklmnopqrstuvwxyz0123456789-".utf8.contains($0) }
        guard isName else { throw ValidationError("`\(node)` is no node's name: 1-32 of a-z 0-9 and -.") }
    }

    func run() throws {
        let text = Configuration.template(node: node)
        if config == "-" {
            var output = Output()
            try output.bytes(Array(text.utf8))
            try output.flush()
            return
        }
        if !force, FileManager.default.fileExists(atPath: config) {
            throw CommandFailure(
                .failure, "\(config) is there already; take another --config, or --force to replace it")
        }
        // The group may read it, nobody else: users and addresses stand in it.
        let mode: [FileAttributeKey: Any] = [.posixPermissions: 0o640]
        guard FileManager.default.createFile(atPath: config, contents: Data(text.utf8), attributes: mode) else {
            throw CommandFailure(
                .failure,
                "\(config) cannot be written; make its folder, see to the permissions, or take another --config")
        }
        Output.note(
            "\(config) was written. Set the broker's url in [[mqtt]], then: quantrac check -c \(config) --connect")
    }
}
