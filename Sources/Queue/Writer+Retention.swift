import Readings
import SQLite
import Synchronization

/// What leaves the queue: acknowledged rows by age and size, and what consumers will never get.
extension Writer {
    /// Deletes one chunk of the oldest rows, as far as they may go.
    mutating func retire() throws(QueueError) {
        upkeep.hasMore = false
        let isOverfull = sizeBytes > settings.maxSizeBytes
        // Records go with the readings around them. Alone they take no room, and to drop one makes another.
        guard let oldest = try firstReading() else {
            if isFilledByRows { upkeep.isFull = true }
            return
        }
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
        guard isFilledByRows else { return }
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
            var skipped: Int64 = 0
            // First: what a consumer was not told yet stands in the rows that go.
            for consumer in writer.consumers where consumer.cursor < through {
                if try writer.skip(consumer, through: through, reason: reason, &numbers) { skipped += 1 }
            }
            try writer.store.connection.execute("DELETE FROM reading WHERE sequence <= ?", .integer(through))
            let deleted = Int64(writer.store.connection.changes)
            // A rule set is told once and named for ever.
            try writer.store.connection.execute(
                "DELETE FROM record WHERE sequence <= ? AND NOT (kind = 'rules' AND consumer IS NULL)",
                .integer(through))
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
            guard consumer.cursor < through else { continue }
            let numbers = Numbers(sequence: lastSequence, version: lastVersion)
            let after = try inTransaction { writer throws -> (numbers: Numbers, isTold: Bool) in
                var numbers = numbers
                let isTold = try writer.skip(consumer, through: through, reason: "max-age", &numbers)
                return (numbers, isTold)
            }
            try finish(after.numbers, skipped: after.isTold ? 1 : 0)
        }
    }

    /// Moves a consumer to `through` and tells it, with a record of its own, that it will not get what lies before.
    ///
    /// A record of the same kind that it has not got yet is replaced by the new one, which covers both holes. Where
    /// nothing lies between that the consumer wants, it is moved and not told.
    ///
    /// - Returns: Whether it was told.
    private mutating func skip(
        _ consumer: ConsumerState, through: Int64, reason: String, _ numbers: inout Numbers
    ) throws -> Bool {
        let name = consumer.definition.name
        let untold = try untoldHole(of: consumer, through: through)
        try store.connection.execute("UPDATE consumer SET cursor = ? WHERE name = ?", .integer(through), .text(name))
        // A batch that begins further on stays what it is.
        try store.connection.execute(
            "DELETE FROM consumer_batch WHERE consumer = ? AND first <= ?", .text(name), .integer(through))
        let isWanted = try untold.isThere || wantsReading(consumer, through: through)
        if !isWanted {
            try tellRulesAgain(to: name, after: consumer.cursor, through: through, &numbers)
            return false
        }
        try store.connection.execute(
            "DELETE FROM record WHERE kind = 'skipped' AND consumer = ? AND sequence > ? AND sequence <= ?",
            .text(name), .integer(consumer.cursor), .integer(through))
        numbers.sequence += 1
        numbers.version = max(numbers.version + 1, clock.nowMicroseconds())
        let from = min(consumer.cursor + 1, untold.from)
        let body = "{\"from\":\(from),\"to\":\(through),\"reason\":\"\(reason)\"}"
        try insertRecord("skipped", consumer: name, body: body, numbers)
        try tellRulesAgain(to: name, after: consumer.cursor, through: through, &numbers)
        try store.addToCounter.run(.text("generated"), .text(""), .text("skipped"), .integer(1))
        return true
    }

    /// Where the hole begins of which a consumer has not been told yet by a record up to `through`.
    private func untoldHole(of consumer: ConsumerState, through: Int64) throws -> (isThere: Bool, from: Int64) {
        var statement = try store.connection.prepare(
            """
            SELECT count(*), min(CASE WHEN json_valid(body) THEN CAST(json_extract(body, '$.from') AS INTEGER) END)
            FROM record WHERE kind = 'skipped' AND consumer = ? AND sequence > ? AND sequence <= ?
            """)
        try statement.bind([.text(consumer.definition.name), .integer(consumer.cursor), .integer(through)])
        var hole = (isThere: false, from: Int64.max)
        while try statement.step() { hole = (statement.int64(0) > 0, statement.optionalInt64(1) ?? .max) }
        return hole
    }

    /// Whether there is a reading beyond a consumer's cursor, up to `through`, that its filter lets through.
    private func wantsReading(_ consumer: ConsumerState, through: Int64) throws -> Bool {
        let filter = consumer.definition.filter
        var statement = try store.connection.prepare(
            "SELECT series_id FROM reading WHERE sequence > ? AND sequence <= ? ORDER BY sequence")
        try statement.bind([.integer(consumer.cursor), .integer(through)])
        var unwanted = Set<Int64>()
        while try statement.step() {
            let number = statement.int64(0)
            if unwanted.contains(number) { continue }
            // One whose name is not known may have been wanted.
            guard number > 0, number <= Int64(series.count) else { return true }
            let entry = series.entries[Int(number)]
            let isWanted = filter.matches(
                station: texts.string(entry.station) ?? "", parameter: texts.string(entry.parameter) ?? "")
            if isWanted { return true }
            unwanted.insert(number)
        }
        return false
    }

    /// The transaction is durable: memory follows. What took a sequence and tells of no hole is a rule set told again.
    mutating func finish(_ numbers: Numbers, skipped: Int64) throws(QueueError) {
        let rules = numbers.sequence - lastSequence - skipped
        lastSequence = numbers.sequence
        lastVersion = numbers.version
        // Consumers may have moved without being told.
        try reloadConsumers()
        guard skipped + rules > 0 else { return }
        shared.counters.withLock { counters in
            if skipped > 0 { counters.generated["skipped", default: 0] += skipped }
            if rules > 0 { counters.generated["rule_set", default: 0] += rules }
        }
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

    private mutating func firstReading() throws(QueueError) -> Int64? {
        do {
            return try store.connection.integer("SELECT min(sequence) FROM reading")
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
                "SELECT \(Store.readingColumns) FROM reading WHERE sequence > ? ORDER BY sequence")
            var low: Int64 = 0  // everything up to here is older
            var high = lastSequence  // everything beyond is not
            while low < high {
                let middle = low + (high - low) / 2
                try statement.bind(middle, at: 1)
                // A damaged row tells no time: the next one does.
                var found: RowWords?
                while found == nil, try statement.step() { found = RowWords(intact: statement) }
                statement.reset()
                guard let found, found.sequence <= high else {
                    high = middle
                    continue
                }
                if found.version < version { low = found.sequence } else { high = middle }
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
