import Readings
import SQLite

/// Which readings are known already, and the numbers that stand for names.
extension Writer {
    /// Asks the file, in one statement, what it holds under the keys of the candidates.
    mutating func lookUp(_ intakes: [Intake]) throws {
        batch.known.append(contentsOf: repeatElement(Batch.Known(), count: batch.candidatePlaces.count))
        while try store.findKnown.step() {
            let candidate = store.findKnown.int(0)
            let place = batch.candidatePlaces[candidate]
            let intake = intakes[Int(place.intake)]
            let stored = content(value: 2, raw: 3, context: 4)
            let isSame = stored != nil && stored == content(of: intake.readings[Int(place.reading)], in: intake)
            batch.known[candidate].isDuplicate = batch.known[candidate].isDuplicate || isSame
            // What cannot be a revision is in nobody's way.
            let number = store.findKnown.int64(1)
            guard (0..<Limits.revisionsMax).contains(number) else { continue }
            let revision = Int32(number)
            if revision >= batch.known[candidate].revision {
                batch.known[candidate].revision = revision
                let context = knownContext(4)
                batch.known[candidate].source = context?.source ?? 0
                batch.known[candidate].status = context?.status ?? TextPool.none
                batch.known[candidate].rawUnit = context?.effectiveRawUnit ?? TextPool.none
                batch.known[candidate].value = store.findKnown.isNull(2) ? .nan : store.findKnown.double(2)
            }
        }
    }

    /// Which revision of its key a reading will be; `nil` when it is a duplicate.
    mutating func revision(
        of draft: DraftReading, in intake: Intake, item: Batch.Item, source: Int32
    ) -> Revision? {
        let key = Batch.Key(series: item.series, time: draft.time.millisecondsSince1970)
        guard item.candidate >= 0 else {
            // Certainly new. Remembered only where a later reading of the batch has the same key.
            if batch.contentsByKey[key] != nil {
                let content = content(of: draft, in: intake)
                batch.contentsByKey[key]?.append(
                    Batch.Earlier(content: content, revision: 0, source: source, value: draft.storedValue ?? .nan))
            }
            return Revision(number: 0, cause: nil)
        }
        let known = batch.known[Int(item.candidate)]
        if known.isDuplicate { return nil }
        var latest = known.revision
        var latestSource = known.source
        var latestValue = known.value
        var latestStatus = known.status
        var latestUnit = known.rawUnit
        let content = content(of: draft, in: intake)
        let earlier = batch.contentsByKey[key] ?? []
        if earlier.contains(where: { $0.content == content }) { return nil }
        if let last = earlier.last {
            latest = last.revision
            latestSource = last.source
            latestValue = last.value
            latestStatus = last.content.status
            latestUnit = last.content.rawUnit
        }
        let revision = latest + 1
        // That a device was silent is no correction of what it said.
        if draft.isSilenceRecord, revision > 0 { return nil }
        if revision > 0, latestSource != source, let value = draft.storedValue {
            if judge.need(Int64(item.series), at: draft.time) == .name {
                judge.introduce(Int64(item.series), as: seriesKey(item.series))
            }
            let tolerance = judge.conflictTolerance(of: Int64(item.series))
            // What the device says of itself, and the unit, are no matter of tolerance.
            let isSaidAlike = content.status == latestStatus && content.rawUnit == latestUnit
            if tolerance > 0, isSaidAlike, abs(value - latestValue) <= tolerance { return nil }
        }
        batch.contentsByKey[key, default: []].append(
            Batch.Earlier(content: content, revision: revision, source: source, value: draft.storedValue ?? .nan))
        guard revision > 0 else { return Revision(number: 0, cause: nil) }
        return Revision(number: revision, cause: latestSource == source ? .corrected : .conflict)
    }

    private mutating func content(of draft: DraftReading, in intake: Intake) -> Content {
        let unit = number(of: draft.unit, in: intake)
        let rawUnit = draft.rawUnit.isNone ? unit : number(of: draft.rawUnit, in: intake)
        return Content(
            status: number(of: draft.status, in: intake), rawUnit: rawUnit, raw: draft.rawContent(in: intake))
    }

    /// The content of a stored row; `nil` when the row is damaged so far that it names no context.
    private func content(value: Int32, raw: Int32, context: Int32) -> Content? {
        guard let context = knownContext(context) else { return nil }
        return Content(
            status: context.status, rawUnit: context.effectiveRawUnit,
            raw: store.findKnown.rawContent(value: value, raw: raw))
    }

    private func knownContext(_ column: Int32) -> Context? {
        let number = store.findKnown.int64(column)
        return number > 0 && number <= Int64(contexts.count) ? contexts.entries[Int(number)] : nil
    }

    private mutating func number(of range: TextRange, in intake: Intake) -> Int32 {
        range.isNone ? TextPool.none : intake.withBytes(of: range) { texts.number(of: $0) }
    }

    /// Adds a series to the file and to memory.
    mutating func addSeries(station: Int32, parameter: Int32, sensor: UInt16) throws -> Int32 {
        guard series.count < Limits.seriesMax else {
            throw QueueError(
                .queueFull,
                "\(file.database) holds \(Limits.seriesMax) series, as many as it can: find the source that invents names"
            )
        }
        let number = series.add(station: station, parameter: parameter, sensor: sensor)
        let stationName = texts.string(station) ?? ""
        let parameterName = texts.string(parameter) ?? ""
        try store.insertSeries.run(
            .integer(Int64(number)), .text(stationName), .text(parameterName), .integer(Int64(sensor)),
            .integer(SeriesName.checksum(number, stationName, parameterName, Int64(sensor))))
        return number
    }

    /// The context of a reading: that of the one before it in its series, most of the time.
    @inline(__always)
    mutating func context(
        of draft: DraftReading, in intake: Intake, series number: Int32, source: Int32, _ judgement: Judgement,
        cause: Cause?
    ) throws -> Int32 {
        let qualifiers =
            cause == .conflict
            ? draft.qualifiers.union(judgement.qualifiers).union(.conflict)
            : draft.qualifiers.union(judgement.qualifiers)
        let rules = ruleNames[judgement.rules] ?? TextPool.none
        let recent = series.entries[Int(number)].context
        let entry = contexts.entries[Int(recent)]
        if recent != 0, entry.qualifiers == qualifiers.rawValue, entry.source == source, entry.rules == rules,
            entry.cause == Context.number(of: cause), isText(entry.status, draft.status, intake),
            isText(entry.unit, draft.unit, intake),
            draft.rawUnit.isNone
                ? entry.rawUnit == TextPool.none : isText(entry.effectiveRawUnit, draft.rawUnit, intake)
        {
            return recent
        }
        let unit = self.number(of: draft.unit, in: intake)
        let rawUnit = self.number(of: draft.rawUnit, in: intake)
        let context = Context(
            status: self.number(of: draft.status, in: intake), unit: unit,
            rawUnit: rawUnit == unit ? TextPool.none : rawUnit, source: source, qualifiers: qualifiers.rawValue,
            rules: rules, cause: Context.number(of: cause))
        var found = contexts.find(context)
        if found == 0 { found = try addContext(context) }
        series.setContext(found, of: number)
        return found
    }

    @inline(__always)
    private func isText(_ number: Int32, _ range: TextRange, _ intake: Intake) -> Bool {
        range.isNone ? number == TextPool.none : intake.withBytes(of: range) { texts.equals(number, $0) }
    }

    mutating func addContext(_ context: Context) throws -> Int32 {
        guard contexts.count < Limits.contextsMax else {
            throw QueueError(
                .queueFull,
                "\(file.database) holds \(Limits.contextsMax) combinations of status, unit and source, as many as it can: "
                    + "find the source that invents them")
        }
        let number = contexts.add(context)
        let row = ReadingContext(
            number: number, status: texts.string(context.status), unit: texts.string(context.unit),
            rawUnit: texts.string(context.rawUnit), source: texts.string(context.source) ?? "",
            qualifiers: Qualifiers(rawValue: context.qualifiers), rules: texts.string(context.rules),
            cause: Context.cause(context.cause), isIntact: true)
        try store.insertContext.run(
            .integer(Int64(number)), SQLiteValue(row.status), SQLiteValue(row.unit), SQLiteValue(row.rawUnit),
            .text(row.source), .integer(Int64(context.qualifiers)), SQLiteValue(row.rules),
            SQLiteValue(row.cause?.rawValue), .integer(row.checksum))
        return number
    }
}
