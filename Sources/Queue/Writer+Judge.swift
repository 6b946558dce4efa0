import Readings
import SQLite

/// Between the judge and the rows: what it must know of a series, and what it says of a reading.
extension Writer {
    /// Asks the judge, after telling it whatever it needs to know.
    @inline(__always)
    mutating func judgement(
        of draft: DraftReading, in intake: Intake, series number: Int32, received: Timestamp, cause: Cause?
    ) throws -> Judgement {
        while let need = judge.need(Int64(number), at: draft.time) { try answer(need, for: number, at: draft.time) }
        return judge.judge(observation(of: draft, in: intake, series: number, received: received, cause: cause))
    }

    /// What the judge sees of a reading.
    @inline(__always)
    private func observation(
        of draft: DraftReading, in intake: Intake, series number: Int32, received: Timestamp, cause: Cause?
    ) -> Observation {
        var qualifiers = draft.qualifiers
        if cause == .conflict { qualifiers.insert(.conflict) }
        if !hasUnit(of: draft, in: intake, series: number) { qualifiers.insert(.unitNotConvertible) }
        if draft.hasOurTime, !isClockSynchronized { qualifiers.insert(.clock) }
        if !maintenance.isEmpty, isInMaintenance(number, at: draft.time) { qualifiers.insert(.maintenance) }
        return Observation(
            series: Int64(number), time: draft.time, received: received, value: draft.storedValue,
            status: draft.status.isNone ? .notTold : intake.withBytes(of: draft.status) { DeviceStatus(code: $0) },
            qualifiers: qualifiers, isClockTrusted: isClockSynchronized)
    }

    /// Whether the unit is that of the series; as it was found for the reading before, most of the time.
    @inline(__always)
    private func hasUnit(of draft: DraftReading, in intake: Intake, series number: Int32) -> Bool {
        if draft.unit.isNone { return true }
        let recent = series.entries[Int(number)].context
        let context = contexts.entries[Int(recent)]
        if recent != 0, intake.withBytes(of: draft.unit, { texts.equals(context.unit, $0) }) {
            return !Qualifiers(rawValue: context.qualifiers).contains(.unitNotConvertible)
        }
        return judge.acceptsUnit(intake.string(draft.unit) ?? "", of: Int64(number))
    }

    private mutating func answer(_ need: JudgeNeed, for number: Int32, at time: Timestamp) throws {
        switch need {
        case .name: judge.introduce(Int64(number), as: seriesKey(number))
        case .history(let series, let readings):
            let past = try history(of: Int32(truncatingIfNeeded: series), readings: readings)
            judge.remember(past, of: series, at: time)
        }
    }

    /// Tells the judge all readings of one payload, which stand or fall together.
    func foresee(_ intake: Intake, from first: Int, firstItem: Int) {
        let payload = intake.readings[first].payload
        let received = intake.payloads[Int(payload)].received
        for index in first..<intake.readings.count {
            let draft = intake.readings[index]
            guard draft.payload == payload else { return }
            let series = batch.items[firstItem + index].series
            judge.foresee(
                observation(of: draft, in: intake, series: series, received: received, cause: nil),
                first: index == first)
        }
    }

    /// Introduces every series there is to a judge that compares them.
    mutating func introduceAll() {
        guard judge.comparesSeries else { return }
        for number in series.entries.indices.dropFirst() {
            judge.introduce(Int64(number), as: seriesKey(Int32(number)))
        }
    }

    func seriesKey(_ number: Int32) -> SeriesKey {
        let entry = series.entries[Int(number)]
        return SeriesKey(
            station: texts.string(entry.station) ?? "", parameter: texts.string(entry.parameter) ?? "",
            sensor: Int(entry.sensor))
    }

    /// Names a reading as the last one of its series.
    ///
    /// - Returns: What its column `previous` holds: the sequence of the one before, 0 for none, negative when it is not
    ///   later than all of them.
    @inline(__always)
    mutating func link(_ draft: DraftReading, _ item: Batch.Item, _ sequence: Int64) throws -> Int64 {
        let entry = series.entries[Int(item.series)]
        let time = draft.time.millisecondsSince1970
        var newest = entry.newestNeighbour
        // Later than everything of its series, so that it need not be looked for.
        if item.candidate < 0 {
            newest = .min
        } else if newest == SeriesTable.unknown {
            newest = try newestNeighbour(of: item.series)
        }
        series.setLast(sequence, newestNeighbour: max(newest, time), of: item.series)
        return time <= newest ? -entry.lastSequence : entry.lastSequence
    }

    /// The observed time of the newest reading of a series: of the last one that was not late, of so many as are looked
    /// through.
    private mutating func newestNeighbour(of number: Int32) throws -> Int64 {
        var newest = Int64.min
        var sequence = series.entries[Int(number)].lastSequence
        var looked = 0
        while sequence != 0, looked < Limits.pastRows, let row = try pastRow(sequence) {
            looked += 1
            newest = max(newest, row.reading.time.millisecondsSince1970)
            if !row.reading.isLate { break }
            sequence = row.previous
        }
        return newest
    }

    /// The last readings of a series in commit order, those of the batch that is being written among them.
    private mutating func history(of number: Int32, readings: Int) throws -> [PastReading] {
        var past: [PastReading] = []
        var sequence = series.entries[Int(number)].lastSequence
        while sequence != 0, past.count < readings, let row = try pastRow(sequence) {
            past.append(row.reading)
            sequence = row.previous
        }
        past.reverse()
        return past
    }

    /// A reading and the sequence of the one before it; `nil` when its row is deleted or damaged.
    private mutating func pastRow(_ sequence: Int64) throws -> (reading: PastReading, previous: Int64)? {
        if sequence > lastSequence { return pendingRow(sequence) }
        try store.findRow.bind(sequence, at: 1)
        var found: (PastReading, Int64)?
        while try store.findRow.step() { found = PastReading.row(store.findRow) }
        return found
    }

    /// The same for a row that this batch adds. Sequences grow in it, with holes where records lie between.
    private func pendingRow(_ sequence: Int64) -> (reading: PastReading, previous: Int64)? {
        var low = 0
        var high = batch.rows.count
        while low < high {
            let middle = (low + high) / 2
            if batch.rows[middle].sequence < sequence { low = middle + 1 } else { high = middle }
        }
        guard low < batch.rows.count, batch.rows[low].sequence == sequence else { return nil }
        let row = batch.rows[low]
        let reading = PastReading(
            time: Timestamp(millisecondsSince1970: row.time), received: Timestamp(millisecondsSince1970: row.received),
            value: row.hasValue ? row.value : nil, flag: row.flag,
            tests: row.tests == 0 ? .notEvaluated : TestDigits(decimal: row.tests), settles: row.settles,
            isLate: (row.previous ?? 0) < 0)
        return (reading, abs(row.previous ?? 0))
    }
}

extension PastReading {
    /// The reading of a row, whose columns are those of `Store.readingColumns`, and the sequence of the one before it;
    /// `nil` when the row does not match its checksum.
    static func row(_ row: borrowing Statement) -> (PastReading, Int64)? {
        guard let words = RowWords(intact: row), let flag = QualityFlag(rawValue: row.int(7)) else { return nil }
        let previous = words.previous ?? 0
        let reading = PastReading(
            time: Timestamp(millisecondsSince1970: words.time),
            received: Timestamp(millisecondsSince1970: words.time &+ words.lag),
            value: row.isNull(3) ? nil : row.double(3), flag: flag,
            tests: words.tests == 0 ? .notEvaluated : TestDigits(decimal: words.tests),
            settles: QualityFlag(rawValue: Int(words.settles)), isLate: previous < 0)
        return (reading, abs(previous))
    }
}
