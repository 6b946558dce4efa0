import Readings
import SQLite

extension Connection {
    /// Dead letters by id, without their payloads.
    func deadLetters(after: Int64, limit: Int) throws(SQLiteError) -> [DeadLetter] {
        try deadLetters(
            "WHERE id > ?1 ORDER BY id LIMIT ?2", [.integer(after), .integer(Int64(limit))], payload: "x''")
    }

    /// One dead letter with its payload.
    func deadLetter(_ id: Int64) throws(SQLiteError) -> DeadLetter? {
        try deadLetters("WHERE id = ?1", [.integer(id)], payload: "payload").first
    }

    private func deadLetters(
        _ condition: String, _ values: [SQLiteValue], payload: String
    ) throws(SQLiteError) -> [DeadLetter] {
        var found: [DeadLetter] = []
        var statement = try prepare(
            """
            SELECT id, received_ms, last_received_ms, occurrences, source, topic, \(payload), full_length, sha256,
            decoder, fault_count, faults FROM dead_letter \(condition)
            """)
        var faults = try prepare("SELECT value ->> 'index', value ->> 'offset', value ->> 'reason' FROM json_each(?)")
        try statement.bind(values)
        while try statement.step() {
            found.append(
                DeadLetter(
                    id: statement.int64(0), received: Timestamp(millisecondsSince1970: statement.int64(1)),
                    lastReceived: Timestamp(millisecondsSince1970: statement.int64(2)),
                    occurrences: statement.int64(3), source: statement.string(4), topic: statement.string(5),
                    payload: statement.bytes(6), fullLength: statement.int(7), sha256: statement.bytes(8),
                    decoder: statement.string(9), faults: try Self.faults(statement.string(11), &faults),
                    faultCount: statement.int(10)))
        }
        return found
    }

    private static func faults(
        _ json: String, _ statement: inout Statement
    ) throws(SQLiteError) -> [StoredFault] {
        var faults: [StoredFault] = []
        try statement.bind([.text(json)])
        while try statement.step() {
            faults.append(
                StoredFault(
                    index: statement.optionalInt64(0).map { Int($0) }, offset: statement.int(1),
                    reason: statement.string(2)))
        }
        return faults
    }
}
