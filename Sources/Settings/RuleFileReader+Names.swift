/// The names of a file of rules, and what to say of those that are none.
extension RuleFileReader {
    static let tests = Set(Schema.tests.map(\.name))
    /// What may stand beside tests and is ours.
    static let ownSpec = TableSpec(
        name: "rules", shape: .inline, meaning: "", keys: Schema.limits,
        tables: Schema.quality.tables.filter { $0.name == "extensions" })
    static let ownKeys = Set(ownSpec.keys.map(\.name) + ownSpec.tables.map(\.name))

    /// The names of tests and modules, for guesses.
    static let names: [String] = {
        let whole = Schema.tests.map(\.name) + UnusedTests.reasons.keys.sorted()
        return whole + whole.filter { $0.hasSuffix("_test") }.map { String($0.dropLast("_test".count)) }
            + UnusedTests.modules
    }()

    /// The name of a test with its `_test`, which may be left out; `nil`: it is none of them.
    static func whole(_ name: String, in tests: Set<String>) -> String? {
        tests.contains(name) ? name : tests.contains("\(name)_test") ? "\(name)_test" : nil
    }

    /// Whether a name is that of a module, a test, or one of our keys.
    static func isPartOfStream(_ name: String) -> Bool {
        UnusedTests.modules.contains(name) || name == "aggregate" || ownKeys.contains(name)
            || whole(name, in: tests) != nil || whole(name, in: Set(UnusedTests.reasons.keys)) != nil
    }

    func joined(_ path: String, _ name: String) -> String { path.isEmpty ? name : "\(path).\(name)" }

    /// The members in the order of the file.
    func sorted(_ nodes: [String: Node]) -> [(name: String, node: Node)] {
        nodes.map { (name: $0.key, node: $0.value) }.sorted {
            ($0.node.place.line ?? 0, $0.node.place.column ?? 0, $0.name)
                < ($1.node.place.line ?? 0, $1.node.place.column ?? 0, $1.name)
        }
    }

    mutating func noteUnknown(in nodes: [String: Node], at path: String, known: [String]) {
        for (name, node) in sorted(nodes) where !known.contains(name) {
            noteUnknown(
                name, node, at: path, known: known,
                expected: known.count > 8 ? "one of docs/configuration.md" : known.joined(separator: ", "))
        }
    }

    mutating func noteUnknown(
        _ name: String, _ node: Node, at path: String, path full: String? = nil, known: [String], expected: String
    ) {
        faults.add(
            .unknownKey, at: node.place, key: full ?? joined(path, name), "is not known here, expected \(expected)",
            suggestion: Spelling.nearest(to: name, in: known))
    }
}
