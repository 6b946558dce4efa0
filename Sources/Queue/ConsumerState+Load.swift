import Readings
import SQLite

extension ConsumerState {
    /// Reads every consumer of a file, by name; `pendingAtMost` and `oldestPending` are left for the reader to fill.
    static func load(
        _ connection: borrowing Connection, node: String, uuid: String
    ) throws(SQLiteError) -> [ConsumerState] {
        var states: [ConsumerState] = []
        var statement = try connection.prepare(
            """
            SELECT c.name, c.required, c.configured, c.from_kind, c.from_value, c.max_age_ms, c.cursor, c.number, c.chain,
                c.acknowledged, c.rejected, c.acknowledged_number, c.acknowledged_ms,
                b.number, b.first, b.last, b.through, b.count, b.digest, b.chain
            FROM consumer AS c LEFT JOIN consumer_batch AS b ON b.consumer = c.name ORDER BY c.name
            """)
        while try statement.step() {
            var definition = ConsumerDefinition(name: statement.string(0))
            definition.required = statement.bool(1)
            definition.isConfigured = statement.bool(2)
            definition.from = StartPosition(kind: statement.string(3), value: statement.int64(4))
            definition.maxAgeMilliseconds = statement.int64(5)
            let prefix = "\(node)-\(uuid)-\(definition.name)-"
            var open: FixedBatch?
            if !statement.isNull(13) {
                open = FixedBatch(
                    id: prefix + "\(statement.int64(13))", number: statement.int64(13),
                    first: statement.int64(14), last: statement.int64(15), through: statement.int64(16),
                    count: statement.int(17), digest: statement.bytes(18), chain: statement.bytes(19))
            }
            states.append(
                ConsumerState(
                    definition: definition, cursor: statement.int64(6), open: open, lastNumber: statement.int64(7),
                    lastAcknowledgedBatch: statement.optionalInt64(11).map { prefix + "\($0)" },
                    lastAcknowledged: statement.optionalInt64(12).map { Timestamp(millisecondsSince1970: $0) },
                    acknowledgedCount: statement.int64(9), rejectedCount: statement.int64(10),
                    chain: statement.bytes(8), pendingAtMost: 0, oldestPending: nil))
        }
        try loadFilters(connection, &states)
        return states
    }

    private static func loadFilters(
        _ connection: borrowing Connection, _ states: inout [ConsumerState]
    ) throws(SQLiteError) {
        var statement = try connection.prepare("SELECT consumer, kind, pattern FROM consumer_filter ORDER BY 1, 2, 3")
        while try statement.step() {
            let name = statement.string(0)
            guard let index = states.firstIndex(where: { $0.definition.name == name }) else { continue }
            switch statement.string(1) {
            case "station": states[index].definition.stations.append(statement.string(2))
            case "domain": states[index].definition.domains.append(statement.string(2))
            case "parameter": states[index].definition.parameters.append(statement.string(2))
            default: continue
            }
        }
    }
}

extension StartPosition {
    /// The word in the column `from_kind`.
    var kind: String {
        switch self {
        case .oldest: "oldest"
        case .now: "now"
        case .time: "time"
        case .sequence: "sequence"
        }
    }

    var value: Int64? {
        switch self {
        case .oldest, .now: nil
        case .time(let time): time.millisecondsSince1970
        case .sequence(let sequence): sequence
        }
    }

    init(kind: String, value: Int64) {
        switch kind {
        case "now": self = .now
        case "time": self = .time(Timestamp(millisecondsSince1970: value))
        case "sequence": self = .sequence(value)
        default: self = .oldest
        }
    }
}
