public import Rules

/// A file of quality rules by itself, as ioos_qc reads it or as `[[quality]]` tables, for the commands that judge files.
public struct RuleFile: Sendable {
    /// The rules of one series of values.
    public struct Stream: Sendable {
        /// As the file names it: a variable, the name of a `[[quality]]`; `nil`: the file has rules for one series only.
        public let name: String?
        public let set: RuleSet
        /// The names of the tests exactly as they stand in the file, in the order of `set.tests`.
        public let testNames: [String]
        let placed: [PlacedTest]
        let place: Place
        let key: String
    }

    /// At least one, each with at least one test, in the order of the file.
    public let streams: [Stream]
    /// What is left out or never fires.
    public let warnings: [SettingsWarning]
    let path: String
    /// They are `[[quality]]` tables.
    let isOfSettings: Bool

    /// Reads a file of rules: TOML where its name ends so, else YAML or JSON; all of it right, or all that is wrong.
    ///
    /// - Parameter zoneDirectory: Where the time zones are.
    public static func load(
        path: String, zoneDirectory: String = "/usr/share/zoneinfo"
    ) -> Result<RuleFile, SettingsFaults> {
        var faults = FaultList()
        guard let root = root(path: path, &faults) else {
            return .failure(SettingsFaults(faults: faults.sorted(files: [path])))
        }
        var reader = RuleFileReader(file: path, zones: ZoneCatalog(directory: zoneDirectory))
        let streams = reader.read(root)
        if reader.faults.faults.isEmpty, streams.isEmpty {
            reader.faults.add(
                .missing, at: Place(file: path), key: "",
                "holds no test that is run, expected one of QARTOD at least, such as `gross_range_test`")
        }
        let found = reader.faults.sorted(files: [path])
        guard found.isEmpty else { return .failure(SettingsFaults(faults: found)) }
        return .success(
            RuleFile(
                streams: streams, warnings: reader.warnings.sorted { ($0.line ?? 0, $0.key) < ($1.line ?? 0, $1.key) },
                path: path, isOfSettings: reader.isOfSettings))
    }

    static func isYAML(_ path: String) -> Bool {
        [".yaml", ".yml", ".json"].contains { path.lowercased().hasSuffix($0) }
    }

    private static func root(path: String, _ faults: inout FaultList) -> Node? {
        guard FileState(path: path) != .missing else {
            faults.add(
                .unreadable, at: Place(file: path), key: "",
                "there is no such file, expected one of rules, .json, .yaml or .toml")
            return nil
        }
        guard path.lowercased().hasSuffix(".toml") else { return YAMLDocument.read(path: path, faults: &faults)?.root }
        return Document.read(path: path, faults: &faults).map {
            Node(value: .table($0.root), place: Place(file: path, line: 1, column: 1))
        }
    }
}

/// Names of rule sets, made of what is not one.
enum RuleName {
    private static let lengthMax = 32

    /// `[a-z0-9-]{1,32}` that is not taken yet, as near to the words as may be.
    static func derived(from words: [String], taken: inout Set<String>) -> String {
        let full = slug(words.joined(separator: "-"))
        var name = String(full.prefix(lengthMax))
        var number = 2
        while name.hasSuffix("-") || taken.contains(name) {
            if name.hasSuffix("-") {
                name.removeLast()
                continue
            }
            let suffix = "-\(number)"
            name = String(full.prefix(lengthMax - suffix.count)) + suffix
            number += 1
        }
        taken.insert(name)
        return name
    }

    private static func slug(_ text: String) -> String {
        var slug = ""
        for byte in text.lowercased().utf8 {
            let isKept =
                byte >= UInt8(ascii: "a") && byte <= UInt8(ascii: "z")
                || byte >= UInt8(ascii: "0") && byte <= UInt8(ascii: "9")
            if isKept {
                slug.unicodeScalars.append(Unicode.Scalar(byte))
            } else if !slug.isEmpty, !slug.hasSuffix("-") {
                slug += "-"
            }
        }
        while slug.hasSuffix("-") { slug.removeLast() }
        return slug.isEmpty ? "rules" : slug
    }
}
