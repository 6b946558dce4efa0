import Readings
import SQLite

/// Reads the queue file, beside a running daemon or without one, and never writes it.
///
/// Each call reads one page in one short transaction and ends it: an open read transaction would keep the log from being
/// reset. One owner, one thread at a time.
public final class QueueReader {
    public let uuid: String
    public let node: String
    let connection: Connection
    let file: QueueFile
    /// Held only where the file is read as one that nobody writes.
    private let lock: FileLock?
    private var names = Names()
    private var wanted: (filter: ReadingFilter, series: [Bool])?
    private var scan: Statement
    private var records: Statement
    private var newSeries: Statement
    private var newContexts: Statement

    /// Opens the queue of a directory.
    ///
    /// - Throws: `notFound`, `foreignFile`, `newerSchema`, `corrupt`, `diskFull`, `io`.
    public static func open(directory: String) throws(QueueError) -> QueueReader {
        try open(directory: directory, vfs: nil)
    }

    static func open(directory: String, vfs: String?) throws(QueueError) -> QueueReader {
        let file = QueueFile(directory: directory)
        guard Disk.fileSize(file.database) != nil else {
            throw QueueError(.notFound, "there is no queue in \(directory): check data_directory, or start the daemon")
        }
        do {
            return try QueueReader(file, Connection.open(path: file.database, mode: .readOnly, vfs: vfs), lock: nil)
        } catch {
            // No -shm and no room or no permission to make one. After a clean stop the log is empty and the file holds
            // everything; the shared lock keeps a daemon from starting while it is read so.
            guard isWithoutIndex(error), (Disk.fileSize(file.writeAheadLog) ?? 0) == 0,
                let lock = FileLock.acquireShared(file.lock)
            else { throw queueError(error, file) }
            do {
                return try QueueReader(file, Connection.open(path: file.database, mode: .immutable), lock: lock)
            } catch {
                throw queueError(error, file)
            }
        }
    }

    private init(_ file: QueueFile, _ opened: consuming Connection, lock: consuming FileLock?) throws {
        self.file = file
        self.lock = lock
        try opened.execute("PRAGMA query_only = ON; PRAGMA cache_size = -4096; PRAGMA mmap_size = 0")
        guard try QueueFile.checkIdentity(opened, path: file.database) == Schema.version else {
            throw QueueError(
                .foreignFile, "\(file.database) is empty or of an older release: start the daemon on it once")
        }
        uuid = try opened.text("SELECT uuid FROM queue") ?? ""
        node = try opened.text("SELECT node FROM queue") ?? ""
        scan = try opened.prepare(
            "SELECT \(Store.readingColumns) FROM reading WHERE sequence > ? AND sequence <= ? ORDER BY sequence")
        records = try opened.prepare(
            """
            SELECT sequence, kind, consumer, version, body, checksum FROM record WHERE sequence > ? AND sequence <= ?
            AND (consumer IS NULL OR consumer = ?) ORDER BY sequence LIMIT ?
            """)
        newSeries = try opened.prepare(
            "SELECT id, station, parameter, sensor, checksum FROM series WHERE id >= ? ORDER BY id")
        newContexts = try opened.prepare(
            """
            SELECT id, status, unit, raw_unit, source, qualifiers, rules, cause, checksum FROM context WHERE id >= ?
            ORDER BY id
            """)
        connection = opened
    }

    /// Reads what lies beyond `after`, at most `limit` rows and records, up to and including `through`.
    ///
    /// Rows that do not match their checksum, or whose names do not, are counted and left out. A page may end early, with
    /// `reachedEnd` false, when the filter leaves out most of a long stretch.
    public func page(
        after: Int64, through: Int64? = nil, limit: Int, filter: ReadingFilter? = nil, into page: inout Page
    ) throws(QueueError) {
        page.removeAll()
        try reading { reader in
            try reader.refreshNames()
            page.names = reader.names
            try reader.fill(&page, after: after, through: through ?? .max, limit: max(1, limit), filter: filter)
        }
    }

    /// One read transaction around `body`.
    func reading<Answer>(_ body: (QueueReader) throws -> Answer) throws(QueueError) -> Answer {
        do {
            try connection.execute("BEGIN")
            let answer = try body(self)
            try connection.execute("COMMIT")
            return answer
        } catch {
            scan.reset()
            records.reset()
            do {
                if connection.isInTransaction { try connection.execute("ROLLBACK") }
            } catch let second {
                throw Self.queueError(second, file)
            }
            throw Self.queueError(error, file)
        }
    }

    private func fill(
        _ page: inout Page, after: Int64, through: Int64, limit: Int, filter: ReadingFilter?
    ) throws {
        let newest = try newestSequence()
        let isWanted = filter.map { wantedSeries($0) } ?? []
        var scanned = 0
        let scannedMax = max(100_000, limit * 4)
        var last = after
        try scan.bind([.integer(after), .integer(through)])
        page.reachedEnd = true
        while try scan.step() {
            if page.rows.count == limit || scanned == scannedMax {
                page.reachedEnd = false
                scan.reset()
                break
            }
            scanned += 1
            last = scan.int64(0)
            let series = scan.int64(1)
            if filter != nil, series > 0, series < isWanted.count, !isWanted[Int(series)] { continue }
            if !page.append(scan) { page.corruptRows += 1 }
        }
        let bound = page.reachedEnd ? min(through, max(newest, after)) : last
        try addRecords(&page, after: after, through: bound, limit: limit, consumer: filter?.consumer)
        page.scannedThrough = bound
        if page.count > limit { page.truncate(to: limit) }
    }

    private func addRecords(
        _ page: inout Page, after: Int64, through: Int64, limit: Int, consumer: String?
    ) throws {
        try records.bind([
            .integer(after), .integer(through), SQLiteValue(consumer), .integer(Int64(limit) + 1),
        ])
        while try records.step() {
            let record = StoredRecord(
                sequence: records.int64(0), kind: records.string(1), consumer: records.optionalString(2),
                version: records.int64(3), body: records.string(4))
            if record.checksum == records.int64(5) { page.records.append(record) } else { page.corruptRows += 1 }
        }
    }

    private func wantedSeries(_ filter: ReadingFilter) -> [Bool] {
        var series = wanted?.filter == filter ? wanted?.series ?? [] : []
        while series.count < names.seriesByNumber.count {
            let name = names.seriesByNumber[series.count]
            series.append(filter.matches(station: name.station, parameter: name.parameter))
        }
        wanted = (filter, series)
        return series
    }

    /// The highest sequence of this transaction.
    func newestSequence() throws -> Int64 {
        let reading = try connection.integer("SELECT max(sequence) FROM reading") ?? 0
        let record = try connection.integer("SELECT max(sequence) FROM record") ?? 0
        return max(reading, record)
    }

    /// The names as of this transaction.
    func refreshNames() throws {
        try newSeries.bind(Int64(names.seriesByNumber.count), at: 1)
        while try newSeries.step() {
            let name = SeriesName(
                number: Int32(truncatingIfNeeded: newSeries.int64(0)), station: newSeries.string(1),
                parameter: newSeries.string(2), sensor: newSeries.int(3), isIntact: true)
            names.add(name, checksum: newSeries.int64(4))
        }
        try newContexts.bind(Int64(names.contextsByNumber.count), at: 1)
        while try newContexts.step() {
            let context = ReadingContext(
                number: Int32(truncatingIfNeeded: newContexts.int64(0)), status: newContexts.optionalString(1),
                unit: newContexts.optionalString(2), rawUnit: newContexts.optionalString(3),
                source: newContexts.string(4),
                qualifiers: Qualifiers(rawValue: UInt32(truncatingIfNeeded: newContexts.int64(5))),
                rules: newContexts.optionalString(6), cause: Cause(rawValue: newContexts.string(7)), isIntact: true)
            names.add(context, checksum: newContexts.int64(8))
        }
    }

    var currentNames: Names { names }

    static func queueError(_ error: any Error, _ file: QueueFile) -> QueueError {
        if let error = error as? QueueError { return error }
        if let error = error as? SQLiteError { return QueueError(error, path: file.database) }
        return QueueError(.io, "\(file.database): \(error)")
    }

    /// SQLite could not make or map the index of the log: CANTOPEN, READONLY and the SHM kinds of IOERR.
    private static func isWithoutIndex(_ error: any Error) -> Bool {
        guard let error = error as? SQLiteError else { return false }
        return error.primaryCode == 14 || error.primaryCode == 8 || error.isDiskFull || error.primaryCode == 10
    }
}
