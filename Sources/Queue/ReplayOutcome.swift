public import Readings

/// Decodes the payload of a dead letter as its source is configured now.
///
/// Called where a replay was asked for, never on the queue's thread; it may block. The intake holds the one payload,
/// with the topic and the time of receipt that are given; `Intake.init(replaying:…)` makes it. `nil` when nobody decodes
/// for the source any more.
public typealias DeadLetterDecoder =
    @Sendable (_ source: String, _ topic: [UInt8], _ payload: [UInt8], _ received: Timestamp) -> Intake?

/// What became of a dead letter that was decoded again.
public struct ReplayOutcome: Sendable, Equatable {
    /// Its id.
    public var deadLetter: Int64
    /// Readings that are new, or further revisions.
    public var queued = 0
    /// Readings that were known already.
    public var duplicates = 0
    /// What still cannot be read, at most the first thousand.
    public var faults: [StoredFault] = []
    public var faultCount = 0
    /// The dead letter is gone.
    public var isRemoved = false

    public init(
        deadLetter: Int64, queued: Int = 0, duplicates: Int = 0, faults: [StoredFault] = [], faultCount: Int = 0,
        isRemoved: Bool = false
    ) {
        self.deadLetter = deadLetter
        self.queued = queued
        self.duplicates = duplicates
        self.faults = faults
        self.faultCount = faultCount
        self.isRemoved = isRemoved
    }
}

extension Intake {
    /// The one payload of a dead letter, ready to be decoded.
    public init(replaying payload: [UInt8], topic: [UInt8], source: String, received: Timestamp) {
        self.init(source: source)
        bytes = topic + payload
        payloads = [
            Payload(
                topic: TextRange(inBytes: 0..<topic.count), body: TextRange(inBytes: topic.count..<bytes.count),
                received: received, fullLength: payload.count)
        ]
    }
}
