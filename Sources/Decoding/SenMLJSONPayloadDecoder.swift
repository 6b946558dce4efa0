public import Formats
public import Readings

/// The format `senml+json`: a SenML pack in JSON (RFC 8428, 5).
///
/// This is the grammar; what the fields mean is `SenMLPack`'s and `SenMLNames`' business.
public struct SenMLJSONPayloadDecoder: PayloadDecoder {
    public var name: String { FormatKind.senmlJSON.rawValue }
    private var names: SenMLNames
    private var texts = JSONTextReader()
    /// A text with its escapes resolved, for as long as it is looked at.
    private var scratch: [UInt8] = []

    public init(_ definition: FormatDefinition) {
        names = SenMLNames(definition)
    }

    public mutating func decode(payload: Int, of intake: inout Intake, as context: DecodingContext) {
        let mark = intake.decodedMark
        // The same memory, held a second time: the batch is changed while its bytes are read.
        let bytes = intake.bytes
        let body = intake.payloads[payload].body.indices
        texts.base = body.lowerBound
        do throws(DecodingFailure) {
            try decode(bytes.span.extracting(body), payload, &intake, context)
        } catch {
            intake.refuse(payload: payload, since: mark, error)
        }
    }

    private mutating func decode(
        _ bytes: Span<UInt8>, _ payload: Int, _ intake: inout Intake, _ context: DecodingContext
    ) throws(DecodingFailure) {
        var scanner = JSONScanner()
        guard scanner.begin(bytes) else { throw DecodingFailure(.empty, at: 0) }
        let start = scanner.offset
        guard try scanner.kind(bytes) == .array else {
            try scanner.skipValue(bytes)
            try scanner.finish(bytes)
            throw DecodingFailure(.wrongType, at: start)
        }
        let topic = try TopicNames(ofPayload: payload, of: &intake, as: context)
        let refusal = names.begin(topic).map { DecodingFailure($0, at: start) }
        var pack = SenMLPack(payload: payload, of: intake, refusal: refusal)
        var index = 0
        var record = SenMLRecord()
        var more = try scanner.enterArray(bytes)
        while more {
            let kind = try scanner.kind(bytes)
            let start = scanner.offset
            try pack.checkRoom(forRecord: index, at: start, intake)
            if kind == .object {
                record.begin(at: start)
                try read(&record, &scanner, bytes, &intake)
                pack.append(record, index: index, &names, &intake, context)
            } else {
                try scanner.skipValue(bytes)
                pack.appendFault(.wrongType, at: start, record: index, &intake)
            }
            index += 1
            more = try scanner.hasNextElement(bytes)
        }
        try scanner.finish(bytes)
        // Thrown at the end, so that a syntax error, which says more, comes first wherever it stands.
        if let refusal = pack.refusal { throw refusal }
    }

    @inline(__always)
    private mutating func read(
        _ record: inout SenMLRecord, _ scanner: inout JSONScanner, _ bytes: Span<UInt8>, _ intake: inout Intake
    ) throws(DecodingFailure) {
        var more = try scanner.enterObject(bytes)
        while more {
            let name = try scanner.readName(bytes)
            let offset = name.text.range.lowerBound &- 1
            // The byte before an empty label is its opening quote, so there is a byte to look at.
            let label =
                name.text.hasEscapes
                ? escapedLabel(name.text, scanner, bytes)
                : SenMLLabel(packed: name.packed, count: name.text.count, last: bytes[name.text.end &- 1])
            if record.takes(label, at: offset) {
                scanner.skipWhitespace(bytes)
                let valueStart = scanner.offset
                if let reason = try readField(label, at: offset, &record, &scanner, bytes, &intake) {
                    record.fail(label, reason, at: valueStart)
                }
            } else {
                try scanner.skipValue(bytes)
            }
            more = try scanner.hasNextMember(bytes)
        }
    }

    @inline(never)
    private mutating func escapedLabel(_ text: JSONText, _ scanner: JSONScanner, _ bytes: Span<UInt8>) -> SenMLLabel {
        scratch.removeAll(keepingCapacity: true)
        scanner.appendText(text, of: bytes, to: &scratch)
        return SenMLLabel(text: scratch.span)
    }

    // Each of these stands at a field's value, moves past it, and returns why it is not as it must be.

    @inline(__always)
    private mutating func readField(
        _ label: SenMLLabel, at offset: Int, _ record: inout SenMLRecord, _ scanner: inout JSONScanner,
        _ bytes: Span<UInt8>, _ intake: inout Intake
    ) throws(DecodingFailure) -> Fault.Reason? {
        let first = scanner.byte(bytes)
        if label == .value, first &- 48 <= 9 {
            record.value = number(try scanner.readNumber(bytes))
        } else if label == .name, first == UInt8(ascii: "\"") {
            record.name = nameText(try scanner.readString(bytes), scanner, bytes, &intake)
        } else if label == .unit, first == UInt8(ascii: "\"") {
            guard let unit = texts.text(try scanner.readString(bytes), scanner, bytes, &intake) else { return .badText }
            record.unit = unit
        } else {
            return try readRarer(label, at: offset, &record, &scanner, bytes, &intake)
        }
        record.note(label, at: offset)
        return nil
    }

    @inline(never)
    private mutating func readRarer(
        _ label: SenMLLabel, at offset: Int, _ record: inout SenMLRecord, _ scanner: inout JSONScanner,
        _ bytes: Span<UInt8>, _ intake: inout Intake
    ) throws(DecodingFailure) -> Fault.Reason? {
        let kind = try scanner.kind(bytes)
        let reason: Fault.Reason?
        switch (label, kind) {
        case (_, .null):
            try scanner.readNull(bytes)
            record.noteNull(label)
            return nil
        case (.name, .string):
            record.name = nameText(try scanner.readString(bytes), scanner, bytes, &intake)
            reason = nil
        case (.baseName, .string):
            record.baseName = nameText(try scanner.readString(bytes), scanner, bytes, &intake)
            reason = nil
        case (.unit, .string), (.baseUnit, .string), (.textValue, .string), (.dataValue, .string):
            reason = try readText(label, &record, &scanner, bytes, &intake)
        case (.booleanValue, .boolean):
            record.boolean = try scanner.readBoolean(bytes)
            reason = nil
        case (.value, .notANumber), (.sum, .notANumber):
            let written = texts.place(try scanner.readNotANumber(bytes))
            let number = SenMLNumber(.nan, .none, written: written)
            if label == .value { record.value = number } else { record.sum = number }
            reason = nil
        case (.value, .number), (.sum, .number), (.baseValue, .number), (.baseSum, .number), (.time, .number),
            (.baseTime, .number), (.baseVersion, .number):
            reason = record.store(label, try readNumber(label, &scanner, bytes))
        default:
            try scanner.skipValue(bytes)
            reason = .wrongType
        }
        if reason == nil { record.note(label, at: offset) }
        return reason
    }

    private func readNumber(
        _ label: SenMLLabel, _ scanner: inout JSONScanner, _ bytes: Span<UInt8>
    ) throws(DecodingFailure) -> (SenMLNumber, Int64?) {
        let number = try scanner.readNumber(bytes)
        let isTime = label == .time || label == .baseTime
        return (self.number(number), isTime ? SenMLTime.nanoseconds(number, bytes) : nil)
    }

    @inline(__always)
    private func number(_ number: JSONNumber) -> SenMLNumber {
        SenMLNumber(number.value, number.integer, written: texts.place(number.range))
    }

    @inline(__always)
    private mutating func nameText(
        _ text: JSONText, _ scanner: JSONScanner, _ bytes: Span<UInt8>, _ intake: inout Intake
    ) -> TextRange {
        text.hasEscapes ? unescaped(text, scanner, bytes, &intake) : texts.place(text.range)
    }

    @inline(never)
    private mutating func unescaped(
        _ text: JSONText, _ scanner: JSONScanner, _ bytes: Span<UInt8>, _ intake: inout Intake
    ) -> TextRange {
        scratch.removeAll(keepingCapacity: true)
        scanner.appendText(text, of: bytes, to: &scratch)
        return intake.intern(scratch.span)
    }

    private mutating func readText(
        _ label: SenMLLabel, _ record: inout SenMLRecord, _ scanner: inout JSONScanner, _ bytes: Span<UInt8>,
        _ intake: inout Intake
    ) throws(DecodingFailure) -> Fault.Reason? {
        let text = try scanner.readString(bytes)
        if label == .unit || label == .baseUnit {
            guard let unit = texts.text(text, scanner, bytes, &intake) else { return .badText }
            if label == .unit { record.unit = unit } else { record.baseUnit = unit }
            return nil
        }
        guard let kept = texts.text(text, scanner, bytes, &intake, atMost: JSONTextReader.rawTextMax) else {
            return .badValue
        }
        record.text = kept.isNone ? texts.place(text.range) : kept
        if label == .dataValue, !intake.withBytes(of: record.text, Base64Text.isValid) { return .badValue }
        return nil
    }
}

extension SenMLRecord {
    /// Keeps the number of a field; else why it is not as it must be.
    ///
    /// - Parameter number: Its value, and as a time in nanoseconds when that can be said.
    @inline(__always)
    mutating func store(_ label: SenMLLabel, _ number: (value: SenMLNumber, nanoseconds: Int64?)) -> Fault.Reason? {
        switch label {
        case .value: value = number.value
        case .sum: sum = number.value
        case .baseValue, .baseSum:
            guard number.value.isFinite else { return .badValue }
            if label == .baseValue { baseValue = number.value } else { baseSum = number.value }
        case .time, .baseTime:
            guard let nanoseconds = number.nanoseconds else { return .badTime }
            if label == .time { time = nanoseconds } else { baseTime = nanoseconds }
        case .baseVersion:
            guard let whole = number.value.whole, whole >= 1 else { return .wrongType }
            version = whole
        default: return .wrongType
        }
        return nil
    }
}
