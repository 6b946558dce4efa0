import Crypto
import Logging
public import Queue
public import Readings
import Synchronization

/// Queues, intakes and batches for tests.
public enum QueueFixture {
    /// A queue that a test opens in a folder of its own.
    ///
    /// Nothing is required of the disk, and the clock is the system's unless another is given.
    public static func open(
        directory: String, synchronous: Synchronous = .full, vfs: String? = nil,
        clock: any WallClock = SystemWallClock(), change: (inout QueueSettings) -> Void = { _ in },
        judge: @escaping @Sendable () -> any Judge = { ValueJudge() }
    ) throws(QueueError) -> ReadingQueue {
        var settings = QueueSettings(directory: directory, node: "test-1")
        settings.synchronous = synchronous
        settings.vfs = vfs
        settings.minFreeDiskBytes = 0
        change(&settings)
        return try ReadingQueue.open(settings, clock: clock, logger: quietLogger, makeJudge: judge)
    }

    /// A required consumer that starts at the oldest reading.
    public static func consumer(_ name: String) -> ConsumerDefinition {
        ConsumerDefinition(name: name)
    }

    /// The time of reading 0.
    public static let start = Timestamp(millisecondsSince1970: 1_795_392_000_000)

    /// Readings `firstReading ..< firstReading + count`, each with a key of its own: ten series, a minute apart.
    public static func intake(firstReading: Int, count: Int, source: String = "mqtt:field") -> Intake {
        var builder = IntakeBuilder(source: source)
        for number in firstReading..<firstReading + count {
            let time = start.advanced(byMilliseconds: Int64(number / 10) * 60_000)
            builder.payload(received: time.advanced(byMilliseconds: 1204))
            builder.reading(station: "HN-KK-01", parameter: "P\(number % 10)", time: time, value: Double(number) / 10)
        }
        return builder.intake
    }

    /// Reads the next records of a consumer and fixes them as its batch, as a deliverer does; the digest is not that of
    /// any encoding.
    public static func fixBatch(of consumer: String, in queue: ReadingQueue, max: Int) throws -> FixedBatch {
        let reader = try queue.makeReader()
        guard let state = try reader.consumers().first(where: { $0.definition.name == consumer }) else {
            throw QueueError(.noSuchConsumer, "there is no consumer \(consumer)")
        }
        var page = Page()
        try reader.page(after: state.cursor, limit: max, filter: state.definition.filter, into: &page)
        guard let first = page.firstSequence, let last = page.lastSequence else {
            throw QueueError(.badArgument, "there is nothing for \(consumer)")
        }
        return try queue.fixBatch(
            consumer: consumer,
            BatchProposal(
                first: first, last: last, through: page.scannedThrough, count: page.count,
                digest: digest(of: page.rows.map(\.sequence) + page.records.map(\.sequence)), cursor: state.cursor))
    }

    /// A digest that depends on the sequences alone.
    public static func digest(of sequences: [Int64]) -> [UInt8] {
        Array(SHA256.hash(data: Array(sequences.map(String.init).joined(separator: ",").utf8)))
    }

    /// All readings that the queue keeps.
    public static func readings(in queue: ReadingQueue) throws -> [Reading] {
        try readings(of: try queue.makeReader())
    }

    /// All readings that a reader sees, page by page.
    public static func readings(of reader: QueueReader) throws -> [Reading] {
        var found: [Reading] = []
        var page = Page()
        repeat {
            try reader.page(after: page.scannedThrough, limit: 1000, into: &page)
            found += page.rows.map { page.reading($0) }
        } while !page.reachedEnd
        return found
    }

    private static let quietLogger: Logger = {
        var logger = Logger(label: "queue-test")
        logger.logLevel = .critical
        return logger
    }()
}

/// Builds an intake the way a source and a decoder do.
public struct IntakeBuilder: Sendable {
    public var intake: Intake

    public init(source: String = "mqtt:field") {
        intake = Intake(source: source)
        intake.decoder = "json"
    }

    /// Adds a payload; the readings and faults that follow belong to it.
    public mutating func payload(
        topic: String = "quantrac/v1/HN-KK-01/readings", body: String = "{}",
        received: Timestamp = QueueFixture.start.advanced(byMilliseconds: 1204), fullLength: Int? = nil
    ) {
        let topic = append(topic)
        let body = append(body)
        intake.payloads.append(
            Payload(topic: topic, body: body, received: received, fullLength: fullLength ?? body.count))
    }

    public mutating func reading(
        station: String = "HN-KK-01", parameter: String = "PM2.5", sensor: UInt16 = 1,
        time: Timestamp = QueueFixture.start, value: Double?, unit: String? = "ug/m3", rawUnit: String? = nil,
        status: String? = "00", change: (inout DraftReading) -> Void = { _ in }
    ) {
        if intake.payloads.isEmpty { payload() }
        var draft = DraftReading(
            payload: intake.payloads.count - 1, station: append(station), parameter: append(parameter), time: time)
        draft.sensor = sensor
        draft.hasValue = value != nil
        draft.value = value ?? 0
        draft.unit = unit.map { append($0) } ?? .none
        draft.rawUnit = rawUnit.map { append($0) } ?? .none
        draft.status = status.map { append($0) } ?? .none
        change(&draft)
        intake.readings.append(draft)
    }

    public mutating func fault(_ reason: Fault.Reason, index: Int? = nil, offset: Int = 0) {
        if intake.payloads.isEmpty { payload() }
        intake.faults.append(
            Fault(payload: intake.payloads.count - 1, index: index, offset: offset, reason: reason))
    }

    /// Text for a draft's raw value.
    public mutating func append(_ text: String) -> TextRange {
        let start = intake.bytes.count
        intake.bytes.append(contentsOf: text.utf8)
        return TextRange(inBytes: start..<intake.bytes.count)
    }
}

/// A judge that looks at nothing but the value, and remembers whom it has judged.
public final class ValueJudge: Judge {
    private let log: JudgeLog?

    public init(log: JudgeLog? = nil) {
        self.log = log
    }

    public func judge(_ observation: Observation) -> Judgement {
        log?.state.withLock { $0.provisional += 1 }
        return Judgement(
            flag: observation.value == nil ? .missing : observation.qualifiers.forcedFlag ?? .pass,
            tests: .notEvaluated, settles: nil, qualifiers: observation.qualifiers, rules: 0)
    }

    public func commit() {
        log?.state.withLock { state in
            state.judged += state.provisional
            state.provisional = 0
        }
    }

    public func rollBack(keepingSeries count: Int) {
        log?.state.withLock { state in
            state.rolledBack += state.provisional
            state.provisional = 0
        }
    }
}

/// What a `ValueJudge` was asked, seen from outside its thread.
public final class JudgeLog: Sendable {
    fileprivate let state = Mutex(State())

    fileprivate struct State {
        var provisional = 0
        var judged = 0
        var rolledBack = 0
    }

    public init() {}

    public var judged: Int { state.withLock { $0.judged } }
    public var rolledBack: Int { state.withLock { $0.rolledBack } }
}

/// A clock that shows what a test sets.
public final class HeldClock: WallClock {
    private let microseconds: Mutex<Int64>

    public init(_ time: Timestamp = QueueFixture.start) {
        microseconds = Mutex(time.millisecondsSince1970 * 1000)
    }

    public func nowMicroseconds() -> Int64 { microseconds.withLock { $0 } }

    /// Moves the clock, back when negative.
    public func advance(milliseconds: Int64) {
        microseconds.withLock { $0 += milliseconds * 1000 }
    }
}
