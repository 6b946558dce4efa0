import Queue
import Readings

extension Page {
    /// Adds the rows of a later page of the same reader, with their texts.
    mutating func append(_ other: Page, keeping keep: (StoredReading) -> Bool, upTo limit: Int) {
        let shift = UInt32(texts.count)
        texts += other.texts
        names = other.names
        scannedThrough = other.scannedThrough
        for var row in other.rows where rows.count < limit && keep(row) {
            switch row.raw {
            case .text(let start, let count): row.raw = .text(start: start + shift, count: count)
            case .number(let start, let count): row.raw = .number(start: start + shift, count: count)
            default: break
            }
            rows.append(row)
        }
    }
}
