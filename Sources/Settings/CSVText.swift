/// A table of text as spreadsheets write it.
///
/// RFC 4180, with what is found in the wild: the separator may be `,`, `;` or a tab (the one that the first line has most
/// of), lines may end with LF alone.
struct CSVText {
    struct Row {
        /// Where it begins, from 1.
        var line: Int
        var fields: [String]
    }

    /// What breaks the grammar.
    struct Obstacle: Error, Hashable {
        var line: Int
        var message: String
    }

    /// Lines without any text are left out.
    private(set) var rows: [Row] = []
    private let bytes: [UInt8]
    private let separator: UInt8
    private var offset = 0
    private var line = 1

    /// Lines before the header that begin with `#` are left out: they say where a table came from.
    init(_ text: String) throws(Obstacle) {
        bytes = Array(text.utf8)
        while offset < bytes.count, [UInt8(ascii: "#"), UInt8(ascii: "\n"), UInt8(ascii: "\r")].contains(bytes[offset])
        {
            offset = bytes[offset...].firstIndex(of: UInt8(ascii: "\n")).map { $0 + 1 } ?? bytes.count
            line += 1
        }
        separator = CSVText.separator(of: bytes[offset...])
        while offset < bytes.count {
            let row = try row()
            if row.fields.contains(where: { !$0.isEmpty }) { rows.append(row) }
        }
    }

    private static func separator(of bytes: ArraySlice<UInt8>) -> UInt8 {
        var counts: [UInt8: Int] = [:]
        var isQuoted = false
        for byte in bytes {
            if byte == UInt8(ascii: "\"") { isQuoted.toggle() }
            if byte == UInt8(ascii: "\n"), !isQuoted { break }
            if !isQuoted { counts[byte, default: 0] += 1 }
        }
        let candidates = [UInt8(ascii: ","), UInt8(ascii: ";"), UInt8(ascii: "\t")]
        return candidates.max { counts[$0, default: 0] < counts[$1, default: 0] } ?? candidates[0]
    }

    private mutating func row() throws(Obstacle) -> Row {
        var row = Row(line: line, fields: [])
        while true {
            row.fields.append(try field())
            guard offset < bytes.count else { return row }
            let byte = bytes[offset]
            offset += 1
            if byte == UInt8(ascii: "\n") {
                line += 1
                return row
            }
        }
    }

    /// Reads up to the separator or line end that follows, which is not taken.
    private mutating func field() throws(Obstacle) -> String {
        guard offset < bytes.count, bytes[offset] == UInt8(ascii: "\"") else {
            let start = offset
            while offset < bytes.count, bytes[offset] != separator, bytes[offset] != UInt8(ascii: "\n") {
                offset += 1
            }
            return CSVText.trimmed(bytes[start..<offset])
        }
        let first = line
        offset += 1
        var text: [UInt8] = []
        while offset < bytes.count {
            let byte = bytes[offset]
            offset += 1
            if byte == UInt8(ascii: "\n") { line += 1 }
            guard byte == UInt8(ascii: "\"") else {
                text.append(byte)
                continue
            }
            if offset < bytes.count, bytes[offset] == byte {
                text.append(byte)
                offset += 1
                continue
            }
            while offset < bytes.count, bytes[offset] == UInt8(ascii: "\r") || bytes[offset] == UInt8(ascii: " ") {
                offset += 1
            }
            guard offset == bytes.count || bytes[offset] == separator || bytes[offset] == UInt8(ascii: "\n") else {
                throw Obstacle(line: line, message: "text follows a closing quote, expected \"\" for a quote in quotes")
            }
            return CSVText.trimmed(text[...])
        }
        throw Obstacle(line: first, message: "a quote is not closed, expected a second one")
    }

    private static func trimmed(_ bytes: ArraySlice<UInt8>) -> String {
        let blanks: Set = [UInt8(ascii: " "), UInt8(ascii: "\t"), UInt8(ascii: "\r")]
        var bytes = bytes
        while let last = bytes.last, blanks.contains(last) { bytes.removeLast() }
        return String(decoding: bytes.drop { blanks.contains($0) }, as: UTF8.self)
    }
}
