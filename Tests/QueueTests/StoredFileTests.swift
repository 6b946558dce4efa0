import Foundation
import QuantracTesting
import Queue
import Readings
import Testing

/// Files that earlier releases wrote: fixtures/queue/v<schema>.db, each made by `makeFile` below in its release.
@Suite struct `Stored queue files` {
    static let fixtures = URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
        .deletingLastPathComponent().appendingPathComponent("fixtures/queue").path

    @Test(arguments: [1, 2, 3])
    func `of every schema open with all they hold, and go on`(version: Int) throws {
        let folder = try Folder()
        try FileManager.default.copyItem(atPath: "\(Self.fixtures)/v\(version).db", toPath: folder.path("queue.db"))
        let clock = HeldClock()
        let queue = try QueueFixture.open(directory: folder.path, clock: clock)
        #expect(queue.uuid == "0f3c1a52-7e64-4c1e-9d5a-2b8f6a1c7d90")
        #expect(queue.lastSequence == 43)
        let kept = try QueueFixture.readings(in: queue)
        #expect(kept.count == 43)
        #expect(kept.map(\.value).prefix(3) == [0, 0.1, 0.2])
        #expect(kept.last?.cause == .corrected && kept.last?.revision == 1)
        #expect(kept[40].rawValue == .text("NaN") && kept[40].qualifiers == [.notANumber])
        let reader = try queue.makeReader()
        let consumer = try #require(try reader.consumers().first)
        #expect(consumer.open?.id == "test-1-\(queue.uuid)-warehouse-2" && consumer.open?.first == 11)
        #expect(try reader.deadLetters(limit: 10).map(\.faultCount) == [2])
        #expect(queue.counters().sources.map(\.received) == [45])
        let remembered = try queue.decoderMemories(of: "mqtt:field").map { String(decoding: $0.key, as: UTF8.self) }
        #expect(remembered == (version < 3 ? [] : ["HN/edge-1"]))
        var again = QueueFixture.intake(firstReading: 0, count: 40)
        #expect(try queue.append(&again).duplicates == 40)
        var next = QueueFixture.intake(firstReading: 40, count: 10)
        let key = next.intern("HN/edge-2")
        next.memories = [Memory(key: key, body: key)]
        #expect(try queue.append(&next).firstSequence == 44)
        #expect(try queue.decoderMemories(of: "mqtt:field").count == remembered.count + 1)
        queue.close()
        #expect(try QueueReader.open(directory: folder.path).summary().schemaVersion == 3)
    }

    /// Writes the file for the present schema when `QUANTRAC_MAKE_QUEUE_FILE` names where to.
    @Test(.enabled(if: ProcessInfo.processInfo.environment["QUANTRAC_MAKE_QUEUE_FILE"] != nil))
    func `are made by this`() throws {
        let target = try #require(ProcessInfo.processInfo.environment["QUANTRAC_MAKE_QUEUE_FILE"])
        let folder = try Folder()
        // Once, to give the file the identity that the test above knows.
        try QueueFixture.open(directory: folder.path, clock: HeldClock()).close()
        try folder.run("UPDATE queue SET uuid = '0f3c1a52-7e64-4c1e-9d5a-2b8f6a1c7d90'")
        let queue = try QueueFixture.open(directory: folder.path, clock: HeldClock())
        try queue.addConsumer(QueueFixture.consumer("warehouse"))
        var first = QueueFixture.intake(firstReading: 0, count: 40)
        _ = try queue.append(&first)
        let batch = try QueueFixture.fixBatch(of: "warehouse", in: queue, max: 10)
        _ = try queue.acknowledge(consumer: "warehouse", batch: batch.id)
        _ = try QueueFixture.fixBatch(of: "warehouse", in: queue, max: 10)
        var builder = IntakeBuilder()
        builder.payload(body: "{\"broken\":")
        let text = builder.append("NaN")
        builder.reading(value: nil) { draft in
            draft.raw = .text(text)
            draft.qualifiers = [.notANumber]
        }
        builder.reading(parameter: "SO2", value: 1)
        builder.reading(parameter: "SO2", value: 2)
        builder.fault(.syntax, offset: 10)
        builder.fault(.badValue, index: 7, offset: 3)
        builder.reading(parameter: "SO2", value: 2)
        let key = builder.append("HN/edge-1")
        builder.intake.memories = [Memory(key: key, body: builder.append("birth"))]
        _ = try queue.append(&builder.intake)
        queue.close()
        try FileManager.default.copyItem(atPath: folder.path("queue.db"), toPath: target)
    }
}
