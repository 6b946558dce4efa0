import Readings

/// Texts and times of JSON payloads: where they stand as they are, a range of the batch's bytes; else kept anew.
struct JSONTextReader: Sendable {
    /// Of a raw value that is a string, in bytes.
    static let rawTextMax = 256

    /// Where the payload begins in `Intake.bytes`.
    var base = 0
    /// A text with its escapes resolved, for as long as it is looked at.
    private var scratch: [UInt8] = []

    // MARK: Names

    @inline(__always)
    mutating func payloadMember(_ name: JSONName, _ scanner: JSONScanner, _ bytes: Span<UInt8>) -> PayloadMember {
        if name.text.hasEscapes {
            let (packed, count, _) = resolve(name.text, scanner, bytes)
            return PayloadMember(packed: packed, count: count)
        }
        return PayloadMember(packed: name.packed, count: name.text.count)
    }

    @inline(never)
    mutating func escapedMember(_ name: JSONName, _ scanner: JSONScanner, _ bytes: Span<UInt8>) -> ReadingMember {
        let (packed, count, last) = resolve(name.text, scanner, bytes)
        return ReadingMember(packed: packed, count: count, last: last)
    }

    @inline(never)
    private mutating func resolve(
        _ text: JSONText, _ scanner: JSONScanner, _ bytes: Span<UInt8>
    ) -> (packed: UInt64, count: Int, last: UInt8) {
        unescape(text, scanner, bytes)
        var packed: UInt64 = 0
        for index in 0..<min(scratch.count, 8) { packed |= UInt64(scratch[index]) << UInt64(index * 8) }
        return (packed, scratch.count, scratch.last ?? 0)
    }

    private mutating func unescape(_ text: JSONText, _ scanner: JSONScanner, _ bytes: Span<UInt8>) {
        scratch.removeAll(keepingCapacity: true)
        scanner.appendText(text, of: bytes, to: &scratch)
    }

    // MARK: Texts

    /// `nil` when it is no station id.
    mutating func station(
        _ text: JSONText, _ scanner: JSONScanner, _ bytes: Span<UInt8>, _ intake: inout Intake
    ) -> TextRange? {
        if text.hasEscapes {
            unescape(text, scanner, bytes)
            return StationID.isValid(scratch.span) ? intake.intern(scratch.span) : nil
        }
        return StationID.isValid(bytes.extracting(text.range)) ? place(text.range) : nil
    }

    /// `nil` when it is no parameter symbol.
    @inline(__always)
    mutating func parameter(
        _ text: JSONText, _ scanner: JSONScanner, _ bytes: Span<UInt8>, _ intake: inout Intake
    ) -> TextRange? {
        if text.isPlain, text.count >= 1, text.count <= ParameterSymbol.lengthMax {
            return place(text.range)
        }
        return changedParameter(text, scanner, bytes, &intake)
    }

    @inline(never)
    private mutating func changedParameter(
        _ text: JSONText, _ scanner: JSONScanner, _ bytes: Span<UInt8>, _ intake: inout Intake
    ) -> TextRange? {
        if !text.hasEscapes, ParameterSymbol.form(of: bytes.extracting(text.range)) == .valid {
            return place(text.range)
        }
        unescape(text, scanner, bytes)
        switch ParameterSymbol.form(of: scratch.span) {
        case .valid: return intake.intern(scratch.span)
        case .invalid: return nil
        case .notNormalized:
            guard let symbol = ParameterSymbol.normalized(scratch.span) else { return nil }
            return intake.intern(symbol.span)
        }
    }

    /// A short text as it is, `.none` when it is empty; `nil` when it is too long or holds control characters.
    @inline(__always)
    mutating func text(
        _ text: JSONText, _ scanner: JSONScanner, _ bytes: Span<UInt8>, _ intake: inout Intake,
        atMost limit: Int = TextRules.lengthMax
    ) -> TextRange? {
        if text.isPlain {
            guard text.count <= limit else { return nil }
            return text.count == 0 ? TextRange.none : place(text.range)
        }
        return specialText(text, scanner, bytes, &intake, atMost: limit)
    }

    @inline(never)
    private mutating func specialText(
        _ text: JSONText, _ scanner: JSONScanner, _ bytes: Span<UInt8>, _ intake: inout Intake, atMost limit: Int
    ) -> TextRange? {
        guard text.hasEscapes else {
            let isAllowed = text.range.count <= limit && !TextRules.hasControl(bytes.extracting(text.range))
            return isAllowed ? place(text.range) : nil
        }
        unescape(text, scanner, bytes)
        guard scratch.count <= limit, !TextRules.hasControl(scratch.span) else { return nil }
        return scratch.isEmpty ? TextRange.none : intake.intern(scratch.span)
    }

    /// A status: text, or a whole number 0 … 99 as the two digits that JSON has no way to write.
    @inline(__always)
    mutating func status(
        _ scanner: inout JSONScanner, _ kind: JSONScanner.Kind, _ bytes: Span<UInt8>, _ intake: inout Intake
    ) throws(DecodingFailure) -> TextRange? {
        if kind == .string {
            return text(try scanner.readString(bytes), scanner, bytes, &intake)
        }
        guard case .exact(let code) = try scanner.readNumber(bytes).integer, code >= 0, code <= 99 else { return nil }
        let start = intake.text.count
        intake.text.append(UInt8(48 + code / 10))
        intake.text.append(UInt8(48 + code % 10))
        return TextRange(inText: start..<(start + 2))
    }

    /// Keeps a text that was understood; else the failure.
    @inline(__always)
    func store(_ text: TextRange?, in place: inout TextRange, at offset: Int) -> DecodingFailure? {
        guard let text else { return DecodingFailure(.badText, at: offset) }
        place = text
        return nil
    }

    @inline(__always)
    func place(_ range: Range<Int>) -> TextRange {
        TextRange(inBytes: (range.lowerBound &+ base)..<(range.upperBound &+ base))
    }

    // MARK: Times

    /// A time in RFC 3339, or a number of milliseconds since 1970.
    @inline(__always)
    mutating func time(
        _ scanner: inout JSONScanner, _ kind: JSONScanner.Kind, _ bytes: Span<UInt8>, _ context: DecodingContext
    ) throws(DecodingFailure) -> Result<Timestamp, DecodingFailure> {
        let start = scanner.offset
        let parsed: ParsedTime
        if kind == .number {
            parsed = Self.time(milliseconds: try scanner.readNumber(bytes))
        } else {
            let text = try scanner.readString(bytes)
            if text.hasEscapes {
                unescape(text, scanner, bytes)
                parsed = ParsedTime(rfc3339: scratch.span)
            } else {
                parsed = ParsedTime(rfc3339: bytes.extracting(text.range))
            }
        }
        return check(parsed, context, start)
    }

    /// A time within 1970..2100, by the source's zone where it names none.
    @inline(__always)
    private func check(
        _ parsed: ParsedTime, _ context: DecodingContext, _ start: Int
    ) -> Result<Timestamp, DecodingFailure> {
        context.moment(parsed).mapError { DecodingFailure($0.reason, at: start) }
    }

    private static func time(milliseconds number: JSONNumber) -> ParsedTime {
        switch number.integer {
        case .exact(let milliseconds): return .moment(Timestamp(millisecondsSince1970: milliseconds))
        case .tooLarge: return .invalid
        case .none:
            guard number.value >= 0, number.value < 0x1p53 else { return .invalid }
            return .moment(Timestamp(millisecondsSince1970: Int64(number.value)))
        }
    }
}
