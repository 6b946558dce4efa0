import Readings

/// A number, exact to the last bit.
public struct JSONNumber: Sendable, Hashable {
    private var start, end: UInt32
    /// The double nearest to it, ties to even; infinite when it is out of range.
    public var value: Double
    public var integer: Integer

    @inline(__always)
    init(_ range: Range<Int>, value: Double, integer: Integer) {
        start = UInt32(truncatingIfNeeded: range.lowerBound)
        end = UInt32(truncatingIfNeeded: range.upperBound)
        self.value = value
        self.integer = integer
    }

    /// Where it stands as it was written.
    @inline(__always)
    public var range: Range<Int> { Int(start)..<Int(end) }

    /// Whether it was written without fraction and exponent.
    public enum Integer: Sendable, Hashable {
        case none
        case exact(Int64)
        /// A whole number that 64 bits do not hold.
        case tooLarge
    }
}

extension JSONScanner {
    /// Moves past a number.
    @inline(__always)
    public mutating func readNumber(_ bytes: Span<UInt8>) throws(DecodingFailure) -> JSONNumber {
        skipWhitespace(bytes)
        let start = offset
        let isNegative = byte(bytes) == UInt8(ascii: "-")
        let firstDigit = isNegative ? start &+ 1 : start
        var mantissa: UInt64 = 0
        var end = Self.endOfDigits(bytes, from: firstDigit, &mantissa)
        var digits = end &- firstDigit
        guard digits > 0 else { throw unexpected(bytes, at: end) }
        if digits > 1, bytes[firstDigit] == UInt8(ascii: "0") { throw DecodingFailure(.syntax, at: firstDigit + 1) }
        var exponent = 0
        var isInteger = true
        var next = end < bytes.count ? bytes[end] : 0
        if next == UInt8(ascii: ".") {
            let firstOfFraction = end &+ 1
            end = Self.endOfDigits(bytes, from: firstOfFraction, &mantissa)
            exponent = firstOfFraction &- end
            guard exponent < 0 else { throw unexpected(bytes, at: end) }
            digits = digits &- exponent
            isInteger = false
            next = end < bytes.count ? bytes[end] : 0
        }
        offset = end
        if next | 0x20 == UInt8(ascii: "e") {
            exponent += try readExponent(bytes)
            isInteger = false
        }
        let range = start..<offset
        // 19 digits always fit 64 bits; leading zeros count here, and `Decimal` leaves them out.
        guard digits <= 19 else {
            let value = ExactDouble.nearest(to: bytes, range)
            return JSONNumber(range, value: value, integer: isInteger ? .tooLarge : .none)
        }
        let magnitude = ExactDouble.nearest(to: mantissa, timesTenTo: exponent)
        let value = isNegative ? -magnitude : magnitude
        return JSONNumber(range, value: value, integer: isInteger ? integer(mantissa, isNegative) : .none)
    }

    @inline(__always)
    private static func endOfDigits(_ bytes: Span<UInt8>, from start: Int, _ mantissa: inout UInt64) -> Int {
        var index = start
        while index < bytes.count {
            let digit = bytes[index] &- 48
            guard digit <= 9 else { break }
            mantissa = mantissa &* 10 &+ UInt64(digit)
            index &+= 1
        }
        return index
    }

    @inline(__always)
    private func integer(_ magnitude: UInt64, _ isNegative: Bool) -> JSONNumber.Integer {
        if magnitude <= UInt64(Int64.max) {
            return .exact(isNegative ? -Int64(magnitude) : Int64(magnitude))
        }
        return isNegative && magnitude == UInt64(Int64.max) + 1 ? .exact(.min) : .tooLarge
    }

    @inline(never)
    private mutating func readExponent(_ bytes: Span<UInt8>) throws(DecodingFailure) -> Int {
        offset += 1
        let isNegative = byte(bytes) == UInt8(ascii: "-")
        if isNegative || byte(bytes) == UInt8(ascii: "+") { offset += 1 }
        let firstDigit = offset
        var exponent = 0
        while offset < bytes.count {
            let digit = bytes[offset] &- 48
            guard digit <= 9 else { break }
            // More than the digits of any payload can make up for.
            if exponent < 1_000_000_000 { exponent = exponent * 10 + Int(digit) }
            offset += 1
        }
        guard offset > firstDigit else { throw unexpected(bytes) }
        return isNegative ? -exponent : exponent
    }
}
