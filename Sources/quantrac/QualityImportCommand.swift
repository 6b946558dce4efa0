import ArgumentParser
import Settings

/// `quantrac quality import FILE`: rules of ioos_qc as `[[quality]]`.
struct QualityImportCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "import", abstract: "Write rules of ioos_qc as [[quality]] tables, for a file in conf.d.",
        discussion: """
            A stream becomes a rule set for the parameter of its name. What the daemon would refuse (a test that never fires, \
            or that looks ahead) is left out, each with a warning on standard error.
            """)

    @Argument(help: "The rules: JSON, YAML or TOML.", completion: .file(extensions: ["json", "yaml", "yml", "toml"]))
    var file: String

    @Option(help: ArgumentHelp("The rule sets' names begin with it: 1-32 of a-z 0-9 and -.", valueName: "name"))
    var name = "imported"

    @Option(help: ArgumentHelp("Their version, which goes with each reading.", valueName: "text"))
    var rulesVersion = "1"

    @Option(help: ArgumentHelp("Only for stations of this domain.", valueName: "domain"))
    var domain: String?

    @Option(help: ArgumentHelp("Only for these stations.", valueName: "glob"))
    var station: String?

    func run() throws {
        let rules = try RuleFile.load(path: file).get()
        let (text, warnings) = try rules.toml(
            name: name, version: rulesVersion, domain: domain, station: station)
        for warning in rules.warnings + warnings { Output.note("warning: \(warning)") }
        var output = Output()
        try output.bytes(Array(text.utf8))
        try output.flush()
    }
}
