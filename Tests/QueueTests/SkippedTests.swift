import Foundation
import QuantracTesting
import Queue
import Readings
import Testing

/// No reading leaves a consumer's way without a `skipped` line that covers it.
@Suite struct `Holes` {
    let folder: Folder
    let clock = HeldClock()

    init() throws { folder = try Folder() }

    func open(_ change: (inout QueueSettings) -> Void = { _ in }) throws -> ReadingQueue {
        try QueueFixture.open(directory: folder.path, clock: clock, change: change)
    }

    func append(_ queue: ReadingQueue, _ first: Int, _ count: Int) throws -> ClosedRange<Int64> {
        var intake = QueueFixture.intake(firstReading: first, count: count)
        let outcome = try queue.append(&intake)
        return (outcome.firstSequence ?? 0)...(outcome.lastSequence ?? 0)
    }

    /// Everything that the consumer gets from now on: the readings, and the holes of the `skipped` lines.
    func deliver(_ name: String, _ reader: QueueReader) throws -> (readings: [Int64], holes: [ClosedRange<Int64>]) {
        let state = try #require(try reader.consumers().first { $0.definition.name == name })
        var page = Page()
        try reader.page(after: state.cursor, limit: 1_000_000, filter: state.definition.filter, into: &page)
        let holes = page.records.compactMap { record -> ClosedRange<Int64>? in
            let numbers = record.body.split { !$0.isNumber }.compactMap { Int64($0) }
            return numbers.count >= 2 ? numbers[0]...numbers[1] : nil
        }
        return (page.rows.map(\.sequence), holes)
    }

    func expectNoHole(_ stored: [ClosedRange<Int64>], _ got: (readings: [Int64], holes: [ClosedRange<Int64>])) {
        let delivered = Set(got.readings)
        let missing = stored.joined().filter { sequence in
            !delivered.contains(sequence) && !got.holes.contains { $0.contains(sequence) }
        }
        #expect(missing.isEmpty, "\(missing.prefix(5)) of \(missing.count); told \(got.holes)")
    }

    @Test func `by age are told in full, however often it moved on before a pull`() throws {
        var live = QueueFixture.consumer("live")
        live.required = false
        live.maxAgeMilliseconds = 60_000
        var stored: [ClosedRange<Int64>] = []
        for round in 0..<5 {
            // Each start looks at the ages once.
            let queue = try open()
            if round == 0 { try queue.addConsumer(live) }
            stored.append(try append(queue, round * 50, 50))
            queue.close()
            clock.advance(milliseconds: 61_000)
        }
        try open().close()
        let got = try deliver("live", QueueReader.open(directory: folder.path))
        expectNoHole(stored, got)
        #expect(got.readings.isEmpty && got.holes.count == 1 && got.holes.first?.lowerBound == 1)
    }

    @Test func `by drop-oldest are told in full, however often it dropped before a pull`() throws {
        let queue = try open { settings in
            settings.maxSizeBytes = 6 << 20
            settings.whenFull = .dropOldest
        }
        try queue.addConsumer(QueueFixture.consumer("w"))
        var stored: [ClosedRange<Int64>] = []
        for round in 0..<60 { stored.append(try append(queue, round * 5000, 5000)) }
        queue.close()
        let reader = try QueueReader.open(directory: folder.path)
        #expect(try reader.counters().generated["skipped", default: 0] > 2)
        expectNoHole(stored, try deliver("w", reader))
    }

    @Test func `of what a filter leaves out are not told`() throws {
        var narrow = QueueFixture.consumer("narrow")
        narrow.required = false
        narrow.maxAgeMilliseconds = 60_000
        narrow.parameters = ["P99"]
        var wide = narrow
        wide.name = "wide"
        wide.parameters = ["P3"]
        let queue = try open()
        try queue.addConsumer(narrow)
        try queue.addConsumer(wide)
        _ = try append(queue, 0, 100)
        queue.close()
        clock.advance(milliseconds: 61_000)
        try open().close()
        let reader = try QueueReader.open(directory: folder.path)
        #expect(try reader.consumers().map(\.cursor) == [100, 100], "both are moved")
        #expect(try deliver("narrow", reader).holes.isEmpty)
        #expect(try deliver("wide", reader).holes == [1...100])
        #expect(try reader.counters().generated == ["skipped": 1])
    }

    @Test func `are not made by dead letters`() throws {
        let queue = try open { settings in
            settings.maxSizeBytes = 2 << 20
            settings.whenFull = .dropOldest
        }
        try queue.addConsumer(QueueFixture.consumer("w"))
        let stored = try append(queue, 0, 1000)
        for number in 0..<100 {
            var builder = IntakeBuilder()
            builder.payload(body: "\(number)" + String(repeating: "z", count: 60_000))
            builder.fault(.syntax)
            _ = try queue.append(&builder.intake)
        }
        usleep(1_500_000)
        let kept = try QueueFixture.readings(in: queue).map(\.sequence)
        #expect(kept == Array(stored), "not one is dropped")
        #expect(queue.counters().dropped == 0 && queue.counters().generated.isEmpty)
        #expect(queue.health.usedBytes > 6 << 20)
        queue.close()
    }

    @Test(arguments: [true, false])
    func `are not told for ever where no reading is left to drop`(isRequired: Bool) throws {
        var queue = try open()
        var consumer = QueueFixture.consumer("w")
        consumer.required = isRequired
        try queue.addConsumer(consumer)
        let stored = try append(queue, 0, 100)
        queue.close()
        queue = try open { settings in
            settings.maxSizeBytes = 1
            settings.whenFull = .dropOldest
        }
        usleep(1_500_000)
        let counters = queue.counters()
        #expect(counters.dropped == (isRequired ? 100 : 0) && counters.retired == (isRequired ? 0 : 100))
        #expect(queue.counters().generated == ["skipped": 1] && queue.lastSequence == 101)
        var intake = QueueFixture.intake(firstReading: 500, count: 1)
        let error = #expect(throws: QueueError.self) { _ = try queue.append(&intake) }
        #expect(error?.reason == .queueFull)
        queue.close()
        expectNoHole([stored], try deliver("w", QueueReader.open(directory: folder.path)))
    }
}
