/// What the registers of one value hold.
public enum RegisterType: String, Sendable, Hashable, CaseIterable {
    /// A coil or a discrete input.
    case bool
    /// One bit of a register.
    case bit
    /// Several bits of a register, as an unsigned number.
    case bits
    case uint16, int16, uint32, int32, uint64, int64, float32, float64
    /// Four or eight decimal digits, one in each half byte.
    case bcd16, bcd32
    /// ASCII, two characters a register, ended by a zero byte or the last register.
    case string
}

/// In which order the bytes of a value travel; A is the most significant.
///
/// Modbus itself fixes only the two bytes of one register (high byte first, `ABCD`); how registers are joined is each
/// vendor's choice. A value of one register takes `ABCD` (high byte first) or `BADC` (low byte first), for which `CDAB`
/// and `DCBA` may be written as well; a string takes `ABCD` or `BADC`, a coil none.
public enum ByteOrder: String, Sendable, Hashable, CaseIterable {
    case abcd = "ABCD"
    case cdab = "CDAB"
    case badc = "BADC"
    case dcba = "DCBA"
    case abcdefgh = "ABCDEFGH"
    case ghefcdab = "GHEFCDAB"
    case badcfehg = "BADCFEHG"
    case hgfedcba = "HGFEDCBA"
}

/// A number to compare a raw value with: a sentinel, an end of the range.
public enum RawNumber: Sendable, Hashable {
    case integer(Int64)
    case real(Double)
}
