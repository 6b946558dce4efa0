public import Readings

/// A piece of the queue in memory: what one read transaction saw.
public struct Page: Sendable {
    /// By sequence.
    public var rows: [StoredReading] = []
    /// The other kinds, by sequence.
    public var records: [StoredRecord] = []
    /// What the numbers in the rows stand for.
    public var names = Names()
    /// The bytes of raw texts.
    public var texts: [UInt8] = []
    /// The last sequence that was looked at: where the next page begins.
    public var scannedThrough: Int64 = 0
    /// Nothing lies beyond `scannedThrough` within the bounds that were asked for.
    public var reachedEnd = false
    /// Rows that do not match their checksum. They are never delivered.
    public var corruptRows = 0

    public init() {}

    /// Empties the page and keeps its memory.
    public mutating func removeAll() {
        rows.removeAll(keepingCapacity: true)
        records.removeAll(keepingCapacity: true)
        texts.removeAll(keepingCapacity: true)
        corruptRows = 0
        reachedEnd = false
    }

    public var count: Int { rows.count + records.count }
    public var firstSequence: Int64? {
        [rows.first?.sequence, records.first?.sequence].compactMap { $0 }.min()
    }
    public var lastSequence: Int64? {
        [rows.last?.sequence, records.last?.sequence].compactMap { $0 }.max()
    }

    /// A row with its names: for listings, not for the hot path.
    public func reading(_ row: StoredReading) -> Reading {
        let series = names.series(row.series)
        let context = names.context(row.context)
        return Reading(
            sequence: row.sequence, station: series.station, parameter: series.parameter, sensor: series.sensor,
            time: row.time, value: row.hasValue ? row.value : nil, unit: context.unit, rawValue: rawValue(row),
            rawUnit: context.rawUnit, status: context.status, flag: row.flag, tests: row.tests, settles: row.settles,
            qualifiers: context.qualifiers, revision: row.revision, version: row.version, cause: context.cause,
            rules: context.rules, received: row.received, source: context.source,
            stationSequence: row.hasStationSequence ? row.stationSequence : nil)
    }

    private func rawValue(_ row: StoredReading) -> RawValue {
        switch row.raw {
        case .sameAsValue: .sameAsValue
        case .integer(let value): .integer(value)
        case .real(let value): .real(value)
        case .text(let start, let count):
            .text(String(decoding: texts[Int(start)..<Int(start) + Int(count)], as: UTF8.self))
        case .number(let start, let count):
            .number(String(decoding: texts[Int(start)..<Int(start) + Int(count)], as: UTF8.self))
        }
    }
}

/// One reading as numbers; `Page.names` and `Page.texts` have the words.
public struct StoredReading: Sendable, Equatable {
    public var sequence: Int64
    public var time: Timestamp
    public var received: Timestamp
    /// 0 when `hasValue` is false.
    public var value: Double
    public var version: Int64
    public var stationSequence: Int64
    public var tests: TestDigits
    public var raw: Raw
    public var series: Int32
    public var context: Int32
    public var revision: Int
    public var flag: QualityFlag
    public var settles: QualityFlag?
    public var hasValue: Bool
    public var hasStationSequence: Bool

    /// The raw value; texts stand in `Page.texts`.
    public enum Raw: Sendable, Equatable {
        case sameAsValue
        case integer(Int64)
        case real(Double)
        case text(start: UInt32, count: UInt32)
        case number(start: UInt32, count: UInt32)
    }
}

/// A record that is no reading.
public struct StoredRecord: Sendable, Equatable {
    public var sequence: Int64
    /// `skipped`, the only kind of this version.
    public var kind: String
    /// The only consumer that it is for; `nil` for all.
    public var consumer: String?
    public var version: Int64
    /// The other members, as one JSON object without `kind` and `sequence`: `{"from":1,"to":9,"reason":"max_age"}`.
    public var body: String
}
