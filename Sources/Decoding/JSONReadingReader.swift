import Readings

/// The array `readings` of one payload.
struct JSONReadingReader {
    /// Stands in a reading until the payload's own time is known.
    static let noTime = Timestamp(millisecondsSince1970: .min)

    let payload: Int
    let topic: TopicNames

    /// Reads the array; the failure for which the payload must be refused, after moving past the array.
    ///
    /// A reading that is not understood becomes a fault and costs its neighbours nothing.
    func readAll(
        _ scanner: inout JSONScanner, _ bytes: Span<UInt8>, _ texts: inout JSONTextReader, _ intake: inout Intake,
        _ context: DecodingContext
    ) throws(DecodingFailure) -> DecodingFailure? {
        guard try scanner.kind(bytes) == .array else {
            let start = scanner.offset
            try scanner.skipValue(bytes)
            return DecodingFailure(.wrongType, at: start)
        }
        var index = 0
        var more = try scanner.enterArray(bytes)
        while more {
            let kind = try scanner.kind(bytes)
            let start = scanner.offset
            guard index < JSONPayloadDecoder.readingsMax else { throw DecodingFailure(.tooManyReadings, at: start) }
            let failure: DecodingFailure?
            if kind == .object {
                failure = try read(&scanner, bytes, &texts, &intake, context)
            } else {
                try scanner.skipValue(bytes)
                failure = DecodingFailure(.wrongType, at: start)
            }
            if let failure {
                intake.faults.append(
                    Fault(payload: payload, index: index, offset: failure.offset, reason: failure.reason))
            }
            index += 1
            more = try scanner.hasNextElement(bytes)
        }
        return nil
    }

    /// Reads one reading and appends it; its first failure otherwise, after moving past it.
    @inline(__always)
    private func read(
        _ scanner: inout JSONScanner, _ bytes: Span<UInt8>, _ texts: inout JSONTextReader, _ intake: inout Intake,
        _ context: DecodingContext
    ) throws(DecodingFailure) -> DecodingFailure? {
        let start = scanner.offset
        var reading = DraftReading(payload: payload, station: .none, parameter: topic.parameter, time: Self.noTime)
        if topic.sensor > 0 { reading.sensor = topic.sensor }
        var failure: DecodingFailure?
        var seen: UInt8 = 0
        var more = try scanner.enterObject(bytes)
        while more {
            let name = try scanner.readName(bytes)
            let member = name.text.hasEscapes ? texts.escapedMember(name, scanner, bytes) : name.readingMember(bytes)
            if member == .unknown || failure != nil {
                try scanner.skipValue(bytes)
            } else if seen & member.bit != 0 {
                failure = DecodingFailure(.duplicateMember, at: name.text.range.lowerBound - 1)
                try scanner.skipValue(bytes)
            } else {
                seen |= member.bit
                scanner.skipWhitespace(bytes)
                let valueStart = scanner.offset
                let reason =
                    switch member {
                    case .parameter: try readParameter(&reading, &scanner, bytes, &texts, &intake)
                    case .value: try readValue(&reading, &scanner, bytes, &texts, &intake)
                    case .unit: try readUnit(&reading, &scanner, bytes, &texts, &intake)
                    default: try readRarer(member, &reading, &scanner, bytes, &texts, &intake, context)
                    }
                if let reason { failure = DecodingFailure(reason, at: valueStart) }
            }
            more = try scanner.hasNextMember(bytes)
        }
        if failure == nil, reading.parameter.isNone || seen & ReadingMember.value.bit == 0 {
            failure = DecodingFailure(.missingMember, at: start)
        }
        if failure == nil { intake.readings.append(reading) }
        return failure
    }

    // Each of these stands at its value, moves past it, and returns why it is not as it must be.

    @inline(__always)
    private func readParameter(
        _ reading: inout DraftReading, _ scanner: inout JSONScanner, _ bytes: Span<UInt8>,
        _ texts: inout JSONTextReader, _ intake: inout Intake
    ) throws(DecodingFailure) -> Fault.Reason? {
        guard scanner.byte(bytes) == UInt8(ascii: "\"") else { return try skipNull(&scanner, bytes) }
        guard let symbol = texts.parameter(try scanner.readString(bytes), scanner, bytes, &intake) else {
            return .badParameter
        }
        if !topic.parameter.isNone, !intake.isEqual(symbol, topic.parameter) { return .topicMismatch }
        reading.parameter = symbol
        return nil
    }

    @inline(__always)
    private func readUnit(
        _ reading: inout DraftReading, _ scanner: inout JSONScanner, _ bytes: Span<UInt8>,
        _ texts: inout JSONTextReader, _ intake: inout Intake
    ) throws(DecodingFailure) -> Fault.Reason? {
        guard scanner.byte(bytes) == UInt8(ascii: "\"") else { return try skipNull(&scanner, bytes) }
        guard let text = texts.text(try scanner.readString(bytes), scanner, bytes, &intake) else { return .badText }
        reading.unit = text
        return nil
    }

    @inline(never)
    private func readRarer(
        _ member: ReadingMember, _ reading: inout DraftReading, _ scanner: inout JSONScanner, _ bytes: Span<UInt8>,
        _ texts: inout JSONTextReader, _ intake: inout Intake, _ context: DecodingContext
    ) throws(DecodingFailure) -> Fault.Reason? {
        let kind = try scanner.kind(bytes)
        switch (member, kind) {
        case (.status, .string), (.status, .number):
            guard let text = try texts.status(&scanner, kind, bytes, &intake) else { return .badText }
            reading.status = text
        case (.sensor, .number):
            guard case .exact(let number) = try scanner.readNumber(bytes).integer, number >= 1, number <= 65_535 else {
                return .badSensor
            }
            reading.sensor = UInt16(number)
            if topic.sensor > 0, topic.sensor != reading.sensor { return .topicMismatch }
        case (.time, .string), (.time, .number):
            switch try texts.time(&scanner, kind, bytes, context) {
            case .success(let moment): reading.time = moment
            case .failure(let failure): return failure.reason
            }
        default: return try skipNull(&scanner, bytes)
        }
        return nil
    }

    /// Moves past null, which is as if the member were not there; anything else is of the wrong type.
    @inline(never)
    private func skipNull(
        _ scanner: inout JSONScanner, _ bytes: Span<UInt8>
    ) throws(DecodingFailure) -> Fault.Reason? {
        let isNull = try scanner.kind(bytes) == .null
        try scanner.skipValue(bytes)
        return isNull ? nil : .wrongType
    }

    /// A number, null, or text that is kept and marked as no number.
    @inline(__always)
    private func readValue(
        _ reading: inout DraftReading, _ scanner: inout JSONScanner, _ bytes: Span<UInt8>,
        _ texts: inout JSONTextReader, _ intake: inout Intake
    ) throws(DecodingFailure) -> Fault.Reason? {
        if scanner.byte(bytes) &- 48 <= 9 {
            reading.setValue(try scanner.readNumber(bytes), textBase: texts.base)
            return nil
        }
        return try readAnyValue(&reading, &scanner, bytes, &texts, &intake)
    }

    @inline(never)
    private func readAnyValue(
        _ reading: inout DraftReading, _ scanner: inout JSONScanner, _ bytes: Span<UInt8>,
        _ texts: inout JSONTextReader, _ intake: inout Intake
    ) throws(DecodingFailure) -> Fault.Reason? {
        switch try scanner.kind(bytes) {
        case .number: reading.setValue(try scanner.readNumber(bytes), textBase: texts.base)
        case .null: try scanner.readNull(bytes)
        case .notANumber: reading.setText(texts.place(try scanner.readNotANumber(bytes)))
        case .string:
            let text = try scanner.readString(bytes)
            guard let range = texts.text(text, scanner, bytes, &intake, atMost: JSONTextReader.rawTextMax) else {
                return .badValue
            }
            reading.setText(range.isNone ? texts.place(text.range) : range)
        case .boolean, .object, .array:
            try scanner.skipValue(bytes)
            return .badValue
        }
        return nil
    }
}

extension DraftReading {
    /// A number as the value, and as it was written where a double does not hold it.
    ///
    /// - Parameter textBase: Where the number's payload begins in `Intake.bytes`.
    @inline(__always)
    mutating func setValue(_ number: JSONNumber, textBase: Int) {
        let written = (number.range.lowerBound + textBase)..<(number.range.upperBound + textBase)
        guard number.value.isFinite else {
            setText(TextRange(inBytes: written))
            return
        }
        value = number.value
        hasValue = true
        switch number.integer {
        case .none: break
        case .exact(let integer):
            // 2^63 is no Int64, and the nearest double of those just below it.
            let isExact = integer.magnitude <= 1 << 53 || number.value < 0x1p63 && Int64(number.value) == integer
            if !isExact { raw = .integer(integer) }
        case .tooLarge: raw = .number(TextRange(inBytes: written))
        }
    }

    /// No value, but text that says what came instead.
    mutating func setText(_ text: TextRange) {
        raw = .text(text)
        qualifiers.formUnion(.notANumber)
    }
}
