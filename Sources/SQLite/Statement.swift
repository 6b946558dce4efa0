import CSQLite

/// A compiled statement: one owner, finalised when its life ends.
///
/// Parameters count from 1, columns from 0, as in SQLite.
@safe public struct Statement: ~Copyable {
    let handle: OpaquePointer

    init(adopting handle: OpaquePointer) { unsafe self.handle = handle }

    deinit { unsafe sqlite3_finalize(handle) }

    /// Steps to the next row; `false` at the end, when the statement is reset for its next run.
    ///
    /// - Throws: What SQLite reports; the statement is reset and can be run again.
    public mutating func step() throws(SQLiteError) -> Bool {
        let code = unsafe sqlite3_step(handle)
        if code == SQLITE_ROW { return true }
        if code == SQLITE_DONE {
            unsafe sqlite3_reset(handle)
            return false
        }
        let failure = error(code)
        unsafe sqlite3_reset(handle)
        throw failure
    }

    /// Runs to the end, ignoring rows.
    public mutating func run() throws(SQLiteError) {
        while try step() {}
    }

    /// Binds from the first parameter on and runs to the end.
    public mutating func run(_ values: SQLiteValue...) throws(SQLiteError) {
        try bind(values)
        while try step() {}
    }

    /// Ends the run; a read transaction that it held ends with it.
    public mutating func reset() {
        unsafe sqlite3_reset(handle)
    }

    /// Binds from the first parameter on.
    public mutating func bind(_ values: [SQLiteValue]) throws(SQLiteError) {
        for index in values.indices {
            let parameter = Int32(index + 1)
            switch values[index] {
            case .null: try check(unsafe sqlite3_bind_null(handle, parameter))
            case .integer(let value): try bind(value, at: parameter)
            case .real(let value): try check(unsafe sqlite3_bind_double(handle, parameter, value))
            case .text(let value):
                try check(unsafe quantrac_sqlite3_bind_text(handle, parameter, value, Int32(value.utf8.count)))
            case .blob(let value):
                try check(unsafe quantrac_sqlite3_bind_blob(handle, parameter, value, Int32(value.count)))
            }
        }
    }

    /// Binds one parameter, counted from 1, and allocates nothing.
    public mutating func bind(_ value: Int64, at parameter: Int32) throws(SQLiteError) {
        try check(unsafe sqlite3_bind_int64(handle, parameter, value))
    }

    // MARK: columns of the current row

    /// Whether the column, counted from 0 as in all that follows, is NULL.
    public func isNull(_ column: Int32) -> Bool { unsafe sqlite3_column_type(handle, column) == SQLITE_NULL }

    /// What is stored in the column, whatever it was declared as.
    public func type(_ column: Int32) -> ColumnType {
        switch unsafe sqlite3_column_type(handle, column) {
        case SQLITE_INTEGER: .integer
        case SQLITE_FLOAT: .real
        case SQLITE_TEXT: .text
        case SQLITE_BLOB: .blob
        default: .null
        }
    }

    /// The column as an integer; 0 for NULL.
    public func int64(_ column: Int32) -> Int64 { unsafe sqlite3_column_int64(handle, column) }

    /// The column as an integer; 0 for NULL.
    public func int(_ column: Int32) -> Int { Int(int64(column)) }

    /// Whether the column is a number other than 0.
    public func bool(_ column: Int32) -> Bool { int64(column) != 0 }

    /// The column as a floating-point number; 0 for NULL.
    public func double(_ column: Int32) -> Double { unsafe sqlite3_column_double(handle, column) }

    /// The text of the column; empty for NULL.
    public func string(_ column: Int32) -> String {
        guard let text = unsafe sqlite3_column_text(handle, column) else { return "" }
        return unsafe String(cString: text)
    }

    /// The text of the column; `nil` for NULL.
    public func optionalString(_ column: Int32) -> String? { isNull(column) ? nil : string(column) }

    /// The column as an integer; `nil` for NULL.
    public func optionalInt64(_ column: Int32) -> Int64? { isNull(column) ? nil : int64(column) }

    /// The bytes of a text or blob column.
    public func bytes(_ column: Int32) -> [UInt8] {
        var bytes: [UInt8] = []
        appendBytes(column, to: &bytes)
        return bytes
    }

    /// Appends the bytes of a text or blob column.
    public func appendBytes(_ column: Int32, to bytes: inout [UInt8]) {
        let start = unsafe sqlite3_column_blob(handle, column)
        let count = unsafe Int(sqlite3_column_bytes(handle, column))
        guard let start = unsafe start, count > 0 else { return }
        unsafe bytes.append(contentsOf: UnsafeRawBufferPointer(start: start, count: count))
    }

    private func check(_ code: Int32) throws(SQLiteError) {
        guard code == SQLITE_OK else { throw error(code) }
    }

    private func error(_ code: Int32) -> SQLiteError {
        guard let connection = unsafe sqlite3_db_handle(handle) else {
            return SQLiteError(code: code, message: "no connection")
        }
        let sql = unsafe sqlite3_sql(handle).map { unsafe String(cString: $0) }
        return unsafe SQLiteError(
            code: code, message: String(cString: sqlite3_errmsg(connection)), sql: sql,
            systemError: sqlite3_system_errno(connection))
    }
}

/// The storage class of a column of the current row.
public enum ColumnType: Sendable {
    case null, integer, real, text, blob
}
