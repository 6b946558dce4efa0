import Readings

/// What outlives the process: each birth under its topic, `since/GROUP/EDGE[/DEVICE]` for the time from which its
/// aliases hold, `dead/GROUP/EDGE[/DEVICE]` when it has died since, and `seq/GROUP/EDGE` for the edge node's last number.
///
/// The birth of what has died is kept: dead letters from before are read by it.
extension SparkplugPayloadDecoder {
    public mutating func recall(key: Span<UInt8>, body: Span<UInt8>) {
        if key.begins(with: "seq/") {
            recallSession(key.extracting(4..<key.count), body)
            return
        }
        if key.begins(with: "since/") {
            recallSince(key.extracting(6..<key.count), body)
            return
        }
        if key.begins(with: "dead/") {
            recallDeath(key.extracting(5..<key.count))
            return
        }
        guard let topic = SparkplugTopic(key), topic.verb == .nodeBirth || topic.verb == .deviceBirth
        else { return }
        var draft: SparkplugBirth.Draft
        let sequence: UInt64?
        let device: Int
        do throws(DecodingFailure) {
            let frame = try SparkplugFrame(body)
            draft = SparkplugBirth.Draft(metrics: frame.metrics)
            try SparkplugMetricReader.forEachMetric(of: body) { metric throws(DecodingFailure) in
                let properties = try SparkplugMetricReader.properties(metric, body)
                _ = draft.add(metric, properties, body, naming)
            }
            sequence = try Self.birthDeathSequence(body)
            device = try state.device(topic, key)
        } catch {
            return
        }
        state.setBorn(device, SparkplugBirth(draft), generation: SparkplugSession.recalled, nil)
        state.setRemembered(device, true)
        if state.devices[device].birth?.readable ?? 0 > 0 { _ = state.claimStation(device) }
        guard topic.verb == .nodeBirth else { return }
        let index = Int(state.devices[device].session)
        state.sessions[index].birthDeathSequence = sequence ?? 0
        state.sessions[index].hasBirthDeathSequence = sequence != nil
    }

    private mutating func recallSession(_ rest: Span<UInt8>, _ body: Span<UInt8>) {
        guard let topic = SparkplugTopic(key: rest), topic.device.isEmpty else { return }
        do throws(DecodingFailure) {
            let device = try state.device(topic, rest)
            state.sessions[Int(state.devices[device].session)].recall(body)
        } catch {
            return
        }
    }

    private mutating func recallSince(_ rest: Span<UInt8>, _ body: Span<UInt8>) {
        guard let topic = SparkplugTopic(key: rest), body.count == 8 else { return }
        var since: UInt64 = 0
        for index in 0..<8 { since |= UInt64(body[index]) << UInt64(index * 8) }
        do throws(DecodingFailure) {
            state.setSince(try state.device(topic, rest), Int64(bitPattern: since))
        } catch {
            return
        }
    }

    private mutating func recallDeath(_ rest: Span<UInt8>) {
        guard let topic = SparkplugTopic(key: rest) else { return }
        do throws(DecodingFailure) {
            state.recallDeath(try state.device(topic, rest))
        } catch {
            return
        }
    }

    /// Keeps that the device has died, where its birth is kept.
    static func rememberDeath(_ device: Int, _ state: inout SparkplugState, _ intake: inout Intake) {
        guard state.devices[device].isRemembered, !state.devices[device].isDeathRemembered else { return }
        state.setDeathRemembered(device, true)
        let start = intake.text.count
        intake.text.append(1)
        let body = TextRange(inText: start..<intake.text.count)
        intake.memories.append(Memory(key: key("dead/", of: device, state, &intake), body: body))
    }

    static func forgetDeath(_ device: Int, _ state: inout SparkplugState, _ intake: inout Intake) {
        guard state.devices[device].isDeathRemembered else { return }
        state.setDeathRemembered(device, false)
        intake.memories.append(Memory(key: key("dead/", of: device, state, &intake), body: .none))
    }

    func rememberSince(_ device: Int, in intake: inout Intake) {
        let key = Self.key("since/", of: device, state, &intake)
        let since = UInt64(bitPattern: state.devices[device].since)
        let start = intake.text.count
        for index in 0..<8 { intake.text.append(UInt8(truncatingIfNeeded: since >> UInt64(index * 8))) }
        intake.memories.append(Memory(key: key, body: TextRange(inText: start..<intake.text.count)))
    }

    private static func key(
        _ kind: StaticString, of device: Int, _ state: SparkplugState, _ intake: inout Intake
    ) -> TextRange {
        let (group, tail) = state.key(device)
        let start = intake.text.count
        intake.text.append(contentsOf: kind.description.utf8)
        intake.text.append(contentsOf: group)
        intake.text.append(UInt8(ascii: "/"))
        intake.text.append(contentsOf: tail)
        return TextRange(inText: start..<intake.text.count)
    }

    func remember(_ session: SparkplugSession, of device: Int, in intake: inout Intake) {
        let key = state.sessionKey(device, in: &intake)
        let start = intake.text.count
        let body = session.remembered
        for index in body.indices { intake.text.append(body[index]) }
        intake.memories.append(Memory(key: key, body: TextRange(inText: start..<intake.text.count)))
    }

    /// Forgets the device's birth.
    static func forget(_ device: Int, _ state: inout SparkplugState, _ intake: inout Intake) {
        guard state.devices[device].isRemembered else { return }
        state.setRemembered(device, false)
        let (group, tail) = state.key(device)
        let isNode = Int(state.devices[device].node) == device
        let start = intake.text.count
        intake.text.append(contentsOf: "spBv1.0/".utf8)
        intake.text.append(contentsOf: group)
        intake.text.append(contentsOf: (isNode ? "/NBIRTH/" : "/DBIRTH/").utf8)
        intake.text.append(contentsOf: tail)
        intake.memories.append(Memory(key: TextRange(inText: start..<intake.text.count), body: .none))
        intake.memories.append(Memory(key: key("since/", of: device, state, &intake), body: .none))
        forgetDeath(device, &state, &intake)
    }
}

extension SparkplugState {
    /// `seq/GROUP/EDGE`, put into the batch.
    func sessionKey(_ device: Int, in intake: inout Intake) -> TextRange {
        let (group, tail) = key(Int(devices[device].node))
        let start = intake.text.count
        intake.text.append(contentsOf: "seq/".utf8)
        intake.text.append(contentsOf: group)
        intake.text.append(UInt8(ascii: "/"))
        intake.text.append(contentsOf: tail)
        return TextRange(inText: start..<intake.text.count)
    }
}
