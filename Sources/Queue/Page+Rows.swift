import Readings
import SQLite

extension Page {
    /// Appends the row that `statement` stands at; its columns are those of `Store.readingColumns`.
    ///
    /// - Returns: `false` when the row or its names do not match their checksums; nothing is appended then.
    mutating func append(_ row: borrowing Statement) -> Bool {
        guard let series = Int32(exactly: row.int64(1)), names.isIntact(series: series),
            let context = Int32(exactly: row.int64(5)), names.isIntact(context: context),
            let flag = QualityFlag(rawValue: row.int(7))
        else { return false }
        let textsBefore = texts.count
        let raw = appendRaw(row)
        let hasValue = !row.isNull(3)
        let value = row.double(3)
        let tests = row.int64(6)
        let settles = row.int64(8)
        let stationSequence = row.optionalInt64(12)
        let words = RowWords(
            sequence: row.int64(0), series: series, time: row.int64(2),
            value: hasValue ? value.bitPattern : RowWords.nullValue, raw: raw.word, rawKind: raw.kind,
            context: context, tests: tests, flag: Int64(flag.rawValue), settles: settles, lag: row.int64(9),
            versionOffset: row.int64(10), revision: row.int64(11), stationSequence: stationSequence,
            previous: row.optionalInt64(14))
        guard words.checksum == row.int64(13) else {
            texts.removeSubrange(textsBefore...)
            return false
        }
        // SQLite has no minus zero: its sign stands in `raw`.
        let isMinusZero =
            hasValue && value == 0 && raw.kind == 4 && texts[textsBefore...].elementsEqual(Content.negativeZero)
        if isMinusZero { texts.removeSubrange(textsBefore...) }
        let received = Timestamp(millisecondsSince1970: words.time &+ words.lag)
        rows.append(
            StoredReading(
                sequence: words.sequence, time: Timestamp(millisecondsSince1970: words.time), received: received,
                value: isMinusZero ? -0.0 : hasValue ? value : 0,
                version: received.millisecondsSince1970 &* 1000 &+ words.versionOffset,
                stationSequence: stationSequence ?? 0, tests: tests == 0 ? .notEvaluated : TestDigits(decimal: tests),
                raw: isMinusZero ? .sameAsValue : raw.stored, series: series, context: context,
                revision: Int(words.revision), flag: flag,
                settles: settles == 0 ? nil : QualityFlag(rawValue: Int(settles)), hasValue: hasValue,
                hasStationSequence: stationSequence != nil))
        return true
    }

    private mutating func appendRaw(
        _ row: borrowing Statement
    ) -> (stored: StoredReading.Raw, word: UInt64, kind: UInt8) {
        let type = row.type(4)
        switch type {
        case .null: return (.sameAsValue, 0, 0)
        case .integer:
            let value = row.int64(4)
            return (.integer(value), UInt64(bitPattern: value), 1)
        case .real:
            let value = row.double(4)
            return (.real(value), value.bitPattern, 2)
        case .text, .blob:
            let start = texts.count
            row.appendBytes(4, to: &texts)
            let count = texts.count - start
            let word = RowWords.word(of: texts.span.extracting(start..<texts.count))
            return type == .text
                ? (.text(start: UInt32(start), count: UInt32(count)), word, 3)
                : (.number(start: UInt32(start), count: UInt32(count)), word, 4)
        }
    }

    /// Keeps the first `limit` of rows and records together, by sequence.
    mutating func truncate(to limit: Int) {
        var row = 0
        var record = 0
        var last = scannedThrough
        while row + record < limit {
            if record == records.count || (row < rows.count && rows[row].sequence < records[record].sequence) {
                last = rows[row].sequence
                row += 1
            } else {
                last = records[record].sequence
                record += 1
            }
        }
        rows.removeSubrange(row...)
        records.removeSubrange(record...)
        scannedThrough = last
        reachedEnd = false
    }
}

extension Names {
    func isIntact(series number: Int32) -> Bool {
        let index = Int(number)
        return index > 0 && index < seriesByNumber.count && seriesByNumber[index].isIntact
    }

    func isIntact(context number: Int32) -> Bool {
        let index = Int(number)
        return index > 0 && index < contextsByNumber.count && contextsByNumber[index].isIntact
    }

    mutating func add(_ name: SeriesName, checksum: Int64) {
        guard name.number > 0, Int(name.number) <= Limits.seriesMax else { return }
        while seriesByNumber.count < Int(name.number) { seriesByNumber.append(.unknown) }
        var name = name
        name.isIntact = checksum == SeriesName.checksum(name.number, name.station, name.parameter, Int64(name.sensor))
        seriesByNumber.append(name)
    }

    mutating func add(_ context: ReadingContext, checksum: Int64) {
        guard context.number > 0, Int(context.number) <= Limits.contextsMax else { return }
        while contextsByNumber.count < Int(context.number) { contextsByNumber.append(.unknown) }
        var context = context
        context.isIntact = checksum == context.checksum
        contextsByNumber.append(context)
    }
}
