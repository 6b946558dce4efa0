import Readings
import SQLite

/// What was queued since the last flush, by series and civil day: what `series_day` still lacks.
struct DayTable {
    let zone: Zone
    /// By series; the day that the series is at.
    private var current: [Day] = []
    /// Days that a series has left since the last flush.
    private var finished: [Day] = []
    /// The series that have something in `current`.
    private var touched: [Int32] = []
    var rowsSinceFlush = 0

    struct Day {
        var series: Int32 = 0
        var day: Int64 = 0
        /// The milliseconds that are this day, so that the zone is asked once a day and series.
        var begin: Int64 = 0
        var end: Int64 = 0
        var count: Int64 = 0
        /// Rows, revisions included; 0 for an unused entry.
        var rows: Int64 = 0
        var minimum = Double.infinity
        var maximum = -Double.infinity
        var last: Double = 0
        var lastHasValue = false
        var lastTime: Int64 = .min
        var worstFlag: QualityFlag = .missing
        var firstSequence: Int64 = 0
        var lastSequence: Int64 = 0
    }

    init(zone: Zone) {
        self.zone = zone
    }

    var isEmpty: Bool { touched.isEmpty && finished.isEmpty }

    mutating func add(_ row: Batch.Row) {
        let index = Int(row.series)
        if index >= current.count {
            current.append(contentsOf: repeatElement(Day(), count: index + 1 - current.count))
        }
        if row.time < current[index].begin || row.time >= current[index].end {
            if current[index].rows > 0 { finished.append(current[index]) } else { touched.append(row.series) }
            current[index] = makeDay(row)
        } else if current[index].rows == 0 {
            touched.append(row.series)
            current[index].firstSequence = row.sequence
        }
        current[index].note(row)
    }

    /// Every day that holds something.
    func forEach(_ body: (Day) throws -> Void) rethrows {
        for day in finished { try body(day) }
        for series in touched { try body(current[Int(series)]) }
    }

    /// What was held is in the file now.
    mutating func removeAll() {
        finished.removeAll()
        for series in touched { current[Int(series)].empty() }
        touched.removeAll(keepingCapacity: true)
        rowsSinceFlush = 0
    }

    private func makeDay(_ row: Batch.Row) -> Day {
        // No time beyond the calendar's is one: it counts for the first or the last day there is.
        let time = min(max(row.time, Self.timeMin), Self.timeMax)
        let seconds = time >= 0 ? time / 1000 : (time - 999) / 1000
        let offset = Int64(zone.secondsEast(atUTCSeconds: seconds))
        let local = seconds + offset
        let number = local >= 0 ? local / 86400 : (local - 86399) / 86400
        var day = Day(series: row.series, day: number, firstSequence: row.sequence)
        let begin = (number * 86400 - offset) * 1000
        // A day on which the clocks are changed is asked for reading by reading.
        let isPlain =
            time == row.time
            && zone.secondsEast(atUTCSeconds: begin / 1000) == Int(offset)
            && zone.secondsEast(atUTCSeconds: begin / 1000 + 86399) == Int(offset)
        day.begin = isPlain ? begin : row.time
        day.end = isPlain ? begin + 86_400_000 : max(row.time, row.time &+ 1)
        return day
    }

    /// The years 1 to 9999.
    private static let timeMin: Int64 = -62_135_596_800_000
    private static let timeMax: Int64 = 253_402_300_799_999
}

extension DayTable.Day {
    @inline(__always)
    mutating func note(_ row: Batch.Row) {
        rows += 1
        if row.revision == 0 { count += 1 }
        if row.hasValue {
            if row.value < minimum { minimum = row.value }
            if row.value > maximum { maximum = row.value }
        }
        if row.time >= lastTime {
            lastTime = row.time
            last = row.value
            lastHasValue = row.hasValue
        }
        if row.flag.severity > worstFlag.severity { worstFlag = row.flag }
        lastSequence = row.sequence
    }

    /// Keeps the bounds of the day and nothing else.
    mutating func empty() {
        self = DayTable.Day(series: series, day: day, begin: begin, end: end)
    }
}

extension Writer {
    /// Writes the day summaries and the newest times, so that a start has only the rows after them to read.
    mutating func flushDays() throws(QueueError) {
        guard !days.isEmpty else { return }
        let through = lastSequence
        store.days.removeAll()
        store.newest.removeAll()
        var seen = Set<Int32>()
        days.forEach { day in
            store.days.append(day)
            guard seen.insert(day.series).inserted else { return }
            store.newest.reserveRow()
            store.newest.append(Int64(day.series))
            store.newest.append(series.entries[Int(day.series)].newest)
            store.newest.append(series.entries[Int(day.series)].lastSequence)
        }
        try inTransaction { writer in
            try writer.store.connection.execute(Self.mergeDays)
            try writer.store.connection.execute(
                """
                UPDATE series SET newest_ms = p.newest_ms, last_sequence = p.last_sequence FROM pending_newest AS p
                WHERE series.id = p.series_id
                """)
            try writer.store.connection.execute(
                "UPDATE queue SET summarised_through = ?", .integer(through))
        }
        days.removeAll()
        summarisedThrough = through
    }

    private static let mergeDays = """
        INSERT INTO series_day SELECT * FROM pending_day WHERE true
        ON CONFLICT (series_id, day) DO UPDATE SET
            count = count + excluded.count,
            minimum = coalesce(min(minimum, excluded.minimum), minimum, excluded.minimum),
            maximum = coalesce(max(maximum, excluded.maximum), maximum, excluded.maximum),
            last = CASE WHEN excluded.last_ms >= last_ms THEN excluded.last ELSE last END,
            last_ms = max(last_ms, excluded.last_ms),
            worst_severity = max(worst_severity, excluded.worst_severity),
            first_sequence = min(first_sequence, excluded.first_sequence),
            last_sequence = max(last_sequence, excluded.last_sequence)
        """
}

extension BatchTable {
    /// The flag goes in as its severity, so that SQL's max() is the worse of two.
    func append(_ day: DayTable.Day) {
        reserveRow()
        append(Int64(day.series))
        append(day.day)
        append(day.count)
        if day.minimum <= day.maximum {
            append(day.minimum)
            append(day.maximum)
        } else {
            appendNull()
            appendNull()
        }
        if day.lastHasValue { append(day.last) } else { appendNull() }
        append(day.lastTime)
        append(Int64(day.worstFlag.severity))
        append(day.firstSequence)
        append(day.lastSequence)
    }
}
