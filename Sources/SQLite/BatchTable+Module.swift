import CSQLite

extension Connection {
    /// Makes `table` readable in SQL under `name`, for this connection and as long as it is open.
    public func register(_ table: BatchTable, as name: String) throws(SQLiteError) {
        let retained = unsafe Unmanaged.passRetained(table).toOpaque()
        let code = unsafe sqlite3_create_module_v2(handle, name, table.module, retained) { table in
            guard let table = unsafe table else { return }
            unsafe Unmanaged<BatchTable>.fromOpaque(table).release()
        }
        guard code == SQLITE_OK else { throw error(code) }
    }
}

/// What SQLite allocates through us for a table: its own structure first, then ours.
@unsafe private struct VirtualTable {
    var base: sqlite3_vtab
    var table: UnsafeMutableRawPointer
}

/// What SQLite allocates through us for a scan. It holds the batch's pointers, so that a cell costs no reference count.
@unsafe private struct Cursor {
    var base: sqlite3_vtab_cursor
    var values: UnsafeMutablePointer<Int64>
    var tags: UnsafeMutablePointer<UInt8>
    var side: UnsafeMutablePointer<UInt8>
    var width: Int
    var position: Int
    var end: Int
}

extension BatchTable {
    /// The callbacks of an eponymous, read-only table: no xCreate, so that its name is the table.
    static func makeModule() -> sqlite3_module {
        var module = sqlite3_module()
        unsafe module.xConnect = { connection, table, _, _, connected, _ in unsafe connect(connection, table, connected)
        }
        unsafe module.xBestIndex = { _, information in
            unsafe information?.pointee.estimatedCost = 1000
            unsafe information?.pointee.estimatedRows = 1000
            return SQLITE_OK
        }
        unsafe module.xDisconnect = { table in
            unsafe UnsafeMutableRawPointer(table)?.deallocate()
            return SQLITE_OK
        }
        unsafe module.xOpen = { _, opened in
            let cursor = UnsafeMutablePointer<Cursor>.allocate(capacity: 1)
            unsafe UnsafeMutableRawPointer(cursor).initializeMemory(
                as: UInt8.self, repeating: 0, count: MemoryLayout<Cursor>.size)
            unsafe opened?.pointee = UnsafeMutableRawPointer(cursor).assumingMemoryBound(
                to: sqlite3_vtab_cursor.self)
            return SQLITE_OK
        }
        unsafe module.xClose = { cursor in
            unsafe UnsafeMutableRawPointer(cursor)?.deallocate()
            return SQLITE_OK
        }
        unsafe module.xFilter = { cursor, _, _, _, _ in unsafe rewind(cursor) }
        unsafe module.xNext = { cursor in
            let cursor = unsafe cursorOf(cursor)
            unsafe cursor.pointee.position += cursor.pointee.width
            return SQLITE_OK
        }
        unsafe module.xEof = { cursor in
            let cursor = unsafe cursorOf(cursor)
            return unsafe cursor.pointee.position >= cursor.pointee.end ? 1 : 0
        }
        unsafe module.xColumn = { unsafe column($0, $1, $2) }
        unsafe module.xRowid = { cursor, row in
            let cursor = unsafe cursorOf(cursor)
            unsafe row?.pointee = Int64(cursor.pointee.position / cursor.pointee.width)
            return SQLITE_OK
        }
        return module
    }
}

private func connect(
    _ connection: OpaquePointer?, _ table: UnsafeMutableRawPointer?,
    _ connected: UnsafeMutablePointer<UnsafeMutablePointer<sqlite3_vtab>?>?
) -> Int32 {
    guard let connection = unsafe connection, let table = unsafe table, let connected = unsafe connected else {
        return SQLITE_MISUSE
    }
    let columns = unsafe Unmanaged<BatchTable>.fromOpaque(table).takeUnretainedValue().columns
    let code = unsafe sqlite3_declare_vtab(connection, "CREATE TABLE x(" + columns.joined(separator: ", ") + ")")
    guard code == SQLITE_OK else { return code }
    let made = UnsafeMutablePointer<VirtualTable>.allocate(capacity: 1)
    unsafe made.initialize(to: VirtualTable(base: sqlite3_vtab(), table: table))
    unsafe connected.pointee = UnsafeMutableRawPointer(made).assumingMemoryBound(to: sqlite3_vtab.self)
    return SQLITE_OK
}

private func cursorOf(_ cursor: UnsafeMutablePointer<sqlite3_vtab_cursor>?) -> UnsafeMutablePointer<Cursor> {
    guard let cursor = unsafe cursor else { preconditionFailure("SQLite passes the cursor it opened") }
    return unsafe UnsafeMutableRawPointer(cursor).assumingMemoryBound(to: Cursor.self)
}

private func rewind(_ opened: UnsafeMutablePointer<sqlite3_vtab_cursor>?) -> Int32 {
    let cursor = unsafe cursorOf(opened)
    guard let virtual = unsafe cursor.pointee.base.pVtab else { return SQLITE_MISUSE }
    let opaque = unsafe UnsafeMutableRawPointer(virtual).assumingMemoryBound(to: VirtualTable.self).pointee.table
    let table = unsafe Unmanaged<BatchTable>.fromOpaque(opaque).takeUnretainedValue()
    unsafe cursor.pointee.values = table.values
    unsafe cursor.pointee.tags = table.tags
    unsafe cursor.pointee.side = table.side
    unsafe cursor.pointee.width = table.width
    unsafe cursor.pointee.end = table.used
    unsafe cursor.pointee.position = 0
    return SQLITE_OK
}

private func column(
    _ opened: UnsafeMutablePointer<sqlite3_vtab_cursor>?, _ context: OpaquePointer?, _ column: Int32
) -> Int32 {
    let cursor = unsafe cursorOf(opened)
    let cell = unsafe cursor.pointee.position + Int(column)
    let value = unsafe cursor.pointee.values[cell]
    switch unsafe cursor.pointee.tags[cell] {
    case BatchTable.integer: unsafe sqlite3_result_int64(context, value)
    case BatchTable.real: unsafe sqlite3_result_double(context, Double(bitPattern: UInt64(bitPattern: value)))
    case BatchTable.text:
        unsafe quantrac_sqlite3_result_text(
            context, cursor.pointee.side + Int(value >> 32), Int32(truncatingIfNeeded: value))
    case BatchTable.blob:
        unsafe quantrac_sqlite3_result_blob(
            context, cursor.pointee.side + Int(value >> 32), Int32(truncatingIfNeeded: value))
    default: unsafe sqlite3_result_null(context)
    }
    return SQLITE_OK
}
