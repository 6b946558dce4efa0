import Foundation
import QuantracTesting
import Queue
import Readings
import Testing

@Suite struct `Dead letters` {
    let folder: Folder
    let clock = HeldClock()

    init() throws { folder = try Folder() }

    func append(_ queue: ReadingQueue, _ build: (inout IntakeBuilder) -> Void) throws -> AppendOutcome {
        var builder = IntakeBuilder()
        build(&builder)
        return try queue.append(&builder.intake)
    }

    @Test func `keep the payload, where it came from and every fault`() throws {
        let queue = try QueueFixture.open(directory: folder.path)
        defer { queue.close() }
        _ = try append(queue) { builder in
            builder.payload(topic: "a/b", body: "{\"readings\":[1,2]}")
            builder.fault(.wrongType, index: 0, offset: 13)
            builder.fault(.wrongType, index: 1, offset: 15)
            builder.payload(topic: "a/b", body: "\u{0}")
            builder.fault(.syntax)
        }
        let reader = try queue.makeReader()
        let letters = try reader.deadLetters(limit: 10)
        #expect(letters.map(\.faultCount) == [2, 1])
        let first = try #require(try reader.deadLetter(letters[0].id))
        #expect(String(decoding: first.payload, as: UTF8.self) == "{\"readings\":[1,2]}")
        #expect(first.topic == "a/b" && first.source == "mqtt:field" && first.decoder == "json")
        #expect(first.faults.map(\.index) == [0, 1] && first.faults.map(\.offset) == [13, 15])
        #expect(first.faults.map(\.reason) == ["wrong-type", "wrong-type"])
        #expect(first.fullLength == 18 && first.sha256.count == 32 && first.occurrences == 1)
        #expect(try reader.deadLetter(letters[1].id)?.faults.first?.index == nil)
        #expect(try reader.deadLetters(after: letters[0].id, limit: 10).count == 1)
        #expect(letters[0].payload.isEmpty, "listings are short")
        #expect(try reader.deadLetter(999) == nil)
    }

    @Test func `that come again count on`() throws {
        let queue = try QueueFixture.open(directory: folder.path)
        defer { queue.close() }
        for second in 0..<3 {
            _ = try append(queue) { builder in
                builder.payload(
                    body: "x", received: QueueFixture.start.advanced(byMilliseconds: Int64(second) * 1000))
                builder.fault(.syntax)
            }
        }
        let letters = try queue.makeReader().deadLetters(limit: 10)
        #expect(letters.count == 1 && letters[0].occurrences == 3)
        #expect(letters[0].received == QueueFixture.start)
        #expect(letters[0].lastReceived == QueueFixture.start.advanced(byMilliseconds: 2000))
        let source = queue.counters().sources[0]
        #expect(source.received == 3 && source.deadLetters == 1 && source.duplicates == 2)
        _ = try append(queue) { builder in
            builder.payload(topic: "another", body: "x")
            builder.fault(.syntax)
        }
        #expect(try queue.makeReader().deadLetters(limit: 10).count == 2, "another topic is another letter")
    }

    @Test func `of an oversize payload keep its beginning, length and digest`() throws {
        let queue = try QueueFixture.open(directory: folder.path)
        defer { queue.close() }
        var builder = IntakeBuilder()
        builder.payload(body: String(repeating: "y", count: 100_000), fullLength: 3_000_000)
        builder.intake.payloads[0].digest = builder.intake.intern(String(repeating: "d", count: 32))
        builder.fault(.oversize)
        _ = try queue.append(&builder.intake)
        let letter = try #require(try queue.makeReader().deadLetter(1))
        #expect(letter.payload.count == 65_536 && letter.fullLength == 3_000_000)
        #expect(letter.sha256 == [UInt8](repeating: UInt8(ascii: "d"), count: 32))
    }

    @Test func `beyond their size go, oldest first, and are counted`() throws {
        var queue = try QueueFixture.open(directory: folder.path, clock: clock)
        for number in 0..<50 {
            _ = try append(queue) { builder in
                builder.payload(body: "\(number)" + String(repeating: "z", count: 10_000))
                builder.fault(.syntax)
            }
        }
        queue.close()
        queue = try QueueFixture.open(directory: folder.path, clock: clock) { $0.deadLetterMaxSizeBytes = 200_000 }
        defer { queue.close() }
        let letters = try queue.makeReader().deadLetters(limit: 100)
        #expect(letters.count < 20 && letters.count > 15)
        #expect(letters.last?.id == 50, "the newest stay")
        #expect(queue.counters().deadLettersDropped == Int64(50 - letters.count))
        #expect(queue.counters().sources[0].deadLetters == 50, "what was received stays counted")
        #expect(try queue.makeReader().summary().deadLetterBytes <= 200_000)
    }

    @Test func `beyond their size go while they come, however many there are`() throws {
        var queue = try QueueFixture.open(directory: folder.path, clock: clock)
        for group in 0..<4 {
            _ = try append(queue) { builder in
                for number in 0..<1000 {
                    builder.payload(body: "\(group)/\(number)")
                    builder.fault(.syntax)
                }
            }
        }
        queue.close()
        queue = try QueueFixture.open(directory: folder.path, clock: clock) { $0.deadLetterMaxSizeBytes = 20_000 }
        defer { queue.close() }
        for _ in 0..<100 where try queue.makeReader().summary().deadLetterBytes > 20_000 { usleep(20_000) }
        #expect(try queue.makeReader().summary().deadLetterBytes <= 20_000, "more than one turn's worth")
        _ = try append(queue) { builder in
            builder.payload(body: String(repeating: "z", count: 30_000))
            builder.fault(.syntax)
        }
        for _ in 0..<100 where try queue.makeReader().summary().deadLetterBytes > 20_000 { usleep(20_000) }
        #expect(try queue.makeReader().summary().deadLetterBytes <= 20_000, "long before the minute is over")
    }

    @Test func `beyond their age go`() throws {
        var queue = try QueueFixture.open(directory: folder.path, clock: clock)
        _ = try append(queue) { builder in
            builder.payload(body: "old")
            builder.fault(.syntax)
            builder.payload(body: "young", received: QueueFixture.start.advanced(byMilliseconds: 100_000))
            builder.fault(.syntax)
        }
        queue.close()
        clock.advance(milliseconds: 120_000)
        queue = try QueueFixture.open(directory: folder.path, clock: clock) { $0.deadLetterRetainMilliseconds = 60_000 }
        defer { queue.close() }
        #expect(try queue.makeReader().deadLetters(limit: 100).map(\.id) == [2])
    }

    @Test func `with ten thousand faults keep a thousand and the number`() throws {
        let queue = try QueueFixture.open(directory: folder.path)
        defer { queue.close() }
        _ = try append(queue) { builder in
            builder.payload(body: "many")
            for index in 0..<10_000 { builder.fault(.badValue, index: index, offset: index) }
        }
        let letter = try #require(try queue.makeReader().deadLetter(1))
        #expect(letter.faults.count == 1000 && letter.faultCount == 10_000)
    }
}
