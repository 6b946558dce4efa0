import QuantracTesting
import Queue
import Readings
import Testing

@Suite struct `Many callers` {
    @Test func `share commits, and none is lost or mixed up`() async throws {
        let folder = try Folder()
        let queue = try QueueFixture.open(directory: folder.path)
        defer { queue.close() }
        try await withThrowingTaskGroup(of: Int.self) { group in
            for caller in 0..<8 {
                group.addTask {
                    var queued = 0
                    for round in 0..<50 {
                        var builder = IntakeBuilder(source: "mqtt:\(caller)")
                        for minute in 0..<20 {
                            builder.reading(
                                station: "S\(caller)",
                                time: QueueFixture.start.advanced(byMilliseconds: Int64(round * 20 + minute) * 1000),
                                value: Double(minute))
                        }
                        queued += try queue.append(&builder.intake).queued
                        #expect(builder.intake.readings.count == 20)
                    }
                    return queued
                }
            }
            var total = 0
            for try await queued in group { total += queued }
            #expect(total == 8000)
        }
        let counters = queue.counters()
        #expect(counters.sources.count == 8)
        #expect(counters.sources.allSatisfy { $0.queued == 1000 && $0.isBalanced })
        #expect(try QueueFixture.readings(in: queue).count == 8000)
        #expect(queue.health.commits <= 400)
    }

    @Test func `wait for a commit, for a deadline, and for their end`() async throws {
        let folder = try Folder()
        let queue = try QueueFixture.open(directory: folder.path)
        let now = ContinuousClock.now
        #expect(await queue.waitForCommit(beyond: 0, until: now + .milliseconds(30)) == false)
        async let committed = queue.waitForCommit(beyond: 0, until: now + .seconds(30))
        var intake = QueueFixture.intake(firstReading: 0, count: 3)
        _ = try queue.append(&intake)
        #expect(await committed)
        #expect(await queue.waitForCommit(beyond: 2, until: now))
        let cancelled = Task { await queue.waitForCommit(beyond: 3, until: now + .seconds(30)) }
        cancelled.cancel()
        #expect(await cancelled.value == false)
        async let closed = queue.waitForCommit(beyond: 3, until: now + .seconds(30))
        queue.close()
        #expect(await closed == false)
        #expect(ContinuousClock.now - now < .seconds(25))
    }

    @Test func `need not wait when one brings a full batch`() throws {
        let folder = try Folder()
        let queue = try QueueFixture.open(directory: folder.path) { settings in
            settings.commitAfterMilliseconds = 20_000
            settings.commitReadings = 100
        }
        defer { queue.close() }
        // Both have been active lately, so that the writer expects the other one.
        var other = QueueFixture.intake(firstReading: 0, count: 1, source: "mqtt:other")
        _ = try queue.append(&other)
        var one = QueueFixture.intake(firstReading: 1, count: 1)
        _ = try queue.append(&one)
        let before = ContinuousClock.now
        var full = QueueFixture.intake(firstReading: 10, count: 100)
        _ = try queue.append(&full)
        #expect(ContinuousClock.now - before < .seconds(10))
    }

    @Test func `show the writer at work`() async throws {
        let folder = try Folder()
        let queue = try QueueFixture.open(directory: folder.path)
        defer { queue.close() }
        let before = queue.health.writerProgressNanoseconds
        #expect(before > 0)
        try await Task.sleep(for: .milliseconds(1300))
        #expect(queue.health.writerProgressNanoseconds > before, "an idle writer too")
    }
}
