public import Readings

/// Which readings a person asks for.
public struct ReadingQuery: Sendable, Equatable {
    /// A glob; `nil` for all.
    public var station: String?
    public var parameter: String?
    /// Observed at or after.
    public var from: Timestamp?
    /// Observed before.
    public var to: Timestamp?
    /// Only sequences beyond.
    public var after: Int64 = 0
    public var limit = 1000

    public init() {}
}

/// A payload that could not be decoded, or not in full.
public struct DeadLetter: Sendable, Equatable {
    public var id: Int64
    public var received: Timestamp
    public var lastReceived: Timestamp
    /// How often the same bytes came on the same topic of the same source.
    public var occurrences: Int64
    public var source: String
    public var topic: String
    /// The bytes, or the first 64 KiB of an oversize one; empty in listings.
    public var payload: [UInt8]
    public var fullLength: Int
    public var sha256: [UInt8]
    public var decoder: String
    public var faults: [StoredFault]
    /// More than `faults` holds when a payload has more than a thousand.
    public var faultCount: Int
}

/// Something in a payload that could not be read, and where.
public struct StoredFault: Sendable, Equatable {
    /// The index of the reading; `nil` when the payload as a whole was refused.
    public var index: Int?
    /// Byte offset of the first byte that does not fit.
    public var offset: Int
    /// The raw value of a `Fault.Reason`.
    public var reason: String

    public init(index: Int?, offset: Int, reason: String) {
        self.index = index
        self.offset = offset
        self.reason = reason
    }
}

/// Who changed what, in the queue itself.
public struct AuditEntry: Sendable, Equatable {
    public var id: Int64
    public var time: Timestamp
    /// `nil` for the daemon itself.
    public var actor: String?
    /// `consumer-add`, `consumer-remove`, `consumer-rewind`, `consumer-configure`, `consumer-unconfigure`,
    /// `maintenance-declare`, `maintenance-withdraw`, `deadletter-replay`, `deadletter-drop`.
    public var action: String
    public var subject: String
    public var detail: String
}

/// The queue at a glance.
public struct QueueSummary: Sendable, Equatable {
    public let uuid: String
    public let node: String
    public internal(set) var schemaVersion = Int(Schema.version)
    public internal(set) var created = Timestamp(millisecondsSince1970: 0)
    /// From the first to the last sequence, gaps included.
    public internal(set) var readingsAtMost: Int64 = 0
    /// Of the readings that are kept.
    public internal(set) var firstSequence: Int64?
    /// Ever given out.
    public internal(set) var lastSequence: Int64 = 0
    /// When the oldest and newest reading that are kept were committed.
    public internal(set) var oldest: Timestamp?
    public internal(set) var newest: Timestamp?
    /// Used pages and write-ahead log.
    public internal(set) var usedBytes: Int64 = 0
    public internal(set) var series: Int64 = 0
    public internal(set) var deadLetters: Int64 = 0
    public internal(set) var deadLetterBytes: Int64 = 0

    init(uuid: String, node: String) {
        self.uuid = uuid
        self.node = node
    }
}

/// A series and when it was last heard of.
public struct SeriesListing: Sendable, Equatable {
    public var name: SeriesName
    /// Observed time of the newest reading, up to a minute behind.
    public var newest: Timestamp?
}

/// One series on one civil day, up to a minute behind.
public struct SeriesDay: Sendable, Equatable {
    public var series: Int32
    /// Days since 1970-01-01 in the zone of the node.
    public var day: Int64
    /// Of natural keys; a further revision does not count.
    public var count: Int64
    /// Of all revisions with a value.
    public var minimum: Double?
    public var maximum: Double?
    /// The value observed last.
    public var last: Double?
    public var lastTime: Timestamp
    public var worstFlag: QualityFlag
    public var firstSequence: Int64
    public var lastSequence: Int64
}
