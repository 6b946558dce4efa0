import Formats
import Readings

/// Reads one payload after the other by the pointers of a `[[format]]`.
///
/// This file finds the ways through a payload; `+Readings` has the shapes that readings come in, `+Members` what stands
/// at the end of a way.
struct MappedJSONReader: Sendable {
    let tree: PointerTree
    let names: VendorNames
    let timeFormat: TimeFormat
    /// Whether a pointer gives the value of a reading, and its parameter.
    let hasValue, hasParameter: Bool
    var texts = JSONTextReader()
    /// A name with its escapes resolved, for as long as it is looked at.
    var scratch: [UInt8] = []
    /// The names on the way to a value, with `/` between them.
    var path: [UInt8] = []
    var repeated = RepeatedParameters()

    // The payload that is being read:
    var payload = 0
    private var topicStation: TextRange = .none
    /// 0 where the topic names none.
    var topicSensor: UInt16 = 0
    /// By the format's names; `.none` where the topic names no parameter.
    var topicParameter: TextRange = .none
    var topicUnit: TextRange = .none
    /// The topic's parameter is to be left out, and with it the whole payload.
    var isTopicLeftOut = false
    var firstReading = 0
    /// Of readings that two members name: they are taken out at the end.
    var hasRepeated = false
    /// Readings looked at so far.
    var index = 0
    var station: TextRange = .none
    var time: Timestamp?
    /// Where they stand; -1 where they do not.
    var stationOffset = -1, timeOffset = -1, readingsOffset = -1
    var areReadingsLeft = false
    /// Thrown at the end, so that a syntax error, which says more, comes first wherever it stands.
    var refusal: DecodingFailure?

    // The reading that is being read:
    var reading = DraftReading(
        payload: 0, station: .none, parameter: .none, time: JSONReadingReader.noTime)
    /// The unit in which the values of its parameter come where it names none.
    var unitOfName: TextRange = .none
    var isLeftOut = false
    var isValueFound = false
    var failure: DecodingFailure?

    init(_ definition: FormatDefinition) {
        tree = PointerTree(definition.pointers)
        names = VendorNames(definition)
        timeFormat = definition.timeFormat ?? .rfc3339
        hasValue = definition.pointers.value != nil
        hasParameter = definition.pointers.parameter != nil
    }

    mutating func read(
        _ bytes: Span<UInt8>, _ payload: Int, base: Int, _ intake: inout Intake,
        _ context: DecodingContext
    ) throws(DecodingFailure) {
        var scanner = JSONScanner()
        guard scanner.begin(bytes) else { throw DecodingFailure(.empty, at: 0) }
        let start = scanner.offset
        texts.base = base
        let kind = try scanner.kind(bytes)
        guard kind == .object || kind == .array else {
            // A number of its own may have been cut: it is for the format `value`.
            try scanner.skipValue(bytes)
            try scanner.finish(bytes)
            throw DecodingFailure(.wrongType, at: start)
        }
        try begin(payload, &intake, context)
        try walk(PointerTree.payload, &scanner, bytes, &intake, context)
        try scanner.finish(bytes)
        if let refusal { throw refusal }
        guard readingsOffset >= 0 else { throw DecodingFailure(.missingMember, at: start) }
        try settleStation(start, intake)
        if areReadingsLeft {
            var second = JSONScanner()
            second.offset = readingsOffset
            try readReadings(&second, bytes, &intake, context)
            if let refusal { throw refusal }
        }
        complete(&intake, context.missingTime)
    }

    private mutating func begin(
        _ payload: Int, _ intake: inout Intake, _ context: DecodingContext
    ) throws(DecodingFailure) {
        self.payload = payload
        let topic = try TopicNames(ofPayload: payload, of: &intake, as: context)
        topicStation = topic.station
        topicSensor = topic.sensor
        topicParameter = topic.parameter
        topicUnit = .none
        isTopicLeftOut = false
        if !topicParameter.isNone, !names.isEmpty {
            let range = topicParameter
            let bytes =
                range.isInText ? Array(intake.text[range.indices]) : Array(intake.bytes[range.indices])
            switch names.meaning(of: bytes.span, at: range, &intake) {
            case .symbol(let symbol, let unit): (topicParameter, topicUnit) = (symbol, unit)
            case .leftOut: isTopicLeftOut = true
            case .invalid: throw DecodingFailure(.badParameter, at: 0)
            }
        }
        firstReading = intake.readings.count
        repeated.begin()
        hasRepeated = false
        index = 0
        station = .none
        time = nil
        (stationOffset, timeOffset, readingsOffset) = (-1, -1, -1)
        areReadingsLeft = false
        refusal = nil
    }

    /// Makes sure that there is one station and the topic names no other.
    private mutating func settleStation(_ start: Int, _ intake: borrowing Intake)
        throws(DecodingFailure)
    {
        if station.isNone {
            guard !topicStation.isNone else { throw DecodingFailure(.missingStation, at: start) }
            station = topicStation
        } else if !topicStation.isNone, !intake.isEqual(station, topicStation) {
            throw DecodingFailure(.stationMismatch, at: stationOffset)
        }
    }

    /// Writes into the readings what the payload says once, and takes out those that two members name.
    private func complete(_ intake: inout Intake, _ missingTime: MissingTime) {
        let stamp = time ?? intake.payloads[payload].received
        let qualifiers: Qualifiers = time == nil && missingTime == .required ? .clock : []
        let count = intake.readings.count
        var kept = firstReading
        var readings = intake.readings.mutableSpan
        for index in firstReading..<count where readings[index].payload >= 0 {
            readings[index].station = station
            readings[index].time = stamp
            readings[index].qualifiers.formUnion(qualifiers)
            readings[index].hasOurTime = time == nil
            if kept != index { readings[kept] = readings[index] }
            kept += 1
        }
        if hasRepeated { intake.readings.removeSubrange(kept...) }
    }

    // MARK: Ways

    /// Moves past a value and reads what the pointers find at it and inside it.
    mutating func walk(
        _ node: Int, _ scanner: inout JSONScanner, _ bytes: Span<UInt8>, _ intake: inout Intake,
        _ context: DecodingContext
    ) throws(DecodingFailure) {
        let here = tree.nodes[node]
        if here.members != 0 {
            let isEnd = here.children.isEmpty
            for member in PointedMember.allCases where here.members & member.bit != 0 {
                if isEnd, here.members == member.bit {
                    return try read(member, &scanner, bytes, &intake, context)
                }
                if member == .readings {
                    // Station or time may stand among them: they are read when those are known.
                    scanner.skipWhitespace(bytes)
                    readingsOffset = scanner.offset
                    areReadingsLeft = true
                } else {
                    var another = scanner
                    try read(member, &another, bytes, &intake, context)
                }
            }
        }
        switch here.children.isEmpty ? nil : try scanner.kind(bytes) {
        case .object: try walkObject(node, &scanner, bytes, &intake, context)
        case .array: try walkArray(node, &scanner, bytes, &intake, context)
        default: try scanner.skipValue(bytes)
        }
    }

    private mutating func walkObject(
        _ node: Int, _ scanner: inout JSONScanner, _ bytes: Span<UInt8>, _ intake: inout Intake,
        _ context: DecodingContext
    ) throws(DecodingFailure) {
        var seen: UInt8 = 0
        var more = try scanner.enterObject(bytes)
        while more {
            let name = try scanner.readName(bytes)
            if let (place, child) = child(of: node, name, scanner, bytes) {
                if seen >> UInt8(place) & 1 != 0 {
                    note(DecodingFailure(.duplicateMember, at: name.text.range.lowerBound - 1), at: node)
                    try scanner.skipValue(bytes)
                } else {
                    seen |= 1 << UInt8(place)
                    try walk(child, &scanner, bytes, &intake, context)
                }
            } else {
                try scanner.skipValue(bytes)
            }
            more = try scanner.hasNextMember(bytes)
        }
    }

    private mutating func walkArray(
        _ node: Int, _ scanner: inout JSONScanner, _ bytes: Span<UInt8>, _ intake: inout Intake,
        _ context: DecodingContext
    ) throws(DecodingFailure) {
        var element = 0
        var more = try scanner.enterArray(bytes)
        while more {
            if let child = tree.child(of: node, at: element) {
                try walk(child, &scanner, bytes, &intake, context)
            } else {
                try scanner.skipValue(bytes)
            }
            element += 1
            more = try scanner.hasNextElement(bytes)
        }
    }

    @inline(__always)
    private mutating func child(
        of node: Int, _ name: JSONName, _ scanner: JSONScanner, _ bytes: Span<UInt8>
    ) -> (place: Int, node: Int)? {
        guard name.text.hasEscapes else { return tree.child(of: node, named: name, bytes) }
        unescape(name.text, scanner, bytes)
        return tree.child(of: node, named: scratch.span)
    }

    mutating func unescape(_ text: JSONText, _ scanner: JSONScanner, _ bytes: Span<UInt8>) {
        scratch.removeAll(keepingCapacity: true)
        scanner.appendText(text, of: bytes, to: &scratch)
    }

    /// Keeps the first failure of a reading, or of the payload.
    private mutating func note(_ new: DecodingFailure, at node: Int) {
        if tree.nodes[node].isInReading { failure = failure ?? new } else { refusal = refusal ?? new }
    }
}
