import Readings

/// A cell of a row.
struct CSVCell: Sendable {
    private var startOffset: UInt32
    private var endOffset: UInt32
    var isQuoted: Bool
    /// Whether a quote stands twice in it, for one.
    var hasDoubledQuotes: Bool

    @inline(__always)
    init(_ start: Int, _ end: Int, isQuoted: Bool = false, hasDoubledQuotes: Bool = false) {
        startOffset = UInt32(truncatingIfNeeded: start)
        endOffset = UInt32(truncatingIfNeeded: end)
        self.isQuoted = isQuoted
        self.hasDoubledQuotes = hasDoubledQuotes
    }

    /// Without its quotes and the spaces around it.
    @inline(__always)
    var range: Range<Int> { Int(startOffset)..<Int(endOffset) }

    @inline(__always)
    var isEmpty: Bool { startOffset == endOffset }

    /// Where it begins, the quote included.
    var start: Int { isQuoted ? Int(startOffset) - 1 : Int(startOffset) }
}

/// A row of cells.
struct CSVRow: Sendable {
    /// Where it begins and, before the line feed, ends.
    var range: Range<Int>
    /// How many cells there are, also of those that were not kept.
    var count: Int
    /// What breaks the grammar first.
    var failure: DecodingFailure?
}

/// A cursor over comma-separated values (RFC 4180), row by row.
struct CSVScanner: Sendable {
    /// Where the next row begins.
    var offset = 0
    private let delimiter: UInt8

    init(delimiter: UInt8) { self.delimiter = delimiter }

    /// Moves past a byte order mark at the start of a payload.
    mutating func begin(_ bytes: Span<UInt8>) {
        offset = bytes.count >= 3 && bytes[0] == 0xef && bytes[1] == 0xbb && bytes[2] == 0xbf ? 3 : 0
    }

    /// Moves past the next row in which there is anything, spreadsheets write others; `nil` at the end.
    ///
    /// - Parameters:
    ///   - cells: Gets the cells, in place of what was there.
    ///   - limit: Cells beyond are read, but not kept; at least 1.
    mutating func readRow(_ bytes: Span<UInt8>, into cells: inout [CSVCell], atMost limit: Int) -> CSVRow? {
        while offset < bytes.count {
            cells.removeAll(keepingCapacity: true)
            var row = CSVRow(range: offset..<offset, count: 0, failure: nil)
            var isMore = true
            while isMore {
                let cell = readCell(bytes, &row.failure)
                if row.count < limit { cells.append(cell) }
                row.count += 1
                isMore = offset < bytes.count && bytes[offset] == delimiter
                if isMore { offset &+= 1 }
            }
            row.range = row.range.lowerBound..<offset
            skipLineEnd(bytes)
            let isBlank = cells[0].isEmpty && row.count <= limit && row.failure == nil && cells.allSatisfy(\.isEmpty)
            if !isBlank { return row }
        }
        return nil
    }

    /// Moves to the delimiter or the line's end after a cell.
    @inline(__always)
    private mutating func readCell(_ bytes: Span<UInt8>, _ failure: inout DecodingFailure?) -> CSVCell {
        while offset < bytes.count, isBlank(bytes[offset]) { offset &+= 1 }
        let start = offset
        while offset < bytes.count {
            let byte = bytes[offset]
            if byte == delimiter || byte == UInt8(ascii: "\n") { break }
            if byte == UInt8(ascii: "\"") || byte == UInt8(ascii: "\r") || byte >= 0x80 {
                if byte == UInt8(ascii: "\""), offset == start { return readQuoted(bytes, &failure) }
                if byte == UInt8(ascii: "\r"), isLineEnd(bytes) { break }
                passSpecial(bytes, &failure)
            } else {
                offset &+= 1
            }
        }
        var end = offset
        while end > start, isBlank(bytes[end &- 1]) { end &-= 1 }
        return CSVCell(start, end)
    }

    @inline(never)
    private mutating func readQuoted(_ bytes: Span<UInt8>, _ failure: inout DecodingFailure?) -> CSVCell {
        let opening = offset
        var hasDoubledQuotes = false
        offset += 1
        while offset < bytes.count {
            if bytes[offset] == UInt8(ascii: "\"") {
                guard offset + 1 < bytes.count, bytes[offset + 1] == UInt8(ascii: "\"") else { break }
                hasDoubledQuotes = true
                offset += 2
            } else if bytes[offset] >= 0x80 {
                passSpecial(bytes, &failure)
            } else {
                offset += 1
            }
        }
        let end = offset
        guard offset < bytes.count else {
            failure = failure ?? DecodingFailure(.syntax, at: opening)
            return CSVCell(opening + 1, end, isQuoted: true, hasDoubledQuotes: hasDoubledQuotes)
        }
        offset += 1
        while offset < bytes.count, bytes[offset] != delimiter, bytes[offset] != UInt8(ascii: "\n") {
            if isLineEnd(bytes) { break }
            if !isBlank(bytes[offset]) { failure = failure ?? DecodingFailure(.syntax, at: offset) }
            offset += 1
        }
        return CSVCell(opening + 1, end, isQuoted: true, hasDoubledQuotes: hasDoubledQuotes)
    }

    /// Moves past a byte that may be none of a cell without quotes: a quote, half a character.
    @inline(never)
    private mutating func passSpecial(_ bytes: Span<UInt8>, _ failure: inout DecodingFailure?) {
        let length = UTF8Sequence.length(bytes, at: offset)
        if length == 0 { failure = failure ?? DecodingFailure(.notText, at: offset) }
        if bytes[offset] == UInt8(ascii: "\"") { failure = failure ?? DecodingFailure(.syntax, at: offset) }
        offset += max(length, 1)
    }

    private func isLineEnd(_ bytes: Span<UInt8>) -> Bool {
        bytes[offset] == UInt8(ascii: "\r") && (offset + 1 == bytes.count || bytes[offset + 1] == UInt8(ascii: "\n"))
    }

    private mutating func skipLineEnd(_ bytes: Span<UInt8>) {
        if offset < bytes.count, bytes[offset] == UInt8(ascii: "\r") { offset += 1 }
        if offset < bytes.count { offset += 1 }
    }

    @inline(__always)
    private func isBlank(_ byte: UInt8) -> Bool {
        byte == UInt8(ascii: " ") || byte == UInt8(ascii: "\t") && delimiter != UInt8(ascii: "\t")
    }

    /// Appends a cell's text, each doubled quote as one.
    static func append(_ cell: CSVCell, of bytes: Span<UInt8>, to result: inout [UInt8]) {
        var index = cell.range.lowerBound
        while index < cell.range.upperBound {
            result.append(bytes[index])
            let isDoubled = cell.hasDoubledQuotes && bytes[index] == UInt8(ascii: "\"")
            index += isDoubled ? 2 : 1
        }
    }
}
