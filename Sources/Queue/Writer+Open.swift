import Logging
import Readings
import SQLite
import Synchronization

/// Birth and end of the writer.
extension Writer {
    /// Opens the file and reads back what is kept in memory.
    static func open(
        settings: QueueSettings, clock: any WallClock, logger: Logger, file: QueueFile, shared: SharedState,
        judge: any Judge
    ) throws(QueueError) -> Writer {
        let connection = try file.openForWriting(settings, now: clock.now())
        var texts = TextPool()
        var series = SeriesTable()
        var contexts = ContextTable()
        var days = DayTable(zone: settings.zone)
        do {
            let uuid = try connection.text("SELECT uuid FROM queue") ?? ""
            try connection.execute("UPDATE queue SET node = ?1 WHERE node <> ?1", .text(settings.node))
            let lastSequence = try lastSequence(connection)
            let lastVersion = try lastVersion(connection)
            let summarisedThrough = try connection.integer("SELECT summarised_through FROM queue") ?? 0
            let deadLetterBytes = try connection.integer("SELECT sum(size) FROM dead_letter") ?? 0
            let memories = try MemoryUse.load(connection)
            try loadSeries(connection, &texts, &series)
            try loadContexts(connection, &texts, &contexts)
            let damaged = try readTail(connection, after: summarisedThrough, &series, &days)
            if damaged > 0 {
                logger.error("damaged rows, which are never delivered", metadata: ["count": "\(damaged)"])
            }
            let consumers = try ConsumerState.load(connection, node: settings.node, uuid: uuid)
            let counters = try QueueCounters(connection)
            shared.counters.withLock { $0 = counters }
            shared.waiters.publish(lastSequence)
            let store = try Store.make(connection)
            return Writer(
                settings: settings, clock: clock, logger: logger, file: file, shared: shared, judge: judge, uuid: uuid,
                store: store, texts: texts, series: series, contexts: contexts, days: days, consumers: consumers,
                lastSequence: lastSequence, lastVersion: lastVersion, deadLetterBytes: deadLetterBytes,
                memories: memories, summarisedThrough: summarisedThrough)
        } catch {
            throw QueueError(error, path: file.database)
        }
    }

    /// Writes what memory holds and empties the log; the file closes when the writer's life ends.
    mutating func close() {
        do {
            try flushDays()
            // A reader in the middle of a page must not hold up the stop: the log then stays, and is read at the start.
            store.connection.setBusyTimeout(milliseconds: 200)
            try store.connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
        } catch {
            // The next start reads the tail of the rows and the log instead.
            logger.warning("queue closed without its summaries", metadata: ["reason": "\(error)"])
        }
        shared.waiters.close()
        let now = clock.now()
        shared.health.withLock { health in
            health.canCommit = false
            health.reason = QueueError.closed.message
            health.since = now
        }
    }

    /// The highest sequence ever given out, whatever was deleted since.
    private static func lastSequence(_ connection: borrowing Connection) throws(SQLiteError) -> Int64 {
        let told = try connection.integer("SELECT last_sequence FROM queue") ?? 0
        let counted = try connection.integer("SELECT max(seq) FROM sqlite_sequence WHERE name IN ('reading', 'record')")
        return max(told, counted ?? 0)
    }

    /// The highest version ever given out: that of the last row, or what `queue` holds since rows were deleted.
    private static func lastVersion(_ connection: borrowing Connection) throws(SQLiteError) -> Int64 {
        var version = try connection.integer("SELECT last_version FROM queue") ?? 0
        // A damaged row tells nothing: the one before it does.
        var readings = try connection.prepare(
            "SELECT \(Store.readingColumns) FROM reading ORDER BY sequence DESC")
        while try readings.step() {
            guard let words = RowWords(intact: readings) else { continue }
            version = max(version, words.version)
            break
        }
        var records = try connection.prepare(
            "SELECT sequence, kind, consumer, version, body, checksum FROM record ORDER BY sequence DESC")
        while try records.step() {
            let record = StoredRecord(
                sequence: records.int64(0), kind: records.string(1), consumer: records.optionalString(2),
                version: records.int64(3), body: records.string(4))
            guard record.checksum == records.int64(5) else { continue }
            version = max(version, record.version)
            break
        }
        return version
    }

    private static func loadSeries(
        _ connection: borrowing Connection, _ texts: inout TextPool, _ series: inout SeriesTable
    ) throws(SQLiteError) {
        var statement = try connection.prepare(
            "SELECT id, station, parameter, sensor, newest_ms, last_sequence FROM series ORDER BY id")
        while try statement.step() {
            // A number that is missing was lost with its page: nothing may be found under it, nor take it.
            guard statement.int(0) > series.count, statement.int(0) <= Limits.seriesMax else { continue }
            while series.count < statement.int(0) - 1 {
                _ = series.add(station: -Int32(series.count + 1), parameter: -1, sensor: 0)
            }
            _ = series.add(
                station: texts.number(of: statement.string(1)), parameter: texts.number(of: statement.string(2)),
                sensor: UInt16(truncatingIfNeeded: statement.int64(3)),
                newest: statement.optionalInt64(4) ?? .min, lastSequence: statement.int64(5))
        }
    }

    private static func loadContexts(
        _ connection: borrowing Connection, _ texts: inout TextPool, _ contexts: inout ContextTable
    ) throws(SQLiteError) {
        var statement = try connection.prepare(
            "SELECT id, status, unit, raw_unit, source, qualifiers, rules, cause FROM context ORDER BY id")
        while try statement.step() {
            guard statement.int(0) > contexts.count, statement.int(0) <= Limits.contextsMax else { continue }
            while contexts.count < statement.int(0) - 1 {
                _ = contexts.add(
                    Context(status: -1, unit: -1, rawUnit: -1, source: -1, qualifiers: 0, rules: -1, cause: 0))
            }
            _ = contexts.add(
                Context(
                    status: texts.number(of: statement.optionalString(1)),
                    unit: texts.number(of: statement.optionalString(2)),
                    rawUnit: texts.number(of: statement.optionalString(3)),
                    source: texts.number(of: statement.string(4)),
                    qualifiers: UInt32(truncatingIfNeeded: statement.int64(5)),
                    rules: texts.number(of: statement.optionalString(6)),
                    cause: Context.number(of: Cause(rawValue: statement.string(7)))))
        }
    }

    /// Reads the rows that the day summaries and the newest times do not hold yet.
    ///
    /// - Returns: How many of them do not match their checksum; those are left out.
    private static func readTail(
        _ connection: borrowing Connection, after summarised: Int64, _ series: inout SeriesTable,
        _ days: inout DayTable
    ) throws(SQLiteError) -> Int {
        var damaged = 0
        var statement = try connection.prepare(
            "SELECT \(Store.readingColumns) FROM reading WHERE sequence > ? ORDER BY sequence")
        try statement.bind(summarised, at: 1)
        while try statement.step() {
            let time = statement.int64(2)
            guard let number = Int32(exactly: statement.int64(1)), number > 0, Int(number) <= series.count else {
                damaged += 1
                continue
            }
            // Of a damaged row, too: its key may be taken, and what is later than all of its series is not looked up.
            if time > series.entries[Int(number)].newest { series.setNewest(time, of: number) }
            guard let words = RowWords(intact: statement) else {
                damaged += 1
                continue
            }
            if words.previous != nil {
                series.setLast(words.sequence, newestNeighbour: SeriesTable.unknown, of: number)
            }
            let row = Batch.Row(
                sequence: words.sequence, time: time, value: statement.double(3), series: number,
                revision: Int32(truncatingIfNeeded: words.revision), hasValue: !statement.isNull(3),
                flag: QualityFlag(rawValue: statement.int(7)) ?? .notEvaluated)
            days.add(row)
            days.rowsSinceFlush += 1
        }
        return damaged
    }
}
