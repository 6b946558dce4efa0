public import Formats
public import Readings

/// The format `sparkplug-b`: metrics of Eclipse Sparkplug 3.0, as a host application reads them.
///
/// The topic names the edge node and the device. Births announce metrics, data may name them by an alias alone.
/// Messages are numbered: after a gap aliases are not relied on, and the edge node is asked for its births anew.
public struct SparkplugPayloadDecoder: PayloadDecoder {
    public var name: String { "sparkplug-b" }
    let naming: SparkplugNaming
    var state: SparkplugState
    /// What an earlier run remembered beside births, and births for which there is no room, until the first payload.
    var recalled: [(key: [UInt8], body: [UInt8])] = []
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
        let memories = intake.memories.count
        let replies = intake.replies.count
        if !recalled.isEmpty { settleRecalled(&intake) }
        let mark = intake.decodedMark
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
        var reader = SparkplugMetricReader(payload: payload, of: intake, frame, context, naming)
        let message = SparkplugAddress(topic, topicBytes, state)
        switch topic.verb {
        case .nodeData, .deviceData: try readData(message, topicBytes, bytes, &reader, &intake)
        case .nodeBirth, .deviceBirth: try readBirth(message, topicBytes, bytes, &reader, &intake)
        case .nodeDeath: try readNodeDeath(message, bytes, payload, &intake)
        case .deviceDeath: readDeviceDeath(message, topicBytes, frame, payload, &intake)
        case .other: break
        }
    }

    // MARK: Data

    private mutating func readData(
        _ address: SparkplugAddress, _ topicBytes: Span<UInt8>, _ bytes: Span<UInt8>,
        _ reader: inout SparkplugMetricReader, _ intake: inout Intake
    ) throws(DecodingFailure) {
        let device = address.device
        guard device >= 0 else {
            try readStranger(address, topicBytes, bytes, &reader, &intake)
            return
        }
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
        if intake.readings.count > mark.readings, let reason = state.claimStation(device) {
            intake.refuse(payload: reader.payload, since: mark, DecodingFailure(reason, at: 0))
        }
        if !session.isCertain || reader.lacksBirth || !state.devices[device].isAlive {
            askForRebirth(address.topic, topicBytes, &session.requests, reader.received, &intake)
        }
        state.sessions[index] = session
        remember(session, of: device, in: &intake)
    }

    /// Reads data of what is not born: those metrics that say all of themselves.
    private mutating func readStranger(
        _ address: SparkplugAddress, _ topicBytes: Span<UInt8>, _ bytes: Span<UInt8>,
        _ reader: inout SparkplugMetricReader, _ intake: inout Intake
    ) throws(DecodingFailure) {
        let mark = intake.decodedMark
        let station = state.stationName(address.topic, topicBytes)
        reader.station = intake.intern(station.span)
        try reader.readData(bytes, nil, hasAliases: false, &intake)
        if intake.readings.count > mark.readings,
            let reason = state.claimStation(station, address.topic, topicBytes, node: address.node)
        {
            intake.refuse(payload: reader.payload, since: mark, DecodingFailure(reason, at: 0))
        }
        noteStranger(address, topicBytes, reader.frame, reader.received, &intake)
    }

    /// Asks the edge node of something that is not born for its births.
    private mutating func noteStranger(
        _ address: SparkplugAddress, _ topicBytes: Span<UInt8>, _ frame: SparkplugFrame, _ now: Timestamp,
        _ intake: inout Intake
    ) {
        guard address.node >= 0 else {
            let key = address.nodeHash(topicBytes)
            var requests = state.strangers.requests[key] ?? SparkplugRequests()
            askForRebirth(address.topic, topicBytes, &requests, now, &intake)
            state.strangers.requests[key] = requests
            return
        }
        let index = Int(state.devices[address.node].session)
        state.sessions[index].note(frame)
        askForRebirth(address.topic, topicBytes, &state.sessions[index].requests, now, &intake)
        remember(state.sessions[index], of: address.node, in: &intake)
    }

    // MARK: Deaths

    /// The death of an edge node, which is also that of its devices; the broker sends it, as the node's will.
    private mutating func readNodeDeath(
        _ address: SparkplugAddress, _ bytes: Span<UInt8>, _ payload: Int, _ intake: inout Intake
    ) throws(DecodingFailure) {
        let sequence = try Self.birthDeathSequence(bytes)
        let node = address.node
        guard node >= 0 else { return }
        let index = Int(state.devices[node].session)
        if state.sessions[index].hasBirthDeathSequence {
            guard let sequence else { throw DecodingFailure(.missingMember, at: 0) }
            // The will of an earlier connection comes when the broker has noticed its end, maybe after the next birth.
            if sequence != state.sessions[index].birthDeathSequence { return }
        }
        let first = intake.readings.count
        state.fallSilent(node, payload, since: first, &intake)
        Self.rememberDeath(node, &state, &intake)
        state.forEachDevice(of: node) { device, state in
            state.fallSilent(device, payload, since: first, &intake)
            Self.rememberDeath(device, &state, &intake)
        }
        state.sessions[index].end()
        Self.forgetSession(node, state, &intake)
    }

    private mutating func readDeviceDeath(
        _ address: SparkplugAddress, _ topicBytes: Span<UInt8>, _ frame: SparkplugFrame, _ payload: Int,
        _ intake: inout Intake
    ) {
        let received = intake.payloads[payload].received
        guard address.device >= 0 else {
            noteStranger(address, topicBytes, frame, received, &intake)
            return
        }
        let index = Int(state.devices[address.device].session)
        var session = state.sessions[index]
        session.note(frame)
        state.fallSilent(address.device, payload, since: intake.readings.count, &intake)
        Self.rememberDeath(address.device, &state, &intake)
        if !session.isCertain {
            askForRebirth(address.topic, topicBytes, &session.requests, received, &intake)
        }
        state.sessions[index] = session
        remember(session, of: address.device, in: &intake)
    }
}

/// Whom a message comes from, and what of it is known.
struct SparkplugAddress {
    let topic: SparkplugTopic
    /// Indices in `SparkplugState.devices`; -1 when it is not known. Of an edge node both are its own.
    let device: Int
    let node: Int

    @inline(__always)
    init(_ topic: SparkplugTopic, _ bytes: Span<UInt8>, _ state: SparkplugState) {
        self.topic = topic
        device = state.device(topic, bytes)
        node =
            device >= 0
            ? Int(state.devices[device].node) : topic.device.isEmpty ? -1 : state.node(topic, bytes)
    }

    /// The hash of the edge node's key.
    func nodeHash(_ bytes: Span<UInt8>) -> Int {
        SeededHash.of(bytes.extracting(topic.group), bytes.extracting(topic.edge))
    }
}
