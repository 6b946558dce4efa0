public import Formats
public import Readings

/// The format `senml+cbor`: a SenML pack in CBOR (RFC 8428, 6).
///
/// This is the grammar; what the fields mean is `SenMLPack`'s and `SenMLNames`' business.
public struct SenMLCBORPayloadDecoder: PayloadDecoder {
    public var name: String { FormatKind.senmlCBOR.rawValue }
    private var names: SenMLNames
    /// Where the payload begins in `Intake.bytes`.
    private var base = 0
    /// A string that stands in pieces, for as long as it is looked at.
    private var scratch: [UInt8] = []

    public init(_ definition: FormatDefinition) {
        names = SenMLNames(definition)
    }

    public mutating func decode(payload: Int, of intake: inout Intake, as context: DecodingContext) {
        let mark = intake.decodedMark
        // The same memory, held a second time: the batch is changed while its bytes are read.
        let bytes = intake.bytes
        let body = intake.payloads[payload].body.indices
        base = body.lowerBound
        do throws(DecodingFailure) {
            try decode(bytes.span.extracting(body), payload, &intake, context)
        } catch {
            intake.refuse(payload: payload, since: mark, error)
        }
    }

    private mutating func decode(
        _ bytes: Span<UInt8>, _ payload: Int, _ intake: inout Intake, _ context: DecodingContext
    ) throws(DecodingFailure) {
        var scanner = CBORScanner()
        guard !bytes.isEmpty else { throw DecodingFailure(.empty, at: 0) }
        guard try scanner.kind(bytes) == .array else {
            let start = scanner.offset
            try scanner.skipItem(bytes)
            try scanner.finish(bytes)
            throw DecodingFailure(.wrongType, at: start)
        }
        let topic = try TopicNames(ofPayload: payload, of: &intake, as: context)
        let refusal = names.begin(topic).map { [offset = scanner.offset] in DecodingFailure($0, at: offset) }
        var pack = SenMLPack(payload: payload, of: intake, refusal: refusal)
        var index = 0
        var record = SenMLRecord()
        var records = try scanner.enterArray(bytes)
        while try scanner.hasNext(&records, bytes) {
            let kind = try scanner.kind(bytes)
            let start = scanner.offset
            try pack.checkRoom(forRecord: index, at: start, intake)
            if kind == .map {
                record.begin(at: start)
                try read(&record, &scanner, bytes, &intake)
                pack.append(record, index: index, &names, &intake, context)
            } else {
                try scanner.skipItem(bytes)
                pack.appendFault(.wrongType, at: start, record: index, &intake)
            }
            index += 1
        }
        try scanner.finish(bytes)
        // Thrown at the end, so that a syntax error, which says more, comes first wherever it stands.
        if let refusal = pack.refusal { throw refusal }
    }

    @inline(__always)
    private mutating func read(
        _ record: inout SenMLRecord, _ scanner: inout CBORScanner, _ bytes: Span<UInt8>, _ intake: inout Intake
    ) throws(DecodingFailure) {
        var fields = try scanner.enterMap(bytes)
        while try scanner.hasNext(&fields, bytes) {
            let offset = scanner.offset
            let label = try readLabel(&scanner, bytes)
            if record.takes(label, at: offset) {
                let valueStart = scanner.offset
                if let reason = try readField(label, at: offset, &record, &scanner, bytes, &intake) {
                    record.fail(label, reason, at: valueStart)
                }
            } else {
                try scanner.skipItem(bytes)
            }
        }
    }

    /// A number or a text; keys of other kinds mean nothing.
    @inline(__always)
    private mutating func readLabel(
        _ scanner: inout CBORScanner, _ bytes: Span<UInt8>
    ) throws(DecodingFailure) -> SenMLLabel {
        if scanner.offset < bytes.count {
            let first = bytes[scanner.offset]
            // 0 … 8 and -1 … -6 in one byte.
            if first & 0xdf < 0x18 {
                scanner.offset &+= 1
                return SenMLLabel(number: first < 0x20 ? Int64(first) : -1 &- Int64(first & 0x1f))
            }
        }
        return try readLongLabel(&scanner, bytes)
    }

    @inline(never)
    private mutating func readLongLabel(
        _ scanner: inout CBORScanner, _ bytes: Span<UInt8>
    ) throws(DecodingFailure) -> SenMLLabel {
        switch try scanner.kind(bytes) {
        case .text:
            let text = try scanner.readString(bytes)
            guard text.isInPieces else { return SenMLLabel(text: bytes.extracting(text.range)) }
            scratch.removeAll(keepingCapacity: true)
            scanner.append(text, of: bytes, to: &scratch)
            return SenMLLabel(text: scratch.span)
        case .number:
            guard let number = try scanner.readNumber(bytes), case .exact(let label) = number.integer else {
                return .unknown
            }
            return SenMLLabel(number: label)
        default:
            try scanner.skipItem(bytes)
            return .unknown
        }
    }

    /// Moves past a field's value and returns why it is not as it must be.
    @inline(__always)
    private mutating func readField(
        _ label: SenMLLabel, at offset: Int, _ record: inout SenMLRecord, _ scanner: inout CBORScanner,
        _ bytes: Span<UInt8>, _ intake: inout Intake
    ) throws(DecodingFailure) -> Fault.Reason? {
        let kind = try scanner.kind(bytes)
        let reason: Fault.Reason?
        switch (label, kind) {
        case (.name, .text):
            record.name = nameText(try scanner.readString(bytes), scanner, bytes, &intake)
            reason = nil
        case (.value, .number), (.sum, .number), (.baseValue, .number), (.baseSum, .number), (.time, .number),
            (.baseTime, .number), (.baseVersion, .number):
            guard let number = try scanner.readNumber(bytes) else { return .badValue }
            reason = record.store(label, numbers(number, label, &intake))
        case (.baseName, .text):
            record.baseName = nameText(try scanner.readString(bytes), scanner, bytes, &intake)
            reason = nil
        case (.booleanValue, .boolean):
            record.boolean = try scanner.readBoolean(bytes)
            reason = nil
        case (.unit, .text), (.baseUnit, .text), (.textValue, .text), (.dataValue, .bytes):
            reason = readText(label, try scanner.readString(bytes), &record, scanner, bytes, &intake)
        case (_, .null):
            try scanner.skipItem(bytes)
            record.noteNull(label)
            return nil
        default:
            try scanner.skipItem(bytes)
            reason = .wrongType
        }
        if reason == nil { record.note(label, at: offset) }
        return reason
    }

    /// A number as a value, and as a time in nanoseconds where the field is one.
    @inline(__always)
    private func numbers(
        _ number: CBORNumber, _ label: SenMLLabel, _ intake: inout Intake
    ) -> (SenMLNumber, Int64?) {
        var written = TextRange.none
        let isSmall = number.integer != .tooLarge && number.value.isFinite
        if !isSmall { written = intake.intern(Self.text(number)) }
        let value = SenMLNumber(number.value, number.integer, written: written)
        guard label == .time || label == .baseTime else { return (value, nil) }
        return (value, Self.nanoseconds(number))
    }

    /// As JSON would write it.
    @inline(never)
    private static func text(_ number: CBORNumber) -> String {
        if let decimal = number.decimal { return decimal.text }
        return number.value.isNaN ? "NaN" : number.value < 0 ? "-Infinity" : "Infinity"
    }

    private static func nanoseconds(_ number: CBORNumber) -> Int64? {
        if case .exact(let seconds) = number.integer { return SenMLTime.nanoseconds(seconds: seconds) }
        guard let decimal = number.decimal else { return SenMLTime.nanoseconds(number.value) }
        guard let mantissa = UInt64(exactly: decimal.magnitude) else { return nil }
        return SenMLTime.nanoseconds(mantissa, timesTenTo: decimal.exponent, isNegative: decimal.isNegative)
    }

    @inline(__always)
    private mutating func nameText(
        _ string: CBORString, _ scanner: CBORScanner, _ bytes: Span<UInt8>, _ intake: inout Intake
    ) -> TextRange {
        string.isInPieces ? joined(string, scanner, bytes, &intake) : place(string.range)
    }

    @inline(never)
    private mutating func joined(
        _ string: CBORString, _ scanner: CBORScanner, _ bytes: Span<UInt8>, _ intake: inout Intake
    ) -> TextRange {
        scratch.removeAll(keepingCapacity: true)
        scanner.append(string, of: bytes, to: &scratch)
        return intake.intern(scratch.span)
    }

    private mutating func readText(
        _ label: SenMLLabel, _ string: CBORString, _ record: inout SenMLRecord, _ scanner: CBORScanner,
        _ bytes: Span<UInt8>, _ intake: inout Intake
    ) -> Fault.Reason? {
        if label == .dataValue {
            scratch.removeAll(keepingCapacity: true)
            scanner.append(string, of: bytes, to: &scratch)
            guard Base64Text.count(of: scratch.count) <= JSONTextReader.rawTextMax else { return .badValue }
            let start = intake.text.count
            Base64Text.append(scratch.span, to: &intake.text)
            record.text = TextRange(inText: start..<intake.text.count)
            return nil
        }
        let isUnit = label != .textValue
        let limit = isUnit ? TextRules.lengthMax : JSONTextReader.rawTextMax
        let refusal: Fault.Reason = isUnit ? .badText : .badValue
        guard string.isInPieces || string.range.count <= limit else { return refusal }
        let text = nameText(string, scanner, bytes, &intake)
        guard text.count <= limit, !intake.withBytes(of: text, TextRules.hasControl) else { return refusal }
        switch label {
        case .unit: record.unit = text.count == 0 ? .none : text
        case .baseUnit: record.baseUnit = text.count == 0 ? .none : text
        default: record.text = text
        }
        return nil
    }

    @inline(__always)
    private func place(_ range: Range<Int>) -> TextRange {
        TextRange(inBytes: (range.lowerBound &+ base)..<(range.upperBound &+ base))
    }
}
