/// What SQLite refused to do.
public struct SQLiteError: Error, Sendable, Equatable {
    /// The extended result code (`SQLITE_IOERR_SHMSIZE` is 4874).
    public let code: Int32
    /// SQLite's own words.
    public let message: String
    /// The statement, where there was one.
    public let sql: String?
    /// `errno` of the system call that failed, 0 where none did.
    public let systemError: Int32

    public init(code: Int32, message: String, sql: String? = nil, systemError: Int32 = 0) {
        self.code = code
        self.message = message
        self.sql = sql
        self.systemError = systemError
    }

    /// The code without its extension: 13 is `SQLITE_FULL`.
    public var primaryCode: Int32 { code & 0xff }

    /// There was no room: `SQLITE_FULL`, no room for the -shm file, or a system call that failed with ENOSPC or EDQUOT.
    public var isDiskFull: Bool {
        primaryCode == 13 || code == 4874 || systemError == 28 || systemError == 122
    }

    /// Another process holds the lock that was needed.
    public var isBusy: Bool { primaryCode == 5 || primaryCode == 6 }

    /// The file is damaged: `SQLITE_CORRUPT`.
    public var isCorrupt: Bool { primaryCode == 11 }

    /// The file is no SQLite database: `SQLITE_NOTADB`.
    public var isNotADatabase: Bool { primaryCode == 26 }
}

extension SQLiteError: CustomStringConvertible {
    public var description: String {
        var text = "SQLite \(code): \(message)"
        if systemError != 0 { text += " (errno \(systemError))" }
        if let sql { text += " in: \(sql)" }
        return text
    }
}
