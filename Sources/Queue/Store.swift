import Readings
import SQLite

/// The writer's connection, its compiled statements, and the batches in memory that they read.
struct Store: ~Copyable {
    let connection: Connection
    /// Rows of `reading` that wait for their one INSERT.
    let pending: BatchTable
    /// Keys to look up: candidate, time_ms, series_id.
    let candidates: BatchTable
    /// Rows of `series_day` to add: series_id, day, count, minimum, maximum, last, last_ms, worst_severity, first, last.
    let days: BatchTable
    /// series_id, newest_ms, last_sequence.
    let newest: BatchTable

    var begin: Statement
    var commit: Statement
    var insertReadings: Statement
    var findKnown: Statement
    /// A row by its sequence.
    var findRow: Statement
    /// The newest revision of a key: series, time.
    var findNewest: Statement
    var insertSeries: Statement
    var insertContext: Statement
    var updateQueue: Statement
    var addToSource: Statement
    var addToCounter: Statement
    var insertDeadLetter: Statement
    /// The bytes that a decoder memory takes: source, key.
    var findMemory: Statement
    var putMemory: Statement
    var deleteMemory: Statement
    var pageCount: Statement
    var freePages: Statement

    static let readingColumns = """
        sequence, series_id, time_ms, value, raw, context_id, tests, flag, settles, lag_ms, version_offset, revision, \
        station_sequence, checksum, previous
        """

    private static let findKnownText = """
        SELECT p.candidate, r.revision, r.value, r.raw, r.context_id FROM pending_key AS p
        CROSS JOIN reading AS r ON r.time_ms = p.time_ms AND r.series_id = p.series_id
        """

    private static let addToSourceText = """
        INSERT INTO source_counter VALUES (?, ?, ?, ?, ?) ON CONFLICT (source) DO UPDATE SET
        received = received + excluded.received, queued = queued + excluded.queued,
        duplicates = duplicates + excluded.duplicates, dead_letters = dead_letters + excluded.dead_letters
        """

    private static let insertDeadLetterText = """
        INSERT INTO dead_letter (received_ms, last_received_ms, occurrences, source, topic, sha256, full_length, size,
        decoder, fault_count, faults, payload) VALUES (?1, ?1, 1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10)
        ON CONFLICT (sha256, source, topic) DO UPDATE SET occurrences = occurrences + 1,
        last_received_ms = max(last_received_ms, excluded.last_received_ms) RETURNING occurrences
        """

    private static let putMemoryText = """
        INSERT INTO decoder_memory VALUES (?, ?, ?) ON CONFLICT (source, key) DO UPDATE SET body = excluded.body
        """

    /// Prepares everything on an open connection.
    static func make(_ opened: consuming Connection) throws(SQLiteError) -> Store {
        let pending = BatchTable(columns: [
            "sequence", "series_id", "time_ms", "value", "raw", "context_id", "tests", "flag", "settles", "lag_ms",
            "version_offset", "revision", "station_sequence", "checksum", "previous",
        ])
        let candidates = BatchTable(columns: ["candidate", "time_ms", "series_id"])
        let days = BatchTable(columns: [
            "series_id", "day", "count", "minimum", "maximum", "last", "last_ms", "worst_severity", "first_sequence",
            "last_sequence",
        ])
        let newest = BatchTable(columns: ["series_id", "newest_ms", "last_sequence"])
        try opened.register(pending, as: "pending_reading")
        try opened.register(candidates, as: "pending_key")
        try opened.register(days, as: "pending_day")
        try opened.register(newest, as: "pending_newest")
        let begin = try opened.prepare("BEGIN IMMEDIATE")
        let commit = try opened.prepare("COMMIT")
        let insertReadings = try opened.prepare(
            "INSERT INTO reading (\(Self.readingColumns)) SELECT \(Self.readingColumns) FROM pending_reading")
        let findKnown = try opened.prepare(Self.findKnownText)
        let findRow = try opened.prepare("SELECT \(Self.readingColumns) FROM reading WHERE sequence = ?")
        let findNewest = try opened.prepare(
            """
            SELECT \(Self.readingColumns) FROM reading WHERE time_ms = ?2 AND series_id = ?1 ORDER BY revision DESC LIMIT 1
            """)
        let insertSeries = try opened.prepare("INSERT INTO series VALUES (?, ?, ?, ?, NULL, ?, NULL)")
        let insertContext = try opened.prepare("INSERT INTO context VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)")
        let updateQueue = try opened.prepare("UPDATE queue SET last_sequence = ?, last_version = ?")
        let addToSource = try opened.prepare(Self.addToSourceText)
        let addToCounter = try opened.prepare(
            """
            INSERT INTO counter VALUES (?, ?, ?, ?) ON CONFLICT (name, source, detail) DO UPDATE SET
            value = value + excluded.value
            """)
        let insertDeadLetter = try opened.prepare(Self.insertDeadLetterText)
        let findMemory = try opened.prepare(
            "SELECT length(key) + length(body) FROM decoder_memory WHERE source = ? AND key = ?")
        let putMemory = try opened.prepare(Self.putMemoryText)
        let deleteMemory = try opened.prepare("DELETE FROM decoder_memory WHERE source = ? AND key = ?")
        let pageCount = try opened.prepare("PRAGMA page_count")
        let freePages = try opened.prepare("PRAGMA freelist_count")
        return Store(
            connection: opened, pending: pending, candidates: candidates, days: days, newest: newest, begin: begin,
            commit: commit, insertReadings: insertReadings, findKnown: findKnown, findRow: findRow,
            findNewest: findNewest, insertSeries: insertSeries,
            insertContext: insertContext, updateQueue: updateQueue, addToSource: addToSource,
            addToCounter: addToCounter,
            insertDeadLetter: insertDeadLetter, findMemory: findMemory, putMemory: putMemory,
            deleteMemory: deleteMemory, pageCount: pageCount, freePages: freePages)
    }

    /// Pages in use, in bytes, without the log.
    mutating func usedPageBytes() throws(SQLiteError) -> Int64 {
        var pages: Int64 = 0
        while try pageCount.step() { pages = pageCount.int64(0) }
        while try freePages.step() { pages -= freePages.int64(0) }
        return pages * 4096
    }
}
