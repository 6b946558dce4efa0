import Decoding
import Foundation
import QuantracTesting
import Queue
import Readings
import Testing

@testable import Pipeline

/// The middle of the pipeline, with a real queue on a real disk that is full for a while.
@Suite(.enabled(if: SmallDisk.isPossible)) struct `A batch that is not durable` {
    private static let fixtures = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
        .deletingLastPathComponent().appending(path: "fixtures/payloads/sparkplug-b")

    private func add(_ file: String, on topic: String, to intake: inout Intake) throws {
        let body = try Data(contentsOf: Self.fixtures.appending(path: file))
        let start = intake.bytes.count
        intake.bytes += Array(topic.utf8)
        let middle = intake.bytes.count
        intake.bytes += body
        intake.payloads.append(
            Payload(
                topic: TextRange(inBytes: start..<middle), body: TextRange(inBytes: middle..<intake.bytes.count),
                received: Timestamp(millisecondsSince1970: 1_795_392_001_204), fullLength: body.count))
    }

    /// Had the decoder kept what the first try taught it, the second would find a gap in the sequence, and no alias.
    @Test func `is decoded anew as if it had never come`() throws {
        let disk = try SmallDisk(mebibytes: 24)
        let queue = try QueueFixture.open(directory: disk.path + "/data") { $0.minFreeDiskBytes = 4 << 20 }
        defer { queue.close() }
        let made = try #require(DecoderCatalog.make("sparkplug-b"))
        let stage = IntakeStage(queue: queue, decoder: IntakeDecoder(decoder: made, context: DecodingContext()))
        var births = Intake(source: "mqtt:plant")
        try add("data-by-alias/before-0.bin", on: "spBv1.0/HN/NBIRTH/GW-1", to: &births)
        try add("data-by-alias/before-1.bin", on: "spBv1.0/HN/DBIRTH/GW-1/HN-KK-01", to: &births)
        try stage.accept(&births)

        // Numbers 2 and 3 of the sequence.
        var data = Intake(source: "mqtt:plant")
        try add("data-by-alias/input.bin", on: "spBv1.0/HN/DDATA/GW-1/HN-KK-01", to: &data)
        try add("sequence-gap/input.bin", on: "spBv1.0/HN/DDATA/GW-1/HN-KK-01", to: &data)
        try disk.fill(leavingMebibytes: 1)
        try waitUntil("the queue has seen that the disk is short", seconds: 10) { !queue.health.canCommit }
        #expect(throws: QueueError.self) { try stage.accept(&data) }
        #expect(throws: QueueError.self) { try stage.accept(&data) }
        try disk.empty()
        try stage.accept(&data)
        #expect(data.faults.isEmpty && data.readings.count > 1, "\(data.faults)")
        let memories = try queue.decoderMemories(of: "mqtt:plant").map { String(decoding: $0.key, as: UTF8.self) }
        #expect(memories.contains("spBv1.0/HN/NBIRTH/GW-1") && memories.contains("seq/HN/GW-1"))
    }
}
