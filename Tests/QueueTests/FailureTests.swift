import Glibc
import QuantracTesting
import Queue
import Readings
import SQLite
import Testing

@Suite struct `Failing commits` {
    @Test func `leave everything as it was, and the next ones succeed`() throws {
        let folder = try Folder()
        let log = JudgeLog()
        let queue = try QueueFixture.open(directory: folder.path, judge: { ValueJudge(log: log) })
        defer { queue.close() }
        var first = QueueFixture.intake(firstReading: 0, count: 100)
        _ = try queue.append(&first)
        do {
            // Another program that writes to the file, as a technician's shell might.
            let other = try Connection.open(path: folder.path("queue.db"), mode: .readWrite)
            try other.execute("BEGIN IMMEDIATE; CREATE TEMP TABLE x(a)")
            var second = QueueFixture.intake(firstReading: 100, count: 50)
            let error = #expect(throws: QueueError.self) { _ = try queue.append(&second) }
            #expect(error?.isTransient == true && error?.reason == .io)
            #expect(second.readings.count == 50, "the intake comes back")
            #expect(queue.health.canCommit == false && queue.health.commitFailures == 1)
            try other.execute("ROLLBACK")
        }
        var second = QueueFixture.intake(firstReading: 100, count: 50)
        let outcome = try queue.append(&second)
        #expect(outcome.queued == 50 && outcome.firstSequence == 101)
        #expect(queue.health.canCommit && queue.health.reason == nil)
        #expect(log.judged == 150)
        #expect(queue.counters().sources.map(\.received) == [150])
    }

    @Test func `for want of a trigger's mercy roll the judge and the names back`() throws {
        let folder = try Folder()
        let log = JudgeLog()
        let queue = try QueueFixture.open(directory: folder.path, judge: { ValueJudge(log: log) })
        defer { queue.close() }
        // The INSERT itself fails, after series, contexts and judgements.
        try folder.run("CREATE TRIGGER t BEFORE INSERT ON reading BEGIN SELECT raise(ABORT, 'no'); END")
        for _ in 0..<2 {
            var intake = QueueFixture.intake(firstReading: 0, count: 30)
            #expect(throws: QueueError.self) { _ = try queue.append(&intake) }
        }
        #expect(log.judged == 0 && log.rolledBack == 60)
        #expect(try queue.makeReader().seriesList().isEmpty)
        try folder.run("DROP TRIGGER t")
        var intake = QueueFixture.intake(firstReading: 0, count: 30)
        #expect(try queue.append(&intake) == AppendOutcome(queued: 30, firstSequence: 1, lastSequence: 30))
        #expect(try queue.append(&intake).duplicates == 30)
        #expect(try queue.makeReader().seriesList().map(\.name.number) == Array(1...10))
        #expect(queue.counters().sources.map(\.received) == [60])
    }

    @Test func `below min_free_disk nothing is taken, and everything can still be read`() throws {
        let folder = try Folder()
        let queue = try QueueFixture.open(directory: folder.path) { $0.minFreeDiskBytes = .max }
        defer { queue.close() }
        try queue.addConsumer(QueueFixture.consumer("w"))
        var intake = QueueFixture.intake(firstReading: 0, count: 30)
        let error = #expect(throws: QueueError.self) { _ = try queue.append(&intake) }
        #expect(error?.reason == .diskFull && error?.message.contains("min_free_disk") == true)
        #expect(try queue.makeReader().consumers().count == 1, "consumers are served")
    }

    @Test func `below min_free_disk what may go still goes`() throws {
        let folder = try Folder()
        let clock = HeldClock()
        var queue = try QueueFixture.open(directory: folder.path, clock: clock)
        try queue.addConsumer(QueueFixture.consumer("w"))
        var intake = QueueFixture.intake(firstReading: 0, count: 100)
        _ = try queue.append(&intake)
        let batch = try QueueFixture.fixBatch(of: "w", in: queue, max: 100)
        _ = try queue.acknowledge(consumer: "w", batch: batch.id)
        var builder = IntakeBuilder()
        builder.payload(body: "old")
        builder.fault(.syntax)
        _ = try queue.append(&builder.intake)
        queue.close()
        clock.advance(milliseconds: 5000)
        queue = try QueueFixture.open(directory: folder.path, clock: clock) { settings in
            settings.minFreeDiskBytes = .max
            settings.retainAcknowledgedMilliseconds = 1000
            settings.deadLetterRetainMilliseconds = 1000
        }
        defer { queue.close() }
        for _ in 0..<100 where try !QueueFixture.readings(in: queue).isEmpty { usleep(20_000) }
        #expect(try QueueFixture.readings(in: queue).isEmpty)
        #expect(try queue.makeReader().deadLetters(limit: 10).isEmpty)
        #expect(queue.health.canCommit == false, "and the disk is told")
    }
}

@Suite(.enabled(if: SmallDisk.isPossible), .serialized) struct `Full disk` {
    @Test func `refuses, loses nothing, and goes on by itself when there is room`() throws {
        let disk = try SmallDisk(mebibytes: 24)
        let queue = try QueueFixture.open(directory: disk.folder.path("data"))
        defer { queue.close() }
        var stored = 0
        var error: QueueError?
        while error == nil {
            do throws(QueueError) {
                var intake = QueueFixture.intake(firstReading: stored, count: 2000)
                _ = try queue.append(&intake)
                stored += 2000
            } catch let refused {
                error = refused
            }
        }
        #expect(error?.reason == .diskFull && error?.isTransient == true)
        #expect(queue.health.canCommit == false)
        #expect(try QueueFixture.readings(in: queue).count == stored)
        try disk.folder.remove("data/ballast")
        var intake = QueueFixture.intake(firstReading: stored, count: 2000)
        let outcome = try queue.append(&intake)
        #expect(outcome.queued == 2000 && outcome.firstSequence == Int64(stored) + 1)
        #expect(queue.health.canCommit)
        #expect(try QueueFixture.readings(in: queue).count == stored + 2000)
        #expect(queue.counters().sources.map(\.received) == [Int64(stored) + 2000])
    }

    @Test(arguments: [true, false])
    func `opens at zero bytes free after a clean stop, with and without the index`(keepsIndex: Bool) throws {
        let disk = try SmallDisk(mebibytes: 24)
        let directory = disk.folder.path("data")
        var queue = try QueueFixture.open(directory: directory)
        try queue.addConsumer(QueueFixture.consumer("w"))
        var intake = QueueFixture.intake(firstReading: 0, count: 5000)
        _ = try queue.append(&intake)
        queue.close()
        if !keepsIndex {
            for name in ["queue.db-wal", "queue.db-shm"] where disk.folder.exists("data/\(name)") {
                try disk.folder.remove("data/\(name)")
            }
        }
        try disk.fill()
        #expect(Disk.availableBytes(at: directory) == 0)
        #expect(try QueueFixture.readings(of: QueueReader.open(directory: directory)).count == 5000)
        queue = try QueueFixture.open(directory: directory)
        #expect(queue.lastSequence == 5000)
        #expect(try QueueFixture.readings(in: queue).count == 5000)
        let batch = try? QueueFixture.fixBatch(of: "w", in: queue, max: 5000)
        if let batch { _ = try queue.acknowledge(consumer: "w", batch: batch.id) }
        try disk.empty()
        intake = QueueFixture.intake(firstReading: 5000, count: 100)
        #expect(try queue.append(&intake).queued == 100)
        queue.close()
        queue = try QueueFixture.open(directory: directory)
        #expect(Disk.fileSize(directory + "/ballast") == 4 << 20, "the ballast is there again")
        queue.close()
    }
}
