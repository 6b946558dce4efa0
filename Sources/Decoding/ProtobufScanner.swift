import Readings

/// A cursor over Protocol Buffers' wire format; its methods are given the bytes.
///
/// It knows no schema: whoever reads a message asks for the fields and skips those that it does not know. Nested
/// messages are ranges of the same bytes, so that every offset is one of the payload. Groups, which the format has long
/// given up, are refused.
struct ProtobufScanner: Sendable {
    var offset: Int
    let end: Int

    init(_ range: Range<Int>) {
        offset = range.lowerBound
        end = range.upperBound
    }

    /// How the value of a field is written.
    enum Wire: UInt8, Sendable {
        case varint = 0
        case fixed64 = 1
        case bytes = 2
        case fixed32 = 5
    }

    struct Field: Sendable {
        var number: UInt32
        var wire: Wire
        /// Where its tag stands.
        var start: Int

        /// - Throws: `wrongType` when the field, which is known, is written in another way than it must be.
        @inline(__always)
        func expect(_ wire: Wire) throws(DecodingFailure) {
            guard self.wire == wire else { throw DecodingFailure(.wrongType, at: start) }
        }
    }

    @inline(__always) var isAtEnd: Bool { offset >= end }

    @inline(__always)
    mutating func readField(_ bytes: Span<UInt8>) throws(DecodingFailure) -> Field {
        let start = offset
        let tag = try readVarint(bytes)
        // Field numbers have 29 bits and begin with 1.
        guard tag >= 8, tag <= UInt64(UInt32.max),
            let wire = Wire(rawValue: UInt8(truncatingIfNeeded: tag & 7))
        else {
            throw DecodingFailure(.syntax, at: start)
        }
        return Field(number: UInt32(truncatingIfNeeded: tag >> 3), wire: wire, start: start)
    }

    @inline(__always)
    mutating func readVarint(_ bytes: Span<UInt8>) throws(DecodingFailure) -> UInt64 {
        guard offset < end else { throw DecodingFailure(.syntax, at: offset) }
        let first = bytes[offset]
        if first < 0x80 {
            offset += 1
            return UInt64(first)
        }
        return try readLongVarint(bytes)
    }

    private mutating func readLongVarint(_ bytes: Span<UInt8>) throws(DecodingFailure) -> UInt64 {
        let start = offset
        var value: UInt64 = 0
        var shift: UInt64 = 0
        while offset < end {
            let byte = bytes[offset]
            offset += 1
            // The tenth byte holds the one bit that is left of 64.
            if shift == 63, byte > 1 { throw DecodingFailure(.syntax, at: start) }
            value |= UInt64(byte & 0x7f) << shift
            if byte < 0x80 { return value }
            shift += 7
        }
        throw DecodingFailure(.syntax, at: start)
    }

    @inline(__always)
    mutating func readFixed32(_ bytes: Span<UInt8>) throws(DecodingFailure) -> UInt32 {
        guard end - offset >= 4 else { throw DecodingFailure(.syntax, at: offset) }
        var value: UInt32 = 0
        for index in 0..<4 { value |= UInt32(bytes[offset + index]) << UInt32(index * 8) }
        offset += 4
        return value
    }

    @inline(__always)
    mutating func readFixed64(_ bytes: Span<UInt8>) throws(DecodingFailure) -> UInt64 {
        let low = try readFixed32(bytes)
        return UInt64(try readFixed32(bytes)) << 32 | UInt64(low)
    }

    /// A text, bytes or a nested message; moves past it.
    ///
    /// - Throws: `syntax` at the length when it goes beyond the message that the field stands in.
    @inline(__always)
    mutating func readBytes(_ bytes: Span<UInt8>) throws(DecodingFailure) -> Range<Int> {
        let start = offset
        let length = try readVarint(bytes)
        guard length <= UInt64(end - offset) else { throw DecodingFailure(.syntax, at: start) }
        let first = offset
        offset += Int(length)
        return first..<offset
    }

    /// Moves past the value of a field that is not known.
    mutating func skip(_ wire: Wire, _ bytes: Span<UInt8>) throws(DecodingFailure) {
        switch wire {
        case .varint: _ = try readVarint(bytes)
        case .fixed64: _ = try readFixed64(bytes)
        case .bytes: _ = try readBytes(bytes)
        case .fixed32: _ = try readFixed32(bytes)
        }
    }
}
