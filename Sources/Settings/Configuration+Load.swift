import FoundationEssentials

extension Configuration {
    /// The variables that begin with `QUANTRAC_` and name no key.
    public static let reservedVariables: Set<String> = [
        "QUANTRAC_CONFIG", "QUANTRAC_LANG", "QUANTRAC_SEED", "QUANTRAC_COMMIT",
        // Of the tests: a daemon that they start inherits them.
        "QUANTRAC_PROVE", "QUANTRAC_BINARY",
    ]

    /// Reads the main file, `conf.d/*.toml` and `models/*` beside it, and the environment; all of it right, or all that is
    /// wrong.
    ///
    /// Files that settings name (passwords, certificates) are not looked at: `fileFaults()` does that.
    ///
    /// - Parameter zoneDirectory: Where the time zones are.
    public static func load(
        path: String, environment: [String: String], zoneDirectory: String = "/usr/share/zoneinfo"
    ) -> Result<Configuration, SettingsFaults> {
        var faults = FaultList()
        var root: [String: Node] = [:]
        var areAllRead = true
        let settings = [path] + Configuration.files(in: directory(of: path) + "/conf.d", endings: [".toml"], &faults)
        for file in settings {
            guard let document = Document.read(path: file, faults: &faults) else {
                // Without its main file nothing else can be judged.
                if file == path, !faults.faults.contains(where: { $0.kind == .syntax }) {
                    return .failure(SettingsFaults(faults: faults.faults))
                }
                areAllRead = false
                continue
            }
            Merge.add(document.root, to: &root, faults: &faults)
        }
        EnvironmentReader.apply(environment, to: &root, faults: &faults)
        var models = ModelReader(faults: faults)
        let modelFiles = ModelFile.paths(beside: path, faults: &models.faults)
        for file in modelFiles { models.read(path: file) }
        let files = settings + modelFiles

        let reader = SchemaReader(
            root: root, origin: Place(file: path), zones: ZoneCatalog(directory: zoneDirectory),
            faults: models.faults)
        var builder = ConfigurationBuilder(
            reader: reader, models: models, mainFile: path, credentials: environment["CREDENTIALS_DIRECTORY"])
        let configuration = builder.build(files: files)
        var found = builder.faults.sorted(files: files)
        // What is missing may stand in the file that could not be parsed.
        if !areAllRead { found.removeAll { $0.kind == .missing } }
        guard found.isEmpty, let configuration else { return .failure(SettingsFaults(faults: found)) }
        return .success(configuration)
    }

    /// The files of a folder with one of the endings, in the order of their names' bytes; none where there is no folder.
    static func files(in directory: String, endings: [String], _ faults: inout FaultList) -> [String] {
        guard FileState(path: directory) != .missing else { return [] }
        do {
            return try FileManager.default.contentsOfDirectory(atPath: directory)
                .filter { name in !name.hasPrefix(".") && endings.contains { name.hasSuffix($0) } }
                .sorted { $0.utf8.lexicographicallyPrecedes($1.utf8) }
                .map { "\(directory)/\($0)" }
        } catch {
            faults.add(
                .unreadable, at: Place(file: directory), key: "", "could not be listed, expected a readable directory")
            return []
        }
    }
}

/// Joins the files of the settings: tables merge, lists append, and no key stands in two files.
enum Merge {
    /// Adds the keys of `nodes`, which come from a later file, to `base`.
    static func add(
        _ nodes: [String: Node], to base: inout [String: Node], at path: String = "", faults: inout FaultList
    ) {
        for (name, node) in nodes {
            let key = path.isEmpty ? name : "\(path).\(name)"
            guard let earlier = base[name] else {
                base[name] = node
                continue
            }
            switch (earlier.value, node.value) {
            case (.table(var inner), .table(let added)):
                add(added, to: &inner, at: key, faults: &faults)
                base[name] = Node(value: .table(inner), place: earlier.place)
            case (.list(let inner), .list(let added)):
                base[name] = Node(value: .list(inner + added), place: earlier.place)
            default:
                faults.add(
                    .duplicate, at: node.place, key: key,
                    "is already set at \(earlier.place), expected it in one file only")
            }
        }
    }
}

/// Puts what the environment says over what the files say.
enum EnvironmentReader {
    /// The variable of a key of a table that stands once.
    static func variable(table: TableSpec, key: KeySpec) -> String {
        "QUANTRAC_\(table.name)_\(key.name)".uppercased()
    }

    static func apply(_ environment: [String: String], to root: inout [String: Node], faults: inout FaultList) {
        var known: [String: (table: TableSpec, key: KeySpec)] = [:]
        for table in Schema.tables where table.shape == .single {
            for key in table.keys { known[variable(table: table, key: key)] = (table, key) }
        }
        for (name, text) in environment.sorted(by: { $0.key < $1.key })
        where name.hasPrefix("QUANTRAC_") && !Configuration.reservedVariables.contains(name) {
            let place = Place(variable: name)
            guard let (table, key) = known[name] else {
                faults.add(
                    .unknownKey, at: place, key: name,
                    "there is no such key, expected QUANTRAC_<TABLE>_<KEY> of a table that stands once",
                    suggestion: Spelling.nearest(to: name, in: known.keys.sorted()))
                continue
            }
            guard key.kind.isScalar else {
                faults.add(.wrongType, at: place, key: name, "is a \(key.kind.typeName), expected it in a file")
                continue
            }
            set(Node(value: value(of: text, kind: key.kind), place: place), key: key.name, in: table.name, of: &root)
        }
    }

    private static func set(_ node: Node, key: String, in table: String, of root: inout [String: Node]) {
        guard let present = root[table] else {
            root[table] = Node(value: .table([key: node]), place: node.place)
            return
        }
        // A table of the wrong shape stays: it is a fault of its file.
        guard case .table(var nodes) = present.value else { return }
        nodes[key] = node
        root[table] = Node(value: .table(nodes), place: present.place)
    }

    private static func value(of text: String, kind: ValueKind) -> Value {
        switch kind {
        case .flag: text == "true" ? .flag(true) : text == "false" ? .flag(false) : .text(text)
        case .integer: Int64(text).map { .integer($0) } ?? .text(text)
        case .number: Double(text).map { .number($0) } ?? .text(text)
        default: .text(text)
        }
    }
}
