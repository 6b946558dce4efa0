public import NIOCore
public import Queue

/// Writes pages of one queue as NDJSON: docs/pull-protocol.md, section 5, byte for byte.
public struct NDJSONEncoder {
    /// What `Quantrac-Encoding` says; another number means other bytes for the same record.
    public static let version = 1
    private var lines = LineEncoder(.ndjson)

    public init() {}

    /// Appends the lines of a page, readings and other kinds, by sequence.
    public mutating func append(_ page: Page, to buffer: inout ByteBuffer) {
        var row = 0
        for record in page.records {
            var end = row
            while end < page.rows.count && page.rows[end].sequence < record.sequence { end += 1 }
            lines.append(row..<end, of: page, to: &buffer)
            append(record, to: &buffer)
            row = end
        }
        lines.append(row..<page.rows.count, of: page, to: &buffer)
    }

    /// Appends the lines of a page to plain bytes, for a terminal or a file.
    public mutating func append(_ page: Page, to bytes: inout [UInt8]) {
        var buffer = ByteBuffer()
        append(page, to: &buffer)
        bytes.append(contentsOf: buffer.readableBytesView)
    }

    private func append(_ record: StoredRecord, to buffer: inout ByteBuffer) {
        buffer.writeString("{\"kind\":\(JSONText.string(record.kind)),\"sequence\":\(record.sequence)")
        // The body is an object of the record's other members; its brace opens where ours has begun already.
        let members = record.body.utf8.dropFirst()
        if members.first != UInt8(ascii: "}") { buffer.writeString(",") }
        buffer.writeBytes(members)
        buffer.writeString("\n")
    }
}
