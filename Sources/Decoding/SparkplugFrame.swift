import Readings

/// What a Sparkplug payload says beside its metrics: its time, its number, how many there are.
///
/// Read before the metrics, because the number, on which the meaning of their aliases hangs, is written behind them.
struct SparkplugFrame: Sendable {
    /// Of org.eclipse.tahu.protobuf.Payload (Eclipse Sparkplug 3.0, 6.4.1).
    enum Field {
        static let timestamp: UInt32 = 1
        static let metrics: UInt32 = 2
        static let sequence: UInt32 = 3
        static let uuid: UInt32 = 4
        static let body: UInt32 = 5
    }

    /// Milliseconds since 1970 at which it was sent.
    var timestamp: UInt64?
    var timestampOffset = 0
    /// 0 … 255 as the specification has it, whatever was sent.
    var sequence: UInt64?
    var metrics = 0

    /// - Throws: `unsupported` when it holds a body instead of metrics, a compressed payload for instance.
    init(_ bytes: Span<UInt8>) throws(DecodingFailure) {
        guard !bytes.isEmpty else { throw DecodingFailure(.empty, at: 0) }
        var scanner = ProtobufScanner(0..<bytes.count)
        var bodyStart: Int?
        while !scanner.isAtEnd {
            let field = try scanner.readField(bytes)
            switch field.number {
            case Field.metrics:
                try field.expect(.bytes)
                _ = try scanner.readBytes(bytes)
                guard metrics < JSONPayloadDecoder.readingsMax else {
                    throw DecodingFailure(.tooManyReadings, at: field.start)
                }
                metrics += 1
            case Field.timestamp:
                try field.expect(.varint)
                timestamp = try scanner.readVarint(bytes)
                timestampOffset = field.start
            case Field.sequence:
                try field.expect(.varint)
                sequence = try scanner.readVarint(bytes)
            case Field.body:
                try field.expect(.bytes)
                if try !scanner.readBytes(bytes).isEmpty { bodyStart = field.start }
            default: try scanner.skip(field.wire, bytes)
            }
        }
        if let bodyStart, metrics == 0 { throw DecodingFailure(.unsupported, at: bodyStart) }
    }
}
