import Readings
import SQLite
import Synchronization

/// What leaves the queue: acknowledged rows by age and size, and what consumers will never get.
extension Writer {
    /// Deletes one chunk of the oldest rows, as far as they may go.
    mutating func retire() throws(QueueError) {
        upkeep.hasMore = false
        let isOverfull = upkeep.usedBytes > settings.maxSizeBytes
        guard let oldest = try firstSequence() else { return }
        var limit = acknowledgedThrough
        if !isOverfull {
            limit = min(limit, try lastSequence(committedBefore: settings.retainAcknowledgedMilliseconds))
        }
        if limit >= oldest {
            let through = min(limit, oldest + Limits.retireRows - 1)
            try delete(through: through, counter: "retired", reason: "retention")
            upkeep.hasMore = limit > through || isOverfull
            return
        }
        guard isOverfull else { return }
        guard settings.whenFull == .dropOldest else {
            upkeep.isFull = true
            return
        }
        try delete(
            through: min(lastSequence, oldest + Limits.retireRows - 1), counter: "dropped", reason: "queue-full")
        upkeep.hasMore = true
    }

    /// What every required consumer has acknowledged. With no consumer at all nothing counts as acknowledged.
    private var acknowledgedThrough: Int64 {
        guard !consumers.isEmpty else { return 0 }
        var through = lastSequence
        for consumer in consumers where consumer.definition.required {
            // An open batch begins beyond the cursor, so the cursor guards it too.
            through = min(through, consumer.cursor)
        }
        return through
    }

    private mutating func delete(through: Int64, counter: String, reason: String) throws(QueueError) {
        if through > summarisedThrough { try flushDays() }
        let numbers = Numbers(sequence: lastSequence, version: lastVersion)
        let outcome = try inTransaction { writer throws -> (deleted: Int64, numbers: Numbers, skipped: Int64) in
            var numbers = numbers
            try writer.store.connection.execute("DELETE FROM reading WHERE sequence <= ?", .integer(through))
            let deleted = Int64(writer.store.connection.changes)
            try writer.store.connection.execute("DELETE FROM record WHERE sequence <= ?", .integer(through))
            var skipped: Int64 = 0
            for consumer in writer.consumers where consumer.cursor < through {
                try writer.skip(consumer, through: through, reason: reason, &numbers)
                skipped += 1
            }
            try writer.store.updateQueue.run(.integer(numbers.sequence), .integer(numbers.version))
            try writer.store.addToCounter.run(.text(counter), .text(""), .text(""), .integer(deleted))
            return (deleted, numbers, skipped)
        }
        try finish(outcome.numbers, skipped: outcome.skipped)
        shared.counters.withLock { $0.add(name: counter, source: "", detail: "", value: outcome.deleted) }
    }

    /// Moves consumers with an age limit past what is older, and tells them.
    mutating func skipAged() throws(QueueError) {
        for consumer in consumers where consumer.definition.maxAgeMilliseconds > 0 {
            let through = try lastSequence(committedBefore: consumer.definition.maxAgeMilliseconds)
            guard consumer.cursor < through, try hasReadings(after: consumer.cursor, through: through) else { continue }
            let numbers = Numbers(sequence: lastSequence, version: lastVersion)
            let after = try inTransaction { writer throws -> Numbers in
                var numbers = numbers
                try writer.skip(consumer, through: through, reason: "max-age", &numbers)
                return numbers
            }
            try finish(after, skipped: 1)
        }
    }

    /// Tells a consumer, with a record of its own, that it will not get what lies between its cursor and `through`.
    private mutating func skip(
        _ consumer: ConsumerState, through: Int64, reason: String, _ numbers: inout Numbers
    ) throws {
        numbers.sequence += 1
        numbers.version = max(numbers.version + 1, clock.nowMicroseconds())
        let record = StoredRecord(
            sequence: numbers.sequence, kind: "skipped", consumer: consumer.definition.name, version: numbers.version,
            body: "{\"from\":\(consumer.cursor + 1),\"to\":\(through),\"reason\":\"\(reason)\"}")
        try store.connection.execute(
            "INSERT INTO record VALUES (?, ?, ?, ?, ?, ?)", .integer(record.sequence), .text(record.kind),
            SQLiteValue(record.consumer), .integer(record.version), .text(record.body), .integer(record.checksum))
        try store.connection.execute(
            "UPDATE consumer SET cursor = ? WHERE name = ?", .integer(through), .text(consumer.definition.name))
        try store.connection.execute(
            "DELETE FROM consumer_batch WHERE consumer = ?", .text(consumer.definition.name))
        try store.addToCounter.run(.text("generated"), .text(""), .text("skipped"), .integer(1))
    }

    private mutating func finish(_ numbers: Numbers, skipped: Int64) throws(QueueError) {
        guard skipped > 0 else { return }
        lastSequence = numbers.sequence
        lastVersion = numbers.version
        shared.counters.withLock { $0.generated["skipped", default: 0] += skipped }
        try reloadConsumers()
        shared.waiters.publish(lastSequence)
    }

    // MARK: places in the queue

    mutating func firstSequence() throws(QueueError) -> Int64? {
        do {
            let reading = try store.connection.integer("SELECT min(sequence) FROM reading")
            let record = try store.connection.integer("SELECT min(sequence) FROM record")
            return [reading, record].compactMap { $0 }.min()
        } catch {
            throw queueError(error)
        }
    }

    private func hasReadings(after: Int64, through: Int64) throws(QueueError) -> Bool {
        do {
            return try store.connection.integer(
                "SELECT 1 FROM reading WHERE sequence > ? AND sequence <= ? LIMIT 1", .integer(after),
                .integer(through)) != nil
        } catch {
            throw queueError(error)
        }
    }

    /// The last sequence committed more than so long ago.
    private func lastSequence(committedBefore age: Int64) throws(QueueError) -> Int64 {
        try lastSequence(committedBeforeVersion: clock.nowMicroseconds() - age.multipliedClamped(by: 1000))
    }

    /// The last sequence whose version is lower; versions grow with sequences, so a few looks find it.
    func lastSequence(committedBeforeVersion version: Int64) throws(QueueError) -> Int64 {
        do {
            var statement = try store.connection.prepare(
                """
                SELECT sequence, (time_ms + lag_ms) * 1000 + version_offset FROM reading WHERE sequence > ?
                ORDER BY sequence LIMIT 1
                """)
            var low: Int64 = 0  // everything up to here is older
            var high = lastSequence  // everything beyond is not
            while low < high {
                let middle = low + (high - low) / 2
                try statement.bind(middle, at: 1)
                guard try statement.step() else {
                    high = middle
                    continue
                }
                let (sequence, committed) = (statement.int64(0), statement.int64(1))
                statement.reset()
                if committed < version { low = sequence } else { high = middle }
            }
            return low
        } catch {
            throw queueError(error)
        }
    }
}

extension Int64 {
    /// The product, or the largest number where it does not fit.
    func multipliedClamped(by factor: Int64) -> Int64 {
        let (product, overflow) = multipliedReportingOverflow(by: factor)
        return overflow ? .max : product
    }
}

extension StoredRecord {
    /// Over every column.
    var checksum: Int64 {
        var checksum = Checksum()
        checksum.mix(sequence)
        checksum.mix(kind)
        checksum.mix(consumer)
        checksum.mix(version)
        checksum.mix(body)
        return checksum.value
    }
}
