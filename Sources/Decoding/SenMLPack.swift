import Readings

/// What the base fields of a pack say so far, and the readings that its records make (RFC 8428, 4).
///
/// The grammar, JSON or CBOR, gives it record after record. A record that is not understood is a fault and costs its
/// neighbours nothing; where a base field is not understood, `refusal` says why the payload must be refused.
struct SenMLPack: Sendable {
    /// The version that RFC 8428 defines, and the one of a pack that names none.
    static let versionMax: Int64 = 10
    /// From here on a time is one since 1970; below, it is relative to now (RFC 8428, 4.5.3).
    static let absoluteTimeMin: Int64 = 268_435_456 * 1_000_000_000

    private(set) var refusal: DecodingFailure?
    private let payload: Int
    private let received: Timestamp
    private let firstReading: Int
    private var version: Int64?
    private var baseUnit = TextRange.none
    private var baseTime: Int64?
    private var baseValue: SenMLNumber?
    private var baseSum: SenMLNumber?
    /// The words of boolean values in `Intake.text`, once one was needed.
    private var words: (no: TextRange, yes: TextRange)?

    init(payload: Int, of intake: Intake, refusal: DecodingFailure?) {
        self.payload = payload
        self.refusal = refusal
        received = intake.payloads[payload].received
        firstReading = intake.readings.count
    }

    /// Makes sure that there is room for one more record.
    func checkRoom(forRecord index: Int, at start: Int, _ intake: borrowing Intake) throws(DecodingFailure) {
        // A record with a value and a sum makes two readings.
        guard index < JSONPayloadDecoder.readingsMax,
            intake.readings.count - firstReading < JSONPayloadDecoder.readingsMax
        else { throw DecodingFailure(.tooManyReadings, at: start) }
    }

    /// Takes a record that is no object at all.
    func appendFault(_ reason: Fault.Reason, at offset: Int, record index: Int, _ intake: inout Intake) {
        intake.faults.append(Fault(payload: payload, index: index, offset: offset, reason: reason))
    }

    /// Takes the next record.
    @inline(__always)
    mutating func append(
        _ record: SenMLRecord, index: Int, _ names: inout SenMLNames, _ intake: inout Intake,
        _ context: DecodingContext
    ) {
        if record.hasBase || version == nil { applyBase(record, &names, intake) }
        refusal = refusal ?? record.refusal
        guard refusal == nil else { return }
        if let failure = record.failure ?? makeReadings(record, &names, &intake, context) {
            appendFault(failure.reason, at: failure.offset, record: index, &intake)
        }
    }

    @inline(never)
    private mutating func applyBase(
        _ record: SenMLRecord, _ names: inout SenMLNames, _ intake: borrowing Intake
    ) {
        if record.has(.baseVersion), record.version > Self.versionMax || version.map({ $0 != record.version }) == true {
            refusal = refusal ?? DecodingFailure(.unsupported, at: record.versionOffset)
        }
        version = version ?? (record.has(.baseVersion) ? record.version : Self.versionMax)
        if record.has(.baseName) { names.setBase(record.baseName, intake) }
        if record.has(.baseUnit) { baseUnit = record.baseUnit }
        if record.has(.baseTime) { baseTime = record.baseTime }
        if record.has(.baseValue) { baseValue = record.baseValue }
        if record.has(.baseSum) { baseSum = record.baseSum }
    }

    /// Why the record makes no reading.
    @inline(__always)
    private mutating func makeReadings(
        _ record: SenMLRecord, _ names: inout SenMLNames, _ intake: inout Intake, _ context: DecodingContext
    ) -> DecodingFailure? {
        let hasValue = record.valueLabel != .unknown
        guard hasValue || record.has(.sum) || record.isGap else {
            return record.isOnlyBase ? nil : DecodingFailure(.missingMember, at: record.start)
        }
        let series = names.resolve(record.name, &intake)
        if let reason = series.reason { return DecodingFailure(reason, at: record.start) }
        if series.isLeftOut { return nil }
        var reading = DraftReading(
            payload: payload, station: series.station, parameter: series.parameter, time: received)
        reading.sensor = series.sensor
        if let reason = setTime(&reading, record, context) { return DecodingFailure(reason, at: record.timeOffset) }
        let unit = record.unit.isNone ? baseUnit : record.unit
        reading.unit = unit.isNone ? series.unit : unit
        guard hasValue || !record.has(.sum) else { return appendSum(reading, record, unit, &names, &intake) }
        switch record.valueLabel {
        case .value: reading.setValue(record.value, above: baseValue)
        case .booleanValue:
            reading.value = record.boolean ? 1 : 0
            reading.hasValue = true
            reading.raw = .text(word(record.boolean, &intake))
        case .textValue, .dataValue: reading.setText(record.text)
        default: break
        }
        intake.readings.append(reading)
        return record.has(.sum) ? appendSum(reading, record, unit, &names, &intake) : nil
    }

    /// The sum of a record: in place of a value, or as a series of its own beside it.
    ///
    /// - Parameter unit: The one of the payload; a sum is in its unit times seconds (RFC 8428, 4.2).
    @inline(never)
    private mutating func appendSum(
        _ value: DraftReading, _ record: SenMLRecord, _ unit: TextRange, _ names: inout SenMLNames,
        _ intake: inout Intake
    ) -> DecodingFailure? {
        var reading = DraftReading(
            payload: payload, station: value.station, parameter: value.parameter, time: value.time)
        reading.sensor = value.sensor
        reading.hasOurTime = value.hasOurTime
        reading.qualifiers = value.qualifiers.intersection(.clock)
        reading.unit = value.unit
        if record.valueLabel != .unknown {
            guard let sum = names.sum(of: value.parameter, &intake) else {
                return DecodingFailure(.badParameter, at: record.sumOffset)
            }
            (reading.parameter, reading.unit) = (sum.parameter, sum.unit)
        }
        if !unit.isNone {
            guard unit.count <= TextRules.lengthMax - 2 else { return DecodingFailure(.badText, at: record.sumOffset) }
            reading.unit = intake.join(unit, ".s")
        }
        reading.setValue(record.sum, above: baseSum)
        intake.readings.append(reading)
        return nil
    }

    private mutating func word(_ isTrue: Bool, _ intake: inout Intake) -> TextRange {
        let words = words ?? (no: intake.intern("false"), yes: intake.intern("true"))
        self.words = words
        return isTrue ? words.yes : words.no
    }

    /// Why the time is none.
    @inline(__always)
    private func setTime(
        _ reading: inout DraftReading, _ record: SenMLRecord, _ context: DecodingContext
    ) -> Fault.Reason? {
        let hasTime = record.has(.time)
        guard hasTime || baseTime != nil else {
            reading.hasOurTime = true
            if context.missingTime == .required { reading.qualifiers = .clock }
            return nil
        }
        let (sum, isTooLarge) = (baseTime ?? 0).addingReportingOverflow(hasTime ? record.time : 0)
        guard !isTooLarge else { return .badTime }
        let milliseconds = sum.dividedTowardsPast(by: 1_000_000)
        if sum >= Self.absoluteTimeMin {
            reading.time = Timestamp(millisecondsSince1970: milliseconds)
        } else {
            // Both are at most 2^53 or so.
            reading.time = received.advanced(byMilliseconds: milliseconds)
            reading.hasOurTime = true
        }
        switch context.moment(.moment(reading.time)) {
        case .success: return nil
        case .failure(let failure): return failure.reason
        }
    }
}

extension Int64 {
    /// The quotient rounded down, also below zero.
    @inline(__always)
    fileprivate func dividedTowardsPast(by divisor: Int64) -> Int64 {
        let (quotient, remainder) = quotientAndRemainder(dividingBy: divisor)
        return remainder < 0 ? quotient - 1 : quotient
    }
}

extension Intake {
    /// Appends a text and what follows it to `text`, and returns where both stand.
    mutating func join(_ first: TextRange, _ second: StaticString) -> TextRange {
        let start = text.count
        for index in first.indices { text.append(first.isInText ? text[index] : bytes[index]) }
        text.append(contentsOf: second.description.utf8)
        return TextRange(inText: start..<text.count)
    }
}
