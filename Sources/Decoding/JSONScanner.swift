import Readings

/// A pull scanner for JSON (RFC 8259): a cursor whose methods are given the bytes it moves over.
///
/// It takes the grammar strictly, with two additions: a byte order mark before the text (RFC 8259, 8.1, lets it be
/// ignored), and the bare tokens `NaN`, `Infinity` and `-Infinity`, which Python and others write. Text that is no UTF-8,
/// or escapes half of a surrogate pair, is refused. Nothing is allocated, and nothing is read twice.
///
/// ```swift
/// var scanner = JSONScanner()
/// var more = try scanner.enterObject(bytes)
/// while more {
///     let name = try scanner.readName(bytes)
///     …                                       // exactly one value: read it or skip it
///     more = try scanner.hasNextMember(bytes)
/// }
/// try scanner.finish(bytes)
/// ```
public struct JSONScanner: Sendable {
    /// Arrays and objects within each other.
    public static let depthMax = 16

    /// Where the next byte to be looked at stands.
    public internal(set) var offset = 0
    private var depth = 0

    public init() {}

    /// What a value is, told by its first byte.
    public enum Kind: Sendable, Hashable {
        case object, array, string, number, boolean, null
        /// `NaN`, `Infinity`, `-Infinity`.
        case notANumber
    }

    /// Moves to the next value and says what it is.
    @inline(__always)
    public mutating func kind(_ bytes: Span<UInt8>) throws(DecodingFailure) -> Kind {
        skipWhitespace(bytes)
        switch byte(bytes) {
        case UInt8(ascii: "\""): return .string
        case UInt8(ascii: "0")...UInt8(ascii: "9"): return .number
        case UInt8(ascii: "-"):
            let next = offset + 1
            return next < bytes.count && bytes[next] == UInt8(ascii: "I") ? .notANumber : .number
        case UInt8(ascii: "{"): return .object
        case UInt8(ascii: "["): return .array
        case UInt8(ascii: "n"): return .null
        case UInt8(ascii: "t"), UInt8(ascii: "f"): return .boolean
        case UInt8(ascii: "N"), UInt8(ascii: "I"): return .notANumber
        default: throw unexpected(bytes)
        }
    }

    /// Moves past a byte order mark and white space; whether anything follows.
    public mutating func begin(_ bytes: Span<UInt8>) -> Bool {
        if bytes.count >= 3, bytes[0] == 0xef, bytes[1] == 0xbb, bytes[2] == 0xbf { offset = 3 }
        skipWhitespace(bytes)
        return offset < bytes.count
    }

    /// Makes sure that nothing but white space follows.
    public mutating func finish(_ bytes: Span<UInt8>) throws(DecodingFailure) {
        skipWhitespace(bytes)
        if offset < bytes.count { throw unexpected(bytes) }
    }

    // MARK: Objects and arrays

    /// Moves past `{`; whether a member follows. An empty object has been left already.
    public mutating func enterObject(_ bytes: Span<UInt8>) throws(DecodingFailure) -> Bool {
        try enter(bytes, UInt8(ascii: "{"), UInt8(ascii: "}"))
    }

    /// Moves past `[`; whether an element follows. An empty array has been left already.
    public mutating func enterArray(_ bytes: Span<UInt8>) throws(DecodingFailure) -> Bool {
        try enter(bytes, UInt8(ascii: "["), UInt8(ascii: "]"))
    }

    /// Moves past the comma after a member, or past the end of the object; whether a member follows.
    @inline(__always)
    public mutating func hasNextMember(_ bytes: Span<UInt8>) throws(DecodingFailure) -> Bool {
        try hasNext(bytes, UInt8(ascii: "}"))
    }

    /// Moves past the comma after an element, or past the end of the array; whether an element follows.
    @inline(__always)
    public mutating func hasNextElement(_ bytes: Span<UInt8>) throws(DecodingFailure) -> Bool {
        try hasNext(bytes, UInt8(ascii: "]"))
    }

    @inline(__always)
    private mutating func enter(
        _ bytes: Span<UInt8>, _ open: UInt8, _ close: UInt8
    ) throws(DecodingFailure) -> Bool {
        skipWhitespace(bytes)
        guard byte(bytes) == open else { throw unexpected(bytes) }
        guard depth < Self.depthMax else { throw DecodingFailure(.depth, at: offset) }
        offset += 1
        skipWhitespace(bytes)
        if byte(bytes) == close {
            offset += 1
            return false
        }
        depth += 1
        return true
    }

    @inline(__always)
    private mutating func hasNext(_ bytes: Span<UInt8>, _ close: UInt8) throws(DecodingFailure) -> Bool {
        skipWhitespace(bytes)
        let next = byte(bytes)
        if next == UInt8(ascii: ",") {
            offset += 1
            return true
        }
        guard next == close else { throw unexpected(bytes) }
        offset += 1
        depth -= 1
        return false
    }

    // MARK: Values

    /// Moves past a value of any kind, which is checked as strictly as if it were read.
    public mutating func skipValue(_ bytes: Span<UInt8>) throws(DecodingFailure) {
        switch try kind(bytes) {
        case .string: _ = try readString(bytes)
        case .number: _ = try readNumber(bytes)
        case .boolean: _ = try readBoolean(bytes)
        case .null: try readNull(bytes)
        case .notANumber: _ = try readNotANumber(bytes)
        case .object:
            var more = try enterObject(bytes)
            while more {
                _ = try readName(bytes)
                try skipValue(bytes)
                more = try hasNextMember(bytes)
            }
        case .array:
            var more = try enterArray(bytes)
            while more {
                try skipValue(bytes)
                more = try hasNextElement(bytes)
            }
        }
    }

    /// Moves past `null`.
    public mutating func readNull(_ bytes: Span<UInt8>) throws(DecodingFailure) {
        skipWhitespace(bytes)
        if offset >= 0, offset <= bytes.count &- 4 {
            let word = bytes.extracting(offset..<(offset &+ 4))
            if word[0] == UInt8(ascii: "n"), word[1] == UInt8(ascii: "u"), word[2] == UInt8(ascii: "l"),
                word[3] == UInt8(ascii: "l")
            {
                offset &+= 4
                return
            }
        }
        try expect("null", bytes)
    }

    /// Moves past `true` or `false` and says which.
    public mutating func readBoolean(_ bytes: Span<UInt8>) throws(DecodingFailure) -> Bool {
        skipWhitespace(bytes)
        let isTrue = byte(bytes) == UInt8(ascii: "t")
        if isTrue { try expect("true", bytes) } else { try expect("false", bytes) }
        return isTrue
    }

    /// Moves past `NaN`, `Infinity` or `-Infinity` and says where it stands.
    public mutating func readNotANumber(_ bytes: Span<UInt8>) throws(DecodingFailure) -> Range<Int> {
        skipWhitespace(bytes)
        let start = offset
        if byte(bytes) == UInt8(ascii: "N") {
            try expect("NaN", bytes)
        } else {
            if byte(bytes) == UInt8(ascii: "-") { offset += 1 }
            try expect("Infinity", bytes)
        }
        return start..<offset
    }

    @inline(never)
    private mutating func expect(_ word: StaticString, _ bytes: Span<UInt8>) throws(DecodingFailure) {
        for expected in word.description.utf8 {
            guard byte(bytes) == expected else { throw unexpected(bytes) }
            offset += 1
        }
    }

    // MARK: Bytes

    /// The next byte; 0 at the end, which no grammar takes.
    @inline(__always)
    func byte(_ bytes: Span<UInt8>) -> UInt8 {
        offset < bytes.count ? bytes[offset] : 0
    }

    @inline(__always)
    mutating func skipWhitespace(_ bytes: Span<UInt8>) {
        if offset < bytes.count, bytes[offset] <= 0x20 { skipSpaces(bytes) }
    }

    @inline(never)
    private mutating func skipSpaces(_ bytes: Span<UInt8>) {
        while offset < bytes.count {
            let byte = bytes[offset]
            guard byte == 0x20 || byte == 0x0a || byte == 0x0d || byte == 0x09 else { return }
            offset += 1
        }
    }

    /// The failure of the byte at the cursor: no text, or no grammar.
    func unexpected(_ bytes: Span<UInt8>) -> DecodingFailure {
        unexpected(bytes, at: offset)
    }

    @inline(never)
    func unexpected(_ bytes: Span<UInt8>, at place: Int) -> DecodingFailure {
        let isText = place >= bytes.count || UTF8Sequence.length(bytes, at: place) > 0
        return DecodingFailure(isText ? .syntax : .notText, at: place)
    }
}
