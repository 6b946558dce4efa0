import Logging
import OwnThread
import Readings
import SQLite
import Synchronization

/// What surrounds the rows of a batch: counters, numbers, and memory that follows the file.
extension Writer {
    mutating func writeCounters() throws {
        for delta in batch.sources {
            try store.addToSource.run(
                .text(delta.source), .integer(Int64(delta.received)), .integer(Int64(delta.queued)),
                .integer(Int64(delta.duplicates)), .integer(Int64(delta.deadLetters)))
        }
        for delta in batch.counters {
            try store.addToCounter.run(
                .text(delta.name), .text(delta.source), .text(delta.detail), .integer(delta.value))
        }
    }

    /// The batch is durable: memory follows, and those who wait for it are told.
    mutating func settle() {
        judge.commit()
        for row in batch.rows { days.add(row) }
        days.rowsSinceFlush += batch.rows.count
        deadLetterBytes += batch.deadLetterBytes
        tellMemoriesRefused()
        // 100 bytes a row, with its index entry and its share of the log's overhead.
        upkeep.bytesSinceLook += Int64(batch.rows.count) * 100 + max(0, batch.deadLetterBytes) + batch.memoryBytes
        if let numbers = batch.numbers, numbers.sequence > lastSequence {
            lastSequence = numbers.sequence
            lastVersion = numbers.version
        }
        shared.counters.withLock { counters in
            for delta in batch.sources { counters.add(delta) }
            for delta in batch.counters { counters.add(delta) }
        }
        shared.waiters.publish(lastSequence)
    }

    /// The batch is not stored: memory is as it was before it.
    mutating func rollBack() {
        judge.rollBack(keepingSeries: batch.seriesCountBefore)
        // From the back: the first row of a series in the batch knows what was the last one before it.
        for row in batch.rows.reversed() {
            guard let previous = row.previous else { continue }
            series.setLast(abs(previous), newestNeighbour: previous == 0 ? .min : SeriesTable.unknown, of: row.series)
        }
        for number in batch.newRules { ruleNames[number] = nil }
        for before in batch.memoriesBefore.reversed() { memories[before.source] = before.use }
        for change in batch.newestBefore.reversed() { series.setNewest(change.time, of: change.series) }
        series.truncate(to: batch.seriesCountBefore)
        if contexts.count > batch.contextCountBefore {
            contexts.truncate(to: batch.contextCountBefore)
            series.forgetContexts(above: batch.contextCountBefore)
        }
    }

    /// Asks whether our clock follows a reference, and tells when that has changed.
    mutating func noteClock() {
        let isSynchronized = clock.isSynchronized
        guard isSynchronized != isClockSynchronized else { return }
        isClockSynchronized = isSynchronized
        if isSynchronized {
            logger.notice("clock is synchronised again")
        } else {
            logger.warning(
                "clock is not synchronised",
                metadata: ["advice": "readings that have their time from it are marked CLK; see check_clock"])
        }
    }

    mutating func noteCommit(since start: Int64) {
        let nanoseconds = SystemTime.monotonicNanoseconds() - start
        let now = clock.now()
        let wasFailing = shared.health.withLock { health -> Bool in
            defer {
                if !health.canCommit { health.since = now }
                health.canCommit = true
                health.reason = nil
                health.lastCommit = now
                health.countCommit(seconds: Double(nanoseconds) / 1e9)
            }
            return !health.canCommit
        }
        if wasFailing { logger.notice("queue commits again") }
    }

    mutating func noteFailure(_ error: QueueError) {
        let now = clock.now()
        let isNew = shared.health.withLock { health -> Bool in
            defer {
                if health.canCommit { health.since = now }
                health.canCommit = false
                health.reason = error.message
                health.commitFailures += 1
            }
            return health.canCommit
        }
        if isNew { logger.error("queue cannot commit", metadata: ["reason": "\(error.message)"]) }
    }
}

extension QueueCounters {
    mutating func add(_ delta: Batch.SourceDelta) {
        let index = index(of: delta.source)
        sources[index].received += Int64(delta.received)
        sources[index].queued += Int64(delta.queued)
        sources[index].duplicates += Int64(delta.duplicates)
        sources[index].deadLetters += Int64(delta.deadLetters)
    }

    mutating func add(_ delta: Batch.CounterDelta) {
        add(name: delta.name, source: delta.source, detail: delta.detail, value: delta.value)
    }

    /// A row of the table `counter`.
    mutating func add(name: String, source: String, detail: String, value: Int64) {
        switch name {
        case "revision":
            guard let cause = Cause(rawValue: detail) else { return }
            sources[index(of: source)].revisions[cause, default: 0] += value
        case "dead_letter":
            guard let reason = Fault.Reason(rawValue: detail) else { return }
            sources[index(of: source)].deadLetterReasons[reason, default: 0] += value
        case "generated": generated[detail, default: 0] += value
        case "dead_letters_dropped": deadLettersDropped += value
        case "dead_letters_replayed": deadLettersReplayed += value
        case "retired": retired += value
        case "dropped": dropped += value
        default: break
        }
    }

    private mutating func index(of source: String) -> Int {
        if let index = sources.firstIndex(where: { $0.source == source }) { return index }
        let index = sources.firstIndex { $0.source > source } ?? sources.count
        sources.insert(SourceCounters(source: source), at: index)
        return index
    }

    /// Reads the counters of a file.
    init(_ connection: borrowing Connection) throws(SQLiteError) {
        self.init()
        var statement = try connection.prepare(
            "SELECT source, received, queued, duplicates, dead_letters FROM source_counter ORDER BY source")
        while try statement.step() {
            var source = SourceCounters(source: statement.string(0))
            source.received = statement.int64(1)
            source.queued = statement.int64(2)
            source.duplicates = statement.int64(3)
            source.deadLetters = statement.int64(4)
            sources.append(source)
        }
        var details = try connection.prepare("SELECT name, source, detail, value FROM counter")
        while try details.step() {
            add(
                name: details.string(0), source: details.string(1), detail: details.string(2),
                value: details.int64(3))
        }
    }
}
