import Readings

/// Makes readings of the metrics of one payload.
struct SparkplugMetricReader {
    let payload: Int
    /// Where the payload begins in `Intake.bytes`.
    let base: Int
    let frame: SparkplugFrame
    let received: Timestamp
    let missingTime: MissingTime
    let naming: SparkplugNaming
    var station: TextRange = .none
    /// A metric could not be understood for want of a birth.
    private(set) var lacksBirth = false
    /// Metrics so far.
    private var index = 0

    init(
        payload: Int, of intake: Intake, _ frame: SparkplugFrame, _ context: DecodingContext,
        _ naming: SparkplugNaming
    ) {
        self.payload = payload
        base = intake.payloads[payload].body.indices.lowerBound
        self.frame = frame
        received = intake.payloads[payload].received
        missingTime = context.missingTime
        self.naming = naming
    }

    // MARK: Births

    /// Reads all metrics of a birth, which are readings too.
    mutating func readBirth(
        _ bytes: Span<UInt8>, _ intake: inout Intake
    ) throws(DecodingFailure) -> SparkplugBirth {
        var draft = SparkplugBirth.Draft(metrics: frame.metrics)
        var scanner = ProtobufScanner(0..<bytes.count)
        while let metric = try Self.nextMetric(&scanner, bytes) {
            let properties = try Self.properties(metric, bytes)
            let failure: DecodingFailure?
            switch draft.add(metric, properties, bytes, naming) {
            case .failure(let reason): failure = reason
            case .success(let entry):
                failure = try readAnnounced(metric, draft.entries[entry], draft, properties, bytes, &intake)
            }
            note(failure, &intake)
        }
        return SparkplugBirth(draft)
    }

    private func readAnnounced(
        _ metric: SparkplugMetric, _ entry: SparkplugBirth.Entry, _ draft: SparkplugBirth.Draft,
        _ properties: Result<SparkplugProperties, DecodingFailure>, _ bytes: Span<UInt8>,
        _ intake: inout Intake
    ) throws(DecodingFailure) -> DecodingFailure? {
        switch entry.kind {
        case .ignored, .ambiguous: return nil
        case .badParameter: return DecodingFailure(.badParameter, at: metric.start)
        case .badUnit, .reading: break
        }
        switch properties {
        case .failure(let failure): return failure
        case .success(let properties):
            var reading = draftReading(draft.place(entry.symbol, in: &intake))
            reading.unit = draft.place(entry.unit, in: &intake)
            reading.status = properties.status(in: &intake)
            return finish(&reading, metric, type: metric.type, bytes, &intake)
        }
    }

    // MARK: Data

    /// Reads all metrics of a data message.
    ///
    /// - Parameters:
    ///   - birth: What the names are known by.
    ///   - hasAliases: Whether the aliases are still those of the birth.
    mutating func readData(
        _ bytes: Span<UInt8>, _ birth: SparkplugBirth?, hasAliases: Bool, _ intake: inout Intake
    ) throws(DecodingFailure) {
        var scanner = ProtobufScanner(0..<bytes.count)
        while let metric = try Self.nextMetric(&scanner, bytes) {
            var known = -1
            if !metric.name.isEmpty {
                known = birth?.index(ofName: bytes.extracting(metric.name)) ?? -1
            } else if metric.hasAlias, hasAliases {
                known = birth?.index(ofAlias: metric.alias) ?? -1
            }
            if let birth, known >= 0 {
                note(try readKnown(metric, birth, known, bytes, &intake), &intake)
            } else {
                note(try readNamed(metric, bytes, &intake), &intake)
            }
        }
    }

    /// Reads a metric that the birth announced.
    @inline(__always)
    private mutating func readKnown(
        _ metric: SparkplugMetric, _ birth: SparkplugBirth, _ index: Int, _ bytes: Span<UInt8>,
        _ intake: inout Intake
    ) throws(DecodingFailure) -> DecodingFailure? {
        let entry = birth.entries[index]
        switch entry.kind {
        case .reading: break
        case .ignored: return nil
        case .badParameter: return DecodingFailure(.badParameter, at: metric.start)
        case .badUnit: return DecodingFailure(.badText, at: metric.start)
        case .ambiguous: return DecodingFailure(.unknownAlias, at: metric.start)
        }
        var reading: DraftReading
        if !metric.name.isEmpty, entry.symbol.start == entry.name.start {
            reading = draftReading(place(metric.name))
        } else {
            reading = draftReading(birth.place(entry.symbol, in: &intake))
        }
        if entry.unit.count > 0 { reading.unit = birth.place(entry.unit, in: &intake) }
        if !metric.properties.isEmpty,
            let failure = try applyProperties(metric, &reading, bytes, &intake)
        {
            return failure
        }
        return finish(
            &reading, metric, type: metric.type == 0 ? UInt64(entry.type) : metric.type, bytes, &intake)
    }

    /// Reads a metric that says all of itself.
    private mutating func readNamed(
        _ metric: SparkplugMetric, _ bytes: Span<UInt8>, _ intake: inout Intake
    ) throws(DecodingFailure) -> DecodingFailure? {
        guard !metric.name.isEmpty else {
            lacksBirth = lacksBirth || metric.hasAlias
            return DecodingFailure(metric.hasAlias ? .unknownAlias : .missingMember, at: metric.start)
        }
        let name = bytes.extracting(metric.name)
        var reading: DraftReading
        switch naming.meaning(of: name) {
        case .ignored: return nil
        case .invalid: return DecodingFailure(.badParameter, at: metric.start)
        case .itself:
            reading = draftReading(place(metric.name))
            if let unit = naming.unit(of: name) { reading.unit = intake.intern(unit) }
        case .symbol(let symbol):
            reading = draftReading(intake.intern(symbol.span))
            if let unit = naming.unit(of: symbol.span) { reading.unit = intake.intern(unit) }
        }
        if let failure = try applyProperties(metric, &reading, bytes, &intake) { return failure }
        return finish(&reading, metric, type: metric.type, bytes, &intake)
    }

    // MARK: Both

    static func forEachMetric(
        of bytes: Span<UInt8>, _ body: (SparkplugMetric) throws(DecodingFailure) -> Void
    ) throws(DecodingFailure) {
        var scanner = ProtobufScanner(0..<bytes.count)
        while let metric = try nextMetric(&scanner, bytes) { try body(metric) }
    }

    private static func nextMetric(
        _ scanner: inout ProtobufScanner, _ bytes: Span<UInt8>
    ) throws(DecodingFailure) -> SparkplugMetric? {
        while !scanner.isAtEnd {
            let field = try scanner.readField(bytes)
            guard field.number == SparkplugFrame.Field.metrics else {
                try scanner.skip(field.wire, bytes)
                continue
            }
            return try SparkplugMetric(try scanner.readBytes(bytes), bytes)
        }
        return nil
    }

    static func properties(
        _ metric: SparkplugMetric, _ bytes: Span<UInt8>
    ) throws(DecodingFailure) -> Result<SparkplugProperties, DecodingFailure> {
        if metric.properties.isEmpty { return .success(SparkplugProperties()) }
        return try SparkplugProperties.read(metric.properties, bytes)
    }

    private func applyProperties(
        _ metric: SparkplugMetric, _ reading: inout DraftReading, _ bytes: Span<UInt8>,
        _ intake: inout Intake
    ) throws(DecodingFailure) -> DecodingFailure? {
        switch try Self.properties(metric, bytes) {
        case .failure(let failure): return failure
        case .success(let properties):
            if !properties.unit.isEmpty { reading.unit = place(properties.unit) }
            reading.status = properties.status(in: &intake)
            return nil
        }
    }

    private func place(_ range: Range<Int>) -> TextRange {
        TextRange(inBytes: (range.lowerBound + base)..<(range.upperBound + base))
    }

    @inline(__always)
    private func draftReading(_ parameter: TextRange) -> DraftReading {
        DraftReading(payload: payload, station: station, parameter: parameter, time: received)
    }

    /// Gives the reading its value and time and appends it; else its failure.
    @inline(__always)
    private func finish(
        _ reading: inout DraftReading, _ metric: SparkplugMetric, type code: UInt64,
        _ bytes: Span<UInt8>,
        _ intake: inout Intake
    ) -> DecodingFailure? {
        guard let type = Self.type(code, metric) else {
            let isMissing = code == 0 && metric.member != .other
            return DecodingFailure(isMissing ? .missingMember : .unsupported, at: metric.start)
        }
        if let reason = metric.fill(&reading, type: type, bytes, base: base, &intake) {
            return DecodingFailure(reason, at: metric.valueOffset)
        }
        guard let milliseconds = metric.hasTime ? metric.time : frame.timestamp else {
            reading.hasOurTime = true
            if missingTime == .required { reading.qualifiers.formUnion(.clock) }
            intake.readings.append(reading)
            return nil
        }
        guard milliseconds < UInt64(Timestamp.plausible.upperBound) else {
            return DecodingFailure(
                .badTime, at: metric.hasTime ? metric.timeOffset : frame.timestampOffset)
        }
        reading.time = Timestamp(millisecondsSince1970: Int64(milliseconds))
        intake.readings.append(reading)
        return nil
    }

    /// The data type; where none is told, the one that the value's member allows.
    @inline(__always)
    private static func type(_ code: UInt64, _ metric: SparkplugMetric) -> SparkplugType? {
        if code != 0 { return SparkplugType(rawValue: UInt8(clamping: code)) }
        switch metric.member {
        case .float: return .float
        case .double: return .double
        case .boolean: return .boolean
        case .string: return .string
        // Of an integer nobody knows whether it has a sign.
        case .none where metric.isNull: return .double
        case .none, .int, .long, .other: return nil
        }
    }

    @inline(__always)
    private mutating func note(_ failure: DecodingFailure?, _ intake: inout Intake) {
        if let failure {
            intake.faults.append(
                Fault(payload: payload, index: index, offset: failure.offset, reason: failure.reason))
        }
        index += 1
    }
}
