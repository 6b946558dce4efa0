/// What the simulated stations have sent, and what must have become of it on the other side.
///
/// Only what the broker has acknowledged is counted, so that the figures can be held against the queue's: it must hold
/// `readings`, know `duplicates` again, and keep `deadLetters`. After a reconnect it may know more duplicates.
public struct SimulatorCounts: Sendable, Equatable {
    public internal(set) var messages = 0
    public internal(set) var readings = 0
    public internal(set) var duplicates = 0
    public internal(set) var deadLetters = 0
    /// Messages offered again after a lost connection.
    public internal(set) var repeated = 0
    public internal(set) var reconnects = 0
    /// Messages made and not acknowledged yet.
    public internal(set) var waiting = 0
    public internal(set) var isConnected = false
    /// Why the last connection failed.
    public internal(set) var lastError: String?
    /// Messages by what was wrong with them.
    public internal(set) var misbehaviours: [Misbehaviour: Int] = [:]

    public init() {}

    mutating func add(_ message: StationMessage) {
        messages += 1
        readings += message.readings
        duplicates += message.duplicates
        deadLetters += message.deadLetters
        if let misbehaviour = message.misbehaviour { misbehaviours[misbehaviour, default: 0] += 1 }
    }
}
