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
