import Foundation
import QuantracTesting
import Queue
import Readings
import SQLite
import Testing

@Suite struct `Decoder memories` {
    let folder: Folder

    init() throws { folder = try Folder() }

    /// What is kept for a source, keys and bodies as text, by key.
    private func memories(in queue: ReadingQueue, of source: String = "mqtt:field") throws -> [String] {
        try queue.decoderMemories(of: source)
            .map { "\(String(decoding: $0.key, as: UTF8.self))=\(String(decoding: $0.body, as: UTF8.self))" }.sorted()
    }

    private func remember(_ pairs: [(String, String?)], source: String = "mqtt:field") -> Intake {
        var builder = IntakeBuilder(source: source)
        for (key, body) in pairs {
            let key = builder.append(key)
            builder.intake.memories.append(Memory(key: key, body: body.map { builder.append($0) } ?? .none))
        }
        return builder.intake
    }

    @Test func `are kept with their readings, in order, and are there after a restart`() throws {
        var queue = try QueueFixture.open(directory: folder.path)
        var intake = QueueFixture.intake(firstReading: 0, count: 3)
        let key = intake.intern("node/1")
        let body = intake.intern("birth")
        intake.memories = [Memory(key: key, body: key), Memory(key: key, body: body)]
        #expect(try queue.append(&intake).queued == 3)
        #expect(intake.memories.count == 2, "the intake comes back as it was")
        #expect(try memories(in: queue) == ["node/1=birth"], "a later one takes the place of an earlier one")
        queue.close()
        queue = try QueueFixture.open(directory: folder.path)
        defer { queue.close() }
        #expect(try memories(in: queue) == ["node/1=birth"])
        #expect(try memories(in: queue, of: "mqtt:other").isEmpty)
    }

    @Test func `without readings and faults are kept all the same, and forgotten when told`() throws {
        let queue = try QueueFixture.open(directory: folder.path)
        defer { queue.close() }
        var intake = remember([("a", "1"), ("b", ""), ("c", "3")])
        #expect(try queue.append(&intake) == AppendOutcome())
        #expect(try memories(in: queue) == ["a=1", "b=", "c=3"])
        var elsewhere = remember([("a", "another's")], source: "mqtt:other")
        _ = try queue.append(&elsewhere)
        intake = remember([("a", nil), ("c", nil), ("c", "4"), ("never there", nil)])
        _ = try queue.append(&intake)
        #expect(try memories(in: queue) == ["b=", "c=4"])
        #expect(try memories(in: queue, of: "mqtt:other") == ["a=another's"])
        #expect(queue.counters().sources.allSatisfy { $0.isBalanced && $0.received == 0 })
    }

    @Test func `of a commit that fails leave nothing`() throws {
        let queue = try QueueFixture.open(directory: folder.path)
        defer { queue.close() }
        var first = remember([("a", "1")])
        _ = try queue.append(&first)
        try folder.run("CREATE TRIGGER t BEFORE INSERT ON source_counter BEGIN SELECT raise(ABORT, 'no'); END")
        var second = remember([("a", nil), ("b", "2")])
        #expect(throws: QueueError.self) { _ = try queue.append(&second) }
        #expect(second.memories.count == 2)
        #expect(try memories(in: queue) == ["a=1"])
        try folder.run("DROP TRIGGER t")
        _ = try queue.append(&second)
        #expect(try memories(in: queue) == ["b=2"])
    }

    @Test func `beyond the limits are refused, and nothing out of date is left under their keys`() throws {
        let queue = try QueueFixture.open(directory: folder.path)
        defer { queue.close() }
        let megabyte = String(repeating: "m", count: 1 << 20)
        for number in 0..<63 {
            var intake = remember([("k\(number)", megabyte)])
            _ = try queue.append(&intake)
        }
        var intake = remember([
            ("small", "1"), ("", "no key"), (String(repeating: "k", count: 1025), "long"),
            (String(repeating: "k", count: 1024), "just"), ("k0", megabyte + megabyte), ("k1", megabyte),
            ("beyond", megabyte + megabyte),
        ])
        #expect(throws: Never.self) { _ = try queue.append(&intake) }
        let keys = Set(try queue.decoderMemories(of: "mqtt:field").map { String(decoding: $0.key, as: UTF8.self) })
        #expect(keys.count == 64 && keys.contains("small") && keys.contains(String(repeating: "k", count: 1024)))
        #expect(!keys.contains("k0"), "its new body found no room, its old one would mislead")
        #expect(keys.contains("k1") && !keys.contains("beyond") && !keys.contains(""))
        intake = remember([("k2", nil), ("k0", megabyte)])
        _ = try queue.append(&intake)
        #expect(try queue.decoderMemories(of: "mqtt:field").contains { $0.key == Array("k0".utf8) }, "room again")
    }

    @Test func `are no more than fifty thousand of one source`() throws {
        var queue = try QueueFixture.open(directory: folder.path)
        var intake = remember((0..<49_990).map { ("\($0)", "x") })
        _ = try queue.append(&intake)
        queue.close()
        queue = try QueueFixture.open(directory: folder.path)
        defer { queue.close() }
        intake = remember((49_980..<50_100).map { ("\($0)", "y") })
        _ = try queue.append(&intake)
        let kept = try queue.decoderMemories(of: "mqtt:field")
        #expect(kept.count == 50_000)
        #expect(kept.count { $0.body == Array("y".utf8) } == 20, "those there already are brought up to date")
        var other = remember([("1", "x")], source: "mqtt:other")
        _ = try queue.append(&other)
        #expect(try memories(in: queue, of: "mqtt:other") == ["1=x"], "each source has its own room")
    }

    @Test func `do not count against max_size`() throws {
        let queue = try QueueFixture.open(directory: folder.path) { $0.maxSizeBytes = 4 << 20 }
        defer { queue.close() }
        let body = String(repeating: "b", count: 1 << 20)
        for number in 0..<20 {
            var intake = remember([("\(number)", body)])
            _ = try queue.append(&intake)
        }
        var intake = QueueFixture.intake(firstReading: 0, count: 10)
        #expect(try queue.append(&intake).queued == 10)
        #expect(try QueueFixture.readings(in: queue).count == 10)
    }
}
