import Readings

/// What outlives the process: each birth under its topic, `since/GROUP/EDGE[/DEVICE]` for the time from which its
/// aliases hold, `dead/GROUP/EDGE[/DEVICE]` when it has died since, and `seq/GROUP/EDGE` for the last number.
///
/// The birth of what has died is kept, as long as there is room: dead letters from before are read by it.
extension SparkplugPayloadDecoder {
    public mutating func recall(key: Span<UInt8>, body: Span<UInt8>) {
        guard !key.begins(with: "seq/"), !key.begins(with: "since/"), !key.begins(with: "dead/") else {
            // It means nothing without a birth, which may be recalled later.
            keepRecalled(key, body)
            return
        }
        guard let topic = SparkplugTopic(key), topic.verb == .nodeBirth || topic.verb == .deviceBirth
        else { return }
        var draft: SparkplugBirth.Draft
        let sequence: UInt64?
        do throws(DecodingFailure) {
            let frame = try SparkplugFrame(body)
            draft = SparkplugBirth.Draft(metrics: frame.metrics)
            try SparkplugMetricReader.forEachMetric(of: body) { metric throws(DecodingFailure) in
                let properties = try SparkplugMetricReader.properties(metric, body)
                _ = draft.add(metric, properties, body, naming)
            }
            sequence = try Self.birthDeathSequence(body)
        } catch {
            return
        }
        let birth = SparkplugBirth(draft)
        let known = state.device(topic, key)
        guard state.birthBytes + birth.bytes <= SparkplugState.birthBytesMax,
            known >= 0 || state.placesLacking(topic, key) == 0
        else {
            keepRecalled(key, body.extracting(0..<0))
            return
        }
        let device = known >= 0 ? known : state.add(topic, key)
        state.setBorn(device, birth, generation: SparkplugSession.recalled, nil)
        state.setRemembered(device, true)
        if birth.readable > 0 { _ = state.claimStation(device) }
        guard topic.verb == .nodeBirth else { return }
        let index = Int(state.devices[device].session)
        state.sessions[index].birthDeathSequence = sequence ?? 0
        state.sessions[index].hasBirthDeathSequence = sequence != nil
    }

    private mutating func keepRecalled(_ key: Span<UInt8>, _ body: Span<UInt8>) {
        recalled.append((key.indices.map { key[$0] }, body.indices.map { body[$0] }))
    }

    /// Takes up what was remembered beside births, and forgets what belongs to none that is kept.
    mutating func settleRecalled(_ intake: inout Intake) {
        for (key, body) in recalled where !settle(key.span, body.span) {
            intake.memories.append(Memory(key: intake.intern(key.span), body: .none))
        }
        recalled = []
    }

    /// Whether there is something that the memory belongs to.
    private mutating func settle(_ key: Span<UInt8>, _ body: Span<UInt8>) -> Bool {
        var slash = 0
        while slash < key.count, key[slash] != UInt8(ascii: "/") { slash += 1 }
        let rest = key.extracting(min(slash + 1, key.count)..<key.count)
        guard let topic = SparkplugTopic(key: rest) else { return false }
        let device = state.device(topic, rest)
        guard device >= 0 else { return false }
        if key.begins(with: "seq/"), topic.device.isEmpty {
            state.sessions[Int(state.devices[device].session)].recall(body)
        } else if key.begins(with: "since/"), body.count == 8 {
            var since: UInt64 = 0
            for index in 0..<8 { since |= UInt64(body[index]) << UInt64(index * 8) }
            state.setSince(device, Int64(bitPattern: since))
        } else if key.begins(with: "dead/") {
            state.recallDeath(device)
        } else {
            return false
        }
        return true
    }

    // MARK: Remembering

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

    @inline(__always)
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

    static func forgetSession(_ node: Int, _ state: SparkplugState, _ intake: inout Intake) {
        intake.memories.append(Memory(key: state.sessionKey(node, in: &intake), body: .none))
    }

    /// Removes a device, or an edge node without devices, and forgets all of it; its edge node too, when it was all
    /// that this had.
    static func evict(_ device: Int, _ state: inout SparkplugState, _ intake: inout Intake) {
        let node = Int(state.devices[device].node)
        forget(device, &state, &intake)
        if node == device { forgetSession(node, state, &intake) }
        state.remove(device)
        if node != device, state.devices[node].birth == nil, !state.hasDevices(node) {
            evict(node, &state, &intake)
        }
    }
}

extension SparkplugState {
    /// `seq/GROUP/EDGE`, put into the batch.
    @inline(__always)
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
