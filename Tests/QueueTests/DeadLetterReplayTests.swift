import Foundation
import QuantracTesting
import Queue
import Readings
import SQLite
import Testing

/// A format for these tests: words apart by spaces, each a value of a series of its own; `x` is a fault, and so is `?`
/// until it is understood.
private struct Words {
    var isUnderstanding = true
    var format = "words"

    func decode(_ intake: inout Intake) {
        intake.decoder = format
        for payload in intake.payloads.indices {
            let body = intake.string(intake.payloads[payload].body) ?? ""
            for (index, word) in body.split(separator: " ").enumerated() {
                if word == "x" || (word == "?" && !isUnderstanding) {
                    intake.faults.append(
                        Fault(payload: payload, index: index, offset: index * 2, reason: .badValue))
                    continue
                }
                var draft = DraftReading(
                    payload: payload, station: intake.intern("HN-KK-01"), parameter: intake.intern("P\(index)"),
                    time: QueueFixture.start)
                draft.hasValue = true
                draft.value = Double(word) ?? 0
                intake.readings.append(draft)
            }
        }
    }

    var replaying: DeadLetterDecoder {
        { source, topic, payload, received in
            guard source == "mqtt:field" else { return nil }
            var intake = Intake(replaying: payload, topic: topic, source: source, received: received)
            decode(&intake)
            return intake
        }
    }
}

@Suite struct `Replayed dead letters` {
    let folder: Folder
    let clock = HeldClock()

    init() throws { folder = try Folder() }

    private func open() throws -> ReadingQueue { try QueueFixture.open(directory: folder.path, clock: clock) }

    /// Appends payloads that nobody understands in full yet, and lets an hour pass.
    private func receive(_ bodies: [String], in queue: ReadingQueue, source: String = "mqtt:field") throws {
        var builder = IntakeBuilder(source: source)
        for body in bodies { builder.payload(topic: "a/b", body: body) }
        Words(isUnderstanding: false, format: "old").decode(&builder.intake)
        _ = try queue.append(&builder.intake)
        clock.advance(milliseconds: 3_600_000)
    }

    private func values(in queue: ReadingQueue) throws -> [Double?] {
        try QueueFixture.readings(in: queue).map(\.value)
    }

    @Test func `that can be read now become readings and go, with the time at which they came`() throws {
        let queue = try open()
        defer { queue.close() }
        try receive(["1 ? 3"], in: queue)
        #expect(try values(in: queue) == [1, 3])
        let outcome = try queue.replay(deadLetter: 1, actor: "an", decode: Words().replaying)
        #expect(outcome == ReplayOutcome(deadLetter: 1, queued: 1, duplicates: 2, isRemoved: true))
        let readings = try QueueFixture.readings(in: queue)
        #expect(readings.map(\.parameter) == ["P0", "P2", "P1"])
        #expect(readings[2].received == QueueFixture.start.advanced(byMilliseconds: 1204))
        #expect(readings[2].source == "mqtt:field" && readings[2].revision == 0)
        #expect(readings[2].version > clock.nowMicroseconds() - 1_000_000, "committed now")
        #expect(try queue.makeReader().deadLetters(limit: 10).isEmpty)
        let counters = queue.counters()
        // 2 readings and 1 dead letter when it came; 3 readings more when it was replayed, 2 of them known.
        #expect(counters.sources.map(\.received) == [6] && counters.sources.map(\.queued) == [3])
        #expect(counters.sources.map(\.duplicates) == [2] && counters.sources.map(\.deadLetters) == [1])
        #expect(counters.sources.map(\.isBalanced) == [true])
        #expect(counters.deadLettersReplayed == 1 && counters.deadLettersDropped == 0)
        #expect(try queue.makeReader().counters() == counters)
        let error = #expect(throws: QueueError.self) {
            _ = try queue.replay(deadLetter: 1, actor: nil, decode: Words().replaying)
        }
        #expect(error?.reason == .noSuchDeadLetter)
    }

    @Test func `that still have faults stay, up to date, and are replayed as often as one likes`() throws {
        let queue = try open()
        defer { queue.close() }
        try receive(["1 ? x"], in: queue)
        let before = try queue.makeReader().summary().deadLetterBytes
        let first = try queue.replay(deadLetter: 1, actor: nil, decode: Words().replaying)
        #expect(first.queued == 1 && first.duplicates == 1 && !first.isRemoved)
        #expect(first.faults == [StoredFault(index: 2, offset: 4, reason: "bad-value")] && first.faultCount == 1)
        let letter = try #require(try queue.makeReader().deadLetter(1))
        #expect(letter.faults == first.faults && letter.faultCount == 1 && letter.decoder == "words")
        #expect(letter.occurrences == 1 && letter.received == QueueFixture.start.advanced(byMilliseconds: 1204))
        #expect(try queue.makeReader().summary().deadLetterBytes < before)
        let kept = try QueueFixture.readings(in: queue)
        let second = try queue.replay(deadLetter: 1, actor: nil, decode: Words().replaying)
        #expect(second.queued == 0 && second.duplicates == 2 && !second.isRemoved)
        #expect(try QueueFixture.readings(in: queue) == kept)
        #expect(try queue.makeReader().deadLetter(1) == letter)
        #expect(queue.counters().sources[0].deadLetters == 1, "not counted again")
        #expect(queue.counters().sources[0].isBalanced && queue.counters().deadLettersReplayed == 0)
        #expect(try queue.makeReader().audit(limit: 10).count == 1, "the second changed nothing")
    }

    @Test func `are kept when that is asked for`() throws {
        let queue = try open()
        defer { queue.close() }
        try receive(["1 ?"], in: queue)
        let letter = try queue.makeReader().deadLetter(1)
        for queued in [1, 0] {
            let outcome = try queue.replay(deadLetter: 1, keeping: true, actor: nil, decode: Words().replaying)
            #expect(outcome.queued == queued && !outcome.isRemoved && outcome.faultCount == 0)
        }
        #expect(try queue.makeReader().deadLetter(1) == letter, "with the faults it came with")
    }

    @Test(arguments: ["DELETE ON dead_letter", "INSERT ON reading", "UPDATE ON source_counter", "INSERT ON audit"])
    func `of which the commit fails stay, and their readings are not there`(trigger: String) throws {
        let queue = try open()
        defer { queue.close() }
        try receive(["1 ?"], in: queue)
        let counters = queue.counters()
        try folder.run("CREATE TRIGGER t BEFORE \(trigger) BEGIN SELECT raise(ABORT, 'no'); END")
        for _ in 0..<2 {
            #expect(throws: QueueError.self) {
                _ = try queue.replay(deadLetter: 1, actor: nil, decode: Words().replaying)
            }
        }
        #expect(try values(in: queue) == [1])
        #expect(try queue.makeReader().deadLetters(limit: 10).count == 1)
        #expect(queue.counters() == counters)
        #expect(try queue.makeReader().audit(limit: 10).isEmpty)
        try folder.run("DROP TRIGGER t")
        #expect(try queue.replay(deadLetter: 1, actor: nil, decode: Words().replaying).isRemoved)
        #expect(try values(in: queue) == [1, 0])
    }

    @Test func `that cannot be replayed say why and stay`() throws {
        let queue = try open()
        defer { queue.close() }
        var builder = IntakeBuilder()
        builder.payload(body: String(repeating: "y", count: 1000), fullLength: 3_000_000)
        builder.intake.payloads[0].digest = builder.intake.intern(String(repeating: "d", count: 32))
        builder.fault(.oversize)
        _ = try queue.append(&builder.intake)
        try receive(["1 ?"], in: queue, source: "mqtt:gone")
        for (id, words) in [(Int64(1), "first 1000 of 3000000 bytes"), (2, "mqtt:gone")] {
            let error = #expect(throws: QueueError.self) {
                _ = try queue.replay(deadLetter: id, actor: nil, decode: Words().replaying)
            }
            #expect(error?.reason == .notReplayable && error?.message.contains(words) == true)
        }
        var wrong = Intake(
            replaying: Array("another".utf8), topic: Array("a/b".utf8), source: "mqtt:gone",
            received: QueueFixture.start.advanced(byMilliseconds: 1204))
        wrong.decoder = "words"
        let error = #expect(throws: QueueError.self) { _ = try queue.replay(wrong, of: 2, actor: nil) }
        #expect(error?.reason == .badArgument)
        #expect(queue.health.canCommit, "a refusal is no failure of the queue")
        #expect(try queue.makeReader().deadLetters(limit: 10).count == 2)
    }

    @Test func `teach the decoder nothing`() throws {
        let queue = try open()
        defer { queue.close() }
        try receive(["1 ?"], in: queue)
        _ = try queue.replay(deadLetter: 1, actor: nil) { source, topic, payload, received in
            var intake = Intake(replaying: payload, topic: topic, source: source, received: received)
            let key = intake.intern("birth")
            intake.memories = [Memory(key: key, body: key)]
            return intake
        }
        #expect(try queue.decoderMemories(of: "mqtt:field").isEmpty, "it may be older than what is remembered")
        #expect(try queue.makeReader().deadLetters(limit: 10).isEmpty)
    }

    @Test func `stand in the audit trail, many in one line`() throws {
        let queue = try open()
        defer { queue.close() }
        try receive((0..<5).map { "\($0) ?" } + ["7 x"], in: queue)
        for id in 1...6 { _ = try queue.replay(deadLetter: Int64(id), actor: "an", decode: Words().replaying) }
        var trail = try queue.makeReader().audit(limit: 10)
        #expect(trail.map(\.action) == ["deadletter-replay"] && trail[0].actor == "an")
        #expect(trail[0].detail == "6 replayed (ids 1 to 6), 5 removed, 1 of their readings queued")
        try receive(["8 ?", "9 x", "10 x"], in: queue)
        #expect(try queue.dropDeadLetters([6, 7, 99], actor: "binh") == 2)
        #expect(try queue.dropDeadLetters([8], actor: "binh") == 1)
        trail = try queue.makeReader().audit(limit: 10)
        #expect(trail.map(\.action) == ["deadletter-replay", "deadletter-drop"])
        #expect(trail[1].detail == "3 dropped (ids 6 to 8)" && trail[1].actor == "binh")
        clock.advance(milliseconds: 3_600_000)
        #expect(try queue.dropDeadLetters([9], actor: "binh") == 1)
        #expect(try queue.dropDeadLetters([9], actor: "binh") == 0)
        #expect(try queue.makeReader().audit(limit: 10).map(\.detail).last == "1 dropped (id 9)")
        #expect(queue.counters().deadLettersDropped == 4 && queue.counters().deadLettersReplayed == 5)
        #expect(try queue.makeReader().counters() == queue.counters())
        #expect(try queue.makeReader().summary().deadLetterBytes == 0)
        #expect(throws: QueueError.self) { try queue.dropDeadLetters([1], actor: "a\nb") }
    }

    @Test func `are dropped by the thousand`() throws {
        let queue = try open()
        defer { queue.close() }
        try receive((0..<2500).map { "\($0) x" }, in: queue)
        try folder.run("CREATE TRIGGER t BEFORE DELETE ON dead_letter BEGIN SELECT raise(ABORT, 'no'); END")
        #expect(throws: QueueError.self) { try queue.dropDeadLetters([1], actor: nil) }
        try folder.run("DROP TRIGGER t")
        #expect(try queue.dropDeadLetters(Array(1...2400), actor: nil) == 2400)
        #expect(try queue.makeReader().deadLetters(limit: 10).first?.id == 2401)
        #expect(try queue.makeReader().audit(limit: 10).map(\.detail) == ["2400 dropped (ids 1 to 2400)"])
        #expect(queue.counters().deadLettersDropped == 2400)
        #expect(queue.counters().sources[0].deadLetters == 2500, "what was received stays counted")
    }
}
