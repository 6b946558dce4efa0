public import Readings
import SQLite

/// What people ask about flags: rule sets, maintenance, one reading and those before it.
extension QueueReader {
    /// The rule set of an id; `nil` when no reading of this queue was judged by it.
    public func ruleSet(_ id: String) throws(QueueError) -> RuleSetText? {
        try reading { reader in
            try reader.connection.text("SELECT body FROM rule_set WHERE id = ?", .text(id)).map {
                RuleSetText(id: id, json: $0)
            }
        }
    }

    /// Every rule set that a reading was judged by, in the order of their first use.
    public func ruleSets() throws(QueueError) -> [RuleSetText] {
        try reading { reader in
            var sets: [RuleSetText] = []
            var statement = try reader.connection.prepare("SELECT id, body FROM rule_set ORDER BY first_sequence")
            while try statement.step() { sets.append(RuleSetText(id: statement.string(0), json: statement.string(1))) }
            return sets
        }
    }

    /// The maintenance windows of one station, or of all, in the order of their declaration.
    public func maintenanceWindows(station: String? = nil) throws(QueueError) -> [MaintenanceWindow] {
        try reading { reader in try reader.connection.maintenanceWindows(station: station) }
    }

    /// Every revision of one reading, the first one first; empty when there is none of that time.
    public func revisions(of series: SeriesKey, at time: Timestamp) throws(QueueError) -> [Reading] {
        try reading { reader in
            try reader.refreshNames()
            var page = Page()
            page.names = reader.currentNames
            guard let number = reader.number(of: series) else { return [] }
            var statement = try reader.connection.prepare(
                "SELECT \(Store.readingColumns) FROM reading WHERE time_ms = ? AND series_id = ? ORDER BY revision")
            try statement.bind([.integer(time.millisecondsSince1970), .integer(Int64(number))])
            while try statement.step() { _ = page.append(statement) }
            return page.rows.map { page.reading($0) }
        }
    }

    /// The newest observed time of a series; `nil` when it has no reading.
    public func newestTime(of series: SeriesKey) throws(QueueError) -> Timestamp? {
        try reading { reader in
            try reader.refreshNames()
            guard let number = reader.number(of: series) else { return nil }
            let stored = try reader.connection.integer(
                """
                SELECT max(time_ms) FROM reading WHERE series_id = ?1 AND sequence > (SELECT summarised_through FROM queue)
                """, .integer(Int64(number)))
            let summarised = try reader.connection.integer(
                "SELECT newest_ms FROM series WHERE id = ?", .integer(Int64(number)))
            return [stored, summarised].compactMap(\.self).max().map { Timestamp(millisecondsSince1970: $0) }
        }
    }

    /// The readings of a series around a time, of each key the newest revision, in the order of their times: at most `before` earlier ones, the one of that time, and at most `after` later ones.
    public func neighbours(
        of series: SeriesKey, around time: Timestamp, before: Int, after: Int
    ) throws(QueueError) -> [PastReading] {
        try reading { reader in
            try reader.refreshNames()
            guard let number = reader.number(of: series) else { return [] }
            let earlier = try reader.walk(
                "time_ms <= ?2 ORDER BY time_ms DESC, revision DESC", number, time, before + 1)
            let later = try reader.walk("time_ms > ?2 ORDER BY time_ms, revision DESC", number, time, after)
            return earlier.reversed() + later
        }
    }

    private func walk(_ condition: String, _ number: Int32, _ time: Timestamp, _ limit: Int) throws -> [PastReading] {
        // In the order of the index over times: readings of other series lie between and are passed over.
        var statement = try connection.prepare(
            "SELECT \(Store.readingColumns) FROM reading WHERE series_id = ?1 AND \(condition)")
        try statement.bind([.integer(Int64(number)), .integer(time.millisecondsSince1970)])
        var found: [PastReading] = []
        while found.count < limit, try statement.step() {
            guard let (past, _) = PastReading.row(statement), found.last?.time != past.time else { continue }
            // What is ahead of our clock is nobody's neighbour.
            let context = currentNames.context(Int32(truncatingIfNeeded: statement.int64(5)))
            if context.qualifiers.contains(.future), past.time != time { continue }
            found.append(past)
        }
        return found
    }

    private func number(of series: SeriesKey) -> Int32? {
        currentNames.seriesByNumber.first {
            $0.isIntact && $0.station == series.station && $0.parameter == series.parameter
                && $0.sensor == series.sensor
        }?.number
    }
}
