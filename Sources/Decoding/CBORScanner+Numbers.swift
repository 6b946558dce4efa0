import Readings

/// A number, exact to the last bit.
public struct CBORNumber: Sendable, Hashable {
    /// The double nearest to it, ties to even; infinite when it is out of range, and what a float says itself.
    public var value: Double
    public var integer: JSONNumber.Integer
    /// Of what is no float: its digits, times 10^exponent.
    public var decimal: Decimal?

    /// A whole number times a power of ten.
    public struct Decimal: Sendable, Hashable {
        public var isNegative: Bool
        public var magnitude: UInt128
        public var exponent: Int

        /// As JSON would write it.
        public var text: String {
            "\(isNegative ? "-" : "")\(magnitude)\(exponent == 0 ? "" : "e\(exponent)")"
        }
    }

    init(_ value: Double) {
        self.value = value
        integer = .none
    }

    init(_ decimal: Decimal) {
        self.decimal = decimal
        let magnitude: Double
        if decimal.magnitude <= UInt128(UInt64.max) {
            magnitude = ExactDouble.nearest(
                to: UInt64(truncatingIfNeeded: decimal.magnitude), timesTenTo: decimal.exponent)
        } else {
            // Beyond these exponents there is nothing but 0 and infinity.
            let exponent = min(max(decimal.exponent, -10_000), 10_000)
            magnitude = Double("\(decimal.magnitude)e\(exponent)") ?? .infinity
        }
        value = decimal.isNegative && magnitude != 0 ? -magnitude : magnitude
        integer = .none
        guard decimal.exponent == 0 else { return }
        let limit = UInt128(UInt64(Int64.max)) + (decimal.isNegative ? 1 : 0)
        if decimal.magnitude > limit {
            integer = .tooLarge
        } else {
            let bits = Int64(truncatingIfNeeded: decimal.magnitude)
            integer = .exact(decimal.isNegative ? 0 &- bits : bits)
        }
    }
}

extension CBORScanner {
    /// The largest bignum that is read; RFC 8428 has no use for any.
    private static let bignumBytesMax = 16

    /// Moves past a number, which `kind` has seen: an integer, a float, a bignum or a decimal fraction.
    ///
    /// - Returns: `nil` for one that is well-formed and not read: a bignum of more than 16 bytes, a
    ///   decimal fraction of anything but two whole numbers.
    @inline(__always)
    public mutating func readNumber(_ bytes: Span<UInt8>) throws(DecodingFailure) -> CBORNumber? {
        let head = try skipTags(bytes)
        if head.major == 7 {
            offset = head.end
            switch head.detail {
            case 25: return CBORNumber(Double(Float16(bitPattern: UInt16(truncatingIfNeeded: head.argument))))
            case 26: return CBORNumber(Double(Float(bitPattern: UInt32(truncatingIfNeeded: head.argument))))
            case 27: return CBORNumber(Double(bitPattern: head.argument))
            default: throw DecodingFailure(.syntax, at: offset - 1)
            }
        }
        if head.major == 6, head.argument == 4 { return try readFraction(bytes, head) }
        return try readWhole(bytes).map { CBORNumber($0) }
    }

    /// Moves past a whole number, a bignum among them; past anything else too, and returns `nil`.
    private mutating func readWhole(_ bytes: Span<UInt8>) throws(DecodingFailure) -> CBORNumber.Decimal? {
        let head = try skipTags(bytes)
        if head.major <= 1 {
            offset = head.end
            // -1 - argument.
            let magnitude = UInt128(head.argument) + (head.major == 1 ? 1 : 0)
            return CBORNumber.Decimal(isNegative: head.major == 1, magnitude: magnitude, exponent: 0)
        }
        guard head.major == 6, head.argument != 4 else {
            try skipItem(bytes)
            return nil
        }
        offset = head.end
        guard try self.head(bytes, at: offset).major == 2 else {
            try skipTaggedItem(bytes)
            return nil
        }
        let string = try readString(bytes)
        var magnitude: UInt128 = 0
        var count = 0
        var start = string.range.lowerBound
        while start < string.range.upperBound {
            var end = string.range.upperBound
            if string.isInPieces {
                let piece = try self.head(bytes, at: start)
                (start, end) = (piece.end, piece.end + Int(piece.argument))
            }
            for index in start..<end where count > 0 || bytes[index] > 0 {
                count += 1
                if count <= Self.bignumBytesMax { magnitude = magnitude << 8 | UInt128(bytes[index]) }
            }
            start = end
        }
        let isNegative = head.argument == 3
        guard count <= Self.bignumBytesMax, !isNegative || magnitude < .max else { return nil }
        return CBORNumber.Decimal(isNegative: isNegative, magnitude: magnitude + (isNegative ? 1 : 0), exponent: 0)
    }

    /// RFC 8949, 3.4.4: an array of the exponent and the digits.
    @inline(never)
    private mutating func readFraction(_ bytes: Span<UInt8>, _ tag: Head) throws(DecodingFailure) -> CBORNumber? {
        offset = tag.end
        guard try head(bytes, at: offset).major == 4 else {
            try skipTaggedItem(bytes)
            return nil
        }
        var array = try enterArray(bytes)
        var parts: (exponent: CBORNumber.Decimal?, digits: CBORNumber.Decimal?)
        var count = 0
        while try hasNext(&array, bytes) {
            if count == 0 {
                parts.exponent = try readWhole(bytes)
            } else if count == 1 {
                parts.digits = try readWhole(bytes)
            } else {
                try skipItem(bytes)
            }
            count += 1
        }
        guard count == 2, let exponent = parts.exponent, var decimal = parts.digits else { return nil }
        let magnitude = Int(min(exponent.magnitude, 1_000_000))
        decimal.exponent = exponent.isNegative ? -magnitude : magnitude
        return CBORNumber(decimal)
    }

    /// Moves past an item after a tag that does not fit it.
    ///
    /// More tags may follow, as many as the payload has bytes: they are passed over one after the other, those of
    /// numbers too, so that only arrays and maps, whose depth is bounded, are skipped within each other.
    @inline(never)
    private mutating func skipTaggedItem(_ bytes: Span<UInt8>) throws(DecodingFailure) {
        var head = try head(bytes, at: offset)
        while head.major == 6 {
            offset = head.end
            head = try self.head(bytes, at: offset)
        }
        try skipItem(bytes)
    }
}
