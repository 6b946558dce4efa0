import SQLite

extension RowWords {
    /// The words of the row that `row` stands at, if they match its checksum; its columns are those of
    /// `Store.readingColumns`.
    init?(intact row: borrowing Statement) {
        guard let series = Int32(exactly: row.int64(1)), let context = Int32(exactly: row.int64(5)) else { return nil }
        let raw: (word: UInt64, kind: UInt8)
        switch row.type(4) {
        case .null: raw = (0, 0)
        case .integer: raw = (UInt64(bitPattern: row.int64(4)), 1)
        case .real: raw = (row.double(4).bitPattern, 2)
        case .text: raw = (Self.word(of: row.bytes(4).span), 3)
        case .blob: raw = (Self.word(of: row.bytes(4).span), 4)
        }
        self.init(
            sequence: row.int64(0), series: series, time: row.int64(2),
            value: row.isNull(3) ? Self.nullValue : row.double(3).bitPattern, raw: raw.word, rawKind: raw.kind,
            context: context, tests: row.int64(6), flag: row.int64(7), settles: row.int64(8), lag: row.int64(9),
            versionOffset: row.int64(10), revision: row.int64(11), stationSequence: row.optionalInt64(12),
            previous: row.optionalInt64(14))
        guard checksum == row.int64(13) else { return nil }
    }

    /// When the row was committed, in microseconds since 1970.
    var version: Int64 { (time &+ lag) &* 1000 &+ versionOffset }
}
