import Readings
import Registers

/// A register as it stands in a file: what it is, and where.
struct PlacedRegister {
    let table: CheckedTable
    /// `nil`: it has faults.
    let definition: RegisterDefinition?

    var name: String { table.text("name") }
    var key: String { table.path }
    var place: Place { table.place }
}

/// Makes a register's definition of its checked table.
struct RegisterReader {
    var faults: FaultList

    mutating func read(_ table: CheckedTable) -> PlacedRegister {
        PlacedRegister(table: table, definition: definition(table))
    }

    private mutating func definition(_ table: CheckedTable) -> RegisterDefinition? {
        let position = position(table)
        let kind = table.textIfAny("kind").flatMap { RegisterKind(rawValue: $0) } ?? position?.kind ?? .holding
        let type = table.textIfAny("type").flatMap { RegisterType(rawValue: $0) } ?? (kind.isBit ? .bool : .uint16)
        // What follows would only repeat in other words what is wrong with one of the keys.
        guard let position, table.isWhole, !table.text("name").isEmpty else { return nil }
        let symbol = table.textIfAny("parameter").flatMap { ParameterSymbol.normalized(Array($0.utf8).span) }
        var register = RegisterDefinition(
            name: table.text("name"), parameter: symbol.map { String(decoding: $0, as: UTF8.self) }, kind: kind,
            address: position.address, type: type)
        register.order = table.textIfAny("order").flatMap { ByteOrder(rawValue: $0) }
        register.bit = Int(table.integer("bit"))
        register.width = Int(table.integer("width"))
        register.scale = table.numberIfAny("scale") ?? 1
        register.offset = table.numberIfAny("offset") ?? 0
        register.unit = table.textIfAny("unit")
        register.missing = table.rawNumbers("missing")
        register.saturated = table.rawNumbers("saturated")
        register.status = table.statusesIfAny("status")
        var found = register.faults
        if type == .string, !table.isSet("width") {
            found.append("is a string without a length, expected `width` with the number of its registers")
        }
        for fault in found { faults.add(.conflict, at: table.place, key: table.path, fault) }
        return found.isEmpty ? register : nil
    }

    /// The address, and the kind when the number says it; `nil` when a fault was noted or stands already.
    private mutating func position(_ table: CheckedTable) -> (address: UInt16, kind: RegisterKind?)? {
        switch (table.isSet("address"), table.isSet("register")) {
        case (true, true):
            faults.add(
                .conflict, at: table.place("register"), key: "\(table.path).register",
                "stands beside `address`, expected one of the two")
            return nil
        case (false, false):
            faults.add(
                .missing, at: table.place, key: "\(table.path).address",
                "is missing, expected `address` (from 0) or `register` (as 40001)")
            return nil
        case (true, false): return table.integerIfAny("address").flatMap { UInt16(exactly: $0) }.map { ($0, nil) }
        case (false, true): return table.integerIfAny("register").flatMap { numbered($0, table) }
        }
    }

    private mutating func numbered(_ number: Int64, _ table: CheckedTable) -> (UInt16, RegisterKind?)? {
        guard let register = RegisterNumber(Int(number)) else {
            faults.add(
                .outOfRange, at: table.place("register"), key: "\(table.path).register",
                "\(number) is no register's number, expected 1 … 9999 (coils), 10001 … 19999 (discrete), 30001 … 39999 "
                    + "(input), 40001 … 49999 (holding), beyond them 100001, 300001 and 400001 …; or `kind` and `address`"
            )
            return nil
        }
        let named = table.textIfAny("kind")
        if register.kind == .coil, named != RegisterKind.coil.rawValue, number <= 9999 {
            let place = Int(number - 1)
            let holding = RegisterNumber(kind: .holding, address: UInt16(place))
            let input = RegisterNumber(kind: .input, address: UInt16(place))
            faults.add(
                .conflict, at: table.place("register"), key: "\(table.path).register",
                "\(number) is the number of a coil, expected \(holding) (holding register), \(input) (input register), "
                    + "`kind = \"coil\"` beside it, or `address = \(place)`",
                suggestion: named == RegisterKind.input.rawValue ? "\(input)" : "\(holding)")
            return nil
        }
        if let kind = named, kind != register.kind.rawValue {
            faults.add(
                .conflict, at: table.place("register"), key: "\(table.path).register",
                "\(number) is of kind \"\(register.kind.rawValue)\", and `kind` is \"\(kind)\"; expected one of the two, or "
                    + "`address = \(register.address)` beside the kind")
            return nil
        }
        return (register.address, register.kind)
    }
}
