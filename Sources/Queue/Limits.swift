/// What bounds the queue beside its settings.
enum Limits {
    /// Series in one queue; each takes about 100 bytes of memory.
    static let seriesMax = 1_000_000
    /// Combinations of status, units, source, qualifiers, rules and cause.
    static let contextsMax = 1_000_000
    static let consumersMax = 256
    /// Rejections kept for one consumer; the oldest go first.
    static let rejectionsMax = 100_000
    /// Lines of the audit trail; the oldest go first.
    static let auditMax = 100_000
    /// Of a maintenance window's reason, and of the name of who changed something, in bytes.
    static let reasonBytes = 1024
    /// Rows of one series looked through for its newest reading.
    static let pastRows = 262_144
    /// Readings that get or lose their `MNT` in one transaction, and rows looked through for them.
    static let maintenanceKeys = 2000
    static let maintenanceRows = 200_000
    /// Of an oversize payload, in bytes.
    static let oversizeKept = 65_536
    /// Of one dead letter; `fault_count` tells how many there were.
    static let faultsKept = 1000
    /// What a dead letter takes beside its texts, in bytes.
    static let deadLetterOverhead = 200
    /// What SQLite leaves of the log when it was longer, in bytes: `journal_size_limit`.
    static let logBytes: Int64 = 64 << 20
    /// Dead letters dropped in one transaction.
    static let deadLettersDropped = 1000
    /// For so long one line of the audit trail takes up the dead letters that one person replays or drops, so that a
    /// hundred thousand of them do not drive everything else out.
    static let auditRunMilliseconds: Int64 = 600_000
    /// Of a decoder memory's key, in bytes.
    static let memoryKeyBytes = 1024
    /// Decoder memories of one source, and their keys and bodies together in bytes.
    static let memoriesMax = 50_000
    static let memoryBytes: Int64 = 64 << 20
    /// Revisions of one key; a row with more is damaged.
    static let revisionsMax: Int64 = 1 << 30
    /// Rows deleted in one transaction: 10,000 take about 2 ms.
    static let retireRows: Int64 = 10_000
    /// Rows after which the day summaries are written although the minute is not over.
    static let rowsUnsummarised = 500_000
}
