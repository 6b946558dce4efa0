/// Decimal to binary, always the nearest double, ties to even.
enum ExactDouble {
    /// 10^0 … 10^22: all that a double holds exactly.
    private static let tens: [Double] = [
        1e0, 1e1, 1e2, 1e3, 1e4, 1e5, 1e6, 1e7, 1e8, 1e9, 1e10, 1e11, 1e12, 1e13, 1e14, 1e15, 1e16, 1e17, 1e18, 1e19,
        1e20, 1e21, 1e22,
    ]

    /// The double nearest to mantissa × 10^exponent.
    @inline(__always)
    static func nearest(to mantissa: UInt64, timesTenTo exponent: Int) -> Double {
        // Both operands are exact, so IEEE 754 rounds once (Clinger, 1990).
        if mantissa <= 1 << 53 {
            if exponent <= 0, exponent >= -22 { return Double(mantissa) / tens[-exponent] }
            if exponent > 0, exponent <= 22 { return Double(mantissa) * tens[exponent] }
        }
        return nearestByIntegers(to: mantissa, timesTenTo: exponent)
    }

    /// The same where a double does not hold the operands: by whole numbers of 128 bits, else by the standard library.
    @inline(never)
    static func nearestByIntegers(to mantissa: UInt64, timesTenTo exponent: Int) -> Double {
        guard mantissa > 0 else { return 0 }
        // 5^27 is the last power of five that 64 bits hold.
        guard exponent >= -27, exponent <= 27 else {
            var digits = Array(String(mantissa).utf8)
            return nearest(toDigits: &digits, timesTenTo: exponent)
        }
        var power: UInt64 = 1
        for _ in 0..<abs(exponent) { power *= 5 }
        if exponent >= 0 {
            let product = mantissa.multipliedFullWidth(by: power)
            return nearest(high: product.high, low: product.low, isInexact: false, timesTwoTo: exponent)
        }
        // The quotient of two numbers whose highest bits are set has 64 or 65 bits, enough for 53 and a tie; whether
        // there is a remainder decides the rest.
        let shift = mantissa.leadingZeroBitCount
        let divisorShift = power.leadingZeroBitCount
        let divisor = power << UInt64(divisorShift)
        let whole = mantissa << UInt64(shift)
        let (quotient, remainder) = divisor.dividingFullWidth((high: whole >> 1, low: whole << 63))
        return nearest(
            high: 0, low: quotient, isInexact: remainder != 0, timesTwoTo: exponent + divisorShift - shift - 63)
    }

    /// The double nearest to a whole number of 128 bits, and a little more when inexact, × 2^exponent.
    private static func nearest(high: UInt64, low: UInt64, isInexact: Bool, timesTwoTo exponent: Int) -> Double {
        let whole = UInt128(high) << 64 | UInt128(low)
        let surplus = 64 - whole.leadingZeroBitCount
        guard surplus > 0 else {
            // 64 bits or less; the lowest says "and more", which is far below the tie of the 54th.
            let sticky = isInexact ? low << UInt64(-surplus) | 1 : low << UInt64(-surplus)
            return Double(sign: .plus, exponent: exponent + surplus, significand: Double(sticky))
        }
        let kept = UInt64(truncatingIfNeeded: whole >> UInt128(surplus))
        let isMore = isInexact || whole & (1 << UInt128(surplus) - 1) != 0
        return Double(sign: .plus, exponent: exponent + surplus, significand: Double(isMore ? kept | 1 : kept))
    }

    /// The double nearest to a number of any count of digits, written as JSON has it but for its point.
    @inline(never)
    static func nearest(
        to bytes: Span<UInt8>, _ range: Range<Int>, point: UInt8 = UInt8(ascii: ".")
    ) -> Double {
        // A decimal that lies between two doubles is told from the middle by its first 767 digits, and whether any
        // other digit follows.
        let digitsMax = 800
        var digits: [UInt8] = []
        var exponent = 0
        var isMore = false
        var hasPoint = false
        var index = range.lowerBound
        let isNegative = bytes[index] == UInt8(ascii: "-")
        if isNegative { index += 1 }
        while index < range.upperBound {
            let byte = bytes[index]
            if byte | 0x20 == UInt8(ascii: "e") { break }
            index += 1
            if byte == point {
                hasPoint = true
                continue
            }
            if hasPoint { exponent -= 1 }
            if digits.isEmpty, byte == UInt8(ascii: "0") { continue }
            if digits.count < digitsMax {
                digits.append(byte)
            } else {
                exponent += 1
                if byte != UInt8(ascii: "0") { isMore = true }
            }
        }
        guard !digits.isEmpty else { return isNegative ? -0.0 : 0 }
        exponent += writtenExponent(bytes, index..<range.upperBound)
        if isMore {
            digits.append(UInt8(ascii: "1"))
            exponent -= 1
        }
        let magnitude = nearest(toDigits: &digits, timesTenTo: exponent)
        return isNegative ? -magnitude : magnitude
    }

    private static func writtenExponent(_ bytes: Span<UInt8>, _ range: Range<Int>) -> Int {
        var exponent = 0
        var isNegative = false
        for index in range.dropFirst() {
            let byte = bytes[index]
            if byte == UInt8(ascii: "-") { isNegative = true }
            guard byte &- 48 <= 9, exponent < 1_000_000_000 else { continue }
            exponent = exponent * 10 + Int(byte - 48)
        }
        return isNegative ? -exponent : exponent
    }

    private static func nearest(toDigits digits: inout [UInt8], timesTenTo exponent: Int) -> Double {
        // The standard library takes the exponent as an Int32 at best; beyond these there is nothing but 0 and infinity.
        let limited = min(max(exponent, -100_000), 100_000)
        digits.append(UInt8(ascii: "e"))
        digits.append(contentsOf: String(limited).utf8)
        return Double(String(decoding: digits, as: UTF8.self)) ?? .infinity
    }
}
