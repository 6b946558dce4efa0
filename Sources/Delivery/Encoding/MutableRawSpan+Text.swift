/// Writing text at a position and returning the position after it.
///
/// Eight bytes are stored at a time and the next write begins where the text ends, so that up to seven bytes after the
/// text are overwritten: the caller keeps `overrun` bytes free. Every store is bounds-checked.
extension MutableRawSpan {
    static let overrun = 32

    @inline(__always)
    mutating func put(_ word: UInt64, at position: Int) {
        storeBytes(of: word.littleEndian, toByteOffset: position, as: UInt64.self)
    }

    @inline(__always)
    mutating func putByte(_ byte: UInt8, at position: Int) -> Int {
        storeBytes(of: byte, toByteOffset: position, as: UInt8.self)
        return position &+ 1
    }

    @inline(__always)
    mutating func put(_ fragment: FragmentStore.Fragment, from words: Span<UInt64>, at position: Int) -> Int {
        var offset = position
        var index = Int(fragment.word)
        let end = position &+ Int(fragment.byteCount)
        while offset < end {
            put(words[index], at: offset)
            offset &+= 8
            index &+= 1
        }
        return end
    }

    @inline(__always)
    mutating func put(_ value: Int64, at position: Int) -> Int {
        guard value < 0 else { return put(unsigned: UInt64(value), at: position) }
        return put(unsigned: value.magnitude, at: putByte(UInt8(ascii: "-"), at: position))
    }

    /// The decimal digits, without leading zeros.
    mutating func put(unsigned value: UInt64, at position: Int) -> Int {
        if value < 100_000_000 {
            let digits = Self.eightDigits(value)
            // A zero digit is 0x30; what is left after the exclusive or begins at the first digit that counts.
            let zeros = min(7, (digits ^ 0x3030_3030_3030_3030).trailingZeroBitCount / 8)
            put(digits &>> (zeros &* 8), at: position)
            return position &+ 8 &- zeros
        }
        let (high, low) = value.quotientAndRemainder(dividingBy: 100_000_000)
        let next = put(unsigned: high, at: position)
        put(Self.eightDigits(low), at: next)
        return next &+ 8
    }

    /// The decimal digits with leading zeros, `count` in all; 1…20.
    mutating func put(unsigned value: UInt64, digits count: Int, at position: Int) -> Int {
        if count <= 8 {
            put(Self.eightDigits(value) &>> ((8 &- count) &* 8), at: position)
            return position &+ count
        }
        let (high, low) = value.quotientAndRemainder(dividingBy: 100_000_000)
        let next = put(unsigned: high, digits: count &- 8, at: position)
        put(Self.eightDigits(low), at: next)
        return next &+ 8
    }

    /// Eight decimal digits as text, the first in the lowest byte; `value` below 10^8.
    @inline(__always)
    private static func eightDigits(_ value: UInt64) -> UInt64 {
        // Divides two, then four, then eight numbers at once by multiplication with a reciprocal.
        let halves = (value / 10_000) | ((value % 10_000) &<< 32)
        let hundreds = ((halves &* 10_486) &>> 20) & 0x0000_007f_0000_007f
        let pairs = ((halves &- 100 &* hundreds) &<< 16) &+ hundreds
        let tens = ((pairs &* 103) &>> 10) & 0x000f_000f_000f_000f
        return (tens &+ ((pairs &- 10 &* tens) &<< 8)) &+ 0x3030_3030_3030_3030
    }
}
