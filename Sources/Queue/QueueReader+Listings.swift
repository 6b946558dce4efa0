import Readings
import SQLite

/// What people ask for: listings, one read transaction each.
extension QueueReader {
    /// Readings by sequence that match `query`, records of other kinds left out.
    public func readings(matching query: ReadingQuery) throws(QueueError) -> Page {
        var page = Page()
        try reading { reader in
            try reader.refreshNames()
            page.names = reader.currentNames
            try reader.fill(&page, query)
        }
        return page
    }

    private func fill(_ page: inout Page, _ query: ReadingQuery) throws {
        let filter = ReadingFilter(
            stations: query.station.map { [$0] } ?? [], parameters: query.parameter.map { [$0] } ?? [])
        let wanted = page.names.seriesByNumber.map { filter.matches(station: $0.station, parameter: $0.parameter) }
        let from = query.from?.millisecondsSince1970 ?? .min
        let to = query.to?.millisecondsSince1970 ?? .max
        let first = try firstSequence(
            wanted: filter.stations.isEmpty && filter.parameters.isEmpty ? nil : wanted, from: from)
        let limit = max(1, query.limit)
        var last = max(query.after, first - 1)
        var statement = try connection.prepare(
            """
            SELECT \(Store.readingColumns) FROM reading WHERE sequence > ? AND +time_ms >= ? AND +time_ms < ?
            ORDER BY sequence
            """)
        try statement.bind([.integer(last), .integer(from), .integer(to)])
        page.reachedEnd = true
        while try statement.step() {
            if page.rows.count == limit {
                page.reachedEnd = false
                break
            }
            last = statement.int64(0)
            let series = statement.int64(1)
            if series > 0, series < wanted.count, !wanted[Int(series)] { continue }
            if !page.append(statement) { page.corruptRows += 1 }
        }
        page.scannedThrough = page.reachedEnd ? max(query.after, try newestSequence()) : last
    }

    /// Where the readings asked for begin, from the day summaries: a question about yesterday need not read the month
    /// before it. The zone of the days is not known here, so one day is added on the safe side.
    private func firstSequence(wanted: [Bool]?, from: Int64) throws -> Int64 {
        let day = from == .min ? Int64.min : from / 86_400_000 - 2
        var first = try connection.integer("SELECT summarised_through + 1 FROM queue") ?? 0
        if let wanted, wanted.count(where: { $0 }) <= 100 {
            var statement = try connection.prepare(
                "SELECT min(first_sequence) FROM series_day WHERE series_id = ? AND day >= ?")
            for series in wanted.indices where wanted[series] {
                try statement.bind([.integer(Int64(series)), .integer(day)])
                while try statement.step() { if !statement.isNull(0) { first = min(first, statement.int64(0)) } }
            }
            return first
        }
        guard day > .min else { return 0 }
        return min(
            first,
            try connection.integer("SELECT min(first_sequence) FROM series_day WHERE day >= ?", .integer(day)) ?? first)
    }

    /// Every consumer and how far it has come.
    public func consumers() throws(QueueError) -> [ConsumerState] {
        try reading { reader in
            var states = try ConsumerState.load(reader.connection, node: reader.node, uuid: reader.uuid)
            let newest = try reader.newestSequence()
            for index in states.indices {
                states[index].pendingAtMost = max(0, newest - states[index].cursor)
                states[index].oldestPending = try reader.connection.integer(
                    """
                    SELECT (time_ms + lag_ms) * 1000 + version_offset FROM reading WHERE sequence > ? ORDER BY sequence LIMIT 1
                    """, .integer(states[index].cursor)
                ).map { Timestamp(microsecondsSince1970: $0) }
            }
            return states
        }
    }

    /// The rejections of a consumer, oldest first.
    public func rejections(consumer: String, after: Int64 = 0, limit: Int) throws(QueueError) -> [StoredRejection] {
        try reading { reader in
            var found: [StoredRejection] = []
            var statement = try reader.connection.prepare(
                """
                SELECT sequence, reason, batch, time_ms FROM rejected WHERE consumer = ? AND sequence > ?
                ORDER BY sequence LIMIT ?
                """)
            try statement.bind([.text(consumer), .integer(after), .integer(Int64(limit))])
            while try statement.step() {
                found.append(
                    StoredRejection(
                        sequence: statement.int64(0), reason: statement.string(1), batch: statement.string(2),
                        time: Timestamp(millisecondsSince1970: statement.int64(3))))
            }
            return found
        }
    }

    /// Dead letters by id, without their payloads.
    public func deadLetters(after: Int64 = 0, limit: Int) throws(QueueError) -> [DeadLetter] {
        try reading { reader in try reader.connection.deadLetters(after: after, limit: limit) }
    }

    /// One dead letter with its payload; `nil` when there is none with this id.
    public func deadLetter(_ id: Int64) throws(QueueError) -> DeadLetter? {
        try reading { reader in try reader.connection.deadLetter(id) }
    }

    /// The audit trail, oldest first.
    public func audit(after: Int64 = 0, limit: Int) throws(QueueError) -> [AuditEntry] {
        try reading { reader in
            var found: [AuditEntry] = []
            var statement = try reader.connection.prepare(
                "SELECT id, time_ms, actor, action, subject, detail FROM audit WHERE id > ? ORDER BY id LIMIT ?")
            try statement.bind([.integer(after), .integer(Int64(limit))])
            while try statement.step() {
                found.append(
                    AuditEntry(
                        id: statement.int64(0), time: Timestamp(millisecondsSince1970: statement.int64(1)),
                        actor: statement.optionalString(2), action: statement.string(3), subject: statement.string(4),
                        detail: statement.string(5)))
            }
            return found
        }
    }

    /// As of the last commit.
    public func counters() throws(QueueError) -> QueueCounters {
        try reading { try QueueCounters($0.connection) }
    }

    public func summary() throws(QueueError) -> QueueSummary {
        try reading { reader in
            var summary = QueueSummary(uuid: reader.uuid, node: reader.node)
            func number(_ sql: String) throws -> Int64? { try reader.connection.integer(sql) }
            summary.created = Timestamp(millisecondsSince1970: try number("SELECT created_ms FROM queue") ?? 0)
            summary.firstSequence = try number("SELECT min(sequence) FROM reading")
            let last = try number("SELECT max(sequence) FROM reading")
            if let first = summary.firstSequence, let last { summary.readingsAtMost = last - first + 1 }
            summary.lastSequence =
                try number(
                    "SELECT max((SELECT last_sequence FROM queue), (SELECT coalesce(max(seq), 0) FROM sqlite_sequence "
                        + "WHERE name IN ('reading', 'record')))") ?? 0
            let version = "SELECT (time_ms + lag_ms) * 1000 + version_offset FROM reading ORDER BY sequence"
            summary.oldest = try number(version + " LIMIT 1").map { Timestamp(microsecondsSince1970: $0) }
            summary.newest = try number(version + " DESC LIMIT 1").map { Timestamp(microsecondsSince1970: $0) }
            let pages = (try number("PRAGMA page_count") ?? 0) - (try number("PRAGMA freelist_count") ?? 0)
            summary.usedBytes = pages * 4096 + (Disk.fileSize(reader.file.writeAheadLog) ?? 0)
            summary.series = try number("SELECT count(*) FROM series") ?? 0
            summary.deadLetters = try number("SELECT count(*) FROM dead_letter") ?? 0
            summary.deadLetterBytes = try number("SELECT sum(size) FROM dead_letter") ?? 0
            return summary
        }
    }

    /// Every series with the time of its newest reading.
    public func seriesList() throws(QueueError) -> [SeriesListing] {
        try reading { reader in
            try reader.refreshNames()
            var statement = try reader.connection.prepare("SELECT id, newest_ms FROM series ORDER BY id")
            var listings: [SeriesListing] = []
            while try statement.step() {
                let name = reader.currentNames.series(Int32(truncatingIfNeeded: statement.int64(0)))
                guard name.isIntact else { continue }
                listings.append(
                    SeriesListing(
                        name: name,
                        newest: statement.optionalInt64(1).map { Timestamp(millisecondsSince1970: $0) }))
            }
            return listings
        }
    }

    /// The days of one series, oldest first.
    public func seriesDays(_ series: Int32) throws(QueueError) -> [SeriesDay] {
        try reading { reader in
            var statement = try reader.connection.prepare(
                """
                SELECT day, count, minimum, maximum, last, last_ms, worst_severity, first_sequence, last_sequence
                FROM series_day WHERE series_id = ? ORDER BY day
                """)
            try statement.bind(Int64(series), at: 1)
            var days: [SeriesDay] = []
            while try statement.step() {
                let severity = statement.int(6)
                days.append(
                    SeriesDay(
                        series: series, day: statement.int64(0), count: statement.int64(1),
                        minimum: statement.isNull(2) ? nil : statement.double(2),
                        maximum: statement.isNull(3) ? nil : statement.double(3),
                        last: statement.isNull(4) ? nil : statement.double(4),
                        lastTime: Timestamp(millisecondsSince1970: statement.int64(5)),
                        worstFlag: QualityFlag.allCases.first { $0.severity == severity } ?? .notEvaluated,
                        firstSequence: statement.int64(7), lastSequence: statement.int64(8)))
            }
            return days
        }
    }
}
