import Readings
import SQLite

/// Where a queue's files are, and how its database is opened.
struct QueueFile: Sendable {
    let directory: String

    var database: String { directory + "/queue.db" }
    var writeAheadLog: String { database + "-wal" }
    var lock: String { directory + "/queue.lock" }
    var ballast: String { directory + "/ballast" }

    /// Room that is given up when SQLite cannot even open for want of it: the -shm file and the first pages of the log.
    static let ballastBytes: Int64 = 4 << 20

    /// Takes the lock; a second process, or a second queue in this one, is refused.
    func acquireLock() throws(QueueError) -> FileLock {
        do {
            return try FileLock.acquire(lock)
        } catch {
            switch error {
            case .held(let pid):
                throw QueueError(
                    .locked(pid: pid),
                    "\(directory) is in use by process \(pid): stop it, or set another data_directory")
            case .failed(let systemError):
                guard systemError == 28, Disk.fileSize(ballast) != nil, Disk.remove(ballast) == 0 else {
                    throw QueueError(
                        systemError == 28 ? .diskFull : .io,
                        "\(lock) cannot be opened (\(Disk.message(systemError))): check owner and free space")
                }
                return try acquireLock()
            }
        }
    }

    /// Opens for writing, making or migrating the file as needed; frees the ballast when there is no room to open.
    func openForWriting(_ settings: QueueSettings, now: Timestamp) throws(QueueError) -> Connection {
        do {
            return try openOnce(settings, now: now)
        } catch {
            guard error.reason == .diskFull, Disk.fileSize(ballast) != nil, Disk.remove(ballast) == 0 else {
                throw error
            }
            return try openOnce(settings, now: now)
        }
    }

    private func openOnce(_ settings: QueueSettings, now: Timestamp) throws(QueueError) -> Connection {
        do {
            let connection = try Connection.open(path: database, mode: .readWriteCreate, vfs: settings.vfs)
            // Before the first page is written: neither can be changed afterwards without a rewrite of the file.
            try connection.execute("PRAGMA page_size = 4096; PRAGMA auto_vacuum = INCREMENTAL")
            let version = try Self.checkIdentity(connection, path: database)
            try connection.execute(
                """
                PRAGMA journal_mode = WAL; PRAGMA synchronous = \(settings.synchronous.rawValue);
                PRAGMA wal_autocheckpoint = 1000; PRAGMA journal_size_limit = 67108864; PRAGMA cache_size = -16384;
                PRAGMA temp_store = MEMORY; PRAGMA foreign_keys = OFF; PRAGMA trusted_schema = OFF
                """)
            // A shell that holds the lock must not hold the writer longer than this; sources offer again.
            connection.setBusyTimeout(milliseconds: 1000)
            try connection.keepWriteAheadLog()
            try Schema.migrate(connection, from: version)
            if try connection.integer("SELECT count(*) FROM queue") == 0 {
                try connection.execute(
                    "INSERT INTO queue VALUES (1, ?, ?, ?, 0, 0, 0)", .text(Self.makeUUID()), .text(settings.node),
                    .integer(now.millisecondsSince1970))
            }
            return connection
        } catch let error as QueueError {
            throw error
        } catch let error as SQLiteError {
            throw QueueError(error, path: database)
        } catch {
            throw QueueError(.io, "\(database): \(error)")
        }
    }

    /// Refuses what is not a queue of ours, or of a newer release; 0 for an empty file.
    static func checkIdentity(_ connection: borrowing Connection, path: String) throws -> Int64 {
        let application = try connection.integer("PRAGMA application_id") ?? 0
        let version = try connection.integer("PRAGMA user_version") ?? 0
        if application == 0, version == 0, try connection.integer("SELECT count(*) FROM sqlite_schema") == 0 {
            return 0
        }
        guard application == Schema.applicationID else {
            throw QueueError(
                .foreignFile,
                "\(path) is an SQLite file of another program: move it away, or set another data_directory")
        }
        guard version <= Schema.version else {
            throw QueueError(
                .newerSchema,
                "\(path) was written by a newer release (schema \(version), this one knows \(Schema.version)): "
                    + "install that release again")
        }
        return version
    }

    /// A random UUID, version 4.
    static func makeUUID() -> String {
        var generator = SystemRandomNumberGenerator()
        let high = (generator.next() as UInt64) & 0xffff_ffff_ffff_0fff | 0x4000
        let low = (generator.next() as UInt64) & 0x3fff_ffff_ffff_ffff | 0x8000_0000_0000_0000
        let digits = Array(hexadecimal(high) + hexadecimal(low))
        return [0..<8, 8..<12, 12..<16, 16..<20, 20..<32].map { String(digits[$0]) }.joined(separator: "-")
    }

    private static func hexadecimal(_ value: UInt64) -> String {
        let text = String(value, radix: 16)
        return String(repeating: "0", count: 16 - text.count) + text
    }
}
