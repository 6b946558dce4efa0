import ArgumentParser
import Registers

/// Register numbers as manuals print them: from 1, the first digit names the table.
enum ModbusNumber {
    /// `40001` for holding register 0.
    static func text(_ kind: RegisterKind, _ address: Int) -> String {
        RegisterNumber(kind: kind, address: UInt16(clamping: address)).description
    }

    /// `40001-40012`, or one number.
    static func text(_ kind: RegisterKind, _ addresses: Range<Int>) -> String {
        addresses.count == 1
            ? text(kind, addresses.lowerBound)
            : "\(text(kind, addresses.lowerBound))-\(text(kind, addresses.upperBound - 1))"
    }

    /// `0-11`, or one address.
    static func addresses(_ addresses: Range<Int>) -> String {
        addresses.count == 1 ? "\(addresses.lowerBound)" : "\(addresses.lowerBound)-\(addresses.upperBound - 1)"
    }
}

/// An address on the command line, as in the settings: `45` or `0x2D`.
struct ModbusAddress: ExpressibleByArgument, Hashable {
    /// From 0, as it travels.
    let value: UInt16

    init(_ value: UInt16) { self.value = value }

    init?(argument: String) {
        let isHexadecimal = argument.hasPrefix("0x") || argument.hasPrefix("0X")
        let digits = isHexadecimal ? argument.dropFirst(2) : argument[...]
        guard !digits.isEmpty, digits.utf8.allSatisfy({ $0 != UInt8(ascii: "+") && $0 != UInt8(ascii: "-") }),
            let value = UInt16(digits, radix: isHexadecimal ? 16 : 10)
        else { return nil }
        self.value = value
    }

    var defaultValueDescription: String { "\(value)" }
}
