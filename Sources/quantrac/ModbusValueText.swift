import Readings
import Registers

/// What was read of a device, for people and for programs.
struct ModbusValueText {
    let device: DeviceDefinition
    let showsHexadecimal: Bool
    /// The registers have names of their own.
    let showsNames: Bool

    /// A heading and a line for each register.
    func lines(_ findings: [ModbusFinding]) -> [String] {
        let registers = device.registers
        let showsUnits = registers.contains { $0.unit != nil }
        let showsRaw = registers.contains { $0.scale != 1 || $0.offset != 0 }
        var headings: [(String, Bool)] = showsNames ? [("NAME", true)] : []
        headings += [("TABLE", true), (">NUMBER", true), (">ADDRESS", true)]
        if showsHexadecimal { headings.append(("HEX", true)) }
        if showsRaw { headings.append((">RAW", true)) }
        headings.append((">VALUE", true))
        if showsUnits { headings.append(("UNIT", true)) }
        headings.append(("NOTE", true))
        var table = Table(headings: headings.map(\.0))
        for (register, finding) in zip(registers, findings) {
            var cells = showsNames ? [register.name] : []
            cells += [register.kind.rawValue, register.number, "\(register.address)"]
            if showsHexadecimal { cells.append(Self.hexadecimal(finding, of: register)) }
            if showsRaw { cells.append(Self.raw(finding, of: register)) }
            cells.append(Self.value(finding, of: register))
            if showsUnits { cells.append(register.unit ?? "") }
            cells.append(Self.note(finding, of: register))
            table.add(row: cells)
        }
        return table.lines
    }

    /// One object a register.
    func json(_ findings: [ModbusFinding], at time: Timestamp) -> [String] {
        zip(device.registers, findings).map { register, finding in
            var line = JSONLine()
            line.add("time", time)
            line.add("unit_id", Int(device.unit))
            line.add("name", showsNames ? register.name : nil)
            line.add("parameter", register.parameter)
            line.add("table", register.kind.rawValue)
            line.add("number", register.number)
            line.add("address", Int(register.address))
            line.add("type", register.type.rawValue)
            line.add("order", register.order?.rawValue)
            switch finding {
            case .content(let content, let words):
                line.add("words", register.kind.isBit ? words.map { "\($0)" } : words.map(ModbusText.hexadecimal))
                Self.add(content.raw, to: &line)
                line.add("value", content.value)
                line.add("unit", register.unit)
                line.add("status", register.statusCode(of: content.raw))
                line.add("sentinel", content.isSentinel)
                line.add("not_a_number", content.isNotANumber)
                line.add("saturated", content.isSaturated)
                line.add("error", nil as String?)
            case .exception(let code):
                line.add("exception", Int(code))
                line.add("error", ModbusText.exception(code))
            case .failed(let failure):
                line.add("error", ModbusText.short(failure))
            }
            return line.finished
        }
    }

    private static func add(_ raw: RawContent, to line: inout JSONLine) {
        switch raw {
        case .unsigned(let number): line.raw("raw_value", "\(number)")
        case .signed(let number): line.raw("raw_value", "\(number)")
        case .real(let number): line.add("raw_value", number)
        case .text(let text): line.add("raw_value", text)
        }
    }

    static func hexadecimal(_ finding: ModbusFinding, of register: RegisterDefinition) -> String {
        guard case .content(_, let words) = finding else { return "" }
        return ModbusText.words(words, isBit: register.kind.isBit)
    }

    static func raw(_ finding: ModbusFinding, of register: RegisterDefinition) -> String {
        guard case .content(let content, _) = finding else { return "" }
        return raw(content.raw, of: register.type)
    }

    private static func raw(_ raw: RawContent, of type: RegisterType) -> String {
        switch raw {
        case .unsigned, .signed: type.text(of: raw)
        // Of 32 bits as many digits as they have: `35.2`, not `35.20000076293945`.
        case .real: ModbusText.withoutFraction(type.text(of: raw))
        case .text(let text): "\"\(text)\""
        }
    }

    /// The value, or what stood there instead of one.
    static func value(_ finding: ModbusFinding, of register: RegisterDefinition) -> String {
        guard case .content(let content, _) = finding else { return "–" }
        // Whole numbers exactly, also those that a Double does not hold.
        let isRaw = register.scale == 1 && register.offset == 0
        guard let value = content.value else { return "(\(raw(content.raw, of: register.type)))" }
        return isRaw ? raw(content.raw, of: register.type) : ModbusText.number(value)
    }

    static func note(_ finding: ModbusFinding, of register: RegisterDefinition) -> String {
        switch finding {
        case .exception(let code): return ModbusText.numbered(code)
        case .failed(let failure): return ModbusText.short(failure)
        case .content(let content, _):
            var notes: [String] = []
            if content.isSentinel { notes.append("sentinel: no value") }
            if content.isNotANumber { notes.append("not a number") }
            if content.isSaturated { notes.append("saturated") }
            if let status = register.statusCode(of: content.raw) {
                notes.append("status \(status)" + (statusWords[status].map { ", \($0)" } ?? ""))
            }
            return notes.joined(separator: ", ")
        }
    }

    /// Thông tư 10/2021/TT-BTNMT.
    private static let statusWords = ["00": "measuring", "01": "calibrating", "02": "device error"]
}
