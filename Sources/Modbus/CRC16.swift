/// The checksum of RTU frames.
///
/// Modbus over Serial Line 1.02, 6.2.2; it travels with the low byte first.
public enum CRC16 {
    /// The checksum of some bytes.
    public static func of(_ bytes: some Sequence<UInt8>) -> UInt16 {
        var crc: UInt16 = 0xffff
        for byte in bytes { crc = step(crc, byte) }
        return crc
    }

    /// The bytes with their checksum behind them.
    public static func appended(to bytes: [UInt8]) -> [UInt8] {
        let crc = of(bytes)
        return bytes + [UInt8(truncatingIfNeeded: crc), UInt8(truncatingIfNeeded: crc >> 8)]
    }

    /// Whether the last two bytes of the range are the checksum of those before.
    static func isRight(_ bytes: [UInt8], in range: Range<Int>) -> Bool {
        guard range.count >= 3 else { return false }
        var crc: UInt16 = 0xffff
        for index in range.lowerBound..<(range.upperBound - 2) { crc = step(crc, bytes[index]) }
        return bytes[range.upperBound - 2] == UInt8(truncatingIfNeeded: crc)
            && bytes[range.upperBound - 1] == UInt8(truncatingIfNeeded: crc >> 8)
    }

    private static func step(_ crc: UInt16, _ byte: UInt8) -> UInt16 {
        table[Int(UInt8(truncatingIfNeeded: crc) ^ byte)] ^ (crc >> 8)
    }

    private static let table: [UInt16] = (0..<256).map { index in
        (0..<8).reduce(UInt16(index)) { crc, _ in crc & 1 == 1 ? (crc >> 1) ^ 0xa001 : crc >> 1 }
    }
}
