import Registers

/// A `[model.NAME]` that was read: a model, or its faults stand in the list.
struct ModelEntry {
    let name: String
    let place: Place
    let registers: [PlacedRegister]
    /// `nil`: it has faults.
    let model: DeviceModel?
}

/// Reads files of models, TOML and CSV, and notes what is wrong in them.
struct ModelReader {
    var faults = FaultList()
    /// In the order of the files and, in a file, of the lines.
    private(set) var entries: [ModelEntry] = []
    /// Whether every file could be read; else a model that seems missing may stand in one that could not.
    private(set) var isComplete = true

    func entry(named name: String) -> ModelEntry? {
        entries.first { $0.name == name }
    }

    mutating func read(path: String) {
        guard path.hasSuffix(".csv") else { return readTOML(path: path) }
        guard let text = Document.readText(path: path, faults: &faults) else { return isComplete = false }
        let stem = path.split(separator: "/").last?.dropLast(".csv".count) ?? ""
        guard let node = ModelTable.node(of: text, file: path, name: String(stem), faults: &faults) else {
            return isComplete = false
        }
        add(node, named: String(stem), file: path)
    }

    private mutating func readTOML(path: String) {
        guard let document = Document.read(path: path, faults: &faults) else { return isComplete = false }
        for (key, node) in document.root where key != Schema.model.name {
            faults.add(
                .unknownKey, at: node.place, key: key,
                "does not belong in a file of models, expected `\(Schema.model.heading)`",
                suggestion: Spelling.nearest(to: key, in: [Schema.model.name]))
        }
        guard let node = document.root[Schema.model.name] else { return }
        guard case .table(let models) = node.value else {
            faults.add(
                .wrongType, at: node.place, key: Schema.model.name,
                "is \(node.value.kindName), expected `\(Schema.model.heading)`")
            return
        }
        for (name, node) in models.sorted(by: {
            ($0.value.place.line ?? 0, $0.key) < ($1.value.place.line ?? 0, $1.key)
        }) {
            add(node, named: name, file: path)
        }
    }

    private mutating func add(_ node: Node, named name: String, file: String) {
        if let first = entry(named: name) {
            faults.add(
                .duplicate, at: node.place, key: "model.\(name)",
                "is already a model at \(first.place), expected another name")
        }
        do throws(Misfit) {
            try TextRule.model.check(name, zones: ZoneCatalog(directory: ""))
        } catch {
            faults.add(.badValue, at: node.place, key: "model.\(name)", "\"\(name)\" \(error.reason)")
        }
        var reader = SchemaReader(zones: ZoneCatalog(directory: ""), faults: faults)
        let table = reader.readModel(node, named: name)
        faults = reader.faults
        guard let table else {
            entries.append(ModelEntry(name: name, place: node.place, registers: [], model: nil))
            return
        }
        add(table, named: name, file: file)
    }

    private mutating func add(_ table: CheckedTable, named name: String, file: String) {
        var reader = RegisterReader(faults: faults)
        let registers = (table.children["register"] ?? []).map { reader.read($0) }
        faults = reader.faults
        // What stands there and is no list of tables is a fault already.
        if registers.isEmpty, !faults.faults.contains(where: { $0.key == "\(table.path).register" }) {
            faults.add(
                .missing, at: table.place, key: "\(table.path).register",
                "is missing, expected at least one `[[\(table.path).register]]`")
        }
        let map = RegisterMap(table, own: registers)
        map.check(&faults)
        var model: DeviceModel?
        if let definitions = map.definitions, !definitions.isEmpty {
            model = DeviceModel(
                name: name, description: table.textIfAny("description"), source: table.textIfAny("source"), file: file,
                everyMilliseconds: table.integerIfAny("every"), limits: map.limits, registers: definitions,
                statusRegister: map.statusIndex)
        }
        entries.append(ModelEntry(name: name, place: table.place, registers: registers, model: model))
    }
}

extension RequestLimits {
    /// Takes over what the table of a model or device says.
    mutating func apply(_ table: CheckedTable) {
        if let registers = table.integerIfAny("max_registers") { maxRegisters = Int(registers) }
        if let bits = table.integerIfAny("max_bits") { maxBits = Int(bits) }
        if let gap = table.integerIfAny("max_gap") { maxGap = Int(gap) }
    }
}
