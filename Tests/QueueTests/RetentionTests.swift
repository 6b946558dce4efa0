import Foundation
import QuantracTesting
import Queue
import Readings
import Testing

@Suite struct `Retention` {
    let folder: Folder
    let clock = HeldClock()

    init() throws { folder = try Folder() }

    func open(_ change: (inout QueueSettings) -> Void) throws -> ReadingQueue {
        try QueueFixture.open(directory: folder.path, clock: clock, change: change)
    }

    func append(_ queue: ReadingQueue, _ first: Int, _ count: Int) throws {
        var intake = QueueFixture.intake(firstReading: first, count: count)
        _ = try queue.append(&intake)
    }

    func acknowledgeAll(_ queue: ReadingQueue, _ consumer: String = "w") throws {
        while let batch = try? QueueFixture.fixBatch(of: consumer, in: queue, max: 50_000) {
            _ = try queue.acknowledge(consumer: consumer, batch: batch.id)
        }
    }

    /// The writer works between two wake-ups; a test waits for what it must come to.
    func eventually(_ claim: String, _ condition: () throws -> Bool) throws {
        for _ in 0..<200 {
            if try condition() { return }
            usleep(20_000)
        }
        Issue.record("\(claim)")
    }

    func sequences(_ queue: ReadingQueue) throws -> [Int64] {
        try QueueFixture.readings(in: queue).map(\.sequence)
    }

    @Test func `deletes what is acknowledged and old, and nothing else`() throws {
        let queue = try open { $0.retainAcknowledgedMilliseconds = 1000 }
        defer { queue.close() }
        try queue.addConsumer(QueueFixture.consumer("w"))
        try append(queue, 0, 100)
        clock.advance(milliseconds: 5000)
        try append(queue, 100, 100)
        usleep(1_200_000)
        #expect(try sequences(queue).count == 200, "nothing is acknowledged")
        try acknowledgeAll(queue)
        try eventually("the old half goes") { try sequences(queue) == Array(101...200) }
        #expect(queue.counters().retired == 100)
        #expect(queue.counters().sources.allSatisfy { $0.isBalanced })
    }

    @Test func `deletes nothing without a consumer`() throws {
        let queue = try open { $0.retainAcknowledgedMilliseconds = 0 }
        defer { queue.close() }
        try append(queue, 0, 100)
        clock.advance(milliseconds: 5000)
        usleep(1_200_000)
        #expect(try sequences(queue).count == 100)
    }

    @Test func `never reuses a sequence after the queue drained`() throws {
        var queue = try open { $0.retainAcknowledgedMilliseconds = 0 }
        try queue.addConsumer(QueueFixture.consumer("w"))
        try append(queue, 0, 30)
        clock.advance(milliseconds: 5000)
        try acknowledgeAll(queue)
        try eventually("everything goes") { try sequences(queue).isEmpty }
        queue.close()
        clock.advance(milliseconds: -86_400_000)
        queue = try open { $0.retainAcknowledgedMilliseconds = 0 }
        defer { queue.close() }
        #expect(queue.lastSequence == 30)
        try append(queue, 30, 10)
        let kept = try QueueFixture.readings(in: queue)
        #expect(kept.map(\.sequence) == Array(31...40))
        #expect(kept.allSatisfy { $0.version > QueueFixture.start.millisecondsSince1970 * 1000 }, "nor a version")
        var again = QueueFixture.intake(firstReading: 35, count: 10)
        #expect(try queue.append(&again).duplicates == 5)
    }

    @Test func `tells a consumer that is not required what it will not get`() throws {
        let queue = try open { $0.retainAcknowledgedMilliseconds = 1000 }
        defer { queue.close() }
        try queue.addConsumer(QueueFixture.consumer("w"))
        var side = QueueFixture.consumer("side")
        side.required = false
        try queue.addConsumer(side)
        try append(queue, 0, 100)
        let lost = try QueueFixture.fixBatch(of: "side", in: queue, max: 10)
        clock.advance(milliseconds: 5000)
        try append(queue, 100, 50)
        try acknowledgeAll(queue)
        try eventually("the old go") { try sequences(queue) == Array(101...150) }
        let error = #expect(throws: QueueError.self) {
            _ = try queue.acknowledge(consumer: "side", batch: lost.id)
        }
        #expect(error?.reason == .noSuchBatch(current: nil))
        var page = Page()
        let reader = try queue.makeReader()
        try reader.page(after: 100, limit: 1000, filter: side.filter, into: &page)
        #expect(page.rows.count == 50)
        #expect(page.records.map(\.body) == ["{\"from\":1,\"to\":100,\"reason\":\"retention\"}"])
        #expect(page.records.first?.sequence == 151)
        try reader.page(after: 100, limit: 1000, filter: QueueFixture.consumer("w").filter, into: &page)
        #expect(page.records.isEmpty, "nobody else is told")
        #expect(queue.counters().generated == ["skipped": 1])
        let batch = try QueueFixture.fixBatch(of: "side", in: queue, max: 1000)
        #expect(batch.number == 2 && batch.count == 51 && batch.first == 101)
    }

    @Test func `skips what is over a consumer's age`() throws {
        var live = QueueFixture.consumer("live")
        live.required = false
        live.maxAgeMilliseconds = 60_000
        var queue = try open { _ in }
        try queue.addConsumer(live)
        try append(queue, 0, 100)
        clock.advance(milliseconds: 61_000)
        try append(queue, 100, 10)
        queue.close()
        queue = try open { _ in }
        defer { queue.close() }
        try eventually("it is moved") { try queue.makeReader().consumers().first?.cursor == 100 }
        var page = Page()
        try queue.makeReader().page(after: 100, limit: 1000, filter: live.filter, into: &page)
        #expect(page.records.map(\.body) == ["{\"from\":1,\"to\":100,\"reason\":\"max-age\"}"])
        #expect(try sequences(queue).count == 110, "the readings stay")
    }

    @Test func `under size pressure the oldest acknowledged go first, and intake goes on`() throws {
        let queue = try open { $0.maxSizeBytes = 12 << 20 }
        defer { queue.close() }
        try queue.addConsumer(QueueFixture.consumer("w"))
        for round in 0..<60 {
            try append(queue, round * 5000, 5000)
            try acknowledgeAll(queue)
        }
        try eventually("below the limit") { queue.health.usedBytes <= 12 << 20 }
        let kept = try sequences(queue)
        #expect(kept.last == 300_000 && kept.count < 300_000 && kept.count > 30_000)
    }

    @Test func `unacknowledged rows alone stop intake, until some are acknowledged`() throws {
        let queue = try open { $0.maxSizeBytes = 10 << 20 }
        defer { queue.close() }
        try queue.addConsumer(QueueFixture.consumer("w"))
        var error: QueueError?
        var round = 0
        while error == nil, round < 200 {
            do throws(QueueError) {
                var intake = QueueFixture.intake(firstReading: round * 5000, count: 5000)
                _ = try queue.append(&intake)
                round += 1
            } catch let refused {
                error = refused
            }
        }
        #expect(error?.reason == .queueFull)
        #expect(error?.isTransient == true)
        #expect(queue.health.canCommit == false && queue.health.reason?.contains("max_size") == true)
        let kept = try sequences(queue).count
        #expect(kept == round * 5000, "nothing is lost")
        try acknowledgeAll(queue)
        try eventually("it goes on") {
            var intake = QueueFixture.intake(firstReading: round * 5000, count: 5000)
            return (try? queue.append(&intake))?.queued == 5000
        }
        #expect(queue.health.canCommit)
    }

    @Test func `drop-oldest drops unacknowledged rows and tells every consumer`() throws {
        let queue = try open { settings in
            settings.maxSizeBytes = 10 << 20
            settings.whenFull = .dropOldest
        }
        try queue.addConsumer(QueueFixture.consumer("w"))
        for round in 0..<60 { try append(queue, round * 5000, 5000) }
        // The writer goes on dropping until the log fits too: looked at when it has ended.
        queue.close()
        let reader = try QueueReader.open(directory: folder.path)
        let kept = try QueueFixture.readings(of: reader)
        #expect(kept.last?.value == 29_999.9)
        #expect(kept.count < 300_000 && kept.count > 10_000)
        #expect(try reader.counters().dropped + Int64(kept.count) == 300_000)
        var page = Page()
        let state = try #require(try reader.consumers().first)
        #expect(state.cursor < kept[0].sequence)
        try reader.page(after: state.cursor, limit: 1_000_000, filter: state.definition.filter, into: &page)
        #expect(page.rows.count == kept.count)
        let skipped = page.records.last?.body
        #expect(skipped?.contains("\"to\":\(state.cursor),\"reason\":\"queue-full\"") == true, "\(skipped ?? "")")
    }
}
