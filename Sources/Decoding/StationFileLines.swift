import Formats
import Readings

/// Reads the lines of one station file.
struct StationFileLines {
    let payload: Int
    /// Where the file begins in `Intake.bytes`.
    let base: Int
    let topic: TopicNames
    let names: VendorNames
    let decimal: UInt8
    /// Of times, where the source has none.
    let zone: Zone
    /// Lines so far, without those that are blank.
    private(set) var index = 0
    /// The status of the line before, in the file.
    private var lastStatus: Range<Int>?
    /// The digits of the time of the line before, and what they mean: most files have one time.
    private var lastTime: (digits: Range<Int>, moment: Timestamp)?

    init(payload: Int, base: Int, topic: TopicNames, names: VendorNames, decimal: UInt8, zone: Zone) {
        self.payload = payload
        self.base = base
        self.topic = topic
        self.names = names
        self.decimal = decimal
        self.zone = zone
    }

    /// Reads one line; a line that is not understood is a fault and costs the others nothing.
    ///
    /// - Parameters:
    ///   - bytes: The whole file.
    ///   - isEnded: Whether a line end follows; without one the line may have been cut.
    /// - Throws: `tooManyReadings`.
    mutating func read(
        _ bytes: Span<UInt8>, _ line: Range<Int>, isEnded: Bool, _ intake: inout Intake,
        _ context: DecodingContext
    ) throws(DecodingFailure) {
        guard !Self.trimmed(bytes, line).isEmpty else { return }
        guard index < JSONPayloadDecoder.readingsMax else {
            throw DecodingFailure(.tooManyReadings, at: line.lowerBound)
        }
        do throws(DecodingFailure) {
            try readFields(bytes, line, isEnded, &intake, context)
        } catch {
            intake.faults.append(
                Fault(payload: payload, index: index, offset: error.offset, reason: error.reason))
        }
        index += 1
    }

    private mutating func readFields(
        _ bytes: Span<UInt8>, _ line: Range<Int>, _ isEnded: Bool, _ intake: inout Intake,
        _ context: DecodingContext
    ) throws(DecodingFailure) {
        try Self.checkText(bytes, line)
        var start = line.lowerBound
        func field(_ isLast: Bool = false) throws(DecodingFailure) -> Range<Int> {
            var end = start
            while end < line.upperBound, bytes[end] != UInt8(ascii: "\t") { end += 1 }
            // One field too few, or one too many.
            guard (end == line.upperBound) == isLast else {
                throw DecodingFailure(.wrongColumns, at: end)
            }
            let field = Self.trimmed(bytes, start..<end)
            start = end + 1
            return field
        }
        let symbol = try field()
        let value = try field()
        let unit = try field()
        let time = try field()
        let status = try field(true)

        let meaning = names.meaning(of: bytes.extracting(symbol), at: place(symbol), &intake)
        if case .leftOut = meaning { return }
        guard case .symbol(let parameter, let usualUnit) = meaning else {
            throw DecodingFailure(.badParameter, at: symbol.lowerBound)
        }
        guard topic.parameter.isNone || intake.isEqual(parameter, topic.parameter) else {
            throw DecodingFailure(.topicMismatch, at: symbol.lowerBound)
        }
        var reading = DraftReading(
            payload: payload, station: topic.station, parameter: parameter,
            time: try moment(bytes, time, context))
        if topic.sensor > 0 { reading.sensor = topic.sensor }
        try check(status, bytes, isEnded)
        reading.status = place(status)
        reading.unit = usualUnit
        if !unit.isEmpty {
            try checkShort(bytes, unit)
            reading.unit = place(unit)
        }
        guard value.count <= JSONTextReader.rawTextMax, !TextRules.hasControl(bytes.extracting(value))
        else {
            throw DecodingFailure(.badValue, at: value.lowerBound)
        }
        reading.setField(bytes.extracting(value), at: place(value), decimal: decimal)
        intake.readings.append(reading)
    }

    private mutating func moment(
        _ bytes: Span<UInt8>, _ field: Range<Int>, _ context: DecodingContext
    ) throws(DecodingFailure) -> Timestamp {
        let digits = bytes.extracting(field)
        if let lastTime, bytes.extracting(lastTime.digits).isEqual(to: digits) {
            return lastTime.moment
        }
        switch context.moment(TimePattern.compact.parse(digits), zone: zone) {
        case .success(let moment):
            lastTime = (field, moment)
            return moment
        case .failure(let failure): throw DecodingFailure(failure.reason, at: field.lowerBound)
        }
    }

    /// A status must be there, and whole.
    ///
    /// Where no line end follows, only two digits, as the circular has them, and what the line before says too are sure
    /// not to have been cut: the `0` of `02` says nothing of the instrument.
    private mutating func check(
        _ status: Range<Int>, _ bytes: Span<UInt8>, _ isEnded: Bool
    ) throws(DecodingFailure) {
        guard !status.isEmpty else { throw DecodingFailure(.missingMember, at: status.lowerBound) }
        try checkShort(bytes, status)
        let text = bytes.extracting(status)
        let isTwoDigits = text.count == 2 && text[0] &- 48 <= 9 && text[1] &- 48 <= 9
        if !isEnded, !isTwoDigits, lastStatus.map({ bytes.extracting($0).isEqual(to: text) }) != true {
            throw DecodingFailure(.syntax, at: status.upperBound)
        }
        lastStatus = status
    }

    private func checkShort(_ bytes: Span<UInt8>, _ field: Range<Int>) throws(DecodingFailure) {
        guard field.count <= TextRules.lengthMax, !TextRules.hasControl(bytes.extracting(field)) else {
            throw DecodingFailure(.badText, at: field.lowerBound)
        }
    }

    private func place(_ range: Range<Int>) -> TextRange {
        TextRange(inBytes: (range.lowerBound + base)..<(range.upperBound + base))
    }

    /// The field without the spaces around it.
    private static func trimmed(_ bytes: Span<UInt8>, _ field: Range<Int>) -> Range<Int> {
        var start = field.lowerBound
        var end = field.upperBound
        while start < end, bytes[start] == UInt8(ascii: " ") { start += 1 }
        while end > start, bytes[end - 1] == UInt8(ascii: " ") { end -= 1 }
        return start..<end
    }

    private static func checkText(_ bytes: Span<UInt8>, _ line: Range<Int>) throws(DecodingFailure) {
        // The bits of all bytes: below 0x80 each is a character of its own.
        var bits: UInt8 = 0
        for index in line { bits |= bytes[index] }
        guard bits >= 0x80 else { return }
        let text = bytes.extracting(line)
        var offset = 0
        while offset < text.count {
            let length = UTF8Sequence.length(text, at: offset)
            guard length > 0 else { throw DecodingFailure(.notText, at: line.lowerBound + offset) }
            offset += length
        }
    }
}
