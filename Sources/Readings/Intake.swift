/// One batch on its way from a source to the queue: the bytes as they came, and what was made of them.
///
/// A source fills `bytes` and `payloads`; the decoder adds `readings`, `faults` and `text`; the queue reads all of it.
/// Nothing is allocated per message: every name and text is a `TextRange` into `bytes` or `text`. After the commit the
/// source clears the batch and fills it again.
public struct Intake: Sendable {
    /// Where the batch came from: `mqtt:NAME`, `modbus:NAME`, `folder:NAME`.
    public let source: String
    /// Topics and payloads, one after the other, as received.
    public var bytes: [UInt8] = []
    public var payloads: [Payload] = []
    /// Text that does not stand in `bytes` as it is: with escapes resolved, normalised, or taken from the settings.
    public var text: [UInt8] = []
    public var readings: [DraftReading] = []
    /// In the order of their payloads. A payload with one fault or more becomes one dead letter.
    public var faults: [Fault] = []
    /// The name of the format, for the dead letters.
    public var decoder: String = ""
    /// What the decoder wants to be told after a restart; kept with the readings, in one commit.
    public var memories: [Memory] = []
    /// What is to be sent back to where the payloads came from, once they are durable.
    public var replies: [Reply] = []

    public init(source: String) {
        self.source = source
    }

    /// Empties the batch and keeps its memory.
    public mutating func removeAll() {
        bytes.removeAll(keepingCapacity: true)
        payloads.removeAll(keepingCapacity: true)
        removeDecoded()
    }

    /// Takes back what the decoder added, so that the payloads can be decoded again.
    public mutating func removeDecoded() {
        text.removeAll(keepingCapacity: true)
        readings.removeAll(keepingCapacity: true)
        faults.removeAll(keepingCapacity: true)
        memories.removeAll(keepingCapacity: true)
        replies.removeAll(keepingCapacity: true)
    }

    /// Appends text to `text` and returns where it stands.
    public mutating func intern(_ span: Span<UInt8>) -> TextRange {
        let start = text.count
        for index in span.indices { text.append(span[index]) }
        return TextRange(inText: start..<text.count)
    }

    /// Appends text to `text` and returns where it stands.
    public mutating func intern(_ string: String) -> TextRange {
        let start = text.count
        text.append(contentsOf: string.utf8)
        return TextRange(inText: start..<text.count)
    }

    /// The bytes of `range`, for hashing and comparing without a copy.
    public func withBytes<Result>(of range: TextRange, _ body: (Span<UInt8>) throws -> Result) rethrows -> Result {
        let indices = range.indices
        return range.isInText ? try body(text.span.extracting(indices)) : try body(bytes.span.extracting(indices))
    }

    /// The text of `range`; bytes that are no UTF-8 are replaced. `nil` for `TextRange.none`.
    public func string(_ range: TextRange) -> String? {
        guard !range.isNone else { return nil }
        return String(decoding: range.isInText ? text[range.indices] : bytes[range.indices], as: UTF8.self)
    }
}

/// Something a decoder keeps for later payloads of its source, under a key of its own.
public struct Memory: Sendable, Hashable {
    /// 1 … 1024 bytes; a later memory of the same key takes the place of an earlier one.
    public var key: TextRange
    /// `.none`: forget it.
    public var body: TextRange

    public init(key: TextRange, body: TextRange) {
        self.key = key
        self.body = body
    }
}

/// A message to be published at the broker that the payloads came from.
public struct Reply: Sendable, Hashable {
    public var topic: TextRange
    public var body: TextRange

    public init(topic: TextRange, body: TextRange) {
        self.topic = topic
        self.body = body
    }
}

/// One message, file or poll as it came, before anything is made of it.
public struct Payload: Sendable {
    /// The topic or file name, in `Intake.bytes`.
    public var topic: TextRange
    /// The body, in `Intake.bytes`; only the first part of it when `fullLength` is more than its count.
    public var body: TextRange
    public var received: Timestamp
    /// The length in bytes as it was sent.
    public var fullLength: Int
    /// SHA-256 (32 bytes) over the whole of an oversize payload, in `Intake.bytes`; `.none` where `body` is the whole.
    public var digest: TextRange

    public init(topic: TextRange, body: TextRange, received: Timestamp, fullLength: Int, digest: TextRange = .none) {
        self.topic = topic
        self.body = body
        self.received = received
        self.fullLength = fullLength
        self.digest = digest
    }

    public var isOversize: Bool { fullLength > body.count }
}

/// A piece of text in a batch: in `Intake.bytes` as received, or in `Intake.text`. At most 2 GiB - 1 from the start.
public struct TextRange: Sendable, Hashable {
    @usableFromInline internal var start: UInt32
    @usableFromInline internal var length: UInt32

    @inlinable
    internal init(start: UInt32, length: UInt32) {
        self.start = start
        self.length = length
    }

    /// A range of `Intake.bytes`.
    @inlinable
    public init(inBytes range: Range<Int>) {
        self.init(start: UInt32(range.lowerBound), length: UInt32(range.count))
    }

    /// A range of `Intake.text`.
    @inlinable
    public init(inText range: Range<Int>) {
        self.init(start: UInt32(range.lowerBound) | 0x8000_0000, length: UInt32(range.count))
    }

    /// No text at all; not the same as empty text.
    @inlinable public static var none: TextRange { TextRange(start: .max, length: .max) }

    @inlinable public var isNone: Bool { length == .max }
    @inlinable public var isInText: Bool { start & 0x8000_0000 != 0 }
    @inlinable public var count: Int { isNone ? 0 : Int(length) }
    @inlinable
    public var indices: Range<Int> {
        let first = Int(start & 0x7fff_ffff)
        return isNone ? 0..<0 : first..<(first + Int(length))
    }
}
