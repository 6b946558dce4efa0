import Formats
import Readings

/// What the name of a record says of its reading.
struct SenMLSeries: Sendable {
    var station = TextRange.none
    var parameter = TextRange.none
    /// The unit of the settings, where the payload names none.
    var unit = TextRange.none
    var sensor: UInt16 = 1
    /// The settings leave the parameter out.
    var isLeftOut = false
    /// Why the name makes no reading.
    var reason: Fault.Reason?
}

/// Resolved names (RFC 8428, 4.5.1) and what they say: station, parameter, sensor, and the unit of the settings.
///
/// A pattern is matched once for a name, not once for a record: what it said is remembered over the payloads, by the
/// name's bytes. That is scratch memory; the answer is the same without it.
struct SenMLNames: Sendable {
    /// A name that is longer is refused: the tries of a pattern grow with its square.
    static let lengthMax = 256
    private static let slotsCount = 512
    /// Longer names are resolved anew each time.
    private static let keyMax = 96
    private static let ownPattern = NamePattern.known("*:{station}:{parameter}", [.station, .parameter])

    private let pattern: NamePattern?
    private let definition: FormatDefinition
    /// Whether a parameter may be called otherwise here, or be left out.
    private let hasSymbols: Bool
    private let units: [[UInt8]: String]

    private var slots: [Slot] = []
    private var keys: [UInt8] = []
    private var scratch: [UInt8] = []
    // What the topic of this payload names.
    private var topicStation = TextRange.none
    private var topicParameter = TextRange.none
    private var topicSensor: UInt16 = 0
    /// Counts payloads, to know which ranges are of this one.
    private var payload: UInt64 = 0
    private var base = TextRange.none
    private var baseHash: UInt64 = 0
    private var lastHash: UInt64 = 0
    /// The number of the base name, 0 for none: a name is compared with what is remembered only where this differs.
    private var baseNumber: UInt64 = 0
    private var baseCount: UInt64 = 0
    /// The bytes of base name number `baseCount`.
    private var lastBase: [UInt8] = []

    /// A name that was resolved before.
    private struct Slot: Sendable {
        /// Of the name; -1 when the slot is empty.
        var count = -1
        var isBelowStation = false
        var base: UInt64 = 0
        var payload: UInt64 = 0
        var found = Found()
        /// Of the payload whose number is `payload`.
        var series = SenMLSeries()
    }

    /// Where things stand in a name.
    private struct Found: Sendable {
        var station = 0..<0
        var parameter = 0..<0
        /// 0 when the name gives none.
        var sensor: UInt16 = 0
        var reason: Fault.Reason?
    }

    init(_ definition: FormatDefinition) {
        self.definition = definition
        pattern = definition.namePattern
        hasSymbols = !definition.options.names.isEmpty || definition.ignoresUnnamed
        var units: [[UInt8]: String] = [:]
        for (symbol, unit) in definition.options.units { units[Array(symbol.utf8)] = unit }
        self.units = units
    }

    /// Begins a payload; why none of its records could have a station or a parameter.
    mutating func begin(_ topic: TopicNames) -> Fault.Reason? {
        if slots.isEmpty {
            slots = Array(repeating: Slot(), count: Self.slotsCount)
            keys = Array(repeating: 0, count: Self.slotsCount * Self.keyMax)
        }
        (topicStation, topicParameter, topicSensor) = (topic.station, topic.parameter, topic.sensor)
        payload += 1
        base = .none
        baseHash = 0
        baseNumber = 0
        if let pattern {
            if topic.station.isNone, !pattern.has(.station) { return .missingStation }
            if topic.parameter.isNone, !pattern.has(.parameter) { return .missingMember }
        }
        return nil
    }

    /// Takes the base name of the records that follow.
    mutating func setBase(_ name: TextRange, _ intake: borrowing Intake) {
        base = name
        // Payload after payload a station has the same one.
        let isLast = intake.withBytes(of: name) { bytes in
            guard baseCount > 0, bytes.count == lastBase.count else { return false }
            for index in bytes.indices where bytes[index] != lastBase[index] { return false }
            return true
        }
        if !isLast {
            baseCount += 1
            lastBase.removeAll(keepingCapacity: true)
            if name.isInText { lastBase += intake.text[name.indices] } else { lastBase += intake.bytes[name.indices] }
            lastHash = intake.withBytes(of: name) { Self.hash($0, from: 0) }
        }
        baseNumber = baseCount
        baseHash = lastHash
    }

    /// What the base name and a record's own name say together.
    @inline(__always)
    mutating func resolve(_ name: TextRange, _ intake: inout Intake) -> SenMLSeries {
        let count = base.count + name.count
        let hash = intake.withBytes(of: name) { Self.hash($0, from: baseHash) }
        let slot = Int(truncatingIfNeeded: (hash ^ hash &>> 32) & UInt64(Self.slotsCount - 1))
        if slots[slot].count == count, slots[slot].payload == payload, slots[slot].base == baseNumber,
            isKey(slot, name, after: base.count, intake)
        {
            return slots[slot].series
        }
        return resolveAnew(name, slot, &intake)
    }

    @inline(__always)
    private static func hash(_ bytes: Span<UInt8>, from seed: UInt64) -> UInt64 {
        var hash = seed
        for index in bytes.indices { hash = (hash ^ UInt64(bytes[index])) &* 0x9e37_79b9_7f4a_7c15 }
        return hash
    }

    /// Whether a text is that part of the name in a slot.
    @inline(__always)
    private func isKey(_ slot: Int, _ text: TextRange, after start: Int, _ intake: borrowing Intake) -> Bool {
        let key = keys.span.extracting((slot &* Self.keyMax &+ start)..<(slot &* Self.keyMax &+ start &+ text.count))
        return intake.withBytes(of: text) { bytes in
            for index in bytes.indices where bytes[index] != key[index] { return false }
            return true
        }
    }

    /// The same for a name that this payload has not had.
    @inline(never)
    private mutating func resolveAnew(_ name: TextRange, _ slot: Int, _ intake: inout Intake) -> SenMLSeries {
        let count = base.count + name.count
        guard count <= Self.lengthMax else { return SenMLSeries(reason: .badParameter) }
        let isBelowStation = !topicStation.isNone
        let isKnown =
            slots[slot].count == count && slots[slot].isBelowStation == isBelowStation
            && (slots[slot].base == baseNumber || isKey(slot, base, after: 0, intake))
            && isKey(slot, name, after: base.count, intake)
        if isKnown, slots[slot].payload == payload {
            slots[slot].base = baseNumber
            return slots[slot].series
        }
        let found = isKnown ? slots[slot].found : find(name, intake)
        let series = plainSeries(found, name) ?? series(found, name, &intake)
        guard count <= Self.keyMax else { return series }
        if !isKnown {
            slots[slot].count = count
            slots[slot].isBelowStation = isBelowStation
            slots[slot].found = found
            let start = slot * Self.keyMax
            for index in 0..<count { keys[start + index] = scratch[index] }
        }
        slots[slot].base = baseNumber
        slots[slot].payload = payload
        slots[slot].series = series
        return series
    }

    /// Brings the whole name to `scratch`.
    private mutating func join(_ name: TextRange, _ intake: borrowing Intake) {
        scratch.removeAll(keepingCapacity: true)
        append(base, intake)
        append(name, intake)
    }

    private mutating func append(_ text: TextRange, _ intake: borrowing Intake) {
        if text.isInText {
            scratch.append(contentsOf: intake.text[text.indices])
        } else {
            scratch.append(contentsOf: intake.bytes[text.indices])
        }
    }

    // MARK: What a name says

    private mutating func find(_ text: TextRange, _ intake: borrowing Intake) -> Found {
        join(text, intake)
        let name = scratch.span
        var found = Found()
        guard Self.isName(name) else {
            found.reason = .badParameter
            return found
        }
        if pattern == nil, !topicStation.isNone {
            var start = name.count
            while start > 0, name[start - 1] != UInt8(ascii: ":") { start -= 1 }
            found.parameter = start..<name.count
            if found.parameter.isEmpty { found.reason = .noMatch }
            return found
        }
        if pattern == nil, let usual = Self.findUsual(name) { return usual }
        guard let match = (pattern ?? Self.ownPattern).match(name) else {
            found.reason = .noMatch
            return found
        }
        found.station = match.station ?? 0..<0
        found.parameter = match.parameter ?? 0..<0
        if let digits = match.sensor {
            var number = 0
            for index in digits where number <= 65_535 { number = number * 10 + Int(name[index] - 48) }
            found.sensor = UInt16(exactly: number) ?? 0
            if found.sensor == 0 || name[digits.lowerBound] == UInt8(ascii: "0") { found.reason = .badSensor }
        }
        return found
    }

    /// What our own pattern finds in nearly every name: a station between the last two colons.
    private static func findUsual(_ name: Span<UInt8>) -> Found? {
        var last = name.count - 1
        while last >= 0, name[last] != UInt8(ascii: ":") { last -= 1 }
        var previous = last - 1
        while previous >= 0, name[previous] != UInt8(ascii: ":") { previous -= 1 }
        guard previous >= 0, last + 1 < name.count,
            StationID.isValid(name.extracting((previous + 1)..<last))
        else { return nil }
        return Found(station: (previous + 1)..<last, parameter: (last + 1)..<name.count)
    }

    /// RFC 8428, 4.5.1: letters, digits, `-`, `:`, `.`, `/`, `_`, and not one of the last five at the start.
    private static func isName(_ name: Span<UInt8>) -> Bool {
        guard !name.isEmpty else { return false }
        for index in name.indices {
            let byte = name[index]
            // `-`, `.`, `/` and the digits and `:` stand in a row.
            let isAllowed = (byte | 0x20) &- 97 <= 25 || byte &- 45 <= 13 || byte == UInt8(ascii: "_")
            guard isAllowed else { return false }
        }
        return (name[0] | 0x20) &- 97 <= 25 || name[0] &- 48 <= 9
    }

    /// What the name alone says, where neither topic nor settings say anything and both parts stand in one piece each.
    @inline(__always)
    private func plainSeries(_ found: Found, _ name: TextRange) -> SenMLSeries? {
        let isPlain =
            !hasSymbols && units.isEmpty && topicStation.isNone && topicParameter.isNone && topicSensor == 0
            && found.reason == nil
        guard isPlain, found.station.upperBound <= base.count || found.station.lowerBound >= base.count,
            found.parameter.lowerBound >= base.count, found.parameter.count <= ParameterSymbol.lengthMax,
            !found.station.isEmpty, !found.parameter.isEmpty
        else { return nil }
        let start = base.count
        let station =
            found.station.upperBound <= start
            ? base.part(found.station)
            : name.part((found.station.lowerBound - start)..<(found.station.upperBound - start))
        let parameter = name.part((found.parameter.lowerBound - start)..<(found.parameter.upperBound - start))
        return SenMLSeries(station: station, parameter: parameter, sensor: max(found.sensor, 1))
    }

    /// The same with the topic and the settings.
    private mutating func series(_ found: Found, _ name: TextRange, _ intake: inout Intake) -> SenMLSeries {
        var series = SenMLSeries()
        series.reason = found.reason
        guard series.reason == nil else { return series }
        series.station = found.station.isEmpty ? topicStation : place(found.station, name, &intake)
        if !found.station.isEmpty, !topicStation.isNone, !intake.isEqual(series.station, topicStation) {
            series.reason = .stationMismatch
        }
        if found.sensor > 0, topicSensor > 0, found.sensor != topicSensor { series.reason = .topicMismatch }
        series.sensor = max(found.sensor, topicSensor, 1)
        let isNamed = !found.parameter.isEmpty
        guard !isNamed || found.parameter.count <= ParameterSymbol.lengthMax else {
            return SenMLSeries(reason: .badParameter)
        }
        let written = isNamed ? place(found.parameter, name, &intake) : topicParameter
        series.parameter = written
        if hasSymbols {
            guard let symbol = definition.symbol(for: intake.string(written) ?? "") else {
                series.isLeftOut = true
                return series
            }
            series.parameter = intake.intern(symbol)
        }
        if isNamed, !topicParameter.isNone, !intake.isEqual(written, topicParameter),
            !intake.isEqual(series.parameter, topicParameter)
        {
            series.reason = series.reason ?? .topicMismatch
        }
        series.unit = unit(of: series.parameter, &intake)
        return series
    }

    /// A part of the resolved name where it stands, or anew where it stands in two pieces.
    private mutating func place(_ range: Range<Int>, _ name: TextRange, _ intake: inout Intake) -> TextRange {
        if range.upperBound <= base.count { return base.part(range) }
        if range.lowerBound >= base.count {
            return name.part((range.lowerBound - base.count)..<(range.upperBound - base.count))
        }
        join(name, intake)
        return intake.intern(scratch.span.extracting(range))
    }

    private func unit(of symbol: TextRange, _ intake: inout Intake) -> TextRange {
        guard !units.isEmpty else { return .none }
        let key = Array(intake.string(symbol)?.utf8 ?? "".utf8)
        return units[key].map { intake.intern($0) } ?? .none
    }

    /// The parameter of sums beside the values of `parameter`, and the unit that the settings give it.
    func sum(of parameter: TextRange, _ intake: inout Intake) -> (parameter: TextRange, unit: TextRange)? {
        guard parameter.count <= ParameterSymbol.lengthMax - 4 else { return nil }
        let sum = intake.join(parameter, ".sum")
        return (sum, unit(of: sum, &intake))
    }
}

extension TextRange {
    /// A part of the text.
    fileprivate func part(_ range: Range<Int>) -> TextRange {
        let start = indices.lowerBound
        let moved = (start + range.lowerBound)..<(start + range.upperBound)
        return isInText ? TextRange(inText: moved) : TextRange(inBytes: moved)
    }
}
