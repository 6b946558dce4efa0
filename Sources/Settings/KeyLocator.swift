/// One step from a table to what is in it.
enum PathStep: Hashable, Sendable {
    case key(String)
    case index(Int)
}

/// Finds the line and column of every key and list element of a TOML text, which the parser does not tell.
///
/// It takes the text for TOML: it finds where each key begins, and steps over values. On a text that is not TOML it finds
/// nonsense, but ends.
///
/// It runs before the parser, because it has to keep three mistakes from it: toml++ 3.4, which TOMLKit 0.6.0 holds, meets
/// `[.a]`, `[1, }` and `2026-01-01 0` with an `assert`, and a slip in a settings file would end the process (found by
/// mutating files; a build with NDEBUG goes on with undefined behaviour instead).
struct KeyLocator {
    /// A line and a column, both from 1; columns count code points.
    struct Position: Hashable {
        var line: Int
        var column: Int
    }

    /// A mistake that the parser must not see.
    struct Obstacle: Hashable {
        var position: Position
        /// The bytes before the header or assignment in which it is.
        var bytesBefore: Int
        var message: String
    }

    private(set) var positions: [[PathStep]: Position] = [:]
    /// The first one.
    private(set) var obstacle: Obstacle?
    private let bytes: [UInt8]
    private var offset = 0
    /// Where the header or assignment begins.
    private var statement = 0
    private var line = 1
    private var column = 1
    private var table: [PathStep] = []
    /// How many `[[header]]` there were of each path.
    private var headers: [[PathStep]: Int] = [:]

    init(_ text: String) {
        bytes = Array(text.utf8)
        while let byte = skipBlank() {
            statement = offset
            if byte == UInt8(ascii: "[") { header() } else { assignment(in: table) }
        }
    }

    private mutating func note(_ message: String) {
        guard obstacle == nil else { return }
        obstacle = Obstacle(
            position: Position(line: line, column: column), bytesBefore: statement, message: message)
    }

    // MARK: Statements

    private mutating func header() {
        let start = Position(line: line, column: column)
        advance()
        let isList = peek == UInt8(ascii: "[")
        if isList { advance() }
        skipSpaces()
        if let byte = peek, !KeyLocator.isBareKey(byte), !KeyLocator.isQuote(byte), byte != UInt8(ascii: "]") {
            note("the table's name begins with no letter, digit, _, - or quote")
        }
        let keys = dottedKey()
        while let byte = peek, byte == UInt8(ascii: "]") || byte == UInt8(ascii: " ") || byte == UInt8(ascii: "\t") {
            advance()
        }
        var path: [PathStep] = []
        for (number, key) in keys.enumerated() {
            path.append(.key(key.name))
            record(path, at: start)
            if isList, number == keys.count - 1 {
                headers[path, default: 0] += 1
                path.append(.index(headers[path, default: 1] - 1))
                record(path, at: start)
            } else if let count = headers[path] {
                path.append(.index(count - 1))
            }
        }
        table = path
    }

    private mutating func assignment(in table: [PathStep]) {
        let before = offset
        var path = table
        for key in dottedKey() {
            path.append(.key(key.name))
            record(path, at: key.position)
        }
        skipSpaces()
        if peek == UInt8(ascii: "=") { advance() }
        skipSpaces()
        value(at: path)
        if offset == before { advance() }
    }

    private mutating func record(_ path: [PathStep], at position: Position) {
        if positions[path] == nil { positions[path] = position }
    }

    // MARK: Keys

    private mutating func dottedKey() -> [(name: String, position: Position)] {
        var keys: [(name: String, position: Position)] = []
        while true {
            skipSpaces()
            let position = Position(line: line, column: column)
            keys.append((key(), position))
            skipSpaces()
            guard peek == UInt8(ascii: ".") else { return keys }
            advance()
        }
    }

    private mutating func key() -> String {
        switch peek {
        case UInt8(ascii: "\""): return string(quote: UInt8(ascii: "\""))
        case UInt8(ascii: "'"): return string(quote: UInt8(ascii: "'"))
        default:
            let start = offset
            while let byte = peek, KeyLocator.isBareKey(byte) { advance() }
            return String(decoding: bytes[start..<offset], as: UTF8.self)
        }
    }

    private static func isBareKey(_ byte: UInt8) -> Bool {
        switch byte {
        case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"): true
        case UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "_"), UInt8(ascii: "-"): true
        default: false
        }
    }

    private static func isQuote(_ byte: UInt8) -> Bool {
        byte == UInt8(ascii: "\"") || byte == UInt8(ascii: "'")
    }

    // MARK: Values

    private mutating func value(at path: [PathStep]) {
        switch peek {
        case UInt8(ascii: "\""): _ = string(quote: UInt8(ascii: "\""))
        case UInt8(ascii: "'"): _ = string(quote: UInt8(ascii: "'"))
        case UInt8(ascii: "["): list(at: path)
        case UInt8(ascii: "{"): inlineTable(at: path)
        default:
            let start = offset
            while let byte = peek, !KeyLocator.endsScalar(byte) { advance() }
            // Only a date and a time stand apart within one value.
            let words = bytes[start..<offset].split { $0 == UInt8(ascii: " ") || $0 == 9 || $0 == 13 }
            if words.count > 1, words[1].count < 2 { note("the value is no date and time") }
        }
    }

    private static func endsScalar(_ byte: UInt8) -> Bool {
        switch byte {
        case UInt8(ascii: ","), UInt8(ascii: "]"), UInt8(ascii: "}"), UInt8(ascii: "\n"), UInt8(ascii: "#"): true
        default: false
        }
    }

    private static func beginsValue(_ byte: UInt8) -> Bool {
        switch byte {
        case UInt8(ascii: "["), UInt8(ascii: "{"), UInt8(ascii: "+"), UInt8(ascii: "."): true
        default: isBareKey(byte) || isQuote(byte)
        }
    }

    private mutating func list(at path: [PathStep]) {
        advance()
        var index = 0
        while let byte = skipBlank() {
            if byte == UInt8(ascii: "]") { return advance() }
            if byte == UInt8(ascii: ",") {
                advance()
                continue
            }
            let before = offset
            if !KeyLocator.beginsValue(byte) { note("the list holds something that is no value") }
            record(path + [.index(index)], at: Position(line: line, column: column))
            value(at: path + [.index(index)])
            index += 1
            if offset == before { advance() }
        }
    }

    private mutating func inlineTable(at path: [PathStep]) {
        advance()
        while let byte = skipBlank() {
            if byte == UInt8(ascii: "}") { return advance() }
            if byte == UInt8(ascii: ",") { advance() } else { assignment(in: path) }
        }
    }

    /// Steps over a string of any of the four kinds, and gives its text for a key.
    private mutating func string(quote: UInt8) -> String {
        let isLong = offset + 2 < bytes.count && bytes[offset + 1] == quote && bytes[offset + 2] == quote
        for _ in 0..<(isLong ? 3 : 1) { advance() }
        var text: [UInt8] = []
        while let byte = peek {
            if byte == quote {
                guard isLong else {
                    advance()
                    break
                }
                let run = bytes[offset...].prefix { $0 == quote }.count
                for _ in 0..<run { advance() }
                // Up to two quotes may stand right before the closing three.
                if run >= 3 { break }
            } else if byte == UInt8(ascii: "\\"), quote == UInt8(ascii: "\"") {
                advance()
                escape(into: &text)
            } else {
                text.append(byte)
                advance()
            }
        }
        return String(decoding: text, as: UTF8.self)
    }

    private mutating func escape(into text: inout [UInt8]) {
        guard let byte = peek else { return }
        advance()
        switch byte {
        case UInt8(ascii: "b"): text.append(8)
        case UInt8(ascii: "t"): text.append(9)
        case UInt8(ascii: "n"): text.append(10)
        case UInt8(ascii: "f"): text.append(12)
        case UInt8(ascii: "r"): text.append(13)
        case UInt8(ascii: "u"), UInt8(ascii: "U"):
            let digits = bytes[offset...].prefix(byte == UInt8(ascii: "u") ? 4 : 8)
            let code = UInt32(String(decoding: digits, as: UTF8.self), radix: 16)
            for _ in digits { advance() }
            if let scalar = code.flatMap(Unicode.Scalar.init) { text.append(contentsOf: String(scalar).utf8) }
        default: text.append(byte)
        }
    }

    // MARK: Bytes

    private var peek: UInt8? { offset < bytes.count ? bytes[offset] : nil }

    private mutating func advance() {
        guard offset < bytes.count else { return }
        let byte = bytes[offset]
        offset += 1
        if byte == UInt8(ascii: "\n") {
            line += 1
            column = 1
        } else if offset == bytes.count || bytes[offset] & 0xc0 != 0x80 {
            column += 1
        }
    }

    private mutating func skipSpaces() {
        while let byte = peek, byte == UInt8(ascii: " ") || byte == UInt8(ascii: "\t") { advance() }
    }

    /// Steps over spaces, line ends and comments; gives the byte that follows.
    private mutating func skipBlank() -> UInt8? {
        while let byte = peek {
            switch byte {
            case UInt8(ascii: " "), UInt8(ascii: "\t"), UInt8(ascii: "\n"), UInt8(ascii: "\r"): advance()
            case UInt8(ascii: "#"):
                while let next = peek, next != UInt8(ascii: "\n") { advance() }
            default: return byte
            }
        }
        return nil
    }
}
