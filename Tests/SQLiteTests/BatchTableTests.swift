import SQLite
import Testing

@Suite struct `Batch table` {
    @Test func `stores a batch in one statement, every type and bit as it was`() throws {
        let connection = try Connection.open(path: ":memory:", mode: .readWriteCreate)
        let table = BatchTable(columns: ["a", "b", "c"])
        try connection.register(table, as: "pending")
        try connection.execute("CREATE TABLE t(a, b, c)")
        var insert = try connection.prepare("INSERT INTO t SELECT a, b, c FROM pending")
        for round in 0..<3 {
            table.removeAll()
            for row in 0..<1000 {
                table.reserveRow()
                table.append(Int64(row) * 1_000_000_007)
                if row % 2 == 0 { table.append(Double(row) / 3) } else { table.appendNull() }
                let text = "tên \(round) \(row)"
                if row % 3 == 0 { table.append(blob: text.utf8.span) } else { table.append(text: text) }
            }
            try insert.run()
        }
        #expect(try connection.integer("SELECT count(*) FROM t") == 3000)
        #expect(try connection.integer("SELECT sum(a) FROM t") == 3 * 1_000_000_007 * 499_500)
        #expect(try connection.integer("SELECT count(*) FROM t WHERE b IS NULL") == 1500)
        #expect(try connection.integer("SELECT count(*) FROM t WHERE typeof(c) = 'blob'") == 1002)
        #expect(try connection.text("SELECT c FROM t WHERE a = 7 * 1000000007 LIMIT 1") == "tên 0 7")
        var read = try connection.prepare("SELECT b FROM t WHERE a = 4 * 1000000007")
        #expect(try read.step())
        #expect(read.double(0) == 4.0 / 3)
    }

    @Test func `is empty when it is empty, and has no rows of the batch before`() throws {
        let connection = try Connection.open(path: ":memory:", mode: .readWriteCreate)
        let table = BatchTable(columns: ["a"])
        try connection.register(table, as: "pending")
        #expect(try connection.integer("SELECT count(*) FROM pending") == 0)
        table.reserveRow()
        table.append(text: "")
        #expect(try connection.text("SELECT a FROM pending") == "")
        table.removeAll()
        #expect(try connection.integer("SELECT count(*) FROM pending") == 0)
    }

    @Test func `joins with tables`() throws {
        let connection = try Connection.open(path: ":memory:", mode: .readWriteCreate)
        let table = BatchTable(columns: ["key"])
        try connection.register(table, as: "pending")
        try connection.execute("CREATE TABLE t(key INTEGER PRIMARY KEY, name); INSERT INTO t VALUES (1,'a'),(3,'c')")
        for key in [1, 2, 3] {
            table.reserveRow()
            table.append(Int64(key))
        }
        let found = try connection.text(
            "SELECT group_concat(t.name, '') FROM pending AS p CROSS JOIN t ON t.key = p.key")
        #expect(found == "ac")
    }
}

@Suite struct `Connection errors` {
    @Test func `name the code, the words and the statement`() throws {
        let connection = try Connection.open(path: ":memory:", mode: .readWriteCreate)
        let error = #expect(throws: SQLiteError.self) { try connection.execute("SELECT nonsense FROM nowhere") }
        #expect(error?.primaryCode == 1)
        #expect(error?.message.contains("nowhere") == true)
        #expect(error?.sql?.contains("nonsense") == true)
    }

    @Test func `of a missing file are thrown at open`() {
        #expect(throws: SQLiteError.self) { _ = try Connection.open(path: "/nonexistent/queue.db", mode: .readOnly) }
    }

    @Test func `a statement that failed can run again`() throws {
        let connection = try Connection.open(path: ":memory:", mode: .readWriteCreate)
        try connection.execute("CREATE TABLE t(a UNIQUE)")
        var insert = try connection.prepare("INSERT INTO t VALUES (?)")
        try insert.run(.integer(1))
        let error = #expect(throws: SQLiteError.self) { try insert.run(.integer(1)) }
        #expect(error?.code == 2067)
        try insert.run(.integer(2))
        #expect(try connection.integer("SELECT count(*) FROM t") == 2)
    }
}
