public import Formats
public import Readings

/// The format `line`: the line protocol of InfluxDB 2, `measurement,tag=value field=value timestamp`.
///
/// docs/formats.md says what a pattern makes of the parts of a line. A line whose grammar is broken is one fault, and
/// so
/// is one that names no station; a field that is not understood costs only itself. A fault's index counts readings and
/// faults in the order of the text, a line that is lost as a whole as one.
public struct LinePayloadDecoder: PayloadDecoder {
    public var name: String { "line" }
    /// Stands in the place of a payload in a reading that is taken back.
    private static let takenBack: Int32 = -1
    private let pattern: LinePattern
    private let timestampsPerSecond: Int64
    private var values: LineValueReader
    private var scanner = LineScanner()
    private var tagKeys = DistinctKeys()
    private var fieldKeys = DistinctKeys()
    /// Of each of them the reading that it became; -1 where there is none.
    private var readingsOfKeys: [Int] = []
    private var hasTakenBack = false
    /// The index of the next reading or fault.
    private var index = 0

    public init(_ definition: FormatDefinition = FormatDefinition(.line)) {
        pattern = definition.linePattern ?? .standard
        if case .unix(let perSecond) = definition.timeFormat {
            timestampsPerSecond = perSecond
        } else {
            timestampsPerSecond = 1_000_000_000
        }
        values = LineValueReader(definition)
    }

    public mutating func decode(payload: Int, of intake: inout Intake, as context: DecodingContext) {
        let mark = intake.decodedMark
        // The same memory, held a second time: the batch is changed while its bytes are read.
        let bytes = intake.bytes
        let body = intake.payloads[payload].body.indices
        values.base = body.lowerBound
        do throws(DecodingFailure) {
            try decode(bytes.span.extracting(body), payload, &intake, context)
        } catch {
            intake.refuse(payload: payload, since: mark, error)
        }
    }

    private mutating func decode(
        _ bytes: Span<UInt8>, _ payload: Int, _ intake: inout Intake, _ context: DecodingContext
    ) throws(DecodingFailure) {
        scanner.begin(bytes)
        guard scanner.findLine(bytes) else { throw DecodingFailure(.empty, at: 0) }
        let topic = try TopicNames(ofPayload: payload, of: &intake, as: context)
        index = 0
        repeat {
            let start = scanner.offset
            let first = index
            let mark = intake.decodedMark
            guard index < JSONPayloadDecoder.readingsMax else { throw DecodingFailure(.tooManyReadings, at: start) }
            var line = LineNames(topic)
            let failure: DecodingFailure?
            do throws(DecodingFailure) {
                failure = try readLine(&line, bytes, payload, &intake, context)
            } catch {
                guard error.reason != .tooManyReadings else { throw error }
                scanner.skipBrokenLine(bytes)
                failure = error
            }
            if let failure {
                intake.readings.removeSubrange(mark.readings...)
                intake.faults.removeSubrange(mark.faults...)
                intake.text.removeSubrange(mark.text...)
                index = first + 1
                intake.faults.append(
                    Fault(payload: payload, index: first, offset: failure.offset, reason: failure.reason))
            }
        } while scanner.findLine(bytes)
    }

    /// Reads one line and appends its readings; the failure of one whose names are not as they must be.
    ///
    /// - Throws: what breaks the grammar, which says more and comes first; `tooManyReadings`.
    private mutating func readLine(
        _ line: inout LineNames, _ bytes: Span<UInt8>, _ payload: Int, _ intake: inout Intake,
        _ context: DecodingContext
    ) throws(DecodingFailure) -> DecodingFailure? {
        let start = scanner.offset
        let measurement = try scanner.readName(bytes, isMeasurement: true)
        guard !measurement.isEmpty else { throw DecodingFailure(.syntax, at: start) }
        var failure: DecodingFailure?
        switch pattern.measurement {
        case .any: break
        case .literal(let text):
            if !values.isEqual(measurement, text, bytes, isMeasurement: true) {
                failure = DecodingFailure(.noMatch, at: start)
            }
        case .role(let role):
            failure = values.store(measurement, as: role, in: &line, bytes, &intake, isMeasurement: true)
        }
        try readTags(&line, &failure, start, bytes, &intake)
        guard scanner.takeSpaces(bytes) else { throw DecodingFailure(.syntax, at: scanner.offset) }
        let firstReading = intake.readings.count
        hasTakenBack = false
        let hasValue = try readFields(&line, &failure, bytes, payload, &intake)
        if hasTakenBack {
            let kept = intake.readings[firstReading...].filter { $0.payload != Self.takenBack }
            intake.readings.replaceSubrange(firstReading..., with: kept)
        }
        let time = try readTime(bytes, context)
        if case .failure(let wrong) = time { failure = failure ?? wrong }
        guard failure == nil else { return failure }
        if line.station.isNone { return DecodingFailure(.missingStation, at: start) }
        if line.isLeftOut { return nil }
        if !hasValue { return DecodingFailure(.missingMember, at: start) }
        let moment = try? time.get()
        values.complete(
            &intake, from: firstReading, line, moment ?? nil, received: intake.payloads[payload].received,
            context.missingTime)
        return nil
    }

    /// Adds a key to those of the line, of which there are as many as there may be readings; where it stood before.
    @inline(__always)
    private static func earlier(
        _ key: LineScanner.Piece, among keys: inout DistinctKeys, _ bytes: Span<UInt8>
    ) throws(DecodingFailure) -> Int? {
        guard keys.count < JSONPayloadDecoder.readingsMax else {
            throw DecodingFailure(.tooManyReadings, at: key.range.lowerBound)
        }
        return keys.earlier(key.range, of: bytes)
    }

    // MARK: Tags

    private mutating func readTags(
        _ line: inout LineNames, _ failure: inout DecodingFailure?, _ start: Int, _ bytes: Span<UInt8>,
        _ intake: inout Intake
    ) throws(DecodingFailure) {
        tagKeys.removeAll()
        var literalsFound: UInt64 = 0
        while scanner.take(UInt8(ascii: ","), bytes) {
            let key = try scanner.readName(bytes)
            guard !key.isEmpty, scanner.take(UInt8(ascii: "="), bytes) else {
                throw DecodingFailure(.syntax, at: scanner.offset)
            }
            let value = try scanner.readName(bytes)
            guard !value.isEmpty else { throw DecodingFailure(.syntax, at: scanner.offset) }
            if try Self.earlier(key, among: &tagKeys, bytes) != nil {
                failure = failure ?? DecodingFailure(.duplicateMember, at: key.range.lowerBound)
            }
            guard let place = values.place(of: key, in: pattern.tags, bytes) else { continue }
            var wrong: DecodingFailure?
            switch pattern.tags[place].match {
            case .literal(let text):
                literalsFound |= 1 << UInt64(place)
                if !values.isEqual(value, text, bytes) { wrong = DecodingFailure(.noMatch, at: value.range.lowerBound) }
            case .role(let role): wrong = values.store(value, as: role, in: &line, bytes, &intake)
            }
            failure = failure ?? wrong
        }
        guard failure == nil else { return }
        for place in pattern.tags.indices {
            guard case .literal = pattern.tags[place].match else { continue }
            if literalsFound & 1 << UInt64(place) == 0 { failure = DecodingFailure(.noMatch, at: start) }
        }
    }

    // MARK: Fields

    /// Whether a field was there that the pattern makes a reading, be it a fault or left out.
    private mutating func readFields(
        _ line: inout LineNames, _ failure: inout DecodingFailure?, _ bytes: Span<UInt8>, _ payload: Int,
        _ intake: inout Intake
    ) throws(DecodingFailure) -> Bool {
        fieldKeys.removeAll()
        readingsOfKeys.removeAll(keepingCapacity: true)
        var hasValue = false
        repeat {
            let key = try scanner.readName(bytes)
            guard !key.isEmpty, scanner.take(UInt8(ascii: "="), bytes) else {
                throw DecodingFailure(.syntax, at: scanner.offset)
            }
            let value = try scanner.readValue(bytes)
            guard
                scanner.isAtEnd(bytes) || bytes[scanner.offset] == UInt8(ascii: ",")
                    || bytes[scanner.offset] == UInt8(ascii: " ")
            else { throw DecodingFailure(.syntax, at: scanner.offset) }
            let earlier = try Self.earlier(key, among: &fieldKeys, bytes)
            if earlier == nil { readingsOfKeys.append(-1) }
            if !pattern.fields.isEmpty, let place = values.place(of: key, in: pattern.fields, bytes) {
                guard case .role(let role) = pattern.fields[place].match else { continue }
                let wrong =
                    earlier == nil
                    ? values.store(field: value, as: role, in: &line, bytes, &intake)
                    : DecodingFailure(.duplicateMember, at: key.range.lowerBound)
                failure = failure ?? wrong
                continue
            }
            if case .field(let name) = pattern.values, !values.isEqual(key, name, bytes) { continue }
            hasValue = true
            guard failure == nil else { continue }
            try append(key, value, earlier, line, bytes, payload, &intake)
        } while scanner.take(UInt8(ascii: ","), bytes)
        return hasValue
    }

    /// Makes a field a reading, or a fault.
    ///
    /// - Parameter earlier: Of a key that stands twice, the place of the first: nobody knows which of the two is meant,
    ///   so the earlier one is taken back.
    @inline(__always)
    private mutating func append(
        _ key: LineScanner.Piece, _ value: LineScanner.Piece, _ earlier: Int?, _ line: LineNames,
        _ bytes: Span<UInt8>, _ payload: Int, _ intake: inout Intake
    ) throws(DecodingFailure) {
        let start = key.range.lowerBound
        var reading = DraftReading(
            payload: payload, station: line.station, parameter: line.parameter, time: line.noTime)
        var wrong: DecodingFailure?
        if case .eachField = pattern.values {
            switch values.parameter(key, bytes, &intake) {
            case .leftOut: return
            case .invalid: wrong = DecodingFailure(.badParameter, at: start)
            case .symbol(let symbol):
                let isOther = !line.topic.parameter.isNone && !intake.isEqual(symbol, line.topic.parameter)
                if isOther { wrong = DecodingFailure(.topicMismatch, at: start) }
                reading.parameter = symbol
            }
        }
        if reading.parameter.isNone, wrong == nil {
            if line.isLeftOut { return }
            wrong = DecodingFailure(.missingMember, at: start)
        }
        if let earlier, wrong == nil {
            wrong = DecodingFailure(.duplicateMember, at: start)
            let reading = readingsOfKeys[earlier]
            if reading >= 0 {
                // The others stay where they are until the line is read.
                intake.readings[reading].payload = Self.takenBack
                hasTakenBack = true
            }
        }
        if wrong == nil, !values.setValue(of: &reading, value, bytes, &intake) {
            wrong = DecodingFailure(.badValue, at: value.isString ? value.range.lowerBound - 1 : value.range.lowerBound)
        }
        guard index < JSONPayloadDecoder.readingsMax else { throw DecodingFailure(.tooManyReadings, at: start) }
        if let wrong {
            intake.faults.append(Fault(payload: payload, index: index, offset: wrong.offset, reason: wrong.reason))
        } else {
            readingsOfKeys[readingsOfKeys.count - 1] = intake.readings.count
            intake.readings.append(reading)
        }
        index += 1
    }

    // MARK: Time

    /// Reads what follows the fields, up to the end of the line; `nil` when there is no timestamp.
    private mutating func readTime(
        _ bytes: Span<UInt8>, _ context: DecodingContext
    ) throws(DecodingFailure) -> Result<Timestamp?, DecodingFailure> {
        let hasSpaces = scanner.takeSpaces(bytes)
        if scanner.isAtEnd(bytes) { return .success(nil) }
        guard hasSpaces else { throw DecodingFailure(.syntax, at: scanner.offset) }
        let start = scanner.offset
        // 19 digits are what nanoseconds have since 2001; 64 bits hold those up to 2262.
        var number: UInt64 = 0
        while scanner.offset < bytes.count, bytes[scanner.offset] &- 48 <= 9 {
            if scanner.offset - start < 19 { number = number &* 10 &+ UInt64(bytes[scanner.offset] - 48) }
            scanner.offset += 1
        }
        let end = scanner.offset
        _ = scanner.takeSpaces(bytes)
        guard scanner.isAtEnd(bytes) else {
            // One word that is no number is no time; anything else breaks the grammar, and may open a quote.
            guard scanner.offset == end else { throw DecodingFailure(.syntax, at: scanner.offset) }
            let word = try scanner.readValue(bytes)
            _ = scanner.takeSpaces(bytes)
            let isPlain = !word.isString && !word.range.contains { bytes[$0] == UInt8(ascii: "\"") }
            guard scanner.isAtEnd(bytes), isPlain else {
                let wrong = isPlain ? scanner.offset : start
                scanner.offset = start
                throw DecodingFailure(.syntax, at: wrong)
            }
            return .failure(DecodingFailure(.badTime, at: start))
        }
        guard end > start, end - start <= 19, let whole = Int64(exactly: number) else {
            return .failure(DecodingFailure(.badTime, at: start))
        }
        let parsed = ParsedTime(unix: whole, perSecond: timestampsPerSecond)
        return context.moment(parsed).map { $0 }.mapError { DecodingFailure($0.reason, at: start) }
    }
}
