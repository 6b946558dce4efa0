public import Registers

/// Builds the frames that travel: requests, answers and exceptions, of both framings.
///
/// Modbus Application Protocol 1.1b3, 6.1 to 6.4 and 7; the MBAP header: Modbus Messaging on TCP/IP 1.0b, 3.1.3.
public enum ModbusFrames {
    /// A protocol data unit (function and data) as it travels.
    ///
    /// - Parameter transaction: Echoed by the server; only TCP has it.
    public static func frame(
        unit: UInt8, pdu: [UInt8], framing: ModbusFraming, transaction: UInt16 = 0
    ) -> [UInt8] {
        switch framing {
        case .rtu: CRC16.appended(to: [unit] + pdu)
        case .tcp: bigEndian(transaction) + [0, 0] + bigEndian(UInt16(pdu.count + 1)) + [unit] + pdu
        }
    }

    /// A request to read registers or bits.
    public static func request(
        _ request: ModbusRequest, framing: ModbusFraming, transaction: UInt16 = 0
    ) -> [UInt8] {
        let registers = request.registers
        let pdu = [registers.kind.readFunction] + bigEndian(registers.address) + bigEndian(registers.count)
        return frame(unit: request.unit, pdu: pdu, framing: framing, transaction: transaction)
    }

    /// An answer with words: registers, or one bit each (anything but 0 is 1).
    public static func answer(
        unit: UInt8, kind: RegisterKind, words: [UInt16], framing: ModbusFraming, transaction: UInt16 = 0
    ) -> [UInt8] {
        let data = kind.isBit ? packed(words) : words.flatMap(bigEndian)
        let pdu = [kind.readFunction, UInt8(truncatingIfNeeded: data.count)] + data
        return frame(unit: unit, pdu: pdu, framing: framing, transaction: transaction)
    }

    /// An exception.
    public static func exception(
        unit: UInt8, function: UInt8, code: UInt8, framing: ModbusFraming, transaction: UInt16 = 0
    ) -> [UInt8] {
        frame(unit: unit, pdu: [function | 0x80, code], framing: framing, transaction: transaction)
    }

    /// The lowest address in the lowest bit of the first byte.
    private static func packed(_ bits: [UInt16]) -> [UInt8] {
        var bytes = [UInt8](repeating: 0, count: (bits.count + 7) / 8)
        for (index, bit) in bits.enumerated() where bit != 0 { bytes[index / 8] |= 1 << (index % 8) }
        return bytes
    }

    private static func bigEndian(_ word: UInt16) -> [UInt8] {
        [UInt8(truncatingIfNeeded: word >> 8), UInt8(truncatingIfNeeded: word)]
    }
}
