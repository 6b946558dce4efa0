public import Readings

/// The format `value`: one bare number; the topic names the station and the parameter.
///
/// Besides what JSON calls a number it takes what C's `printf` writes for those that are none: `nan`, `-nan`, `inf`,
/// `-inf`, `infinity`, in any case. White space around it is ignored.
public struct ValuePayloadDecoder: PayloadDecoder {
    public var name: String { "value" }

    public init() {}

    public mutating func decode(payload: Int, of intake: inout Intake, as context: DecodingContext) {
        let mark = intake.decodedMark
        let bytes = intake.bytes
        let body = intake.payloads[payload].body.indices
        do throws(DecodingFailure) {
            let topic = try TopicNames(ofPayload: payload, of: &intake, as: context)
            guard !topic.station.isNone else { throw DecodingFailure(.missingStation, at: 0) }
            guard !topic.parameter.isNone else { throw DecodingFailure(.missingMember, at: 0) }
            let received = intake.payloads[payload].received
            var reading = DraftReading(
                payload: payload, station: topic.station, parameter: topic.parameter, time: received)
            reading.hasOurTime = true
            if topic.sensor > 0 { reading.sensor = topic.sensor }
            if context.missingTime == .required { reading.qualifiers = .clock }
            try readValue(bytes.span.extracting(body), body.lowerBound, &reading)
            intake.readings.append(reading)
        } catch {
            intake.refuse(payload: payload, since: mark, error)
        }
    }

    private func readValue(
        _ bytes: Span<UInt8>, _ base: Int, _ reading: inout DraftReading
    ) throws(DecodingFailure) {
        var scanner = JSONScanner()
        guard scanner.begin(bytes) else { throw DecodingFailure(.empty, at: 0) }
        let start = scanner.offset
        let first = bytes[start] == UInt8(ascii: "-") && start + 1 < bytes.count ? bytes[start + 1] : bytes[start]
        if first &- 48 > 9 {
            let end = try endOfWord(bytes, from: start)
            if !Self.isNull(bytes, start..<end) {
                reading.setText(TextRange(inBytes: (start + base)..<(end + base)))
            }
            return
        }
        do throws(DecodingFailure) {
            let number = try scanner.readNumber(bytes)
            try scanner.finish(bytes)
            reading.setValue(number, textBase: base)
        } catch {
            throw DecodingFailure(error.reason == .notText ? .notText : .badValue, at: error.offset)
        }
    }

    /// The end of one of the words that stand for no number, or for none at all.
    private func endOfWord(_ bytes: Span<UInt8>, from start: Int) throws(DecodingFailure) -> Int {
        var end = start
        // Eight letters, `infinity`, and a sign before them: a further letter would be shifted out of what is compared.
        let lengthMax = bytes[start] == UInt8(ascii: "-") ? 9 : 8
        var packed: UInt64 = 0
        while end < bytes.count, bytes[end] > 0x20 {
            guard UTF8Sequence.length(bytes, at: end) > 0 else { throw DecodingFailure(.notText, at: end) }
            guard end - start < lengthMax else { throw DecodingFailure(.badValue, at: start) }
            // Letters in lower case; nothing else that could be confused with them fits the words below.
            if bytes[end] != UInt8(ascii: "-") || end > start { packed = packed << 8 | UInt64(bytes[end] | 0x20) }
            end += 1
        }
        switch packed {
        case 0x6e_616e, 0x69_6e66, 0x696e_6669_6e69_7479: break  // nan, inf, infinity
        case 0x6e75_6c6c where Self.isNull(bytes, start..<end): break
        default: throw DecodingFailure(.badValue, at: start)
        }
        var rest = JSONScanner()
        rest.offset = end
        rest.skipWhitespace(bytes)
        guard rest.offset == bytes.count else { throw DecodingFailure(.badValue, at: rest.offset) }
        return end
    }

    private static func isNull(_ bytes: Span<UInt8>, _ range: Range<Int>) -> Bool {
        guard range.count == 4 else { return false }
        let word: UInt32 = 0x6e75_6c6c
        for index in 0..<4
        where bytes[range.lowerBound + index] != UInt8(truncatingIfNeeded: word >> UInt32(24 - index * 8)) {
            return false
        }
        return true
    }
}
