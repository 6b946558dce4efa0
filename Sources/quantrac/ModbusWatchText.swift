import Readings
import Registers

/// What is read again and again: a line each time where it fits, else a table each time.
struct ModbusWatchText {
    private let text: ModbusValueText
    private var linesSinceHeading = 0
    private static let columnsMax = 8
    private static let linesBetweenHeadings = 20

    init(_ text: ModbusValueText) {
        self.text = text
    }

    mutating func lines(_ findings: [ModbusFinding], at time: Timestamp) -> [String] {
        guard findings.count <= Self.columnsMax else {
            return [time.description] + text.lines(findings) + [""]
        }
        var lines: [String] = []
        if linesSinceHeading == 0 { lines.append(row("TIME (UTC)", text.device.registers.map(heading))) }
        linesSinceHeading = (linesSinceHeading + 1) % Self.linesBetweenHeadings
        let cells = zip(text.device.registers, findings).map { cell($1, of: $0) }
        lines.append(row(time.description, cells))
        return lines
    }

    private func heading(_ register: RegisterDefinition) -> String {
        register.name + (register.unit.map { " \($0)" } ?? "")
    }

    private func cell(_ finding: ModbusFinding, of register: RegisterDefinition) -> String {
        guard finding.isContent else { return ModbusValueText.note(finding, of: register) }
        let value = ModbusValueText.value(finding, of: register)
        return text.showsHexadecimal
            ? "\(ModbusValueText.hexadecimal(finding, of: register)) \(value)" : value
    }

    /// Every cell to the right, under its heading.
    private func row(_ time: String, _ cells: [String]) -> String {
        var line = time + String(repeating: " ", count: max(0, 24 - time.count))
        for (register, cell) in zip(text.device.registers, cells) {
            let hexadecimal = text.showsHexadecimal ? register.count * 5 : 0
            let width = max(12, heading(register).count) + hexadecimal
            let printable = Table.printable(cell)
            line += "  " + String(repeating: " ", count: max(0, width - printable.count)) + printable
        }
        return line
    }
}
