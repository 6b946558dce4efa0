import Readings

extension SparkplugPayloadDecoder {
    /// Of the births of an edge node and its devices together.
    static let metricsOfEdgeMax = 100_000

    /// Reads a birth and keeps it, if there is room.
    mutating func readBirth(
        _ address: SparkplugAddress, _ topicBytes: Span<UInt8>, _ bytes: Span<UInt8>,
        _ reader: inout SparkplugMetricReader, _ intake: inout Intake
    ) throws(DecodingFailure) {
        let isOfNode = address.topic.device.isEmpty
        let mark = intake.decodedMark
        reader.station = intake.intern(state.stationName(address.topic, topicBytes).span)
        let birth = try reader.readBirth(bytes, &intake)
        try expectRoom(address, birth)
        let sequence = isOfNode ? try Self.birthDeathSequence(bytes) : nil
        // Until here nothing is changed.
        let victims =
            address.device >= 0
            ? [] : state.expendable(state.placesLacking(address.topic, topicBytes), sparing: address.node)
        guard let victims else { throw DecodingFailure(.tooManyReadings, at: 0) }
        for victim in victims { Self.evict(victim, &state, &intake) }
        let device = address.device >= 0 ? address.device : state.add(address.topic, topicBytes)
        let isOurs = claimStation(device, mark, reader.payload, &intake)
        let index = Int(state.devices[device].session)
        if isOfNode {
            begin(device, reader.frame, sequence, &intake)
        } else {
            state.sessions[index].note(reader.frame)
        }
        state.setBorn(device, birth, generation: state.sessions[index].generation, reader.received)
        if !state.sessions[index].isCertain {
            askForRebirth(
                address.topic, topicBytes, &state.sessions[index].requests, reader.received, &intake)
        }
        guard keepsBirth(device, &intake) else {
            if isOurs { noteNoRoom(reader, &intake) }
            return
        }
        if isOurs {
            let payload = intake.payloads[reader.payload]
            intake.memories.append(Memory(key: payload.topic, body: payload.body))
            rememberSince(device, in: &intake)
            state.setRemembered(device, true)
            Self.forgetDeath(device, &state, &intake)
        } else {
            Self.forget(device, &state, &intake)
        }
        remember(state.sessions[index], of: device, in: &intake)
    }

    /// - Throws: `tooManyReadings` when the edge node would have more than 100,000 metrics.
    private func expectRoom(
        _ address: SparkplugAddress, _ birth: SparkplugBirth
    ) throws(DecodingFailure) {
        guard address.node >= 0 else { return }
        let metrics = Int(state.sessions[Int(state.devices[address.node].session)].metrics)
        let former = address.device < 0 ? nil : state.devices[address.device].birth
        guard metrics - (former?.entries.count ?? 0) + birth.entries.count <= Self.metricsOfEdgeMax else {
            throw DecodingFailure(.tooManyReadings, at: 0)
        }
    }

    /// Takes the payload's readings back when their station is another's; returns whether it is not.
    private mutating func claimStation(
        _ device: Int, _ mark: Intake.DecodedMark, _ payload: Int, _ intake: inout Intake
    ) -> Bool {
        guard intake.readings.count > mark.readings, let reason = state.claimStation(device) else {
            return true
        }
        var mark = mark
        // Among the texts there may be keys of memories by now.
        mark.text = intake.text.count
        intake.refuse(payload: payload, since: mark, DecodingFailure(reason, at: 0))
        return false
    }

    /// An edge node is born: its devices are to be born anew.
    private mutating func begin(
        _ node: Int, _ frame: SparkplugFrame, _ sequence: UInt64?, _ intake: inout Intake
    ) {
        let index = Int(state.devices[node].session)
        state.sessions[index].begin(frame)
        state.sessions[index].birthDeathSequence = sequence ?? 0
        state.sessions[index].hasBirthDeathSequence = sequence != nil
        state.forEachDevice(of: node) { device, state in
            state.setDead(device)
            Self.rememberDeath(device, &state, &intake)
        }
    }

    /// Whether the births, with the one that is new, fit into their memory once enough of the dead have given way.
    ///
    /// If not, the new one is forgotten.
    private mutating func keepsBirth(_ device: Int, _ intake: inout Intake) -> Bool {
        while state.birthBytes > SparkplugState.birthBytesMax {
            guard let victim = state.expendable(1)?.first else {
                let session = Int(state.devices[device].session)
                state.sessions[session].lacksRoom = true
                Self.evict(device, &state, &intake)
                return false
            }
            Self.evict(victim, &state, &intake)
        }
        return true
    }

    /// The metrics of the payload are readings, but its aliases are not known from now on.
    private func noteNoRoom(_ reader: SparkplugMetricReader, _ intake: inout Intake) {
        intake.faults.append(
            Fault(payload: reader.payload, index: reader.frame.metrics, offset: 0, reason: .tooManyReadings))
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
}
