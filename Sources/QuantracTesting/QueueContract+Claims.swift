import Queue
import Readings

extension Stage {
    func restart() throws {
        let before = try withQueue { queue in
            let outcome = try append(QueueFixture.intake(firstReading: 0, count: 2500), to: queue)
            try require(outcome.queued == 2500 && outcome.lastSequence == queue.lastSequence, "all are queued")
            return (queue.uuid, try QueueFixture.readings(in: queue))
        }
        try withQueue { queue in
            try require(queue.uuid == before.0, "the queue is the same")
            try require(try QueueFixture.readings(in: queue) == before.1 && before.1.count == 2500, "nothing changed")
            try require(queue.lastSequence == before.1.last?.sequence, "the last sequence is known at once")
        }
    }

    func duplicates() throws {
        try withQueue { queue in
            _ = try append(QueueFixture.intake(firstReading: 0, count: 100), to: queue)
            let again = try append(QueueFixture.intake(firstReading: 50, count: 100), to: queue)
            try require(again.queued == 50 && again.duplicates == 50, "half of the second intake is known: \(again)")
        }
        try withQueue { queue in
            let again = try append(QueueFixture.intake(firstReading: 0, count: 150), to: queue)
            try require(again.duplicates == 150 && again.queued == 0, "all is known after a restart: \(again)")
            var twice = IntakeBuilder()
            let late = QueueFixture.start.advanced(byMilliseconds: 9_000_000)
            for _ in 0..<3 { twice.reading(time: late, value: 7) }
            let inBatch = try append(twice.intake, to: queue)
            try require(inBatch.queued == 1 && inBatch.duplicates == 2, "known within the batch too: \(inBatch)")
        }
    }

    func corrects() throws {
        try withQueue { queue in
            for value in [1.0, 2.0, 1.0, 3.0] { _ = try append(reading(value), to: queue) }
            _ = try append(reading(3, status: "02"), to: queue)
            let kept = try QueueFixture.readings(in: queue)
            try require(kept.map(\.value) == [1, 2, 3, 3], "equal to any stored revision is a duplicate")
            try require(kept.map(\.revision) == [0, 1, 2, 3], "revisions count")
            try require(kept.map(\.cause) == [nil, .corrected, .corrected, .corrected], "with their cause")
            try require(zip(kept, kept.dropFirst()).allSatisfy { $0.version < $1.version }, "versions grow")
        }
    }

    func conflicts() throws {
        try withQueue { queue in
            _ = try append(reading(1), to: queue)
            let same = try append(reading(1, source: "mqtt:other"), to: queue)
            try require(same.duplicates == 1, "the same content of another source is a duplicate")
            _ = try append(reading(2, source: "mqtt:other"), to: queue)
            let kept = try QueueFixture.readings(in: queue)
            try require(kept.count == 2 && kept.last?.cause == .conflict, "a revision with the cause conflict")
            try require(kept.last?.qualifiers.contains(.conflict) == true, "and its qualifier")
            try require(kept.last?.source == "mqtt:other", "and its source")
        }
    }

    func counters() throws {
        let expected = try withQueue { queue in
            _ = try append(QueueFixture.intake(firstReading: 0, count: 30), to: queue)
            var mixed = IntakeBuilder()
            mixed.payload(body: "{\"a\":")
            mixed.reading(time: QueueFixture.start.advanced(byMilliseconds: 1), value: 1)
            mixed.fault(.syntax, offset: 5)
            mixed.fault(.badValue, index: 3, offset: 2)
            mixed.payload(body: "")
            mixed.fault(.empty)
            mixed.payload(body: "")
            mixed.fault(.empty)
            let outcome = try append(mixed.intake, to: queue)
            try require(outcome.deadLetters == 2 && outcome.duplicates == 1, "a dead letter a payload: \(outcome)")
            _ = try append(QueueFixture.intake(firstReading: 20, count: 20), to: queue)
            _ = try append(reading(5, source: "mqtt:other"), to: queue)
            let counters = queue.counters()
            let field = counters.sources.first { $0.source == "mqtt:field" }
            try require(counters.sources.allSatisfy(\.isBalanced), "received = queued + duplicates + dead letters")
            try require(field?.received == 54, "every item is received: \(String(describing: field))")
            try require(field?.deadLetterReasons == [.syntax: 1, .empty: 1], "by the reason of the first fault")
            return counters
        }
        try withQueue { queue in
            try require(queue.counters() == expected, "the counters survive a restart")
            try require(try queue.makeReader().counters() == expected, "a reader sees the same")
        }
    }

    func sequences() throws {
        let last = try withQueue { queue in
            try append(QueueFixture.intake(firstReading: 0, count: 10), to: queue).lastSequence ?? 0
        }
        try withQueue { queue in
            let outcome = try append(QueueFixture.intake(firstReading: 10, count: 10), to: queue)
            try require((outcome.firstSequence ?? 0) > last, "sequences go on after a restart")
            let kept = try QueueFixture.readings(in: queue)
            try require(Set(kept.map(\.sequence)).count == 20, "each its own")
            try require(kept.map(\.sequence) == kept.map(\.sequence).sorted(), "in the order of commits")
        }
    }

    func versions() throws {
        try withQueue { queue in
            _ = try append(QueueFixture.intake(firstReading: 0, count: 10), to: queue)
            clock.advance(milliseconds: -86_400_000)
            _ = try append(QueueFixture.intake(firstReading: 10, count: 10), to: queue)
        }
        clock.advance(milliseconds: -86_400_000)
        try withQueue { queue in
            _ = try append(QueueFixture.intake(firstReading: 20, count: 10), to: queue)
            let versions = try QueueFixture.readings(in: queue).map(\.version)
            try require(zip(versions, versions.dropFirst()).allSatisfy { $0 < $1 }, "\(versions)")
        }
    }

    func fixedBatch() throws {
        let batch = try withQueue { queue in
            try queue.addConsumer(QueueFixture.consumer("warehouse"))
            _ = try append(QueueFixture.intake(firstReading: 0, count: 100), to: queue)
            let batch = try QueueFixture.fixBatch(of: "warehouse", in: queue, max: 40)
            try require(batch.count == 40 && batch.number == 1, "the first batch: \(batch)")
            try require(batch.id == "test-1-\(queue.uuid)-warehouse-1", batch.id)
            let again = try QueueFixture.fixBatch(of: "warehouse", in: queue, max: 100)
            try require(again == batch, "stays the same whatever is proposed")
            return batch
        }
        try withQueue { queue in
            try require(try QueueFixture.fixBatch(of: "warehouse", in: queue, max: 7) == batch, "after a restart too")
        }
    }

    func acknowledgement() throws {
        try withQueue { queue in
            try queue.addConsumer(QueueFixture.consumer("warehouse"))
            _ = try append(QueueFixture.intake(firstReading: 0, count: 100), to: queue)
            let first = try QueueFixture.fixBatch(of: "warehouse", in: queue, max: 40)
            let done = try queue.acknowledge(consumer: "warehouse", batch: first.id)
            try require(!done.already && done.chain == first.chain && done.cursor == first.through, "\(done)")
            let again = try queue.acknowledge(consumer: "warehouse", batch: first.id)
            try require(again.already && again.chain == first.chain, "repeated: \(again)")
            let second = try QueueFixture.fixBatch(of: "warehouse", in: queue, max: 40)
            try require(second.number == 2 && second.first > first.last, "then comes the next")
            let stillAlready = try queue.acknowledge(consumer: "warehouse", batch: first.id)
            try require(stillAlready.already, "the last one may be repeated while the next is open")
            try requireRefusal(.noSuchBatch(current: second.id)) {
                _ = try queue.acknowledge(consumer: "warehouse", batch: "nonsense")
            }
            try requireRefusal(.noSuchConsumer) { _ = try queue.acknowledge(consumer: "nobody", batch: second.id) }
        }
    }

    func rewind() throws {
        try withQueue { queue in
            try queue.addConsumer(QueueFixture.consumer("warehouse"))
            _ = try append(QueueFixture.intake(firstReading: 0, count: 100), to: queue)
            let first = try QueueFixture.fixBatch(of: "warehouse", in: queue, max: 40)
            _ = try queue.acknowledge(consumer: "warehouse", batch: first.id)
            let second = try QueueFixture.fixBatch(of: "warehouse", in: queue, max: 40)
            try queue.rewindConsumer("warehouse", to: .oldest)
            for batch in [first, second] {
                try requireRefusal(.noSuchBatch(current: nil)) {
                    _ = try queue.acknowledge(consumer: "warehouse", batch: batch.id)
                }
            }
            let third = try QueueFixture.fixBatch(of: "warehouse", in: queue, max: 40)
            try require(third.number == 3 && third.first == first.first, "from the oldest, with a new number: \(third)")
        }
    }

    func closed() throws {
        let queue = try open(directory, clock)
        queue.close()
        queue.close()
        var intake = QueueFixture.intake(firstReading: 0, count: 5)
        try requireRefusal(.closed) { _ = try queue.append(&intake) }
        try require(intake.readings.count == 5, "the intake comes back")
        try requireRefusal(.closed) { try queue.addConsumer(QueueFixture.consumer("warehouse")) }
    }
}
