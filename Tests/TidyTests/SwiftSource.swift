/// A Swift file as its lines, once as written and once with comments and the insides of strings blanked out.
///
/// Blanked characters become spaces, so that a line and a column mean the same in both.
struct SwiftSource {
    let path: String
    let lines: [Substring]
    let code: [Substring]

    init(path: String) {
        self.init(path: path, text: Checkout.text(path))
    }

    init(path: String, text: String) {
        self.path = path
        lines = text.split(separator: "\n", omittingEmptySubsequences: false)
        code = blanked(text).split(separator: "\n", omittingEmptySubsequences: false)
    }

    /// The target or test target whose folder holds the file.
    var target: String {
        let parts = path.split(separator: "/")
        return parts.count > 2 ? String(parts[1]) : ""
    }

    /// `path:line` of each line whose code matches, for a message that an editor can follow.
    func places(where matches: (Substring) -> Bool) -> [String] {
        code.enumerated().filter { matches($0.element) }.map { "\(path):\($0.offset + 1)" }
    }

    /// The modules that the file imports, with the line's number.
    var imports: [(module: String, line: Int)] {
        let pattern =
            /^\s*(?:@\w+(?:\([^)]*\))?\s+)*(?:\w+\s+)?import\s+(?:(?:struct|class|enum|protocol|func|var|let)\s+)?(\w+)/
        return code.enumerated().compactMap { offset, line in
            guard let match = line.firstMatch(of: pattern) else { return nil }
            return (String(match.1), offset + 1)
        }
    }

    static let all: [SwiftSource] =
        (Checkout.files(below: "Sources", "swift") + Checkout.files(below: "Tests", "swift"))
        .map(SwiftSource.init(path:))
    static let sources = all.filter { $0.path.hasPrefix("Sources/") }
}

/// The text with comments and the insides of string literals as spaces; line breaks stay.
private func blanked(_ text: String) -> String {
    var scanner = Blanker(bytes: Array(text.utf8))
    scanner.run()
    return String(decoding: scanner.bytes, as: UTF8.self)
}

private struct Blanker {
    var bytes: [UInt8]
    private var index = 0

    init(bytes: [UInt8]) {
        self.bytes = bytes
    }

    mutating func run() {
        while index < bytes.count {
            if starts("//") {
                blank { $0.bytes[$0.index] == UInt8(ascii: "\n") }
            } else if starts("/*") {
                blankBlockComment()
            } else if bytes[index] == UInt8(ascii: "\"") || bytes[index] == UInt8(ascii: "#") {
                blankString()
            } else {
                index += 1
            }
        }
    }

    private func starts(_ word: String, at offset: Int = 0) -> Bool {
        bytes[min(index + offset, bytes.count)...].starts(with: word.utf8)
    }

    private mutating func blankOne() {
        if bytes[index] != UInt8(ascii: "\n") { bytes[index] = UInt8(ascii: " ") }
        index += 1
    }

    private mutating func blank(until ends: (Self) -> Bool) {
        while index < bytes.count, !ends(self) { blankOne() }
    }

    private mutating func blankBlockComment() {
        var depth = 0
        repeat {
            if starts("/*") {
                depth += 1
                blankOne()
            } else if starts("*/") {
                depth -= 1
                blankOne()
            }
            if index < bytes.count { blankOne() }
        } while depth > 0 && index < bytes.count
    }

    private mutating func blankString() {
        var hashes = 0
        while starts("#", at: hashes) { hashes += 1 }
        guard starts("\"", at: hashes) else {
            index += hashes
            return
        }
        let pounds = String(repeating: "#", count: hashes)
        let quotes = starts("\"\"\"", at: hashes) ? "\"\"\"" : "\""
        let closing = quotes + pounds
        let escape = "\\" + pounds
        index += closing.utf8.count
        while index < bytes.count, !starts(closing) {
            if quotes.utf8.count == 1, bytes[index] == UInt8(ascii: "\n") { return }
            if starts(escape) {
                for _ in escape.utf8 { blankOne() }
                if index < bytes.count { blankOne() }
            } else {
                blankOne()
            }
        }
        index = min(index + closing.utf8.count, bytes.count)
    }
}
