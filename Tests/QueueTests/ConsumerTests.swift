import QuantracTesting
import Queue
import Readings
import Testing

@Suite struct `Consumers` {
    let folder: Folder
    let queue: ReadingQueue
    let clock = HeldClock()

    init() throws {
        folder = try Folder()
        queue = try QueueFixture.open(directory: folder.path, clock: clock)
        try append(0, 100)
    }

    func append(_ first: Int, _ count: Int) throws {
        var intake = QueueFixture.intake(firstReading: first, count: count)
        _ = try queue.append(&intake)
    }

    func state(_ name: String) throws -> ConsumerState {
        try #require(try queue.makeReader().consumers().first { $0.definition.name == name })
    }

    @Test func `acknowledge a part with its own digest, and the rest becomes the next batch`() throws {
        try queue.addConsumer(QueueFixture.consumer("w"))
        let batch = try QueueFixture.fixBatch(of: "w", in: queue, max: 40)
        #expect(throws: QueueError.self) {
            _ = try queue.acknowledge(consumer: "w", batch: batch.id, through: 10)
        }
        #expect(try state("w").open == batch, "nothing is acknowledged without the part's digest")
        let prefix = PrefixDigest(count: 10, digest: QueueFixture.digest(of: Array(1...10)))
        let done = try queue.acknowledge(consumer: "w", batch: batch.id, through: 10, prefix: prefix)
        #expect(done.cursor == 10 && done.chain != batch.chain)
        let next = try QueueFixture.fixBatch(of: "w", in: queue, max: 40)
        #expect(next.first == 11 && next.number == 2)
        let whole = try queue.acknowledge(consumer: "w", batch: next.id, through: 999)
        #expect(whole.cursor == next.through && whole.chain == next.chain)
        #expect(try state("w").acknowledgedCount == 50)
    }

    @Test func `keep what was rejected, and refuse a rejection of what was not sent`() throws {
        var definition = QueueFixture.consumer("w")
        definition.parameters = ["P1", "P2"]
        try queue.addConsumer(definition)
        let batch = try QueueFixture.fixBatch(of: "w", in: queue, max: 10)
        #expect(batch.first == 2 && batch.count == 10)
        for sequence in [Int64(4), 999, 0] {
            let error = #expect(throws: QueueError.self) {
                _ = try queue.acknowledge(
                    consumer: "w", batch: batch.id, rejected: [Rejection(sequence: sequence, reason: "no")])
            }
            #expect(error?.reason == .unknownSequence(sequence))
        }
        _ = try queue.acknowledge(
            consumer: "w", batch: batch.id, rejected: [Rejection(sequence: 3, reason: "unit unknown")])
        let rejected = try queue.makeReader().rejections(consumer: "w", limit: 10)
        #expect(rejected.map(\.sequence) == [3] && rejected.first?.reason == "unit unknown")
        #expect(rejected.first?.batch == batch.id)
        #expect(try state("w").rejectedCount == 1)
    }

    @Test func `start where they are told to`() throws {
        clock.advance(milliseconds: 3_600_000)
        try append(100, 100)
        let starts: [(String, StartPosition, Int64)] = [
            ("oldest", .oldest, 0), ("now", .now, 200), ("sequence", .sequence(51), 50), ("ahead", .sequence(900), 200),
            ("early", .sequence(-5), 0), ("time", .time(QueueFixture.start.advanced(byMilliseconds: 60_000)), 100),
            ("future", .time(QueueFixture.start.advanced(byMilliseconds: 99_000_000)), 200),
            ("past", .time(Timestamp(millisecondsSince1970: 0)), 0),
        ]
        for (name, position, expected) in starts {
            var definition = QueueFixture.consumer(name)
            definition.from = position
            try queue.addConsumer(definition)
            #expect(try state(name).cursor == expected, "\(name)")
            #expect(try state(name).definition.from == position)
        }
    }

    @Test func `of the configuration win over the command line`() throws {
        try queue.addConsumer(QueueFixture.consumer("w"))
        let batch = try QueueFixture.fixBatch(of: "w", in: queue, max: 40)
        var configured = QueueFixture.consumer("w")
        configured.maxAgeMilliseconds = 5
        configured.required = false
        configured.isConfigured = true
        try queue.configureConsumers([configured, QueueFixture.consumer("x")])
        #expect(try state("w").definition == configured)
        #expect(try state("w").open == batch, "the same filter keeps the batch")
        let refusal = #expect(throws: QueueError.self) { try queue.removeConsumer("w") }
        #expect(refusal?.reason == .configuredConsumer)
        configured.stations = ["HN-*", "A*"]
        try queue.configureConsumers([configured])
        #expect(try state("w").open == nil, "another filter makes another batch")
        #expect(try state("x").definition.required == false, "it left the configuration")
        configured.stations = ["A*", "HN-*"]
        let second = try QueueFixture.fixBatch(of: "w", in: queue, max: 40)
        try queue.configureConsumers([configured])
        #expect(try state("w").open == second, "the order of patterns is nothing")
        try queue.removeConsumer("x")
        #expect(try queue.makeReader().consumers().count == 1)
    }

    func advance(from cursor: Int64, past scanned: Int64) throws {
        try queue.advance(consumer: "w", from: cursor, filter: QueueFixture.consumer("w").filter, past: scanned)
    }

    @Test func `are not advanced from where they do not stand any more, nor with another filter`() throws {
        try queue.addConsumer(QueueFixture.consumer("w"))
        try advance(from: 0, past: 50)
        try queue.rewindConsumer("w", to: .sequence(11))
        try advance(from: 50, past: 90)
        #expect(try state("w").cursor == 10, "the rewind holds")
        let other = ReadingFilter(parameters: ["P1"], consumer: "w")
        try queue.advance(consumer: "w", from: 10, filter: other, past: 90)
        #expect(try state("w").cursor == 10)
        try advance(from: 10, past: 90)
        #expect(try state("w").cursor == 90)
    }

    @Test func `never give the id of a batch twice, also when they are added again`() throws {
        for number in 1...3 {
            try queue.addConsumer(QueueFixture.consumer("w"))
            let batch = try QueueFixture.fixBatch(of: "w", in: queue, max: 10)
            #expect(batch.number == Int64(number) && batch.first == 1)
            try queue.removeConsumer("w")
        }
        // Removed without a batch of its own in between: the number stays.
        try queue.addConsumer(QueueFixture.consumer("w"))
        try queue.removeConsumer("w")
        try queue.configureConsumers([QueueFixture.consumer("w")])
        #expect(try state("w").lastNumber == 3)
    }

    @Test func `advance past what is not for them, but never past an open batch`() throws {
        try queue.addConsumer(QueueFixture.consumer("w"))
        try advance(from: 0, past: 20)
        #expect(try state("w").cursor == 20)
        try advance(from: 20, past: 10)
        #expect(try state("w").cursor == 20, "never back")
        let batch = try QueueFixture.fixBatch(of: "w", in: queue, max: 10)
        try advance(from: 20, past: 90)
        #expect(try state("w").cursor == 20 && batch.first == 21)
        _ = try queue.acknowledge(consumer: "w", batch: batch.id)
        try advance(from: 30, past: 9_999)
        #expect(try state("w").cursor == 100, "never beyond what is committed")
    }

    @Test func `see what is pending and since when`() throws {
        try queue.addConsumer(QueueFixture.consumer("w"))
        let batch = try QueueFixture.fixBatch(of: "w", in: queue, max: 60)
        _ = try queue.acknowledge(consumer: "w", batch: batch.id)
        let now = try state("w")
        #expect(now.pendingAtMost == 40)
        #expect(now.oldestPending == QueueFixture.start)
        #expect(now.lastAcknowledgedBatch == batch.id && now.lastAcknowledged == QueueFixture.start)
    }

    @Test(arguments: ["", "a b", "ä", "A", "a_b", String(repeating: "x", count: 33), "a/b"])
    func `have names that fit into a URL and a batch id`(name: String) {
        let error = #expect(throws: QueueError.self) { try queue.addConsumer(QueueFixture.consumer(name)) }
        #expect(error?.reason == .badArgument)
    }

    @Test func `cannot be required and be spared old readings at once`() throws {
        var definition = QueueFixture.consumer("w")
        definition.maxAgeMilliseconds = 60_000
        let error = #expect(throws: QueueError.self) { try queue.addConsumer(definition) }
        #expect(error?.reason == .badArgument)
    }

    @Test func `refuse a proposal that does not lie beyond what they have`() throws {
        try queue.addConsumer(QueueFixture.consumer("w"))
        let digest = [UInt8](repeating: 1, count: 32)
        for (first, last, through, count) in [(0, 5, 5, 5), (5, 4, 5, 1), (1, 5, 4, 5), (1, 5, 101, 5), (1, 5, 5, 0)] {
            let error = #expect(throws: QueueError.self) {
                _ = try queue.fixBatch(
                    consumer: "w",
                    BatchProposal(
                        first: Int64(first), last: Int64(last), through: Int64(through), count: count, digest: digest,
                        cursor: 0))
            }
            #expect(error?.reason == .badArgument)
        }
        // Made before the consumer was rewound: what lies before it would be a hole that nobody knows of.
        try queue.rewindConsumer("w", to: .sequence(50))
        let proposal = BatchProposal(first: 50, last: 60, through: 60, count: 11, digest: digest, cursor: 49)
        try queue.rewindConsumer("w", to: .oldest)
        #expect(throws: QueueError.self) { _ = try queue.fixBatch(consumer: "w", proposal) }
        #expect(try state("w").lastNumber == 0, "no number is spent")
    }

    @Test func `leave a trail of what was done to them`() throws {
        try queue.addConsumer(QueueFixture.consumer("w"))
        try queue.rewindConsumer("w", to: .now)
        try queue.removeConsumer("w")
        let trail = try queue.makeReader().audit(limit: 10)
        #expect(trail.map(\.action) == ["consumer-add", "consumer-rewind", "consumer-remove"])
        #expect(trail.map(\.detail) == ["cursor 0", "cursor 0 -> 100", ""])
    }

    @Test func `remember granted filters`() throws {
        #expect(try queue.granted(source: "mqtt:field") == [])
        try queue.setGranted(source: "mqtt:field", filters: ["b/#", "a/+"])
        try queue.setGranted(source: "mqtt:other", filters: ["c"])
        #expect(try queue.granted(source: "mqtt:field") == ["a/+", "b/#"])
        try queue.setGranted(source: "mqtt:field", filters: [])
        #expect(try queue.granted(source: "mqtt:field") == [])
        #expect(try queue.granted(source: "mqtt:other") == ["c"])
    }
}
