import Readings
import SQLite

/// Maintenance windows: declared at once, and gone through by and by where readings are there already.
extension Writer {
    @inline(__always)
    func isInMaintenance(_ number: Int32, at time: Timestamp) -> Bool {
        maintenance.contains(time, station: series.entries[Int(number)].station)
    }

    /// Declares a window, durably; from then on its readings carry `MNT`.
    mutating func declareMaintenance(
        station: String, from: Timestamp, to: Timestamp, reason: String, actor: String?
    ) throws(QueueError) -> MaintenanceWindow {
        guard from < to else {
            throw QueueError(.badArgument, "the maintenance ends at \(to), before it begins at \(from)")
        }
        guard StationID.isValid(station) else {
            throw QueueError(.badArgument, "\(station) is no station id: 1 to 64 of A-Z a-z 0-9 . _ -")
        }
        try Self.checkWords(reason, "a reason")
        try Self.checkActor(actor)
        let now = clock.now()
        let id = try inTransaction { writer throws -> Int64 in
            try writer.store.connection.execute(
                "INSERT INTO maintenance VALUES (NULL, ?, ?, ?, ?, ?, ?, NULL, ?)", .text(station),
                .integer(from.millisecondsSince1970), .integer(to.millisecondsSince1970), .text(reason),
                SQLiteValue(actor), .integer(now.millisecondsSince1970), .integer(from.millisecondsSince1970))
            try writer.audit("maintenance-declare", station, "\(from) to \(to): \(reason)", actor: actor)
            return try writer.store.connection.integer("SELECT max(id) FROM maintenance") ?? 0
        }
        try loadMaintenance()
        upkeep.hasMoreMaintenance = true
        guard let window = maintenance.all.first(where: { $0.id == id }) else { throw QueueError.closed }
        return window
    }

    static func checkActor(_ actor: String?) throws(QueueError) {
        if let actor { try checkWords(actor, "a name (by)") }
    }

    /// What is written into the audit trail, and printed in terminals, is short and plain.
    private static func checkWords(_ words: String, _ what: String) throws(QueueError) {
        let isPlain = !TextRules.hasControl(Array(words.utf8).span)
        guard (1...Limits.reasonBytes).contains(words.utf8.count), isPlain else {
            throw QueueError(.badArgument, "\(what) has 1 to \(Limits.reasonBytes) bytes and no control characters")
        }
    }

    /// Takes a window back: its readings lose the `MNT` that nothing else gives them.
    mutating func withdrawMaintenance(_ id: Int64, reason: String, actor: String?) throws(QueueError)
        -> MaintenanceWindow
    {
        guard let window = maintenance.all.first(where: { $0.id == id }) else {
            throw QueueError(.badArgument, "there is no maintenance window \(id): list them to see which there are")
        }
        guard window.withdrawn == nil else {
            throw QueueError(.badArgument, "the maintenance window \(id) was withdrawn already")
        }
        try Self.checkWords(reason, "a reason")
        try Self.checkActor(actor)
        let now = clock.now()
        try inTransaction { writer in
            try writer.store.connection.execute(
                "UPDATE maintenance SET withdrawn_ms = ?, applied_ms = from_ms WHERE id = ?",
                .integer(now.millisecondsSince1970), .integer(id))
            try writer.audit(
                "maintenance-withdraw", window.station, "\(window.from) to \(window.to): \(reason)", actor: actor)
        }
        try loadMaintenance()
        upkeep.hasMoreMaintenance = true
        return maintenance.all.first { $0.id == id } ?? window
    }

    mutating func loadMaintenance() throws(QueueError) {
        do {
            maintenance = MaintenanceWindows(try store.connection.maintenanceWindows(station: nil), texts: &texts)
        } catch {
            throw queueError(error)
        }
    }

    /// Goes through a piece of the readings of a window that were there when it was declared or withdrawn.
    mutating func applyMaintenance() throws(QueueError) {
        guard let window = maintenance.unfinished else { return }
        batch.removeAll()
        batch.seriesCountBefore = series.count
        batch.contextCountBefore = contexts.count
        do {
            try checkRoom()
            try reopenIfNeeded()
            try store.begin.run()
            var numbers = Numbers(sequence: lastSequence, version: nextVersion() - 1)
            let reached = try amend(window, &numbers)
            try store.connection.execute(
                "UPDATE maintenance SET applied_ms = ? WHERE id = ?", .integer(reached), .integer(window.id))
            try writeCounters()
            try store.commit.run()
            batch.numbers = numbers
            settle()
        } catch {
            abandonTransaction(after: error)
            rollBack()
            throw queueError(error)
        }
        try loadMaintenance()
    }

    /// Amends readings in the order of their times.
    ///
    /// - Returns: Up to where all are done, in milliseconds.
    private mutating func amend(_ window: MaintenanceWindow, _ numbers: inout Numbers) throws -> Int64 {
        let (keys, reached) = try keys(of: window)
        for key in keys {
            let isDeclared = isInMaintenance(key.series, at: Timestamp(millisecondsSince1970: key.time))
            try amendNewest(key.series, time: key.time, &numbers) { row in
                let status = Array((row.status ?? "").utf8)
                let isWanted = isDeclared || DeviceStatus(code: status.span) == .maintenance
                guard isWanted != row.qualifiers.contains(.maintenance) else { return nil }
                let qualifiers =
                    isWanted ? row.qualifiers.union(.maintenance) : row.qualifiers.subtracting(.maintenance)
                return Amendment(tests: row.tests, qualifiers: qualifiers, cause: .maintenance)
            }
        }
        return reached
    }

    private struct Key {
        var series: Int32
        var time: Int64
    }

    /// The next keys of a station in a window, and up to where that is all of them.
    private func keys(of window: MaintenanceWindow) throws -> (keys: [Key], reached: Int64) {
        let station = Array(window.station.utf8)
        let wanted = Set(
            series.entries.indices.dropFirst().filter { texts.equals(series.entries[$0].station, station.span) })
        let end = window.to.millisecondsSince1970
        guard !wanted.isEmpty else { return ([], end) }
        var statement = try store.connection.prepare(
            "SELECT DISTINCT time_ms, series_id FROM reading WHERE time_ms >= ? AND time_ms < ? ORDER BY time_ms, series_id"
        )
        try statement.bind([.integer(window.applied.millisecondsSince1970), .integer(end)])
        var keys: [Key] = []
        var looked = 0
        var lastTime = Int64.min
        while try statement.step() {
            let time = statement.int64(0)
            // A piece ends between two times.
            if time != lastTime, keys.count >= Limits.maintenanceKeys || looked >= Limits.maintenanceRows {
                return (keys, time)
            }
            lastTime = time
            looked += 1
            if wanted.contains(statement.int(1)) { keys.append(Key(series: Int32(statement.int(1)), time: time)) }
        }
        return (keys, end)
    }
}

extension Connection {
    /// The windows of one station, or of all, in the order of their declaration.
    func maintenanceWindows(station: String?) throws(SQLiteError) -> [MaintenanceWindow] {
        var statement = try prepare(
            """
            SELECT id, station, from_ms, to_ms, reason, actor, declared_ms, withdrawn_ms, applied_ms FROM maintenance
            WHERE ?1 IS NULL OR station = ?1 ORDER BY id
            """)
        try statement.bind([SQLiteValue(station)])
        var windows: [MaintenanceWindow] = []
        while try statement.step() {
            windows.append(
                MaintenanceWindow(
                    id: statement.int64(0), station: statement.string(1),
                    from: Timestamp(millisecondsSince1970: statement.int64(2)),
                    to: Timestamp(millisecondsSince1970: statement.int64(3)), reason: statement.string(4),
                    actor: statement.optionalString(5), declared: Timestamp(millisecondsSince1970: statement.int64(6)),
                    withdrawn: statement.optionalInt64(7).map { Timestamp(millisecondsSince1970: $0) },
                    applied: Timestamp(millisecondsSince1970: statement.int64(8))))
        }
        return windows
    }
}
