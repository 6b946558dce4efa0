/// Walks the settings along the schema: checks every key, fills in the defaults, and notes what is wrong.
struct SchemaReader {
    private(set) var checker: ValueChecker
    /// The checked tables that this version acts on, by name; a table that stands once is there in any case.
    private(set) var tables: [String: [CheckedTable]] = [:]
    private(set) var warnings: [SettingsWarning] = []
    /// The table whose unknown keys are no faults.
    private var tolerantPath: String?

    var faults: FaultList {
        get { checker.faults }
        set { checker.faults = newValue }
    }

    /// - Parameter origin: The place to name when a table that must be there is not.
    init(root: [String: Node], origin: Place, zones: ZoneCatalog, faults: FaultList) {
        checker = ValueChecker(zones: zones, faults: faults)
        for (key, node) in root where Schema.table(named: key) == nil {
            noteUnknown(key, at: node.place, path: "", known: Schema.tables.map(\.name))
        }
        for spec in Schema.tables {
            let node = root[spec.name]
            if node == nil, spec.shape == .list || !spec.isSupported { continue }
            let checked = read(spec, node ?? Node(value: .table([:]), place: origin), at: spec.name)
            if spec.isSupported { tables[spec.name] = checked }
            if let node, !spec.isSupported { noteUnsupported(spec, node) }
        }
    }

    /// Reads no settings, but models.
    init(zones: ZoneCatalog, faults: FaultList) {
        checker = ValueChecker(zones: zones, faults: faults)
    }

    /// Reads one table inside another one, a test of a file of rules; `nil` when it is none.
    ///
    /// - Parameter isTolerant: Its unknown keys are warned of, as the reference leaves them out.
    mutating func read(_ spec: TableSpec, _ node: Node, at path: String, isTolerant: Bool) -> CheckedTable? {
        tolerantPath = isTolerant ? path : nil
        defer { tolerantPath = nil }
        return read(spec, node, at: path).first
    }

    /// Reads the tables of a list.
    mutating func readList(_ spec: TableSpec, _ node: Node) -> [CheckedTable] {
        read(spec, node, at: spec.name)
    }

    /// Reads one `[model.NAME]`; `nil` when it is no table.
    mutating func readModel(_ node: Node, named name: String) -> CheckedTable? {
        read(Schema.model, node, at: "model.\(name)").first
    }

    private mutating func noteUnsupported(_ spec: TableSpec, _ node: Node) {
        var place = node.place
        if case .list(let elements) = node.value, let first = elements.first { place = first.place }
        faults.add(
            .unsupported, at: place, key: spec.name,
            "`\(spec.heading)` is not acted on by this version, expected it to be left out")
    }

    /// Reads a table of any shape; the list has one element for a single table.
    private mutating func read(_ spec: TableSpec, _ node: Node, at path: String) -> [CheckedTable] {
        switch (spec.shape, node.value) {
        case (.single, .table(let nodes)), (.inline, .table(let nodes)), (.named, .table(let nodes)):
            return [readKeys(spec, nodes, at: path, place: node.place)]
        case (.list, .list(let elements)), (.inlineList, .list(let elements)):
            return readElements(spec, elements, at: path)
        case (.single, .list):
            faults.add(
                .wrongType, at: node.place, key: path, "stands as `[[\(spec.name)]]`, expected `[\(spec.name)]`, once")
        case (.list, .table):
            faults.add(.wrongType, at: node.place, key: path, "stands as `[\(spec.name)]`, expected `[[\(spec.name)]]`")
        case (.inlineList, _):
            faults.add(
                .wrongType, at: node.place, key: path, "is \(node.value.kindName), expected a list of tables, [{ … }]")
        default:
            faults.add(
                .wrongType, at: node.place, key: path, "is \(node.value.kindName), expected the table `\(spec.heading)`"
            )
        }
        return []
    }

    private mutating func readElements(_ spec: TableSpec, _ elements: [Node], at path: String) -> [CheckedTable] {
        var checked: [CheckedTable] = []
        var seen: [String: Place] = [:]
        for (number, element) in elements.enumerated() {
            guard case .table(let nodes) = element.value else {
                faults.add(
                    .wrongType, at: element.place, key: path,
                    "holds \(element.value.kindName), expected tables"
                        + (spec.shape == .inlineList ? ", [{ … }]" : " `\(spec.heading)`"))
                continue
            }
            var label = "\(number + 1)"
            if let identity = spec.identity, let node = nodes[identity], case .text(let name) = node.value,
                !name.isEmpty
            {
                label = name
                if let first = seen[name] {
                    faults.add(
                        .duplicate, at: node.place, key: "\(path)[\(name)].\(identity)",
                        "is already the \(identity) of the `\(spec.heading)` at \(first), expected another one")
                }
                seen[name] = seen[name] ?? node.place
            }
            checked.append(readKeys(spec, nodes, at: "\(path)[\(label)]", place: element.place))
        }
        return checked
    }

    private mutating func readKeys(
        _ spec: TableSpec, _ nodes: [String: Node], at path: String, place: Place
    ) -> CheckedTable {
        var table = CheckedTable(path: path, place: place)
        let nodes = nodes.filter { if case .null = $0.value.value { false } else { true } }
        for (name, node) in nodes {
            if let key = spec.key(named: name) {
                table.places[name] = node.place
                if !key.isSupported {
                    faults.add(
                        .unsupported, at: node.place, key: joined(path, name),
                        "is not acted on by this version, expected it to be left out")
                }
                table.values[name] = checker.check(node, is: key.kind, key: joined(path, name))
            } else if let inner = spec.tables.first(where: { $0.name == name }) {
                table.children[name] = read(inner, node, at: joined(path, name))
            } else {
                let known = spec.keys.map(\.name) + spec.tables.map(\.name)
                if path == tolerantPath {
                    warnUnknown(name, at: node.place, path: path, known: known)
                } else {
                    noteUnknown(name, at: node.place, path: path, known: known)
                }
            }
        }
        for key in spec.keys where nodes[key.name] == nil {
            switch key.fallback {
            case .required:
                faults.add(
                    .missing, at: place, key: joined(path, key.name), "is missing, expected \(key.kind.missingText)")
            case .value(let value):
                table.values[key.name] = checker.check(
                    Node(value: value, place: place), is: key.kind, key: joined(path, key.name))
            case .absent, .derived: break
            }
        }
        return table
    }

    /// The tables of a file of rules may stand at its top.
    private func joined(_ path: String, _ name: String) -> String { path.isEmpty ? name : "\(path).\(name)" }

    private mutating func warnUnknown(_ name: String, at place: Place, path: String, known: [String]) {
        var message = "is no argument of this test and has no effect"
        if let suggestion = Spelling.nearest(to: name, in: known) { message += "; did you mean `\(suggestion)`?" }
        warnings.append(SettingsWarning(at: place, key: joined(path, name), message))
    }

    private mutating func noteUnknown(_ name: String, at place: Place, path: String, known: [String]) {
        let key = path.isEmpty ? name : "\(path).\(name)"
        let suggestion = Spelling.nearest(to: name, in: known)
        var message = path.isEmpty ? "there is no such table" : "there is no such key"
        let elsewhere = Schema.tables.filter { $0.key(named: name) != nil }.map { "`\($0.heading)`" }
        if path.isEmpty, name == Schema.model.name {
            message =
                "stands in a file of the settings, expected `\(Schema.model.heading)` in models/*.toml beside the main file"
        } else if suggestion == nil, !elsewhere.isEmpty {
            message += " here, expected it in \(elsewhere.joined(separator: ", "))"
        } else {
            message += ", expected \(known.count > 8 ? "one of docs/configuration.md" : known.joined(separator: ", "))"
        }
        faults.add(.unknownKey, at: place, key: key, message, suggestion: suggestion)
    }
}
