public import Formats
public import Readings

/// The format `sparkplug-b`: metrics of Eclipse Sparkplug 3.0, as a host application reads them.
///
/// The topic names the edge node and the device. Births announce metrics, data may name them by an alias alone.
/// Messages are numbered: after a gap aliases are not relied on, and the edge node is asked for its births anew.
public struct SparkplugPayloadDecoder: PayloadDecoder {
    /// Of the births of an edge node and its devices together.
    static let metricsOfEdgeMax = 100_000

    public var name: String { "sparkplug-b" }
    let naming: SparkplugNaming
    var state: SparkplugState
    /// A message is decoded apart from those that came before and after it.
    private var isReplay = false

    public init(_ definition: FormatDefinition) {
        naming = SparkplugNaming(definition)
        state = SparkplugState(template: definition.stationTemplate)
    }

    public mutating func prepareForReplay() {
        isReplay = true
    }

    public mutating func decode(payload: Int, of intake: inout Intake, as context: DecodingContext) {
        let mark = intake.decodedMark
        let memories = intake.memories.count
        let replies = intake.replies.count
        // The same memory, held a second time: the batch is changed while its bytes are read.
        let bytes = intake.bytes
        let body = intake.payloads[payload].body.indices
        let topic = intake.payloads[payload].topic
        let topicBytes = topic.isInText ? intake.text : bytes
        do throws(DecodingFailure) {
            try decode(
                bytes.span.extracting(body), topicBytes.span.extracting(topic.indices), payload, &intake,
                context)
        } catch {
            intake.refuse(payload: payload, since: mark, error)
        }
        guard isReplay else { return }
        // What is long past neither asks for births nor takes the place of what was kept since.
        intake.memories.removeSubrange(memories...)
        intake.replies.removeSubrange(replies...)
    }

    private mutating func decode(
        _ bytes: Span<UInt8>, _ topicBytes: Span<UInt8>, _ payload: Int, _ intake: inout Intake,
        _ context: DecodingContext
    ) throws(DecodingFailure) {
        guard let topic = SparkplugTopic(topicBytes) else { throw DecodingFailure(.noMatch, at: 0) }
        if topic.verb == .other { return }
        let frame = try SparkplugFrame(bytes)
        let device = try state.device(topic, topicBytes)
        var reader = SparkplugMetricReader(payload: payload, of: intake, frame, context, naming)
        switch topic.verb {
        case .nodeData, .deviceData: try readData(device, bytes, &reader, &intake)
        case .nodeBirth: try readBirth(device, ofNode: true, bytes, &reader, &intake)
        case .deviceBirth: try readBirth(device, ofNode: false, bytes, &reader, &intake)
        case .nodeDeath: try readNodeDeath(device, bytes, frame, payload, &intake)
        case .deviceDeath: readDeviceDeath(device, frame, payload, &intake)
        case .other: break
        }
    }

    // MARK: Data

    private mutating func readData(
        _ device: Int, _ bytes: Span<UInt8>, _ reader: inout SparkplugMetricReader,
        _ intake: inout Intake
    ) throws(DecodingFailure) {
        let index = Int(state.devices[device].session)
        var session = state.sessions[index]
        session.note(reader.frame)
        let mark = intake.decodedMark
        reader.station = state.station(device, in: &intake)
        let hasAliases =
            isReplay
            ? reader.received.millisecondsSince1970 >= state.devices[device].since
            : state.devices[device].generation == session.generation
        try reader.readData(bytes, state.devices[device].birth, hasAliases: hasAliases, &intake)
        _ = claimStation(device, mark, reader.payload, &intake)
        if !session.isCertain || reader.lacksBirth || !state.devices[device].isAlive {
            askForRebirth(device, &session, reader.received, &intake)
        }
        state.sessions[index] = session
        remember(session, of: device, in: &intake)
    }

    /// Takes the payload's readings back when their station is not the device's; returns whether it is.
    private mutating func claimStation(
        _ device: Int, _ mark: Intake.DecodedMark, _ payload: Int, _ intake: inout Intake
    ) -> Bool {
        guard intake.readings.count > mark.readings, let reason = state.claimStation(device) else {
            return true
        }
        intake.refuse(payload: payload, since: mark, DecodingFailure(reason, at: 0))
        return false
    }

    // MARK: Births

    private mutating func readBirth(
        _ device: Int, ofNode isOfNode: Bool, _ bytes: Span<UInt8>,
        _ reader: inout SparkplugMetricReader,
        _ intake: inout Intake
    ) throws(DecodingFailure) {
        let index = Int(state.devices[device].session)
        let mark = intake.decodedMark
        reader.station = state.station(device, in: &intake)
        let birth = try reader.readBirth(bytes, &intake)
        let former = state.devices[device].birth?.entries.count ?? 0
        guard Int(state.sessions[index].metrics) - former + birth.entries.count <= Self.metricsOfEdgeMax
        else {
            throw DecodingFailure(.tooManyReadings, at: 0)
        }
        let sequence = isOfNode ? try Self.birthDeathSequence(bytes) : nil
        let isOurs = claimStation(device, mark, reader.payload, &intake)
        if isOfNode {
            state.sessions[index].begin(reader.frame)
            state.sessions[index].birthDeathSequence = sequence ?? 0
            state.sessions[index].hasBirthDeathSequence = sequence != nil
            state.forEachDevice(of: device) { device, state in
                state.setDead(device)
                Self.rememberDeath(device, &state, &intake)
            }
        } else {
            state.sessions[index].note(reader.frame)
        }
        state.setBorn(device, birth, generation: state.sessions[index].generation, reader.received)
        var session = state.sessions[index]
        if !session.isCertain { askForRebirth(device, &session, reader.received, &intake) }
        state.sessions[index] = session
        if isOurs {
            let payload = intake.payloads[reader.payload]
            intake.memories.append(Memory(key: payload.topic, body: payload.body))
            rememberSince(device, in: &intake)
            state.setRemembered(device, true)
            Self.forgetDeath(device, &state, &intake)
        } else {
            Self.forget(device, &state, &intake)
        }
        remember(session, of: device, in: &intake)
    }

    /// The metric `bdSeq` of a birth or death of an edge node.
    static func birthDeathSequence(_ bytes: Span<UInt8>) throws(DecodingFailure) -> UInt64? {
        var sequence: UInt64?
        try SparkplugMetricReader.forEachMetric(of: bytes) { metric throws(DecodingFailure) in
            if bytes.extracting(metric.name).spells("bdSeq"),
                metric.member == .int || metric.member == .long
            {
                sequence = metric.bits
            }
        }
        return sequence
    }

    // MARK: Deaths

    /// The death of an edge node, which is also that of its devices; the broker sends it, as the node's will.
    private mutating func readNodeDeath(
        _ device: Int, _ bytes: Span<UInt8>, _ frame: SparkplugFrame, _ payload: Int,
        _ intake: inout Intake
    ) throws(DecodingFailure) {
        let index = Int(state.devices[device].session)
        let sequence = try Self.birthDeathSequence(bytes)
        if state.sessions[index].hasBirthDeathSequence {
            guard let sequence else { throw DecodingFailure(.missingMember, at: 0) }
            // The will of an earlier connection comes when the broker has noticed its end, maybe after the next birth.
            if sequence != state.sessions[index].birthDeathSequence { return }
        }
        let first = intake.readings.count
        state.fallSilent(device, payload, since: first, &intake)
        Self.rememberDeath(device, &state, &intake)
        state.forEachDevice(of: device) { device, state in
            state.fallSilent(device, payload, since: first, &intake)
            Self.rememberDeath(device, &state, &intake)
        }
        state.sessions[index].end()
        intake.memories.append(Memory(key: state.sessionKey(device, in: &intake), body: .none))
    }

    private mutating func readDeviceDeath(
        _ device: Int, _ frame: SparkplugFrame, _ payload: Int, _ intake: inout Intake
    ) {
        let index = Int(state.devices[device].session)
        var session = state.sessions[index]
        session.note(frame)
        state.fallSilent(device, payload, since: intake.readings.count, &intake)
        Self.rememberDeath(device, &state, &intake)
        if !session.isCertain {
            askForRebirth(device, &session, intake.payloads[payload].received, &intake)
        }
        state.sessions[index] = session
        remember(session, of: device, in: &intake)
    }
}
