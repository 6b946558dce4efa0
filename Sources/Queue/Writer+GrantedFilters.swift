import Readings
import SQLite

/// What the brokers have granted, so that a restart subscribes only what changed.
extension Writer {
    mutating func granted(source: String) throws(QueueError) -> [String] {
        do {
            var filters: [String] = []
            var statement = try store.connection.prepare(
                "SELECT filter FROM granted_filter WHERE source = ? ORDER BY filter")
            try statement.bind([.text(source)])
            while try statement.step() { filters.append(statement.string(0)) }
            return filters
        } catch {
            throw queueError(error)
        }
    }

    mutating func setGranted(source: String, filters: [String]) throws(QueueError) {
        try inTransaction { writer in
            try writer.store.connection.execute("DELETE FROM granted_filter WHERE source = ?", .text(source))
            for filter in Set(filters) {
                try writer.store.connection.execute(
                    "INSERT INTO granted_filter VALUES (?, ?)", .text(source), .text(filter))
            }
        }
    }
}
