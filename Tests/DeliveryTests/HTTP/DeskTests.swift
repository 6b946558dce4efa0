import Foundation
import Logging
import Queue
import Readings
import Testing

@testable import Delivery

@Suite struct `A desk` {
    @Test func `ends a batch of a sparse filter after so many sequences looked through`() async throws {
        let directory = URL(filePath: "/tmp/qd-\(UInt32.random(in: 0 ... .max))", directoryHint: .isDirectory)
        try FileManager.default.createDirectory(at: directory, withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(at: directory) }
        var logger = Logger(label: "test")
        logger.logLevel = .error
        var settings = QueueSettings(directory: directory.path, node: "hanoi-1")
        settings.minFreeDiskBytes = 0
        let queue = try ReadingQueue.open(settings, clock: SystemWallClock(), logger: logger) { PassJudge() }
        defer { queue.close() }
        var narrow = ConsumerDefinition(name: "narrow")
        narrow.stations = ["HP-*"]
        try queue.addConsumer(narrow)
        // A page looks through 100,000 at most.
        let first = try Self.append(1, station: "HP-KK-02", to: queue)
        for part in 0..<5 { try Self.append(50_000, station: "HN-KK-01", from: part * 50_000, to: queue) }
        let second = try Self.append(1, station: "HP-KK-02", from: 1, to: queue)
        let desk = Desk(queue: queue, name: "desk", logger: logger, scanMax: 50_000)
        let form = BodyForm(format: .ndjson, coding: nil)
        guard case .proposal(let proposal, _) = try await desk.find(for: "narrow", max: 10, after: nil, form: form)
        else { throw Unexpected() }
        #expect(proposal.first == first && proposal.last == first && proposal.count == 1)
        #expect(proposal.through >= 50_000 && proposal.through < 150_000)
        let batch = try queue.fixBatch(consumer: "narrow", proposal)
        _ = try queue.acknowledge(consumer: "narrow", batch: batch.id)
        // Without a line it goes on from where it stopped, until there is one.
        var scanned: Desk.Scanned?
        for _ in 0..<5 {
            switch try await desk.find(for: "narrow", max: 10, after: scanned, form: form) {
            case .nothing(let further, let reachedEnd):
                #expect(!reachedEnd)
                scanned = further
            case .proposal(let proposal, _):
                #expect(proposal.first == second && proposal.through == second)
                return
            case .open: throw Unexpected()
            }
        }
        throw Unexpected()
    }

    private struct Unexpected: Error {}

    @discardableResult
    private static func append(
        _ count: Int, station: String, from first: Int = 0, to queue: ReadingQueue
    ) throws -> Int64 {
        var intake = Intake(source: "mqtt:field")
        intake.decoder = "json"
        let station = intake.intern(station)
        let parameter = intake.intern("PM2.5")
        let topic = TextRange(inBytes: 0..<0)
        intake.payloads.append(Payload(topic: topic, body: topic, received: SystemWallClock().now(), fullLength: 0))
        for index in first..<first + count {
            var reading = DraftReading(
                payload: 0, station: station, parameter: parameter,
                time: Timestamp(millisecondsSince1970: 1_795_392_000_000 + Int64(index) * 1_000))
            reading.value = 1
            reading.hasValue = true
            intake.readings.append(reading)
        }
        return try queue.append(&intake).lastSequence ?? 0
    }
}

/// Lets everything pass.
private final class PassJudge: Judge {
    func judge(_ observation: Observation) -> Judgement {
        Judgement(flag: .pass, tests: .notEvaluated, settles: nil, qualifiers: observation.qualifiers, rules: 0)
    }
    func commit() {}
    func rollBack(keepingSeries count: Int) {}
}
