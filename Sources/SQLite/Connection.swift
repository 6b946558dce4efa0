import CSQLite

/// An open SQLite database: one owner, one thread at a time, closed when its life ends.
///
/// Opened without SQLite's own mutexes: the owner is the lock.
@safe public struct Connection: ~Copyable {
    let handle: OpaquePointer

    /// How a file is opened.
    public enum Mode: Sendable {
        /// Made when it is not there.
        case readWriteCreate
        case readWrite
        /// The database file is never written; -wal and -shm may be made, as SQLite needs them.
        case readOnly
        /// Taken for a file that nobody writes: no -wal, no -shm, no lock. Wrong answers when that is not true.
        case immutable
    }

    private init(adopting handle: OpaquePointer) { unsafe self.handle = handle }

    deinit {
        // _v2: a statement that lives a little longer must not leak the connection.
        unsafe sqlite3_close_v2(handle)
    }

    /// Opens `path`.
    ///
    /// - Parameter vfs: The name of a registered VFS; tests cut the power there.
    public static func open(path: String, mode: Mode, vfs: String? = nil) throws(SQLiteError) -> Connection {
        _ = Self.isConfigured
        var flags = SQLITE_OPEN_NOMUTEX | SQLITE_OPEN_EXRESCODE
        var name = path
        switch mode {
        case .readWriteCreate: flags |= SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE
        case .readWrite: flags |= SQLITE_OPEN_READWRITE
        case .readOnly: flags |= SQLITE_OPEN_READONLY
        case .immutable:
            flags |= SQLITE_OPEN_READONLY | SQLITE_OPEN_URI
            name = "file:" + Self.escaped(path) + "?immutable=1"
        }
        var opened: OpaquePointer?
        let code = unsafe sqlite3_open_v2(name, &opened, flags, vfs)
        guard let handle = unsafe opened else {
            throw SQLiteError(code: code, message: "out of memory opening \(path)")
        }
        let connection = unsafe Connection(adopting: handle)
        guard code == SQLITE_OK else { throw connection.error(code) }
        unsafe sqlite3_busy_timeout(handle, 5_000)
        return connection
    }

    /// Runs statements that return nothing, one after the other.
    public func execute(_ sql: String) throws(SQLiteError) {
        let code = unsafe sqlite3_exec(handle, sql, nil, nil, nil)
        guard code == SQLITE_OK else { throw error(code, sql: sql) }
    }

    /// Runs one statement with values to its end.
    public func execute(_ sql: String, _ values: SQLiteValue...) throws(SQLiteError) {
        var statement = try prepare(sql)
        try statement.bind(values)
        while try statement.step() {}
    }

    /// The first column of the first row; `nil` for no row or NULL.
    public func integer(_ sql: String, _ values: SQLiteValue...) throws(SQLiteError) -> Int64? {
        var statement = try prepare(sql)
        try statement.bind(values)
        guard try statement.step(), !statement.isNull(0) else { return nil }
        return statement.int64(0)
    }

    /// The first column of the first row as text; `nil` for no row or NULL.
    public func text(_ sql: String, _ values: SQLiteValue...) throws(SQLiteError) -> String? {
        var statement = try prepare(sql)
        try statement.bind(values)
        guard try statement.step(), !statement.isNull(0) else { return nil }
        return statement.string(0)
    }

    /// Compiles one statement that will be run again and again.
    public func prepare(_ sql: String) throws(SQLiteError) -> Statement {
        var prepared: OpaquePointer?
        let code = unsafe sqlite3_prepare_v3(
            handle, sql, -1, UInt32(SQLITE_PREPARE_PERSISTENT), &prepared, nil)
        guard code == SQLITE_OK, let statement = unsafe prepared else { throw error(code, sql: sql) }
        return unsafe Statement(adopting: statement)
    }

    /// How long a lock held by another process is waited for.
    public func setBusyTimeout(milliseconds: Int32) {
        unsafe sqlite3_busy_timeout(handle, milliseconds)
    }

    /// Keeps the -wal and -shm files when the last connection closes.
    public func keepWriteAheadLog() throws(SQLiteError) {
        let code = unsafe quantrac_sqlite3_keep_wal(handle)
        guard code == SQLITE_OK else { throw error(code) }
    }

    /// The rows changed by the last statement.
    public var changes: Int { unsafe Int(sqlite3_changes64(handle)) }
    public var lastInsertedRow: Int64 { unsafe sqlite3_last_insert_rowid(handle) }
    /// Whether a transaction is open; SQLite ends it by itself after some errors.
    public var isInTransaction: Bool { unsafe sqlite3_get_autocommit(handle) == 0 }

    func error(_ code: Int32, sql: String? = nil) -> SQLiteError {
        unsafe SQLiteError(
            code: code, message: String(cString: sqlite3_errmsg(handle)), sql: sql,
            systemError: sqlite3_system_errno(handle))
    }

    /// Runs once, before SQLite's first use in this process.
    private static let isConfigured: Bool = quantrac_sqlite3_no_memory_statistics() == SQLITE_OK

    private static func escaped(_ path: String) -> String {
        var result = ""
        for character in path.unicodeScalars {
            switch character {
            case "%": result += "%25"
            case "?": result += "%3f"
            case "#": result += "%23"
            default: result.unicodeScalars.append(character)
            }
        }
        return result
    }
}
