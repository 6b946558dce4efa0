/// Numbers as docs/pull-protocol.md fixes them: ECMAScript's `Number::toString`, with the sign of minus zero.
extension MutableRawSpan {
    /// The longest text is 25 bytes (`-0.00000…`: 8 and 17 digits).
    mutating func put(_ value: Double, at start: Int) -> Int {
        var position = start
        if value.sign == .minus { position = putByte(UInt8(ascii: "-"), at: position) }
        let magnitude = value.magnitude
        if magnitude < 1e15 {
            // Up to six decimals and 15 digits, which is what instruments send: m / 10^k is the value exactly when it
            // is correctly rounded, and the smallest such k gives the fewest digits.
            var scale = 1.0
            for decimals in 0...6 {
                let scaled = magnitude * scale + 0.5
                guard scaled < 1e15 else { break }
                let digits = UInt64(scaled)
                if Double(digits) / scale == magnitude {
                    return put(digits, decimals: decimals, scale: UInt64(scale), at: position)
                }
                scale *= 10
            }
        }
        return putShortest(magnitude, at: position)
    }

    @inline(__always)
    private mutating func put(_ digits: UInt64, decimals: Int, scale: UInt64, at position: Int) -> Int {
        if decimals == 0 { return put(unsigned: digits, at: position) }
        let (whole, fraction) = digits.quotientAndRemainder(dividingBy: scale)
        let point = putByte(UInt8(ascii: "."), at: put(unsigned: whole, at: position))
        return put(unsigned: fraction, digits: decimals, at: point)
    }

    /// Any finite positive double. Swift's description has the digits; only their arrangement differs.
    private mutating func putShortest(_ magnitude: Double, at start: Int) -> Int {
        let (significand, count, exponent) = Self.shortestDigits(magnitude)
        var position = start
        if exponent > 21 || exponent <= -6 {
            return putScientific(significand, count: count, exponent: exponent - 1, at: position)
        }
        if exponent <= 0 {
            position = putByte(UInt8(ascii: "."), at: putByte(UInt8(ascii: "0"), at: position))
            for _ in 0..<(-exponent) { position = putByte(UInt8(ascii: "0"), at: position) }
            return put(unsigned: significand, digits: count, at: position)
        }
        if count <= exponent {
            position = put(unsigned: significand, at: position)
            for _ in 0..<(exponent - count) { position = putByte(UInt8(ascii: "0"), at: position) }
            return position
        }
        let (whole, fraction) = significand.quotientAndRemainder(dividingBy: Self.powerOfTen(count - exponent))
        position = putByte(UInt8(ascii: "."), at: put(unsigned: whole, at: position))
        return put(unsigned: fraction, digits: count - exponent, at: position)
    }

    private mutating func putScientific(_ significand: UInt64, count: Int, exponent: Int, at start: Int) -> Int {
        let (first, rest) = significand.quotientAndRemainder(dividingBy: Self.powerOfTen(count - 1))
        var position = put(unsigned: first, at: start)
        if count > 1 {
            position = putByte(UInt8(ascii: "."), at: position)
            position = put(unsigned: rest, digits: count - 1, at: position)
        }
        position = putByte(UInt8(ascii: "e"), at: position)
        position = putByte(UInt8(ascii: exponent < 0 ? "-" : "+"), at: position)
        return put(unsigned: UInt64(exponent.magnitude), at: position)
    }

    /// The shortest digits that read back as `magnitude`, how many they are, and the power of ten that goes with
    /// 0.digits.
    private static func shortestDigits(_ magnitude: Double) -> (significand: UInt64, count: Int, exponent: Int) {
        var significand: UInt64 = 0
        var count = 0
        var zerosAtEnd = 0
        var exponent = 0
        var isAfterPoint = false
        var written: Int?
        for byte in magnitude.description.utf8 {
            switch byte {
            case UInt8(ascii: "."): isAfterPoint = true
            case UInt8(ascii: "e"): written = 0
            case UInt8(ascii: "+"), UInt8(ascii: "-"):
                // The sign of the exponent; a magnitude has no other.
                written = byte == UInt8(ascii: "-") ? Int.min : 0
            default:
                let digit = UInt64(byte &- UInt8(ascii: "0"))
                if let power = written {
                    let isNegative = power < 0
                    let size = (power == Int.min ? 0 : Int(power.magnitude)) * 10 + Int(digit)
                    written = isNegative && size > 0 ? -size : (isNegative ? Int.min : size)
                    continue
                }
                if significand == 0 && digit == 0 {
                    if isAfterPoint { exponent -= 1 }
                    continue
                }
                if !isAfterPoint { exponent += 1 }
                if digit == 0 {
                    zerosAtEnd += 1
                } else {
                    for _ in 0..<zerosAtEnd { significand *= 10 }
                    significand = significand * 10 + digit
                    count += zerosAtEnd + 1
                    zerosAtEnd = 0
                }
            }
        }
        return (significand, count, exponent + (written ?? 0))
    }

    private static func powerOfTen(_ exponent: Int) -> UInt64 {
        var power: UInt64 = 1
        for _ in 0..<exponent { power *= 10 }
        return power
    }
}
