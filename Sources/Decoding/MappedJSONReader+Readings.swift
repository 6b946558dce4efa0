import Readings

/// The shapes that readings come in.
extension MappedJSONReader {
    /// Stands in the place of a payload in a reading that is to be taken out.
    private static let takenOut: Int32 = -1

    /// Moves past the value that `readings` points at and reads what is in it.
    mutating func readReadings(
        _ scanner: inout JSONScanner, _ bytes: Span<UInt8>, _ intake: inout Intake,
        _ context: DecodingContext
    ) throws(DecodingFailure) {
        let kind = try scanner.kind(bytes)
        let isOne = hasValue && (hasParameter || !topicParameter.isNone)
        if isTopicLeftOut { return try scanner.skipValue(bytes) }
        switch kind {
        case .array where hasValue: try readElements(&scanner, bytes, &intake, context)
        case .object where isOne: try readOne(&scanner, bytes, &intake, context)
        case .object where hasValue: try readNamedObjects(&scanner, bytes, &intake, context)
        case .object, .array:
            path.removeAll(keepingCapacity: true)
            try readTree(kind, &scanner, bytes, &intake)
        case _ where topicParameter.isNone:
            let reason: Fault.Reason = kind == .null ? .missingMember : .wrongType
            refusal = refusal ?? DecodingFailure(reason, at: scanner.offset)
            try scanner.skipValue(bytes)
        case _ where hasValue: try readOne(&scanner, bytes, &intake, context)
        default:
            let start = scanner.offset
            try beginReading(at: start)
            let reason = try readValue(kind, &scanner, bytes, &intake)
            isValueFound = true
            endReading(at: start, reason.map { DecodingFailure($0, at: start) }, &intake)
        }
    }

    /// An array of objects.
    private mutating func readElements(
        _ scanner: inout JSONScanner, _ bytes: Span<UInt8>, _ intake: inout Intake,
        _ context: DecodingContext
    ) throws(DecodingFailure) {
        var more = try scanner.enterArray(bytes)
        while more {
            scanner.skipWhitespace(bytes)
            try readOne(&scanner, bytes, &intake, context)
            more = try scanner.hasNextElement(bytes)
        }
    }

    /// One reading, in which the pointers lead to everything.
    private mutating func readOne(
        _ scanner: inout JSONScanner, _ bytes: Span<UInt8>, _ intake: inout Intake,
        _ context: DecodingContext
    ) throws(DecodingFailure) {
        let start = scanner.offset
        try beginReading(at: start)
        try walkReading(&scanner, bytes, &intake, context)
        endReading(at: start, failure, &intake)
    }

    private mutating func walkReading(
        _ scanner: inout JSONScanner, _ bytes: Span<UInt8>, _ intake: inout Intake,
        _ context: DecodingContext
    ) throws(DecodingFailure) {
        let kind = try scanner.kind(bytes)
        if kind != .object, kind != .array, tree.nodes[PointerTree.reading].members == 0 {
            failure = failure ?? DecodingFailure(.wrongType, at: scanner.offset)
        }
        try walk(PointerTree.reading, &scanner, bytes, &intake, context)
    }

    /// An object whose members are readings, named by their names.
    private mutating func readNamedObjects(
        _ scanner: inout JSONScanner, _ bytes: Span<UInt8>, _ intake: inout Intake,
        _ context: DecodingContext
    ) throws(DecodingFailure) {
        var more = try scanner.enterObject(bytes)
        while more {
            let name = try scanner.readName(bytes)
            let kind = try scanner.kind(bytes)
            let start = scanner.offset
            let nameStart = name.text.range.lowerBound - 1
            if start == stationOffset || start == timeOffset {
                try scanner.skipValue(bytes)
            } else {
                try beginReading(at: nameStart)
                let reason = take(meaning(of: name.text, scanner, bytes, &intake), intake)
                failure = reason.map { DecodingFailure($0, at: nameStart) }
                if kind == .null {
                    try scanner.readNull(bytes)
                    isValueFound = true
                } else {
                    try walkReading(&scanner, bytes, &intake, context)
                }
                // What only holds the station or the time is no reading.
                let value = start..<scanner.offset
                if isValueFound || !(value.contains(stationOffset) || value.contains(timeOffset)) {
                    endReading(at: nameStart, failure, mayRepeat: false, &intake)
                }
            }
            more = try scanner.hasNextMember(bytes)
        }
    }

    // MARK: Names and values

    /// Objects and arrays within each other, of which each value is a reading, named by the way to it.
    private mutating func readTree(
        _ kind: JSONScanner.Kind, _ scanner: inout JSONScanner, _ bytes: Span<UInt8>,
        _ intake: inout Intake
    ) throws(DecodingFailure) {
        let length = path.count
        if kind == .array {
            var element = 0
            var more = try scanner.enterArray(bytes)
            while more {
                scanner.skipWhitespace(bytes)
                lengthenPath()
                path.append(contentsOf: String(element).utf8)
                try readBranch(scanner.offset, nil, &scanner, bytes, &intake)
                path.removeLast(path.count - length)
                element += 1
                more = try scanner.hasNextElement(bytes)
            }
            return
        }
        var more = try scanner.enterObject(bytes)
        while more {
            let name = try scanner.readName(bytes)
            let nameStart = name.text.range.lowerBound - 1
            let kind = try scanner.kind(bytes)
            if length == 0, kind != .object, kind != .array {
                try readBranch(nameStart, name.text, &scanner, bytes, &intake)
            } else {
                lengthenPath()
                scanner.appendText(name.text, of: bytes, to: &path)
                try readBranch(nameStart, nil, &scanner, bytes, &intake)
                path.removeLast(path.count - length)
            }
            more = try scanner.hasNextMember(bytes)
        }
    }

    private mutating func lengthenPath() {
        if !path.isEmpty { path.append(UInt8(ascii: "/")) }
    }

    /// A member or an element of such a tree.
    ///
    /// - Parameter name: Of a member that stands in no other; else `path` is its name.
    private mutating func readBranch(
        _ nameStart: Int, _ name: JSONText?, _ scanner: inout JSONScanner, _ bytes: Span<UInt8>,
        _ intake: inout Intake
    ) throws(DecodingFailure) {
        let kind = try scanner.kind(bytes)
        let start = scanner.offset
        if start == stationOffset || start == timeOffset { return try scanner.skipValue(bytes) }
        if kind == .object || kind == .array { return try readTree(kind, &scanner, bytes, &intake) }
        try beginReading(at: nameStart)
        let meaning =
            if let name { self.meaning(of: name, scanner, bytes, &intake) } else {
                names.meaning(of: path.span, at: .none, &intake)
            }
        if let reason = take(meaning, intake) {
            failure = DecodingFailure(reason, at: nameStart)
            try scanner.skipValue(bytes)
        } else if isLeftOut {
            try scanner.skipValue(bytes)
        } else {
            failure = try readValue(kind, &scanner, bytes, &intake).map { DecodingFailure($0, at: start) }
            isValueFound = true
        }
        endReading(at: nameStart, failure, mayRepeat: false, &intake)
    }

    // MARK: One reading

    private mutating func beginReading(at start: Int) throws(DecodingFailure) {
        guard index < JSONPayloadDecoder.readingsMax else {
            throw DecodingFailure(.tooManyReadings, at: start)
        }
        reading = DraftReading(
            payload: payload, station: .none, parameter: topicParameter, time: JSONReadingReader.noTime)
        if topicSensor > 0 { reading.sensor = topicSensor }
        unitOfName = topicUnit
        isLeftOut = false
        isValueFound = false
        failure = nil
    }

    /// Appends the reading, or its failure.
    ///
    /// - Parameter mayRepeat: Whether another reading of the payload may have the same parameter and sensor.
    private mutating func endReading(
        at start: Int, _ failure: DecodingFailure?, mayRepeat: Bool = true, _ intake: inout Intake
    ) {
        defer { index += 1 }
        guard !isLeftOut else { return }
        var failure = failure
        if failure == nil, reading.parameter.isNone || !isValueFound {
            failure = DecodingFailure(.missingMember, at: start)
        }
        if failure == nil {
            if reading.unit.isNone { reading.unit = unitOfName }
            intake.readings.append(reading)
            guard !mayRepeat, let earlier = repeated.earlier(than: intake.readings.count - 1, in: intake)
            else { return }
            // Nobody knows which of the two is meant.
            intake.readings.removeLast()
            intake.readings[earlier].payload = Self.takenOut
            hasRepeated = true
            failure = DecodingFailure(.duplicateMember, at: start)
        }
        if let failure {
            intake.faults.append(
                Fault(payload: payload, index: index, offset: failure.offset, reason: failure.reason))
        }
    }
}
