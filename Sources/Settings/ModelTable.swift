/// A model as a CSV table: the columns are the keys of a register, a line is one.
///
/// It becomes what the same model in TOML would be, so that one set of checks holds for both.
enum ModelTable {
    /// `nil` when a fault of the table as a whole was noted.
    static func node(of text: String, file: String, name: String, faults: inout FaultList) -> Node? {
        let table: CSVText
        do throws(CSVText.Obstacle) {
            table = try CSVText(text)
        } catch {
            faults.add(
                .syntax, at: Place(file: file, line: error.line), key: "", error.message)
            return nil
        }
        guard let header = table.rows.first else {
            faults.add(
                .syntax, at: Place(file: file), key: "", "holds no line, expected one with the names of the columns")
            return nil
        }
        let columns = columns(header, file: file, key: "model.\(name)", faults: &faults)
        var registers: [Node] = []
        for row in table.rows.dropFirst() {
            let place = Place(file: file, line: row.line)
            if row.fields.count > header.fields.count {
                faults.add(
                    .syntax, at: place, key: "model.\(name)",
                    "has \(row.fields.count) fields, expected at most the \(header.fields.count) that the header names")
                continue
            }
            registers.append(register(row, columns: columns, place: place))
        }
        var model = ["register": Node(value: .list(registers), place: Place(file: file, line: header.line))]
        model["status_register"] = statusRegister(registers)
        return Node(value: .table(model), place: Place(file: file, line: header.line))
    }

    /// The key of each column; `nil` for one that a fault was noted for.
    private static func columns(
        _ header: CSVText.Row, file: String, key: String, faults: inout FaultList
    ) -> [KeySpec?] {
        let place = Place(file: file, line: header.line)
        let known = Schema.model.tables.first?.keys ?? []
        var columns: [KeySpec?] = []
        for field in header.fields {
            let column = known.first { $0.name == field.lowercased() }
            if column == nil {
                faults.add(
                    .unknownKey, at: place, key: "\(key).\(field)",
                    "there is no such column, expected keys of a register: \(known.map(\.name).joined(separator: ", "))",
                    suggestion: Spelling.nearest(to: field, in: known.map(\.name)))
            } else if columns.contains(where: { $0?.name == column?.name }) {
                faults.add(.duplicate, at: place, key: "\(key).\(field)", "is a column twice, expected it once")
            }
            columns.append(column)
        }
        return columns
    }

    private static func register(_ row: CSVText.Row, columns: [KeySpec?], place: Place) -> Node {
        var nodes: [String: Node] = [:]
        for (field, column) in zip(row.fields, columns) {
            guard let column, !field.isEmpty else { continue }
            nodes[column.name] = Node(value: value(field, of: column.kind, place: place), place: place)
        }
        // The short form that people send around has a name, a number and a type.
        if !columns.contains(where: { $0?.name == "parameter" }) { nodes["parameter"] = nodes["name"] }
        return Node(value: .table(nodes), place: place)
    }

    /// What fits no type stays text, and is refused as such with all else.
    private static func value(_ field: String, of kind: ValueKind, place: Place) -> Value {
        switch kind {
        case .integer, .number: return number(field)
        case .rawNumbers:
            let parts = field.split(separator: ";", omittingEmptySubsequences: true)
            return .list(parts.map { Node(value: number(trimmed($0)), place: place) })
        case .statuses:
            var statuses: [String: Node] = [:]
            for part in field.split(separator: ";", omittingEmptySubsequences: true) {
                let sides = part.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
                let name = trimmed(sides[0])
                guard sides.count == 2, statuses[name] == nil else { return .text(field) }
                statuses[name] = Node(value: .text(trimmed(sides[1])), place: place)
            }
            return .table(statuses)
        default: return .text(field)
        }
    }

    private static func number(_ field: String) -> Value {
        if let integer = Quantity.integer(field) { return .integer(integer) }
        return Double(field).map { .number($0) } ?? .text(field)
    }

    private static func trimmed(_ text: Substring) -> String {
        text.split(separator: " ").joined(separator: " ")
    }

    /// A table has no place for `status_register`: it is the first register with a `status`.
    private static func statusRegister(_ registers: [Node]) -> Node? {
        for register in registers {
            if case .table(let nodes) = register.value, nodes["status"] != nil, let name = nodes["name"] { return name }
        }
        return nil
    }
}
