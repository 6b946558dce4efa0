import CSQLite

/// A batch of rows in memory that SQL reads as a table: `INSERT INTO t SELECT * FROM pending` stores it in one statement.
///
/// Three times the rows a second of one bound row a step, because SQLite starts and halts its program once a batch
/// instead of once a row. Cells lie row after row: eight bytes and a tag each; texts and blobs stand in `side`.
/// Register it with `Connection.register`; fill it only while no statement reads it.
@safe public final class BatchTable {
    public let columns: [String]
    @usableFromInline let width: Int
    @usableFromInline var values: UnsafeMutablePointer<Int64>
    @usableFromInline var tags: UnsafeMutablePointer<UInt8>
    @usableFromInline var capacity: Int
    @usableFromInline var used = 0
    /// The bytes of the text and blob cells; SQLite reads them where they are.
    @usableFromInline var side: UnsafeMutablePointer<UInt8>
    @usableFromInline var sideCapacity = 4096
    @usableFromInline var sideUsed = 0
    /// SQLite keeps this pointer as long as the connection lives, and the connection keeps the table.
    let module: UnsafeMutablePointer<sqlite3_module>

    @usableFromInline static let null: UInt8 = 0
    @usableFromInline static let integer: UInt8 = 1
    @usableFromInline static let real: UInt8 = 2
    @usableFromInline static let text: UInt8 = 3
    @usableFromInline static let blob: UInt8 = 4

    /// - Parameter columns: Their names; they have no type and keep the values' own.
    public init(columns: [String]) {
        precondition(!columns.isEmpty, "a batch table has columns")
        self.columns = columns
        width = columns.count
        capacity = 64 * columns.count
        unsafe values = .allocate(capacity: capacity)
        unsafe tags = .allocate(capacity: capacity)
        unsafe side = .allocate(capacity: sideCapacity)
        unsafe module = .allocate(capacity: 1)
        unsafe module.initialize(to: Self.makeModule())
    }

    deinit {
        unsafe module.deallocate()
        unsafe side.deallocate()
        unsafe values.deallocate()
        unsafe tags.deallocate()
    }

    public var count: Int { used / width }

    /// Empties the table and keeps its memory.
    public func removeAll() {
        used = 0
        sideUsed = 0
    }

    /// Makes room for one more row; call it before the row's cells are appended.
    @inlinable public func reserveRow() {
        if used + width > capacity { grow() }
    }

    /// Appends the next cell of the row: an integer.
    @inlinable public func append(_ value: Int64) {
        append(value, Self.integer)
    }

    /// Appends the next cell of the row: a floating-point number, kept to the last bit.
    @inlinable public func append(_ value: Double) {
        append(Int64(bitPattern: value.bitPattern), Self.real)
    }

    /// Appends the next cell of the row: NULL.
    @inlinable public func appendNull() {
        append(0, Self.null)
    }

    /// Appends the next cell of the row: UTF-8 text, copied.
    @inlinable public func append(text bytes: Span<UInt8>) {
        append(place(bytes), Self.text)
    }

    /// Appends the next cell of the row: bytes, copied.
    @inlinable public func append(blob bytes: Span<UInt8>) {
        append(place(bytes), Self.blob)
    }

    public func append(text: String) {
        append(text: text.utf8.span)
    }

    @inlinable func append(_ value: Int64, _ tag: UInt8) {
        precondition(used < capacity, "reserveRow() comes before the row's cells")
        unsafe values[used] = value
        unsafe tags[used] = tag
        used += 1
    }

    @inlinable func place(_ bytes: Span<UInt8>) -> Int64 {
        let start = sideUsed
        if start + bytes.count > sideCapacity { growSide(to: start + bytes.count) }
        for index in bytes.indices { unsafe side[start + index] = bytes[index] }
        sideUsed = start + bytes.count
        return Int64(start) << 32 | Int64(bytes.count)
    }

    @usableFromInline func growSide(to needed: Int) {
        let larger = max(needed, sideCapacity * 2)
        precondition(larger < 1 << 31, "the texts of one batch stay below 2 GiB")
        let newSide = UnsafeMutablePointer<UInt8>.allocate(capacity: larger)
        unsafe newSide.update(from: side, count: sideUsed)
        unsafe side.deallocate()
        unsafe side = newSide
        sideCapacity = larger
    }

    @usableFromInline func grow() {
        let larger = capacity * 2
        let newValues = UnsafeMutablePointer<Int64>.allocate(capacity: larger)
        let newTags = UnsafeMutablePointer<UInt8>.allocate(capacity: larger)
        unsafe newValues.update(from: values, count: used)
        unsafe newTags.update(from: tags, count: used)
        unsafe values.deallocate()
        unsafe tags.deallocate()
        unsafe values = newValues
        unsafe tags = newTags
        capacity = larger
    }
}
