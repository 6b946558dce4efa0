import Readings

/// Where an edge node stands: whether every message since its birth has come, and what it was asked.
///
/// Of numbers only, so that the copy of all of them that a batch costs is one block of memory.
struct SparkplugSession: Sendable {
    /// The number of the last message, 0 … 255; `notKnown`, or `notCounted` when its birth had none.
    private(set) var sequence: Int16 = notKnown
    private static let notKnown: Int16 = -1
    private static let notCounted: Int16 = -2
    /// The time in the last message, which tells a message that came twice from one that follows 256 later.
    private var lastTimestamp: UInt64 = 0
    /// Since a birth of the edge node no message is missing.
    private(set) var isCertain = false
    /// Births of another generation are not to be relied on: they may have been followed by some that we did not hear.
    private(set) var generation: UInt32 = Self.recalled
    /// The generation of what an earlier run remembered.
    static let recalled: UInt32 = 1
    /// The number of the MQTT session, as the last birth of the edge node gave it.
    var birthDeathSequence: UInt64 = 0
    var hasBirthDeathSequence = false
    var requests = SparkplugRequests()
    /// Since its birth there was a birth of a device for which there was no room; to ask for it anew is of little use.
    var lacksRoom = false
    /// Metrics of the births of the node and its devices.
    var metrics: Int32 = 0
    /// Indices in `SparkplugState.devices`; -1 when it has none.
    var firstDevice: Int32 = -1
    var lastDevice: Int32 = -1

    /// Takes a message other than a birth or death of the edge node.
    mutating func note(_ frame: SparkplugFrame) {
        let number = Self.number(frame)
        if number >= 0, sequence >= 0 {
            let timestamp = frame.timestamp ?? 0
            if number == (sequence + 1) & 255 {
                sequence = number
                lastTimestamp = timestamp
                return
            }
            if number == sequence, timestamp == lastTimestamp, timestamp != 0 { return }
        } else if sequence == Self.notCounted, isCertain {
            return
        }
        isCertain = false
        generation &+= 1
        sequence = number
        lastTimestamp = frame.timestamp ?? 0
    }

    /// A birth of the edge node: all aliases begin anew.
    mutating func begin(_ frame: SparkplugFrame) {
        sequence = Self.number(frame)
        if sequence < 0 { sequence = Self.notCounted }
        lastTimestamp = frame.timestamp ?? 0
        isCertain = true
        generation &+= 1
        if !lacksRoom { requests.noteAnswer() }
        lacksRoom = false
    }

    /// A death of the edge node.
    mutating func end() {
        sequence = Self.notKnown
        isCertain = false
        generation &+= 1
    }

    private static func number(_ frame: SparkplugFrame) -> Int16 {
        guard let sequence = frame.sequence, sequence <= 255 else { return notKnown }
        return Int16(sequence)
    }
}

extension SparkplugSession {
    /// What a restart needs: the number (two bytes), whether it can be relied on, the time.
    var remembered: [10 of UInt8] {
        var body: [10 of UInt8] = [10 of UInt8](repeating: 0)
        body[0] = UInt8(truncatingIfNeeded: sequence)
        body[1] = UInt8(truncatingIfNeeded: sequence >> 8) & 0x7f | (isCertain ? 0x80 : 0)
        for index in 0..<8 {
            body[2 + index] = UInt8(truncatingIfNeeded: lastTimestamp >> UInt64(index * 8))
        }
        return body
    }

    /// Takes up what `remembered` was.
    mutating func recall(_ body: Span<UInt8>) {
        guard body.count == 10 else { return }
        let high = Int16(body[1] & 0x7f)
        sequence = Int16(body[0]) | (high & 0x40 != 0 ? high | -0x80 : high) << 8
        guard sequence <= 255, sequence >= Self.notCounted else {
            sequence = Self.notKnown
            return
        }
        lastTimestamp = 0
        for index in 0..<8 { lastTimestamp |= UInt64(body[2 + index]) << UInt64(index * 8) }
        isCertain = body[1] & 0x80 != 0
        if !isCertain { generation = Self.recalled + 1 }
    }
}
