import Readings

/// A cursor over line protocol: its methods move past the pieces of a line and are given the bytes.
///
/// What it throws breaks the grammar of one line; `skipBrokenLine` goes on behind it.
struct LineScanner: Sendable {
    /// Where the next byte to be looked at stands.
    var offset = 0
    /// Whether the space behind the tags has been passed, so that quotes mean something.
    private var isInFields = false

    /// Where a name or a value stands.
    struct Piece: Sendable {
        private var startOffset: UInt32
        private var endOffset: UInt32
        /// Whether a backslash stands before something in it; of a string, whether it has any.
        var hasEscapes: Bool
        /// Of a field's value: whether it is in quotes, which are not part of it.
        var isString: Bool

        init(_ start: Int, _ end: Int, hasEscapes: Bool, isString: Bool = false) {
            startOffset = UInt32(truncatingIfNeeded: start)
            endOffset = UInt32(truncatingIfNeeded: end)
            self.hasEscapes = hasEscapes
            self.isString = isString
        }

        @inline(__always)
        var range: Range<Int> { Int(startOffset)..<Int(endOffset) }

        @inline(__always)
        var isEmpty: Bool { startOffset == endOffset }
    }

    // MARK: Lines

    /// Moves past a byte order mark at the start of a payload.
    mutating func begin(_ bytes: Span<UInt8>) {
        offset = bytes.count >= 3 && bytes[0] == 0xef && bytes[1] == 0xbb && bytes[2] == 0xbf ? 3 : 0
    }

    /// Moves to the next line that is neither blank nor a comment; whether there is one.
    mutating func findLine(_ bytes: Span<UInt8>) -> Bool {
        isInFields = false
        while offset < bytes.count {
            switch bytes[offset] {
            case UInt8(ascii: " "), UInt8(ascii: "\t"), UInt8(ascii: "\n"), UInt8(ascii: "\r"): offset += 1
            case UInt8(ascii: "#"): while offset < bytes.count, bytes[offset] != UInt8(ascii: "\n") { offset += 1 }
            default: return true
            }
        }
        return false
    }

    /// Whether the line ends here: before a line feed, a carriage return with it, or the payload's end.
    @inline(__always)
    func isAtEnd(_ bytes: Span<UInt8>) -> Bool {
        guard offset < bytes.count else { return true }
        return bytes[offset] == UInt8(ascii: "\n")
            || bytes[offset] == UInt8(ascii: "\r") && isLineEnd(bytes, at: offset)
    }

    /// Moves past the end of a line whose grammar is broken here: the next line feed outside quotes, else all there is.
    mutating func skipBrokenLine(_ bytes: Span<UInt8>) {
        while offset < bytes.count, bytes[offset] != UInt8(ascii: "\n") {
            let byte = bytes[offset]
            let isString =
                byte == UInt8(ascii: "\"") && isInFields && offset > 0 && bytes[offset - 1] == UInt8(ascii: "=")
            offset += 1
            if byte == UInt8(ascii: " ") { isInFields = true }
            if byte == UInt8(ascii: "\\"), offset < bytes.count, bytes[offset] != UInt8(ascii: "\n") { offset += 1 }
            if isString {
                while offset < bytes.count, bytes[offset] != UInt8(ascii: "\"") {
                    offset += bytes[offset] == UInt8(ascii: "\\") ? 2 : 1
                }
                offset = min(offset + 1, bytes.count)
            }
        }
    }

    // MARK: Pieces

    /// Whether the byte stands here, which is then passed.
    @inline(__always)
    mutating func take(_ byte: UInt8, _ bytes: Span<UInt8>) -> Bool {
        guard offset < bytes.count, bytes[offset] == byte else { return false }
        offset &+= 1
        return true
    }

    /// Moves past the spaces between two parts of a line; whether there were any.
    @inline(__always)
    mutating func takeSpaces(_ bytes: Span<UInt8>) -> Bool {
        let start = offset
        while offset < bytes.count, bytes[offset] == UInt8(ascii: " ") { offset &+= 1 }
        isInFields = true
        return offset > start
    }

    /// Moves past a name, up to a comma, an equals sign, a space or the end of the line.
    ///
    /// - Parameter isMeasurement: An equals sign is part of it, and needs no backslash.
    @inline(__always)
    mutating func readName(_ bytes: Span<UInt8>, isMeasurement: Bool = false) throws(DecodingFailure) -> Piece {
        let start = offset
        while offset < bytes.count {
            let byte = bytes[offset]
            guard Self.isSpecial(byte) else {
                offset &+= 1
                continue
            }
            if byte == UInt8(ascii: "="), !isMeasurement { break }
            if byte == UInt8(ascii: ",") || byte == UInt8(ascii: " ") || byte == UInt8(ascii: "\n") { break }
            return try readRest(ofName: start, bytes, isMeasurement)
        }
        return Piece(start, offset, hasEscapes: false)
    }

    @inline(never)
    private mutating func readRest(
        ofName start: Int, _ bytes: Span<UInt8>, _ isMeasurement: Bool
    ) throws(DecodingFailure) -> Piece {
        var hasEscapes = false
        while offset < bytes.count {
            let byte = bytes[offset]
            if byte == UInt8(ascii: ",") || byte == UInt8(ascii: " ") || byte == UInt8(ascii: "=") && !isMeasurement {
                break
            }
            if isAtEnd(bytes) { break }
            if byte == UInt8(ascii: "\\"), offset + 1 < bytes.count, Self.isEscaped(bytes[offset + 1], isMeasurement) {
                hasEscapes = true
                offset += 2
            } else {
                offset += try Self.length(bytes, at: offset)
            }
        }
        return Piece(start, offset, hasEscapes: hasEscapes)
    }

    /// Moves past a field's value: a string in quotes, or what stands before a comma, a space or the end of the line.
    @inline(__always)
    mutating func readValue(_ bytes: Span<UInt8>) throws(DecodingFailure) -> Piece {
        let start = offset
        if start < bytes.count, bytes[start] == UInt8(ascii: "\"") { return try readString(bytes) }
        while offset < bytes.count {
            let byte = bytes[offset]
            if byte == UInt8(ascii: ",") || byte <= UInt8(ascii: " ") || byte >= 0x80 {
                if byte == UInt8(ascii: ",") || byte == UInt8(ascii: " ") || isAtEnd(bytes) { break }
                offset += try Self.length(bytes, at: offset)
            } else {
                offset &+= 1
            }
        }
        return Piece(start, offset, hasEscapes: false)
    }

    @inline(never)
    private mutating func readString(_ bytes: Span<UInt8>) throws(DecodingFailure) -> Piece {
        let opening = offset
        var hasEscapes = false
        var wrong: Int?
        offset += 1
        while offset < bytes.count, bytes[offset] != UInt8(ascii: "\"") {
            if bytes[offset] == UInt8(ascii: "\\") {
                hasEscapes = true
                // The byte after it may be anything: only a quote or a backslash must not be looked at again.
                let next = offset + 1 < bytes.count ? bytes[offset + 1] : 0
                offset += next == UInt8(ascii: "\"") || next == UInt8(ascii: "\\") ? 2 : 1
            } else {
                let length = UTF8Sequence.length(bytes, at: offset)
                if length == 0, wrong == nil { wrong = offset }
                offset += max(length, 1)
            }
        }
        guard offset < bytes.count else { throw DecodingFailure(.syntax, at: opening) }
        offset += 1
        if let wrong { throw DecodingFailure(.notText, at: wrong) }
        return Piece(opening + 1, offset - 1, hasEscapes: hasEscapes, isString: true)
    }

    /// Appends a piece's text without its backslashes.
    static func append(_ piece: Piece, of bytes: Span<UInt8>, isMeasurement: Bool, to result: inout [UInt8]) {
        var index = piece.range.lowerBound
        while index < piece.range.upperBound {
            if bytes[index] == UInt8(ascii: "\\"), index + 1 < piece.range.upperBound {
                let next = bytes[index + 1]
                let isQuoted = next == UInt8(ascii: "\"") || next == UInt8(ascii: "\\")
                if piece.isString ? isQuoted : isEscaped(next, isMeasurement) { index += 1 }
            }
            result.append(bytes[index])
            index += 1
        }
    }

    private static func isEscaped(_ byte: UInt8, _ isMeasurement: Bool) -> Bool {
        byte == UInt8(ascii: ",") || byte == UInt8(ascii: " ") || byte == UInt8(ascii: "=") && !isMeasurement
    }

    /// Whether a byte may end a name or must be looked at: controls, space, comma, equals sign, backslash, all but
    /// ASCII.
    @inline(__always)
    private static func isSpecial(_ byte: UInt8) -> Bool {
        byte < 64 ? specialBelow64 &>> UInt64(byte) & 1 != 0 : byte == UInt8(ascii: "\\") || byte >= 0x80
    }

    /// A bit for each control character, space, comma and equals sign.
    private static let specialBelow64: UInt64 = 0x2000_1001_ffff_ffff

    private static func length(_ bytes: Span<UInt8>, at offset: Int) throws(DecodingFailure) -> Int {
        let length = UTF8Sequence.length(bytes, at: offset)
        guard length > 0 else { throw DecodingFailure(.notText, at: offset) }
        return length
    }

    private func isLineEnd(_ bytes: Span<UInt8>, at offset: Int) -> Bool {
        offset + 1 == bytes.count || bytes[offset + 1] == UInt8(ascii: "\n")
    }
}
