import Formats
import Readings

/// What stands at the end of a way.
extension MappedJSONReader {
    mutating func read(
        _ member: PointedMember, _ scanner: inout JSONScanner, _ bytes: Span<UInt8>,
        _ intake: inout Intake,
        _ context: DecodingContext
    ) throws(DecodingFailure) {
        let kind = try scanner.kind(bytes)
        let start = scanner.offset
        let reason: Fault.Reason?
        switch member {
        case .readings:
            readingsOffset = start
            return try readReadings(&scanner, bytes, &intake, context)
        case .station, .time:
            reason =
                member == .station
                ? try readStation(kind, &scanner, bytes, &intake)
                : try readTime(kind, &scanner, bytes, context)
            if let reason { refusal = refusal ?? DecodingFailure(reason, at: start) }
            return
        case .parameter: reason = try readParameter(kind, &scanner, bytes, &intake)
        case _ where failure != nil: return try scanner.skipValue(bytes)
        case .value:
            isValueFound = true
            reason = try readValue(kind, &scanner, bytes, &intake)
        case .unit: reason = try readUnit(kind, &scanner, bytes, &intake)
        case .status: reason = try readStatus(kind, &scanner, bytes, &intake)
        case .sensor: reason = try readSensor(kind, &scanner, bytes)
        }
        if let reason { failure = failure ?? DecodingFailure(reason, at: start) }
    }

    // Each of these stands at a value of a kind, moves past it, and returns why it is not as it must be.

    /// Null is as if it were not there; anything else is of the wrong type.
    private func skip(
        _ kind: JSONScanner.Kind, _ scanner: inout JSONScanner, _ bytes: Span<UInt8>
    ) throws(DecodingFailure) -> Fault.Reason? {
        try scanner.skipValue(bytes)
        return kind == .null ? nil : .wrongType
    }

    /// Text, or a whole number as it is written.
    private mutating func readStation(
        _ kind: JSONScanner.Kind, _ scanner: inout JSONScanner, _ bytes: Span<UInt8>,
        _ intake: inout Intake
    ) throws(DecodingFailure) -> Fault.Reason? {
        stationOffset = scanner.offset
        switch kind {
        case .string:
            guard let id = texts.station(try scanner.readString(bytes), scanner, bytes, &intake) else {
                return .badStation
            }
            station = id
        case .number:
            let number = try scanner.readNumber(bytes)
            guard number.integer != .none else { return .wrongType }
            guard StationID.isValid(bytes.extracting(number.range)) else { return .badStation }
            station = texts.place(number.range)
        default: return try skip(kind, &scanner, bytes)
        }
        return nil
    }

    private mutating func readTime(
        _ kind: JSONScanner.Kind, _ scanner: inout JSONScanner, _ bytes: Span<UInt8>,
        _ context: DecodingContext
    ) throws(DecodingFailure) -> Fault.Reason? {
        timeOffset = scanner.offset
        let parsed: ParsedTime
        switch kind {
        case .number:
            let number = try scanner.readNumber(bytes)
            switch timeFormat {
            case .rfc3339: parsed = number.time(bytes, perSecond: 1000)
            case .unix(let perSecond): parsed = number.time(bytes, perSecond: perSecond)
            case .pattern: parsed = timeFormat.parse(bytes.extracting(number.range))
            }
        case .string:
            let text = try scanner.readString(bytes)
            if text.hasEscapes {
                unescape(text, scanner, bytes)
                parsed = timeFormat.parse(scratch.span)
            } else {
                parsed = timeFormat.parse(bytes.extracting(text.range))
            }
        default: return try skip(kind, &scanner, bytes)
        }
        switch context.moment(parsed) {
        case .success(let moment): time = moment
        case .failure(let failure): return failure.reason
        }
        return nil
    }

    /// Text, or a whole number as it is written.
    private mutating func readParameter(
        _ kind: JSONScanner.Kind, _ scanner: inout JSONScanner, _ bytes: Span<UInt8>,
        _ intake: inout Intake
    ) throws(DecodingFailure) -> Fault.Reason? {
        let meaning: VendorNames.Meaning
        switch kind {
        case .string: meaning = self.meaning(of: try scanner.readString(bytes), scanner, bytes, &intake)
        case .number:
            let number = try scanner.readNumber(bytes)
            guard number.integer != .none else { return .wrongType }
            meaning = names.meaning(
                of: bytes.extracting(number.range), at: texts.place(number.range), &intake)
        default: return try skip(kind, &scanner, bytes)
        }
        return take(meaning, intake)
    }

    /// What a name stands for.
    mutating func meaning(
        of text: JSONText, _ scanner: JSONScanner, _ bytes: Span<UInt8>, _ intake: inout Intake
    ) -> VendorNames.Meaning {
        if names.isEmpty {
            guard let symbol = texts.parameter(text, scanner, bytes, &intake) else { return .invalid }
            return .symbol(symbol, unit: .none)
        }
        guard text.hasEscapes else {
            return names.meaning(of: bytes.extracting(text.range), at: texts.place(text.range), &intake)
        }
        unescape(text, scanner, bytes)
        return names.meaning(of: scratch.span, at: .none, &intake)
    }

    /// Makes a name the parameter of the reading.
    mutating func take(_ meaning: VendorNames.Meaning, _ intake: borrowing Intake) -> Fault.Reason? {
        switch meaning {
        case .symbol(let symbol, let unit):
            if !topicParameter.isNone, !intake.isEqual(symbol, topicParameter) { return .topicMismatch }
            reading.parameter = symbol
            unitOfName = unit
            return nil
        case .leftOut:
            isLeftOut = true
            return nil
        case .invalid: return .badParameter
        }
    }

    /// A number; true and false as 1 and 0; null; or text, which is kept and marked as no number.
    mutating func readValue(
        _ kind: JSONScanner.Kind, _ scanner: inout JSONScanner, _ bytes: Span<UInt8>,
        _ intake: inout Intake
    ) throws(DecodingFailure) -> Fault.Reason? {
        switch kind {
        case .number: reading.setValue(try scanner.readNumber(bytes), textBase: texts.base)
        case .null: try scanner.readNull(bytes)
        case .boolean:
            reading.value = try scanner.readBoolean(bytes) ? 1 : 0
            reading.hasValue = true
        case .notANumber: reading.setText(texts.place(try scanner.readNotANumber(bytes)))
        case .string:
            let text = try scanner.readString(bytes)
            guard let range = texts.text(text, scanner, bytes, &intake, atMost: JSONTextReader.rawTextMax)
            else {
                return .badValue
            }
            reading.setText(range.isNone ? texts.place(text.range) : range)
        case .object, .array:
            try scanner.skipValue(bytes)
            return .badValue
        }
        return nil
    }

    private mutating func readUnit(
        _ kind: JSONScanner.Kind, _ scanner: inout JSONScanner, _ bytes: Span<UInt8>,
        _ intake: inout Intake
    ) throws(DecodingFailure) -> Fault.Reason? {
        guard kind == .string else { return try skip(kind, &scanner, bytes) }
        guard let text = texts.text(try scanner.readString(bytes), scanner, bytes, &intake) else {
            return .badText
        }
        reading.unit = text
        return nil
    }

    /// Text; a whole number 0 … 99 as the two digits that JSON has no way to write, another as it is written.
    private mutating func readStatus(
        _ kind: JSONScanner.Kind, _ scanner: inout JSONScanner, _ bytes: Span<UInt8>,
        _ intake: inout Intake
    ) throws(DecodingFailure) -> Fault.Reason? {
        switch kind {
        case .string:
            guard let text = texts.text(try scanner.readString(bytes), scanner, bytes, &intake) else {
                return .badText
            }
            reading.status = text
        case .number:
            let start = scanner.offset
            let number = try scanner.readNumber(bytes)
            if case .exact(let code) = number.integer, code >= 0, code <= 99 {
                scanner.offset = start
                reading.status = try texts.status(&scanner, kind, bytes, &intake) ?? .none
            } else {
                guard number.range.count <= TextRules.lengthMax else { return .badText }
                reading.status = texts.place(number.range)
            }
        default: return try skip(kind, &scanner, bytes)
        }
        return nil
    }

    private mutating func readSensor(
        _ kind: JSONScanner.Kind, _ scanner: inout JSONScanner, _ bytes: Span<UInt8>
    ) throws(DecodingFailure) -> Fault.Reason? {
        guard kind == .number else { return try skip(kind, &scanner, bytes) }
        guard case .exact(let number) = try scanner.readNumber(bytes).integer, number >= 1,
            number <= 65_535
        else {
            return .badSensor
        }
        if topicSensor > 0, Int64(topicSensor) != number { return .topicMismatch }
        reading.sensor = UInt16(number)
        return nil
    }
}

extension JSONNumber {
    /// Digits since 1970, exact also where they are written with an exponent; finer than milliseconds is truncated.
    func time(_ bytes: Span<UInt8>, perSecond: Int64) -> ParsedTime {
        let written = ParsedTime(unixText: bytes.extracting(range), perSecond: perSecond)
        guard written == .invalid, let digits = withoutExponent(bytes) else { return written }
        return ParsedTime(unixText: digits.span, perSecond: perSecond)
    }

    /// The same number with its point where the exponent moves it; `nil` where there is none, or it moves far.
    private func withoutExponent(_ bytes: Span<UInt8>) -> [UInt8]? {
        var digits: [UInt8] = []
        var sign: [UInt8] = []
        var whole: Int?
        var exponent = 0
        var isExponent = false
        var isSmall = false
        for index in range {
            let byte = bytes[index]
            if byte &- 48 > 9 {
                switch byte {
                case UInt8(ascii: "."): whole = digits.count
                case UInt8(ascii: "-"): if isExponent { isSmall = true } else { sign = [byte] }
                case UInt8(ascii: "e"), UInt8(ascii: "E"): isExponent = true
                default: break
                }
            } else if isExponent {
                exponent = min(exponent * 10 + Int(byte - 48), 1000)
            } else {
                digits.append(byte)
            }
        }
        guard isExponent, exponent <= 32, digits.count <= 32 else { return nil }
        var point = (whole ?? digits.count) + (isSmall ? -exponent : exponent)
        while point < 1 {
            digits.insert(UInt8(ascii: "0"), at: 0)
            point += 1
        }
        while digits.count <= point { digits.append(UInt8(ascii: "0")) }
        return sign + digits[..<point] + [UInt8(ascii: ".")] + digits[point...]
    }
}
