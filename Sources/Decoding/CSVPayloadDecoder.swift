public import Formats
public import Readings

/// The format `csv`: comma-separated values (RFC 4180) with a header.
///
/// With a column `value` a row is one reading (the long form); without, every column that is none of those we know is a
/// parameter (the wide form). docs/formats.md says what each column may hold. A fault's index counts readings and
/// faults row by row, a row that is lost as a whole as one.
public struct CSVPayloadDecoder: PayloadDecoder {
    public var name: String { "csv" }
    private let definition: FormatDefinition
    private let hasUnits: Bool
    private var texts = CSVTextReader()
    private var header: CSVHeader
    private var cells: [CSVCell] = []
    /// The index of the next reading or fault.
    private var index = 0

    public init(_ definition: FormatDefinition = FormatDefinition(.csv)) {
        self.definition = definition
        hasUnits = !definition.options.units.isEmpty
        header = CSVHeader(definition)
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
        var scanner = CSVScanner(delimiter: definition.delimiter)
        scanner.begin(bytes)
        let columnsMax = JSONPayloadDecoder.readingsMax
        guard let first = scanner.readRow(bytes, into: &cells, atMost: columnsMax) else {
            throw DecodingFailure(.empty, at: 0)
        }
        if let failure = first.failure { throw failure }
        guard first.count <= columnsMax else { throw DecodingFailure(.tooManyReadings, at: first.range.lowerBound) }
        let topic = try TopicNames(ofPayload: payload, of: &intake, as: context)
        try header.read(cells, bytes, topic, &texts, &intake)
        // Any text is a heading. Where a time is due, a table that names nothing that we know is none of readings; nor is
        // one of a single column in which another delimiter stands.
        if header.isStrange, context.missingTime == .required || hasOtherDelimiter(bytes.extracting(first.range)) {
            throw DecodingFailure(.missingMember, at: first.range.lowerBound)
        }
        index = 0
        var hasRows = false
        while let row = scanner.readRow(bytes, into: &cells, atMost: header.count + 1) {
            guard index < JSONPayloadDecoder.readingsMax else {
                throw DecodingFailure(.tooManyReadings, at: row.range.lowerBound)
            }
            hasRows = true
            var common = RowMembers(topic, intake.payloads[payload].received)
            do throws(DecodingFailure) {
                if let failure = row.failure { throw failure }
                guard row.count == header.count else {
                    let isLonger = row.count > header.count
                    throw DecodingFailure(
                        .wrongColumns, at: isLonger ? cells[header.count].start : row.range.upperBound)
                }
                try read(&common, bytes, &intake, context)
                if header.isLong {
                    try readReading(&common, row, bytes, payload, &intake)
                } else {
                    try readColumns(common, bytes, payload, &intake)
                }
            } catch {
                guard error.reason != .tooManyReadings else { throw error }
                fault(error, payload, &intake)
            }
        }
        // A line of any text is a heading; one that names nothing that we know, with no row, is no table of readings.
        if !hasRows, header.isStrange { throw DecodingFailure(.missingMember, at: first.range.lowerBound) }
    }

    private func hasOtherDelimiter(_ header: Span<UInt8>) -> Bool {
        for index in header.indices where header[index] != definition.delimiter {
            switch header[index] {
            case UInt8(ascii: ","), UInt8(ascii: ";"), UInt8(ascii: "|"), 0x09: return true
            default: break
            }
        }
        return false
    }

    private mutating func fault(_ failure: DecodingFailure, _ payload: Int, _ intake: inout Intake) {
        intake.faults.append(Fault(payload: payload, index: index, offset: failure.offset, reason: failure.reason))
        index += 1
    }

    /// What a row says of all of its readings.
    private struct RowMembers {
        let topic: TopicNames
        var station: TextRange
        var time: Timestamp
        var hasOurTime = true
        var sensor: UInt16
        var qualifiers: Qualifiers = []
        var status: TextRange = .none
        var unit: TextRange = .none

        init(_ topic: TopicNames, _ received: Timestamp) {
            self.topic = topic
            station = topic.station
            time = received
            sensor = max(topic.sensor, 1)
        }

        @inline(__always)
        func reading(_ payload: Int, _ parameter: TextRange) -> DraftReading {
            var reading = DraftReading(payload: payload, station: station, parameter: parameter, time: time)
            reading.sensor = sensor
            reading.qualifiers = qualifiers
            reading.status = status
            reading.unit = unit
            reading.hasOurTime = hasOurTime
            return reading
        }
    }

    private mutating func read(
        _ row: inout RowMembers, _ bytes: Span<UInt8>, _ intake: inout Intake, _ context: DecodingContext
    ) throws(DecodingFailure) {
        let places = header.places
        if let place = places.station, !cells[place].isEmpty {
            guard let station = texts.station(cells[place], bytes) else {
                throw DecodingFailure(.badStation, at: cells[place].start)
            }
            row.station = station
            if !row.topic.station.isNone, !intake.isEqual(station, row.topic.station) {
                throw DecodingFailure(.stationMismatch, at: cells[place].start)
            }
        }
        guard !row.station.isNone else { throw DecodingFailure(.missingStation, at: cells[0].start) }
        if let place = places.time, !cells[place].isEmpty {
            switch context.moment(time(bytes.extracting(cells[place].range))) {
            case .success(let moment): row.time = moment
            case .failure(let wrong): throw DecodingFailure(wrong.reason, at: cells[place].start)
            }
            row.hasOurTime = false
        } else if context.missingTime == .required {
            row.qualifiers = .clock
        }
        if let place = places.sensor, !cells[place].isEmpty {
            let sensor = texts.sensor(cells[place], bytes)
            guard sensor > 0 else { throw DecodingFailure(.badSensor, at: cells[place].start) }
            if row.topic.sensor > 0, row.topic.sensor != sensor {
                throw DecodingFailure(.topicMismatch, at: cells[place].start)
            }
            row.sensor = sensor
        }
        if let place = places.status { row.status = try text(place, bytes, &intake) }
        if let place = places.unit { row.unit = try text(place, bytes, &intake) }
    }

    private mutating func text(
        _ place: Int, _ bytes: Span<UInt8>, _ intake: inout Intake
    ) throws(DecodingFailure) -> TextRange {
        guard let text = texts.text(cells[place], bytes, &intake) else {
            throw DecodingFailure(.badText, at: cells[place].start)
        }
        return text
    }

    /// A time as the format writes it; by itself RFC 3339, or digits alone for milliseconds since 1970.
    private func time(_ text: Span<UInt8>) -> ParsedTime {
        if let format = definition.timeFormat, format != .rfc3339 { return format.parse(text) }
        guard text.count < 19 else { return ParsedTime(rfc3339: text) }
        for index in 0..<text.count where text[index] &- 48 > 9 { return .invalid }
        return ParsedTime(unixText: text, perSecond: 1000)
    }

    /// A row of the long form.
    private mutating func readReading(
        _ common: inout RowMembers, _ row: CSVRow, _ bytes: Span<UInt8>, _ payload: Int, _ intake: inout Intake
    ) throws(DecodingFailure) {
        guard let valuePlace = header.places.value else { return }
        var parameter = common.topic.parameter
        if let place = header.places.parameter, !cells[place].isEmpty {
            guard let symbol = texts.parameter(cells[place], bytes, &intake, definition) else {
                throw DecodingFailure(.badParameter, at: cells[place].start)
            }
            if symbol.isNone { return }
            if !parameter.isNone, !intake.isEqual(symbol, parameter) {
                throw DecodingFailure(.topicMismatch, at: cells[place].start)
            }
            parameter = symbol
        }
        guard !parameter.isNone else { throw DecodingFailure(.missingMember, at: row.range.lowerBound) }
        if hasUnits, common.unit.isNone, let symbol = intake.string(parameter),
            let unit = definition.options.units[symbol]
        {
            common.unit = intake.intern(unit)
        }
        var reading = common.reading(payload, parameter)
        guard texts.setValue(of: &reading, cells[valuePlace], bytes, &intake, definition.decimal) else {
            throw DecodingFailure(.badValue, at: cells[valuePlace].start)
        }
        intake.readings.append(reading)
        index += 1
    }

    /// A row of the wide form; a cell that cannot be kept costs the others nothing.
    private mutating func readColumns(
        _ common: RowMembers, _ bytes: Span<UInt8>, _ payload: Int, _ intake: inout Intake
    ) throws(DecodingFailure) {
        for place in header.columns.indices {
            let column = header.columns[place]
            let cell = cells[column.place]
            guard index < JSONPayloadDecoder.readingsMax else {
                throw DecodingFailure(.tooManyReadings, at: cell.start)
            }
            var reading = common.reading(payload, column.symbol)
            if common.unit.isNone { reading.unit = column.unit }
            if texts.setValue(of: &reading, cell, bytes, &intake, definition.decimal) {
                intake.readings.append(reading)
                index += 1
            } else {
                fault(DecodingFailure(.badValue, at: cell.start), payload, &intake)
            }
        }
    }
}
