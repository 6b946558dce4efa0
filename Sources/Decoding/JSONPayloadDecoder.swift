public import Readings

/// The format `json`: one object with a station, a time and an array of readings.
///
/// docs/formats.md says what each member may be. The members may stand in any order: what belongs to all readings is
/// written into them when the payload has been read to its end.
public struct JSONPayloadDecoder: PayloadDecoder {
    public static let readingsMax = 10_000

    public var name: String { "json" }
    private var texts = JSONTextReader()

    public init() {}

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
        guard try scanner.kind(bytes) == .object else {
            let start = scanner.offset
            try scanner.skipValue(bytes)
            try scanner.finish(bytes)
            throw DecodingFailure(.wrongType, at: start)
        }
        let start = scanner.offset
        let firstReading = intake.readings.count
        let topic = try TopicNames(ofPayload: payload, of: &intake, as: context)
        var common = CommonMembers()
        // A refusal is thrown at the end, so that a syntax error, which says more, comes first wherever it stands.
        var refusal: DecodingFailure?
        var seen: UInt8 = 0
        var more = try scanner.enterObject(bytes)
        while more {
            let name = try scanner.readName(bytes)
            let member = texts.payloadMember(name, scanner, bytes)
            if member == .unknown {
                try scanner.skipValue(bytes)
            } else if seen & member.bit != 0 {
                refusal = refusal ?? DecodingFailure(.duplicateMember, at: name.text.range.lowerBound - 1)
                try scanner.skipValue(bytes)
            } else {
                seen |= member.bit
                let failure: DecodingFailure?
                if member == .readings {
                    let reader = JSONReadingReader(payload: payload, topic: topic)
                    failure = try reader.readAll(&scanner, bytes, &texts, &intake, context)
                } else {
                    failure = try common.read(member, &scanner, bytes, &texts, &intake, context)
                }
                refusal = refusal ?? failure
            }
            more = try scanner.hasNextMember(bytes)
        }
        try scanner.finish(bytes)
        if let refusal { throw refusal }
        guard seen & PayloadMember.readings.bit != 0 else { throw DecodingFailure(.missingMember, at: start) }
        try common.settleStation(topic, start, intake)
        common.complete(&intake, from: firstReading, payload: payload, context.missingTime)
    }
}

/// What a payload says once for all of its readings.
private struct CommonMembers {
    private var station: TextRange = .none
    private var stationOffset = 0
    private var status: TextRange = .none
    private var time: Timestamp?
    private var sequence: Int64?

    /// Reads the value of a member; the failure of one that is not as it must be, after moving past it.
    mutating func read(
        _ member: PayloadMember, _ scanner: inout JSONScanner, _ bytes: Span<UInt8>, _ texts: inout JSONTextReader,
        _ intake: inout Intake, _ context: DecodingContext
    ) throws(DecodingFailure) -> DecodingFailure? {
        let kind = try scanner.kind(bytes)
        let start = scanner.offset
        if kind == .null {
            try scanner.readNull(bytes)
            return nil
        }
        switch (member, kind) {
        case (.station, .string):
            stationOffset = start
            guard let id = texts.station(try scanner.readString(bytes), scanner, bytes, &intake) else {
                return DecodingFailure(.badStation, at: start)
            }
            station = id
        case (.status, .string), (.status, .number):
            return texts.store(try texts.status(&scanner, kind, bytes, &intake), in: &status, at: start)
        case (.time, .string), (.time, .number):
            switch try texts.time(&scanner, kind, bytes, context) {
            case .success(let moment): time = moment
            case .failure(let failure): return failure
            }
        case (.sequence, .number):
            guard case .exact(let number) = try scanner.readNumber(bytes).integer else {
                return DecodingFailure(.wrongType, at: start)
            }
            sequence = number
        default:
            try scanner.skipValue(bytes)
            return DecodingFailure(.wrongType, at: start)
        }
        return nil
    }

    /// Makes sure that there is one station and the topic names no other.
    mutating func settleStation(
        _ topic: TopicNames, _ start: Int, _ intake: borrowing Intake
    ) throws(DecodingFailure) {
        if station.isNone {
            guard !topic.station.isNone else { throw DecodingFailure(.missingStation, at: start) }
            station = topic.station
        } else if !topic.station.isNone, !intake.isEqual(station, topic.station) {
            throw DecodingFailure(.stationMismatch, at: stationOffset)
        }
    }

    /// Writes into the readings what they do not say themselves.
    func complete(_ intake: inout Intake, from first: Int, payload: Int, _ missingTime: MissingTime) {
        let stamp = time ?? intake.payloads[payload].received
        let qualifiers: Qualifiers = time == nil && missingTime == .required ? .clock : []
        let count = intake.readings.count
        var readings = intake.readings.mutableSpan
        for index in first..<count {
            readings[index].station = station
            if readings[index].status.isNone { readings[index].status = status }
            if readings[index].time == JSONReadingReader.noTime {
                readings[index].time = stamp
                readings[index].qualifiers.formUnion(qualifiers)
                readings[index].hasOurTime = time == nil
            }
            if let sequence {
                readings[index].hasStationSequence = true
                readings[index].stationSequence = sequence
            }
        }
    }
}
