/// The messages read since the last commit: one arena of bytes, and where each message stands in it.
///
/// Nothing is allocated per message. It belongs to the thread of its connection and outlives the connection, so that what
/// was read before the link broke can still be committed.
public final class MessageBatch {
    /// Topics and bodies one after the other.
    public var bytes: [UInt8] = []
    public var entries: [Entry] = []
    /// Messages that carried the retain flag and were not kept.
    public var retainedIgnored = 0
    /// Computes a digest over the whole of a body that is too long to be kept.
    public var digest: ((Span<UInt8>) -> [UInt8])?

    public init() {}

    public var isEmpty: Bool { entries.isEmpty }
    public var count: Int { entries.count }

    /// Empties the batch and keeps its memory.
    public func removeAll() {
        entries.removeAll(keepingCapacity: true)
        bytes.removeAll(keepingCapacity: true)
    }

    /// Where one message stands in `bytes`.
    public struct Entry: Sendable {
        public var topic: Range<Int>
        /// Only the beginning of the body when `fullLength` is more than its count.
        public var body: Range<Int>
        public var fullLength: Int
        /// The digest over the whole body, when only its beginning is kept; else empty.
        public var digest: Range<Int>
        /// When the bytes were read, in microseconds since 1970; messages read together have the same.
        public var receivedMicroseconds: Int64
        public var isRetained: Bool
        public var qualityOfService: UInt8
    }
}
