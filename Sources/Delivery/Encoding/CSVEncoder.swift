public import NIOCore
public import Queue

/// Writes the readings of pages of one queue as CSV: docs/pull-protocol.md, section 6.
public struct CSVEncoder {
    private var lines = LineEncoder(.csv)

    public init() {}

    /// The names of the columns, the first line of every CSV body.
    public static let header =
        "sequence,station,parameter,sensor,time,value,unit,raw_value,raw_unit,status,flag,tests,settles,qualifiers,"
        + "revision,version,cause,rules,received,source,station_sequence\r\n"

    /// Appends the lines of the page's readings; other kinds have no place in CSV.
    public mutating func append(_ page: Page, to buffer: inout ByteBuffer) {
        lines.append(0..<page.rows.count, of: page, to: &buffer)
    }

    /// Appends the lines of the page's readings to plain bytes, for a terminal or a file.
    public mutating func append(_ page: Page, to bytes: inout [UInt8]) {
        var buffer = ByteBuffer()
        append(page, to: &buffer)
        bytes.append(contentsOf: buffer.readableBytesView)
    }
}
