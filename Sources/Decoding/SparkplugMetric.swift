import Readings

/// One metric as it stands in a payload; nothing of it is understood yet.
///
/// org.eclipse.tahu.protobuf.Payload.Metric (Eclipse Sparkplug 3.0, 6.4.1). The ranges are those of the payload's
/// bytes.
struct SparkplugMetric: Sendable {
    /// Which of the members of `value` was sent; the last one, where there are several.
    enum Member: UInt8, Sendable {
        case none, int, long, float, double, boolean, string
        /// Bytes, a data set, a template, an extension.
        case other
    }

    /// Where its first field stands.
    let start: Int
    /// Empty when there is none.
    var name = 0..<0
    var alias: UInt64 = 0
    var hasAlias = false
    var hasTime = false
    var isNull = false
    var member = Member.none
    /// Milliseconds since 1970.
    var time: UInt64 = 0
    var timeOffset = 0
    /// 0 when there is none.
    var type: UInt64 = 0
    /// Empty when there are none.
    var properties = 0..<0
    var valueOffset: Int
    /// The number as it was written: of a `Float` the 32 bits, of a `Double` the 64.
    var bits: UInt64 = 0
    var text = 0..<0

    init(_ range: Range<Int>, _ bytes: Span<UInt8>) throws(DecodingFailure) {
        start = range.lowerBound
        valueOffset = range.lowerBound
        var scanner = ProtobufScanner(range)
        while !scanner.isAtEnd {
            let field = try scanner.readField(bytes)
            switch field.number {
            case 1:
                try field.expect(.bytes)
                name = try scanner.readBytes(bytes)
            case 2:
                try field.expect(.varint)
                alias = try scanner.readVarint(bytes)
                hasAlias = true
            case 3:
                try field.expect(.varint)
                time = try scanner.readVarint(bytes)
                timeOffset = field.start
                hasTime = true
            case 4:
                try field.expect(.varint)
                type = try scanner.readVarint(bytes)
            case 7:
                try field.expect(.varint)
                isNull = try scanner.readVarint(bytes) != 0
            case 9:
                try field.expect(.bytes)
                properties = try scanner.readBytes(bytes)
            case 10...19: try readValue(field, &scanner, bytes)
            default: try scanner.skip(field.wire, bytes)
            }
        }
    }

    @inline(__always)
    private mutating func readValue(
        _ field: ProtobufScanner.Field, _ scanner: inout ProtobufScanner, _ bytes: Span<UInt8>
    ) throws(DecodingFailure) {
        valueOffset = field.start
        switch field.number {
        case 10, 11, 14:
            try field.expect(.varint)
            bits = try scanner.readVarint(bytes)
            member = field.number == 10 ? .int : field.number == 11 ? .long : .boolean
        case 12:
            try field.expect(.fixed32)
            bits = UInt64(try scanner.readFixed32(bytes))
            member = .float
        case 13:
            try field.expect(.fixed64)
            bits = try scanner.readFixed64(bytes)
            member = .double
        case 15:
            try field.expect(.bytes)
            text = try scanner.readBytes(bytes)
            member = .string
        default:
            try field.expect(.bytes)
            _ = try scanner.readBytes(bytes)
            member = .other
        }
    }
}
