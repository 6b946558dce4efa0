import SQLite

/// The tables of `queue.db`; docs/queue-format.md explains each column.
enum Schema {
    /// `QTRC`, in the header of every queue file of ours.
    static let applicationID: Int64 = 0x5154_5243
    static let version: Int64 = 3

    /// Brings a file from `version` to the present one, in one transaction.
    static func migrate(_ connection: borrowing Connection, from version: Int64) throws(SQLiteError) {
        guard version < Self.version else { return }
        try connection.execute("BEGIN IMMEDIATE")
        do {
            if version < 1 { try connection.execute(version1) }
            if version < 2 { try connection.execute(version2) }
            if version < 3 { try connection.execute(version3) }
            try connection.execute("PRAGMA user_version = \(Self.version)")
            try connection.execute("COMMIT")
        } catch {
            if connection.isInTransaction { try connection.execute("ROLLBACK") }
            throw error
        }
    }

    private static let version1 = """
        PRAGMA application_id = \(applicationID);
        CREATE TABLE queue(
            only INTEGER PRIMARY KEY CHECK (only = 1), uuid TEXT NOT NULL, node TEXT NOT NULL,
            created_ms INTEGER NOT NULL, last_sequence INTEGER NOT NULL, last_version INTEGER NOT NULL,
            summarised_through INTEGER NOT NULL);
        CREATE TABLE series(
            id INTEGER PRIMARY KEY, station TEXT NOT NULL, parameter TEXT NOT NULL, sensor INTEGER NOT NULL,
            newest_ms INTEGER, checksum INTEGER NOT NULL, UNIQUE (station, parameter, sensor));
        CREATE TABLE context(
            id INTEGER PRIMARY KEY, status TEXT, unit TEXT, raw_unit TEXT, source TEXT NOT NULL,
            qualifiers INTEGER NOT NULL, rules TEXT, cause TEXT, checksum INTEGER NOT NULL);
        CREATE TABLE reading(
            sequence INTEGER PRIMARY KEY AUTOINCREMENT, series_id INTEGER NOT NULL, time_ms INTEGER NOT NULL,
            value REAL, raw, context_id INTEGER NOT NULL, tests INTEGER, flag INTEGER NOT NULL, settles INTEGER,
            lag_ms INTEGER NOT NULL, version_offset INTEGER NOT NULL, revision INTEGER NOT NULL,
            station_sequence INTEGER, checksum INTEGER NOT NULL);
        -- Time first: series first touches one leaf a series in every batch and is fifteen times slower.
        CREATE UNIQUE INDEX reading_key ON reading(time_ms, series_id, revision);
        CREATE TABLE record(
            sequence INTEGER PRIMARY KEY AUTOINCREMENT, kind TEXT NOT NULL, consumer TEXT, version INTEGER NOT NULL,
            body TEXT NOT NULL, checksum INTEGER NOT NULL);
        CREATE TABLE consumer(
            name TEXT PRIMARY KEY, required INTEGER NOT NULL, configured INTEGER NOT NULL, from_kind TEXT NOT NULL,
            from_value INTEGER, max_age_ms INTEGER NOT NULL, cursor INTEGER NOT NULL, number INTEGER NOT NULL,
            chain BLOB NOT NULL, acknowledged INTEGER NOT NULL, rejected INTEGER NOT NULL,
            acknowledged_number INTEGER, acknowledged_ms INTEGER) WITHOUT ROWID;
        CREATE TABLE consumer_filter(
            consumer TEXT NOT NULL, kind TEXT NOT NULL, pattern TEXT NOT NULL,
            PRIMARY KEY (consumer, kind, pattern)) WITHOUT ROWID;
        CREATE TABLE consumer_batch(
            consumer TEXT PRIMARY KEY, number INTEGER NOT NULL, first INTEGER NOT NULL, last INTEGER NOT NULL,
            through INTEGER NOT NULL, count INTEGER NOT NULL, digest BLOB NOT NULL, chain BLOB NOT NULL,
            fixed_ms INTEGER NOT NULL) WITHOUT ROWID;
        CREATE TABLE rejected(
            consumer TEXT NOT NULL, sequence INTEGER NOT NULL, batch TEXT NOT NULL, reason TEXT NOT NULL,
            time_ms INTEGER NOT NULL, PRIMARY KEY (consumer, sequence)) WITHOUT ROWID;
        CREATE TABLE dead_letter(
            id INTEGER PRIMARY KEY AUTOINCREMENT, received_ms INTEGER NOT NULL, last_received_ms INTEGER NOT NULL,
            occurrences INTEGER NOT NULL, source TEXT NOT NULL, topic TEXT NOT NULL, sha256 BLOB NOT NULL,
            full_length INTEGER NOT NULL, size INTEGER NOT NULL, decoder TEXT NOT NULL, fault_count INTEGER NOT NULL,
            faults TEXT NOT NULL, payload BLOB NOT NULL);
        CREATE UNIQUE INDEX dead_letter_key ON dead_letter(sha256, source, topic);
        CREATE TABLE source_counter(
            source TEXT PRIMARY KEY, received INTEGER NOT NULL, queued INTEGER NOT NULL, duplicates INTEGER NOT NULL,
            dead_letters INTEGER NOT NULL) WITHOUT ROWID;
        CREATE TABLE counter(
            name TEXT NOT NULL, source TEXT NOT NULL, detail TEXT NOT NULL, value INTEGER NOT NULL,
            PRIMARY KEY (name, source, detail)) WITHOUT ROWID;
        CREATE TABLE granted_filter(
            source TEXT NOT NULL, filter TEXT NOT NULL, PRIMARY KEY (source, filter)) WITHOUT ROWID;
        CREATE TABLE audit(
            id INTEGER PRIMARY KEY AUTOINCREMENT, time_ms INTEGER NOT NULL, actor TEXT, action TEXT NOT NULL,
            subject TEXT NOT NULL, detail TEXT NOT NULL);
        CREATE TABLE series_day(
            series_id INTEGER NOT NULL, day INTEGER NOT NULL, count INTEGER NOT NULL, minimum REAL, maximum REAL,
            last REAL, last_ms INTEGER NOT NULL, worst_severity INTEGER NOT NULL, first_sequence INTEGER NOT NULL,
            last_sequence INTEGER NOT NULL, PRIMARY KEY (series_id, day)) WITHOUT ROWID;
        \(readingsView)
        """

    /// Columns at the end, so that no row is written anew; of earlier rows they are NULL.
    private static let version2 = """
        ALTER TABLE reading ADD COLUMN previous INTEGER;
        ALTER TABLE series ADD COLUMN last_sequence INTEGER;
        CREATE TABLE rule_set(
            id TEXT PRIMARY KEY, body TEXT NOT NULL, first_sequence INTEGER NOT NULL, first_ms INTEGER NOT NULL)
            WITHOUT ROWID;
        CREATE TABLE maintenance(
            id INTEGER PRIMARY KEY AUTOINCREMENT, station TEXT NOT NULL, from_ms INTEGER NOT NULL,
            to_ms INTEGER NOT NULL, reason TEXT NOT NULL, actor TEXT, declared_ms INTEGER NOT NULL,
            withdrawn_ms INTEGER, applied_ms INTEGER NOT NULL);
        """

    private static let version3 = """
        CREATE TABLE decoder_memory(
            source TEXT NOT NULL, key BLOB NOT NULL, body BLOB NOT NULL, PRIMARY KEY (source, key)) WITHOUT ROWID;
        """

    private static let readingsView = """
        CREATE VIEW readings AS SELECT
            r.sequence AS sequence, s.station AS station, s.parameter AS parameter, s.sensor AS sensor,
            strftime('%Y-%m-%dT%H:%M:%fZ', r.time_ms / 1000.0, 'unixepoch') AS time, r.value AS value, c.unit AS unit,
            CASE WHEN typeof(r.raw) = 'blob' THEN CAST(r.raw AS TEXT) ELSE r.raw END AS raw_value,
            c.raw_unit AS raw_unit, c.status AS status, r.flag AS flag,
            printf('%011d', coalesce(r.tests, 22222222222)) AS tests, r.settles AS settles,
            rtrim(\(qualifierTexts), ',') AS qualifiers,
            r.revision AS revision, (r.time_ms + r.lag_ms) * 1000 + r.version_offset AS version, c.cause AS cause,
            c.rules AS rules,
            strftime('%Y-%m-%dT%H:%M:%fZ', (r.time_ms + r.lag_ms) / 1000.0, 'unixepoch') AS received,
            c.source AS source, r.station_sequence AS station_sequence
        FROM reading AS r LEFT JOIN series AS s ON s.id = r.series_id LEFT JOIN context AS c ON c.id = r.context_id;
        """

    /// The bits of `Qualifiers` in their order. Spelled out: a stored view must not change with the code.
    private static let qualifierTexts = [
        "CAL", "ERR", "MNT", "STA", "SEN", "NAN", "COM", "SAT", "MDL", "FUT", "LAT", "CLK", "UNR", "UNI", "CON", "AI",
    ].enumerated().map { "CASE WHEN c.qualifiers & \(1 << $0.offset) THEN '\($0.element),' ELSE '' END" }
        .joined(separator: " || ")
}
