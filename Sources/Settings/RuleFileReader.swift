import Rules

/// Finds the streams and their tests in a file of rules, in all shapes that ioos_qc 3.0.0 takes, and in ours.
///
/// - tests at the top, or below `qartod`, `argo`, `axds`: one stream without a name
/// - `streams: {NAME: {qartod: {…}}}`, and the same below `contexts`
/// - `{NAME: {qartod: {…}}}`, the older form
/// - `[[quality]]`
struct RuleFileReader {
    let file: String
    let zones: ZoneCatalog
    var faults = FaultList()
    private(set) var warnings: [SettingsWarning] = []
    private(set) var isOfSettings = false
    private var drafts: [StreamDraft] = []

    init(file: String, zones: ZoneCatalog) {
        self.file = file
        self.zones = zones
    }

    /// The streams that have tests, in the order of the file.
    mutating func read(_ root: Node) -> [RuleFile.Stream] {
        switch root.value {
        case .null: return []
        case .table(let nodes):
            if case .list = nodes[Schema.quality.name]?.value { return readSettings(nodes) }
            readTop(nodes)
        default:
            faults.add(.wrongType, at: root.place, key: "", "is \(root.value.kindName), expected a table of rules")
        }
        var taken: Set<String> = []
        return drafts.compactMap { stream($0, &taken) }
    }

    // MARK: Shapes

    private mutating func readTop(_ nodes: [String: Node]) {
        if let contexts = nodes["contexts"] {
            readContexts(contexts)
            noteUnknown(in: nodes, at: "", known: ["contexts", "attrs"])
            return
        }
        if nodes["streams"] != nil {
            readContext(nodes, at: "")
            return
        }
        var unnamed = StreamDraft(name: nil, path: "", place: Place(file: file, line: 1, column: 1))
        for (name, node) in sorted(nodes) {
            if ["attrs", "window", "region"].contains(name) {
                checkContext([name: node], at: "")
            } else if RuleFileReader.isPartOfStream(name) {
                add(name, node, to: &unnamed)
            } else if case .table(let inner) = node.value, inner.keys.contains(where: UnusedTests.modules.contains) {
                readStream(name, node, at: name)
            } else {
                noteUnknown(
                    name, node, at: "", known: RuleFileReader.names + ["streams", "contexts"],
                    expected: "a test such as `gross_range_test`, `qartod`, or a stream with `qartod` in it")
            }
        }
        drafts.append(unnamed)
    }

    private mutating func readContexts(_ node: Node) {
        guard case .list(let contexts) = node.value else {
            faults.add(
                .wrongType, at: node.place, key: "contexts", "is \(node.value.kindName), expected a list of contexts")
            return
        }
        for (number, context) in contexts.enumerated() {
            let path = "contexts[\(number + 1)]"
            guard case .table(let nodes) = context.value else {
                faults.add(.wrongType, at: context.place, key: path, "is \(context.value.kindName), expected a context")
                continue
            }
            guard nodes["streams"] != nil else {
                faults.add(
                    .missing, at: context.place, key: "\(path).streams", "is missing, expected streams with tests")
                continue
            }
            readContext(nodes, at: path)
        }
    }

    /// `{window, region, attrs, streams}`.
    private mutating func readContext(_ nodes: [String: Node], at path: String) {
        checkContext(nodes, at: path)
        noteUnknown(in: nodes, at: path, known: ["window", "region", "attrs", "streams"])
        guard let node = nodes["streams"] else { return }
        let path = joined(path, "streams")
        guard case .table(let streams) = node.value else {
            if case .null = node.value { return }
            faults.add(
                .wrongType, at: node.place, key: path, "is \(node.value.kindName), expected streams by their names")
            return
        }
        for (name, node) in sorted(streams) { readStream(name, node, at: "\(path).\(name)") }
    }

    /// Rules that hold at some times or places only would hold at all.
    private mutating func checkContext(_ nodes: [String: Node], at path: String) {
        if let window = nodes["window"], !isEmpty(window) {
            faults.add(
                .unsupported, at: window.place, key: joined(path, "window"),
                "is not acted on, and its rules would hold at all times; expected one file for each window, and `window` left "
                    + "out")
        }
        if let region = nodes["region"], !isEmpty(region) {
            faults.add(
                .unsupported, at: region.place, key: joined(path, "region"),
                "is not acted on, and its rules would hold at all places; expected one file for each region, and `region` "
                    + "left out")
        }
    }

    private func isEmpty(_ node: Node) -> Bool {
        switch node.value {
        case .null: true
        case .table(let nodes): nodes.values.allSatisfy { if case .null = $0.value { true } else { false } }
        default: false
        }
    }

    private mutating func readStream(_ name: String, _ node: Node, at path: String) {
        if let first = drafts.first(where: { $0.name == name }) {
            faults.add(
                .duplicate, at: node.place, key: path,
                "has rules at \(first.place) already, expected each stream once: windows and regions are not acted on")
            return
        }
        var draft = StreamDraft(name: name, path: path, place: node.place)
        switch node.value {
        case .null: break
        case .table(let nodes):
            for (name, node) in sorted(nodes) where name != "attrs" { add(name, node, to: &draft) }
        default:
            faults.add(.wrongType, at: node.place, key: path, "is \(node.value.kindName), expected `qartod` with tests")
        }
        drafts.append(draft)
    }

    // MARK: Tests

    /// A module with tests, a test, or one of our keys.
    private mutating func add(_ name: String, _ node: Node, to draft: inout StreamDraft) {
        let path = joined(draft.path, name)
        guard UnusedTests.modules.contains(name) else {
            addTest(name, node, at: path, module: nil, to: &draft)
            return
        }
        switch node.value {
        case .null: break
        case .table(let nodes):
            for (test, node) in sorted(nodes) { addTest(test, node, at: "\(path).\(test)", module: name, to: &draft) }
        default:
            faults.add(
                .wrongType, at: node.place, key: path, "is \(node.value.kindName), expected tests by their names")
        }
    }

    private mutating func addTest(
        _ name: String, _ node: Node, at path: String, module: String?, to draft: inout StreamDraft
    ) {
        if name == "aggregate" { return }
        if module == nil, RuleFileReader.ownKeys.contains(name) {
            draft.own[name] = node
            return
        }
        if let test = RuleFileReader.whole(name, in: Set(UnusedTests.reasons.keys)) {
            warnings.append(
                SettingsWarning(
                    at: node.place, key: path, "is not run, because it \(UnusedTests.reasons[test] ?? "is not known")"))
            return
        }
        guard let test = RuleFileReader.whole(name, in: RuleFileReader.tests),
            let spec = Schema.tests.first(where: { $0.name == test })
        else {
            noteUnknown(
                name, node, at: draft.path, path: path, known: RuleFileReader.names,
                expected: module == nil ? "`qartod` with tests in it" : "a test such as `gross_range_test`")
            return
        }
        if let first = draft.table.children[test]?.first {
            faults.add(
                .duplicate, at: node.place, key: path, "is already at \(first.place), expected each test once")
            return
        }
        if let module, let right = UnusedTests.module(of: test), right != module {
            warnings.append(
                SettingsWarning(
                    at: node.place, key: path,
                    "is run, though ioos_qc has it in the module `\(right)` and would leave it out here"))
        }
        var node = node
        // No argument at all, as `kwargs or {}` of the reference has it.
        if case .null = node.value { node.value = .table([:]) }
        var reader = SchemaReader(zones: zones, faults: faults)
        let table = reader.read(spec, node, at: path, isTolerant: true)
        faults = reader.faults
        warnings += reader.warnings
        draft.names[test] = name
        draft.table.children[test] = table.map { [$0] } ?? []
    }

    private mutating func stream(_ draft: StreamDraft, _ taken: inout Set<String>) -> RuleFile.Stream? {
        let stem = file.split(separator: "/").last?.split(separator: ".").first.map(String.init) ?? ""
        var table = draft.table
        if !draft.own.isEmpty {
            var reader = SchemaReader(zones: zones, faults: faults)
            let node = Node(value: .table(draft.own), place: draft.place)
            let own = reader.read(RuleFileReader.ownSpec, node, at: draft.path, isTolerant: false)
            faults = reader.faults
            table.values = own?.values ?? [:]
            table.places = own?.places ?? [:]
            table.children.merge(own?.children ?? [:]) { test, _ in test }
        }
        let name = RuleName.derived(from: [draft.name ?? stem], taken: &taken)
        return stream(
            table, draft.name, set: (name, "0"), names: draft.names, place: draft.place,
            key: draft.path)
    }

    /// Makes the rules of a checked table; `nil` when it has no test.
    private mutating func stream(
        _ table: CheckedTable, _ name: String?, set: (name: String, version: String), names: [String: String],
        place: Place, key: String
    ) -> RuleFile.Stream? {
        var reader = TestReader(zones: zones, faults: faults)
        let tests = reader.tests(of: table)
        let set = reader.set(table, name: set.name, version: set.version, tests: tests)
        faults = reader.faults
        reader.extensionFaults(set, table).forEach { faults.append($0) }
        for test in tests {
            for fault in test.rule.faults {
                switch fault.severity {
                case .error: faults.append(test.settingsFault(fault))
                case .idle:
                    let location = test.location(of: fault.argument)
                    warnings.append(SettingsWarning(at: location.place, key: location.key, fault.message))
                case .offline: break
                }
            }
        }
        guard !tests.isEmpty else { return nil }
        return RuleFile.Stream(
            name: name, set: set, testNames: tests.map { names[$0.rule.key] ?? $0.rule.key }, placed: tests,
            place: place,
            key: key)
    }

    // MARK: Our own tables

    /// The `[[quality]]` of a file of settings; its other tables are not looked at.
    private mutating func readSettings(_ nodes: [String: Node]) -> [RuleFile.Stream] {
        isOfSettings = true
        noteUnknown(in: nodes, at: "", known: Schema.tables.map(\.name))
        guard let node = nodes[Schema.quality.name] else { return [] }
        var reader = SchemaReader(zones: zones, faults: faults)
        let tables = reader.readList(Schema.quality, node)
        faults = reader.faults
        return tables.compactMap { table in
            stream(
                table, table.text("name"), set: (table.text("name"), table.text("version")), names: [:],
                place: table.place, key: table.path)
        }
    }
}

/// A stream while its tests are gathered.
private struct StreamDraft {
    let name: String?
    let path: String
    let place: Place
    /// The tests, by their whole names.
    var table: CheckedTable
    /// The names of the tests as they stand in the file.
    var names: [String: String] = [:]
    /// Our keys beside the tests.
    var own: [String: Node] = [:]

    init(name: String?, path: String, place: Place) {
        self.name = name
        self.path = path
        self.place = place
        table = CheckedTable(path: path, place: place)
    }
}
