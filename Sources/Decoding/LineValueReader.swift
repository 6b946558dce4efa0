import Formats
import Readings

/// What a line says once for all of its readings.
struct LineNames {
    let topic: TopicNames
    var station: TextRange
    var parameter: TextRange
    var sensor: UInt16
    var unit: TextRange = .none
    var status: TextRange = .none
    /// The measurement or a tag is a parameter that the format leaves out.
    var isLeftOut = false
    /// Stands in a reading until the end of its line is known.
    let noTime = JSONReadingReader.noTime

    init(_ topic: TopicNames) {
        self.topic = topic
        station = topic.station
        parameter = topic.parameter
        sensor = max(topic.sensor, 1)
    }
}

/// Names and values of line protocol: where they stand as they are, a range of the batch's bytes; else kept anew.
struct LineValueReader: Sendable {
    /// Where the payload begins in `Intake.bytes`.
    var base = 0
    private let definition: FormatDefinition
    private let isRenaming: Bool
    private let hasUnits: Bool
    /// A text without its backslashes, for as long as it is looked at.
    private var scratch: [UInt8] = []

    init(_ definition: FormatDefinition) {
        self.definition = definition
        isRenaming = !definition.options.names.isEmpty || definition.ignoresUnnamed
        hasUnits = !definition.options.units.isEmpty
    }

    enum Symbol {
        case symbol(TextRange)
        /// The format names others only.
        case leftOut
        case invalid
    }

    // MARK: Names

    /// Where a key stands among the parts of a pattern.
    @inline(__always)
    mutating func place(of key: LineScanner.Piece, in parts: [LinePattern.Part], _ bytes: Span<UInt8>) -> Int? {
        for place in parts.indices where isEqual(key, parts[place].key, bytes) { return place }
        return nil
    }

    @inline(__always)
    mutating func isEqual(
        _ piece: LineScanner.Piece, _ text: [UInt8], _ bytes: Span<UInt8>, isMeasurement: Bool = false
    ) -> Bool {
        if !piece.hasEscapes { return bytes.isEqual(piece.range, text) }
        resolve(piece, bytes, isMeasurement)
        return scratch == text
    }

    /// A parameter's symbol, by the names of the format.
    @inline(__always)
    mutating func parameter(
        _ piece: LineScanner.Piece, _ bytes: Span<UInt8>, _ intake: inout Intake, isMeasurement: Bool = false
    ) -> Symbol {
        if !piece.hasEscapes, !isRenaming, ParameterSymbol.form(of: bytes.extracting(piece.range)) == .valid {
            return .symbol(place(piece.range))
        }
        return changedParameter(piece, bytes, &intake, isMeasurement)
    }

    @inline(never)
    private mutating func changedParameter(
        _ piece: LineScanner.Piece, _ bytes: Span<UInt8>, _ intake: inout Intake, _ isMeasurement: Bool
    ) -> Symbol {
        resolve(piece, bytes, isMeasurement)
        if isRenaming {
            guard let symbol = definition.symbol(for: String(decoding: scratch, as: UTF8.self)) else { return .leftOut }
            scratch.removeAll(keepingCapacity: true)
            scratch.append(contentsOf: symbol.utf8)
        }
        switch ParameterSymbol.form(of: scratch.span) {
        case .valid: return .symbol(intake.intern(scratch.span))
        case .invalid: return .invalid
        case .notNormalized:
            guard let symbol = ParameterSymbol.normalized(scratch.span) else { return .invalid }
            return .symbol(intake.intern(symbol.span))
        }
    }

    /// Keeps what a tag or the measurement says; else the failure of its line.
    mutating func store(
        _ piece: LineScanner.Piece, as role: LinePattern.Role, in line: inout LineNames, _ bytes: Span<UInt8>,
        _ intake: inout Intake, isMeasurement: Bool = false
    ) -> DecodingFailure? {
        let start = piece.range.lowerBound
        switch role {
        case .station:
            guard !piece.hasEscapes, StationID.isValid(bytes.extracting(piece.range)) else {
                return DecodingFailure(.badStation, at: start)
            }
            line.station = place(piece.range)
            let isOther = !line.topic.station.isNone && !intake.isEqual(line.station, line.topic.station)
            return isOther ? DecodingFailure(.stationMismatch, at: start) : nil
        case .parameter:
            switch parameter(piece, bytes, &intake, isMeasurement: isMeasurement) {
            case .invalid: return DecodingFailure(.badParameter, at: start)
            case .leftOut:
                line.isLeftOut = true
                line.parameter = .none
            case .symbol(let symbol):
                line.parameter = symbol
                let isOther = !line.topic.parameter.isNone && !intake.isEqual(symbol, line.topic.parameter)
                return isOther ? DecodingFailure(.topicMismatch, at: start) : nil
            }
            return nil
        case .sensor: return store(sensor: Self.sensor(bytes.extracting(piece.range)), in: &line, at: start)
        case .unit, .status:
            guard let text = text(piece, bytes, &intake, atMost: TextRules.lengthMax) else {
                return DecodingFailure(.badText, at: start)
            }
            if role == .unit { line.unit = text } else { line.status = text }
            return nil
        }
    }

    /// Keeps what a field beside the value says; else the failure of its line.
    mutating func store(
        field value: LineScanner.Piece, as role: LinePattern.Role, in line: inout LineNames, _ bytes: Span<UInt8>,
        _ intake: inout Intake
    ) -> DecodingFailure? {
        if value.isString, value.isEmpty { return nil }
        let start = value.isString ? value.range.lowerBound - 1 : value.range.lowerBound
        if value.isString, role != .sensor { return store(value, as: role, in: &line, bytes, &intake) }
        guard !value.isString, role != .unit, let number = Self.wholeNumber(bytes.extracting(value.range)) else {
            return DecodingFailure(.wrongType, at: start)
        }
        if role == .sensor {
            return store(sensor: UInt16(clamping: number <= 65_535 ? number : 0), in: &line, at: start)
        }
        // A number has no zero before it, so 2 is the status 02.
        guard number <= 99 else { return DecodingFailure(.badText, at: start) }
        line.status = intake.intern([UInt8(48 + number / 10), UInt8(48 + number % 10)].span)
        return nil
    }

    private func store(sensor: UInt16, in line: inout LineNames, at start: Int) -> DecodingFailure? {
        guard sensor > 0 else { return DecodingFailure(.badSensor, at: start) }
        if line.topic.sensor > 0, line.topic.sensor != sensor { return DecodingFailure(.topicMismatch, at: start) }
        line.sensor = sensor
        return nil
    }

    /// A tag of digits; 0 when it is no sensor index.
    private static func sensor(_ digits: Span<UInt8>) -> UInt16 {
        guard digits.count <= 5, digits[0] != UInt8(ascii: "0"), let number = wholeNumber(digits) else { return 0 }
        return UInt16(exactly: number) ?? 0
    }

    /// `2`, `2i` or `2u`, of up to 9 digits.
    private static func wholeNumber(_ text: Span<UInt8>) -> Int? {
        var number = 0
        for index in 0..<text.count {
            let digit = text[index] &- 48
            if digit > 9 {
                let isSuffix = text[index] == UInt8(ascii: "i") || text[index] == UInt8(ascii: "u")
                return isSuffix && index > 0 && index == text.count - 1 ? number : nil
            }
            guard index < 9 else { return nil }
            number = number * 10 + Int(digit)
        }
        return text.isEmpty ? nil : number
    }

    // MARK: Texts

    /// A text as it is, or without its backslashes; `nil` when it is too long or holds control characters.
    private mutating func text(
        _ piece: LineScanner.Piece, _ bytes: Span<UInt8>, _ intake: inout Intake, atMost limit: Int
    ) -> TextRange? {
        if !piece.hasEscapes {
            let isAllowed = piece.range.count <= limit && !TextRules.hasControl(bytes.extracting(piece.range))
            return isAllowed ? place(piece.range) : nil
        }
        resolve(piece, bytes, false)
        return scratch.count <= limit && !TextRules.hasControl(scratch.span) ? intake.intern(scratch.span) : nil
    }

    private mutating func resolve(_ piece: LineScanner.Piece, _ bytes: Span<UInt8>, _ isMeasurement: Bool) {
        scratch.removeAll(keepingCapacity: true)
        LineScanner.append(piece, of: bytes, isMeasurement: isMeasurement, to: &scratch)
    }

    @inline(__always)
    private func place(_ range: Range<Int>) -> TextRange {
        TextRange(inBytes: (range.lowerBound &+ base)..<(range.upperBound &+ base))
    }

    // MARK: Values

    /// Whether the value of a field is one.
    @inline(__always)
    mutating func setValue(
        of reading: inout DraftReading, _ value: LineScanner.Piece, _ bytes: Span<UInt8>, _ intake: inout Intake
    ) -> Bool {
        if !value.isString, !value.isEmpty, bytes[value.range.upperBound - 1] &- 48 <= 9,
            reading.setNumber(bytes.extracting(value.range), at: place(value.range))
        {
            return true
        }
        return setAnyValue(of: &reading, value, bytes, &intake)
    }

    @inline(never)
    private mutating func setAnyValue(
        of reading: inout DraftReading, _ value: LineScanner.Piece, _ bytes: Span<UInt8>, _ intake: inout Intake
    ) -> Bool {
        if value.isString {
            guard let text = text(value, bytes, &intake, atMost: JSONTextReader.rawTextMax) else { return false }
            reading.setText(text)
            return true
        }
        let word = bytes.extracting(value.range)
        if word.isEmpty { return false }
        switch word[word.count - 1] {
        case UInt8(ascii: "i"): return Self.setInteger(of: &reading, word, place(value.range), isUnsigned: false)
        case UInt8(ascii: "u"): return Self.setInteger(of: &reading, word, place(value.range), isUnsigned: true)
        default: break
        }
        if reading.setNumber(word, at: place(value.range)) { return true }
        if let isTrue = Self.boolean(word) {
            reading.value = isTrue ? 1 : 0
            reading.hasValue = true
            return true
        }
        guard Self.isNotANumber(word) else { return false }
        reading.setText(place(value.range))
        return true
    }

    /// `17i`, `17u`: a whole number that 64 bits hold, with or without a sign.
    private static func setInteger(
        of reading: inout DraftReading, _ word: Span<UInt8>, _ place: TextRange, isUnsigned: Bool
    ) -> Bool {
        let isNegative = word[0] == UInt8(ascii: "-")
        if isNegative, isUnsigned { return false }
        var first = isNegative || word[0] == UInt8(ascii: "+") ? 1 : 0
        guard first < word.count - 1 else { return false }
        while first < word.count - 2, word[first] == UInt8(ascii: "0") { first += 1 }
        var number: UInt64 = 0
        for index in first..<(word.count - 1) {
            let digit = word[index] &- 48
            let (tens, isTooLarge) = number.multipliedReportingOverflow(by: 10)
            let (sum, isStillTooLarge) = tens.addingReportingOverflow(UInt64(digit))
            guard digit <= 9, !isTooLarge, !isStillTooLarge else { return false }
            number = sum
        }
        if isUnsigned, number > UInt64(Int64.max) {
            reading.value = Double(number)
            let digits = place.indices.lowerBound + first..<place.indices.upperBound - 1
            if number & 0x7ff != 0 { reading.raw = .number(TextRange(inBytes: digits)) }
        } else {
            guard number <= UInt64(Int64.max) + (isNegative ? 1 : 0) else { return false }
            let whole = isNegative ? 0 &- Int64(truncatingIfNeeded: number) : Int64(number)
            reading.value = Double(whole)
            let isExact = number <= 1 << 53 || reading.value < 0x1p63 && Int64(reading.value) == whole
            if !isExact { reading.raw = .integer(whole) }
        }
        reading.hasValue = true
        return true
    }

    /// `t`, `T`, `true`, `True`, `TRUE` and the same of false.
    private static func boolean(_ word: Span<UInt8>) -> Bool? {
        guard word.count <= 5 else { return nil }
        var packed: UInt64 = 0
        for index in 0..<word.count { packed = packed << 8 | UInt64(word[index]) }
        switch packed {
        case 0x74, 0x54, 0x7472_7565, 0x5472_7565, 0x5452_5545: return true
        case 0x66, 0x46, 0x66_616c_7365, 0x46_616c_7365, 0x46_414c_5345: return false
        default: return nil
        }
    }

    /// `nan`, `inf`, `infinity`, with a sign, in any case.
    private static func isNotANumber(_ word: Span<UInt8>) -> Bool {
        let hasSign = word[0] == UInt8(ascii: "-") || word[0] == UInt8(ascii: "+")
        guard word.count <= 9 else { return false }
        var packed: UInt64 = 0
        for index in (hasSign ? 1 : 0)..<word.count {
            guard word[index] | 0x20 &- 97 <= 25 else { return false }
            packed = packed << 8 | UInt64(word[index] | 0x20)
        }
        return packed == 0x6e_616e || packed == 0x69_6e66 || packed == 0x696e_6669_6e69_7479
    }

    // MARK: Readings

    /// Writes into a line's readings what the line says of all of them.
    func complete(
        _ intake: inout Intake, from first: Int, _ line: LineNames, _ time: Timestamp?, received: Timestamp,
        _ missingTime: MissingTime
    ) {
        let qualifiers: Qualifiers = time == nil && missingTime == .required ? .clock : []
        let count = intake.readings.count
        do {
            var readings = intake.readings.mutableSpan
            for index in first..<count {
                readings[index].time = time ?? received
                readings[index].hasOurTime = time == nil
                readings[index].sensor = line.sensor
                readings[index].unit = line.unit
                readings[index].status = line.status
                readings[index].qualifiers.formUnion(qualifiers)
            }
        }
        guard hasUnits, line.unit.isNone else { return }
        for index in first..<count {
            guard let symbol = intake.string(intake.readings[index].parameter),
                let unit = definition.options.units[symbol]
            else { continue }
            intake.readings[index].unit = intake.intern(unit)
        }
    }
}
