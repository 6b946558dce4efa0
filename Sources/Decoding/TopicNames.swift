public import Readings

/// What a payload's topic says of its readings: the names of the first pattern that matches it.
///
/// For every decoder: the names are checked already, and a parameter is in NFC.
public struct TopicNames: Sendable {
    public var station: TextRange = .none
    public var parameter: TextRange = .none
    /// 0 when the topic names none.
    public var sensor: UInt16 = 0

    /// - Throws: `badStation`, `badParameter`, `badSensor` when a level of that name breaks its rule; at offset 0, since
    ///   no byte of the payload is to blame.
    public init(
        ofPayload payload: Int, of intake: inout Intake, as context: DecodingContext
    ) throws(DecodingFailure) {
        let topic = intake.payloads[payload].topic
        guard !topic.isNone, !context.topics.isEmpty else { return }
        let bytes = topic.isInText ? intake.text : intake.bytes
        let span = bytes.span.extracting(topic.indices)
        var found: TopicMatch?
        for index in context.topics.indices where found == nil { found = context.topics[index].match(span) }
        guard let found else { return }
        let start = topic.indices.lowerBound
        func place(_ range: Range<Int>) -> TextRange {
            let moved = (range.lowerBound + start)..<(range.upperBound + start)
            return topic.isInText ? TextRange(inText: moved) : TextRange(inBytes: moved)
        }
        if let range = found.station {
            guard StationID.isValid(span.extracting(range)) else { throw DecodingFailure(.badStation, at: 0) }
            station = place(range)
        }
        if let range = found.parameter {
            switch ParameterSymbol.form(of: span.extracting(range)) {
            case .valid: parameter = place(range)
            case .invalid: throw DecodingFailure(.badParameter, at: 0)
            case .notNormalized:
                guard let symbol = ParameterSymbol.normalized(span.extracting(range)) else {
                    throw DecodingFailure(.badParameter, at: 0)
                }
                parameter = intake.intern(symbol.span)
            }
        }
        if let range = found.sensor {
            sensor = Self.sensor(span.extracting(range))
            guard sensor > 0 else { throw DecodingFailure(.badSensor, at: 0) }
        }
    }

    /// 1 … 65535 in decimal digits without leading zeros; else 0.
    private static func sensor(_ digits: Span<UInt8>) -> UInt16 {
        guard digits.count >= 1, digits.count <= 5, digits[0] != UInt8(ascii: "0") else { return 0 }
        var number = 0
        for index in 0..<digits.count {
            guard digits[index] &- 48 <= 9 else { return 0 }
            number = number * 10 + Int(digits[index] - 48)
        }
        return UInt16(exactly: number) ?? 0
    }
}

extension Intake {
    /// Whether two texts of the batch have the same bytes.
    func isEqual(_ left: TextRange, _ right: TextRange) -> Bool {
        guard left.count == right.count else { return false }
        return withBytes(of: left) { leftBytes in
            withBytes(of: right) { rightBytes in
                for index in 0..<leftBytes.count where leftBytes[index] != rightBytes[index] { return false }
                return true
            }
        }
    }

    /// How much was decoded, to be able to take a payload's part back.
    struct DecodedMark {
        var readings, faults, text: Int
    }

    var decodedMark: DecodedMark {
        DecodedMark(readings: readings.count, faults: faults.count, text: text.count)
    }

    /// Takes back what was decoded since the mark and leaves one fault for the payload as a whole.
    mutating func refuse(payload: Int, since mark: DecodedMark, _ failure: DecodingFailure) {
        readings.removeSubrange(mark.readings...)
        faults.removeSubrange(mark.faults...)
        text.removeSubrange(mark.text...)
        faults.append(Fault(payload: payload, index: nil, offset: failure.offset, reason: failure.reason))
    }
}
