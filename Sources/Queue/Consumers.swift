public import Readings

/// Who takes readings from the queue, which of them, and whether the queue waits for it.
public struct ConsumerDefinition: Sendable, Equatable {
    public var name: String
    /// Nothing that it has not acknowledged is deleted.
    public var required = true
    /// Where a consumer that is new begins.
    public var from: StartPosition = .oldest
    /// Globs with `*` and `?`; empty for all.
    public var stations: [String] = []
    /// Empty for all.
    public var domains: [String] = []
    /// Parameter symbols, exact; empty for all.
    public var parameters: [String] = []
    /// Older records are skipped and the consumer is told; 0 for none.
    public var maxAgeMilliseconds: Int64 = 0
    /// From the configuration, so that the command line cannot change it.
    public var isConfigured = false

    public init(name: String) {
        self.name = name
    }

    public var filter: ReadingFilter {
        ReadingFilter(stations: stations, parameters: parameters, consumer: name)
    }
}

/// A place in the queue.
public enum StartPosition: Sendable, Equatable {
    case oldest
    /// Only what is committed from now on.
    case now
    /// The first record committed at or after this moment.
    case time(Timestamp)
    /// The first record with this sequence or a later one.
    case sequence(Int64)
}

/// What a deliverer found to be the next batch of a consumer.
public struct BatchProposal: Sendable, Equatable {
    /// The first and last sequence in the batch.
    public var first: Int64
    public var last: Int64
    /// The last sequence looked at; what lies between `last` and here is nothing for this consumer.
    public var through: Int64
    public var count: Int
    /// SHA-256 of the batch as NDJSON.
    public var digest: [UInt8]
    /// Where the consumer stood when the batch was looked for. When it has moved since, the batch could leave a hole.
    public var cursor: Int64

    public init(first: Int64, last: Int64, through: Int64, count: Int, digest: [UInt8], cursor: Int64) {
        self.cursor = cursor
        self.first = first
        self.last = last
        self.through = through
        self.count = count
        self.digest = digest
    }
}

/// A batch that is in a consumer's hands until it is acknowledged.
public struct FixedBatch: Sendable, Equatable {
    /// `node-queueuuid-consumer-n`, as the warehouse gives it back.
    public var id: String
    /// Counts from 1 without holes.
    public var number: Int64
    public var first: Int64
    public var last: Int64
    public var through: Int64
    public var count: Int
    public var digest: [UInt8]
    /// SHA-256(the chain before this batch, `digest`).
    public var chain: [UInt8]
}

/// What was delivered of a batch, when only a part of it is acknowledged.
public struct PrefixDigest: Sendable, Equatable {
    public var count: Int
    /// SHA-256 of the part as NDJSON.
    public var digest: [UInt8]

    public init(count: Int, digest: [UInt8]) {
        self.count = count
        self.digest = digest
    }
}

/// A record that the warehouse has read and does not want.
public struct Rejection: Sendable, Equatable {
    public var sequence: Int64
    public var reason: String

    public init(sequence: Int64, reason: String) {
        self.sequence = sequence
        self.reason = reason
    }
}

/// A rejection as it is kept.
public struct StoredRejection: Sendable, Equatable {
    public var sequence: Int64
    public var reason: String
    public var batch: String
    public var time: Timestamp
}

/// What became of an acknowledgement.
public struct Acknowledgement: Sendable, Equatable {
    public var batch: String
    /// It was the batch acknowledged last, once more.
    public var already: Bool
    /// Everything up to here is acknowledged.
    public var cursor: Int64
    /// The chain after this acknowledgement.
    public var chain: [UInt8]
}

/// How far a consumer has come.
public struct ConsumerState: Sendable, Equatable {
    public var definition: ConsumerDefinition
    /// Everything up to here is acknowledged, or nothing for it.
    public var cursor: Int64
    public var open: FixedBatch?
    /// The number of the last batch that was fixed, 0 for none.
    public var lastNumber: Int64
    public var lastAcknowledgedBatch: String?
    public var lastAcknowledged: Timestamp?
    /// Of all batches so far.
    public var acknowledgedCount: Int64
    public var rejectedCount: Int64
    /// 32 zeros before the first acknowledgement.
    public var chain: [UInt8]
    /// Records beyond the cursor, counted without the consumer's filter, gaps included: an upper bound.
    public var pendingAtMost: Int64
    /// When the first record beyond the cursor was committed; `nil` when there is none.
    public var oldestPending: Timestamp?
}
