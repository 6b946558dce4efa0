/// Bytes as people read them.
enum Hexadecimal {
    private static let digits = Array("0123456789abcdef")

    static func text(_ bytes: some Sequence<UInt8>) -> String {
        var text = ""
        for byte in bytes {
            text.append(digits[Int(byte >> 4)])
            text.append(digits[Int(byte & 15)])
        }
        return text
    }

    /// Offset, sixteen bytes and their letters a line, as `xxd` prints them, with a caret under every marked byte.
    ///
    /// Only the lines around the marks are shown when there are more than `lineLimit`.
    static func dump(_ bytes: [UInt8], marks: Set<Int>, lineLimit: Int = 64) -> [String] {
        let lineCount = (bytes.count + 15) / 16
        let wanted = wantedLines(count: lineCount, marks: marks, limit: lineLimit)
        var lines: [String] = []
        var previous = -1
        for line in wanted {
            if line > previous + 1 { lines.append("…") }
            previous = line
            let range = line * 16..<min(bytes.count, line * 16 + 16)
            lines.append(row(bytes, range))
            if let carets = carets(marks, range) { lines.append(carets) }
        }
        if let last = wanted.last, last < lineCount - 1 { lines.append("…") }
        if marks.contains(where: { $0 >= bytes.count }) { lines.append("^ at the end (offset \(bytes.count))") }
        return lines
    }

    private static func wantedLines(count: Int, marks: Set<Int>, limit: Int) -> [Int] {
        guard count > limit else { return Array(0..<count) }
        var wanted = Set(0..<4)
        for mark in marks.sorted() where wanted.count < limit {
            for line in max(0, mark / 16 - 3)...mark / 16 + 3 where line < count { wanted.insert(line) }
        }
        return wanted.sorted()
    }

    private static func row(_ bytes: [UInt8], _ range: Range<Int>) -> String {
        let offset = String(range.lowerBound, radix: 16)
        var line = String(repeating: "0", count: max(0, 8 - offset.count)) + offset + ": "
        for index in range {
            line += text([bytes[index]]) + (index % 2 == 1 ? " " : "")
        }
        let width = 10 + 16 * 2 + 8
        line += String(repeating: " ", count: max(0, width - line.count)) + " "
        for index in range {
            let byte = bytes[index]
            line += (0x20..<0x7f).contains(byte) ? String(UnicodeScalar(byte)) : "."
        }
        return line
    }

    private static func carets(_ marks: Set<Int>, _ range: Range<Int>) -> String? {
        let here = marks.filter { range.contains($0) }.sorted()
        guard !here.isEmpty else { return nil }
        var line = ""
        for mark in here {
            let column = mark - range.lowerBound
            let place = 10 + column * 2 + column / 2
            line += String(repeating: " ", count: max(0, place - line.count)) + "^^"
        }
        let first = here[0] - range.lowerBound
        return line + String(repeating: " ", count: max(0, 51 + first - line.count)) + "^"
    }
}
