import Decoding
import Formats
import Readings

/// A Sparkplug payload, written for a test.
struct SparkplugMessage {
    var topic: String
    var body: [UInt8]
    var received = receivedInTests

    init(
        _ topic: String, sequence: UInt64?, time: Timestamp = receivedInTests,
        _ metrics: [SparkplugTestMetric] = []
    ) {
        self.topic = topic
        body = Self.number(1, UInt64(time.millisecondsSince1970))
        for metric in metrics { body += Self.text(2, metric.bytes) }
        if let sequence { body += Self.number(3, sequence) }
    }

    func received(after seconds: Int64) -> SparkplugMessage {
        var later = self
        later.received = receivedInTests.advanced(byMilliseconds: seconds * 1000)
        return later
    }

    static func number(_ field: UInt8, _ value: UInt64) -> [UInt8] { [field << 3] + varint(value) }

    static func text(_ field: UInt8, _ bytes: [UInt8]) -> [UInt8] {
        [field << 3 | 2] + varint(UInt64(bytes.count)) + bytes
    }

    private static func varint(_ value: UInt64) -> [UInt8] {
        value < 128 ? [UInt8(value)] : [UInt8(value & 0x7f) | 0x80] + varint(value >> 7)
    }
}

/// A metric of type Int64.
struct SparkplugTestMetric {
    var name: String?
    var alias: UInt64?
    var value: UInt64

    init(_ name: String? = nil, alias: UInt64? = nil, _ value: UInt64) {
        self.name = name
        self.alias = alias
        self.value = value
    }

    var bytes: [UInt8] {
        var bytes: [UInt8] = []
        if let name { bytes += SparkplugMessage.text(1, Array(name.utf8)) }
        if let alias { bytes += SparkplugMessage.number(2, alias) }
        return bytes + SparkplugMessage.number(4, 4) + SparkplugMessage.number(11, value)
    }
}

/// A source of Sparkplug as the daemon has it: a decoder, and what it asked to be remembered.
struct SparkplugSource {
    var decoder: IntakeDecoder
    private(set) var memories: [[UInt8]: [UInt8]] = [:]
    private(set) var last = Intake(source: "mqtt:test")

    private let definition: FormatDefinition

    init(_ definition: FormatDefinition = FormatDefinition(.sparkplugB)) {
        self.definition = definition
        decoder = IntakeDecoder(decoder: SparkplugPayloadDecoder(definition), context: DecodingContext())
    }

    /// Has more among what is remembered.
    mutating func remember(_ more: [(key: [UInt8], body: [UInt8])]) {
        for (key, body) in more { memories[key] = body }
    }

    /// Decodes one batch and commits it.
    @discardableResult
    mutating func take(_ messages: SparkplugMessage...) -> Outcome { take(messages) }

    @discardableResult
    mutating func take(_ messages: [SparkplugMessage]) -> Outcome {
        var intake = Intake(source: "mqtt:test")
        for message in messages {
            let start = intake.bytes.count
            intake.bytes += Array(message.topic.utf8)
            let middle = intake.bytes.count
            intake.bytes += message.body
            intake.payloads.append(
                Payload(
                    topic: TextRange(inBytes: start..<middle),
                    body: TextRange(inBytes: middle..<intake.bytes.count),
                    received: message.received, fullLength: message.body.count))
        }
        decoder.decode(&intake)
        for memory in intake.memories {
            let key = Self.bytes(memory.key, in: intake)
            memories[key] = memory.body.isNone ? nil : Self.bytes(memory.body, in: intake)
        }
        last = intake
        return Outcome(intake)
    }

    /// The topics and bodies of the replies of the last batch.
    var replies: [(topic: String, body: [UInt8])] {
        last.replies.map { (last.string($0.topic) ?? "", Self.bytes($0.body, in: last)) }
    }

    /// The same source in a new process.
    func restarted(reversed: Bool = false) -> SparkplugSource {
        var restarted = SparkplugSource(definition)
        restarted.memories = memories
        let sorted = memories.sorted { $0.key.lexicographicallyPrecedes($1.key) }
        for (key, body) in reversed ? sorted.reversed() : sorted {
            restarted.decoder.recall(key: key, body: body)
        }
        return restarted
    }

    private static func bytes(_ range: TextRange, in intake: Intake) -> [UInt8] {
        Array((range.isInText ? intake.text : intake.bytes)[range.indices])
    }
}
