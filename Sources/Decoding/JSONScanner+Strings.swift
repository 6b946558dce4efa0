import Readings

/// Where a string's content stands, without its quotes; small enough to travel in registers.
public struct JSONText: Sendable, Hashable {
    private var startOffset, endOffset: UInt32
    /// Whether it must go through `JSONScanner.appendText` before it means anything.
    public var hasEscapes: Bool
    /// Whether it is printable ASCII as it stands; when it is not, it may still be.
    public var isPlain: Bool

    @inline(__always)
    init(_ start: Int, _ end: Int, hasEscapes: Bool = false, isPlain: Bool) {
        startOffset = UInt32(truncatingIfNeeded: start)
        endOffset = UInt32(truncatingIfNeeded: end)
        self.hasEscapes = hasEscapes
        self.isPlain = isPlain
    }

    @inline(__always)
    public var count: Int { Int(endOffset &- startOffset) }

    @inline(__always)
    public var range: Range<Int> { Int(startOffset)..<Int(endOffset) }

    @inline(__always)
    var end: Int { Int(endOffset) }
}

/// A member's name.
public struct JSONName: Sendable, Hashable {
    public var text: JSONText
    /// The first eight bytes, the first of them lowest: with the count it tells short names apart at once.
    var packed: UInt64
}

extension JSONScanner {
    /// Moves past a string.
    @inline(__always)
    public mutating func readString(_ bytes: Span<UInt8>) throws(DecodingFailure) -> JSONText {
        let opening = offset
        if opening >= 0, opening <= bytes.count &- 24 {
            let window = bytes.extracting(opening..<(opening &+ 24))
            let count = Self.plainCount(window)
            if window[0] == UInt8(ascii: "\""), window[count &+ 1] == UInt8(ascii: "\"") {
                offset = opening &+ count &+ 2
                return JSONText(opening &+ 1, opening &+ 1 &+ count, isPlain: true)
            }
        }
        return try readAnyString(bytes)
    }

    /// Moves past a member's name and the colon after it.
    @inline(__always)
    public mutating func readName(_ bytes: Span<UInt8>) throws(DecodingFailure) -> JSONName {
        let opening = offset
        if opening >= 0, opening <= bytes.count &- 24 {
            let window = bytes.extracting(opening..<(opening &+ 24))
            let count = Self.plainCount(window)
            if window[0] == UInt8(ascii: "\""), window[count &+ 1] == UInt8(ascii: "\""),
                window[count &+ 2] == UInt8(ascii: ":")
            {
                offset = opening &+ count &+ 3
                let unused = UInt64(max(64 &- count &* 8, 0))
                let packed = count == 0 ? 0 : (window.eightBytes(at: 1) &<< unused) &>> unused
                return JSONName(text: JSONText(opening &+ 1, opening &+ 1 &+ count, isPlain: true), packed: packed)
            }
        }
        return try readAnyName(bytes)
    }

    /// How many bytes after the first are plain: 0 … 16.
    @inline(__always)
    private static func plainCount(_ window: Span<UInt8>) -> Int {
        var special = special(window.eightBytes(at: 1))
        if special != 0 { return special.trailingZeroBitCount &>> 3 }
        special = Self.special(window.eightBytes(at: 9))
        return special == 0 ? 16 : 8 &+ (special.trailingZeroBitCount &>> 3)
    }

    @inline(never)
    private mutating func readAnyName(_ bytes: Span<UInt8>) throws(DecodingFailure) -> JSONName {
        let text = try readAnyString(bytes)
        var packed: UInt64 = 0
        for index in 0..<min(text.count, 8) {
            packed |= UInt64(bytes[text.range.lowerBound + index]) << UInt64(index * 8)
        }
        skipWhitespace(bytes)
        guard byte(bytes) == UInt8(ascii: ":") else { throw unexpected(bytes) }
        offset += 1
        return JSONName(text: text, packed: packed)
    }

    @inline(never)
    private mutating func readAnyString(_ bytes: Span<UInt8>) throws(DecodingFailure) -> JSONText {
        skipWhitespace(bytes)
        guard byte(bytes) == UInt8(ascii: "\"") else { throw unexpected(bytes) }
        let start = offset + 1
        var end = start
        while bytes.count - end >= 8 {
            let special = Self.special(bytes.extracting(end..<(end + 8)).eightBytes(at: 0))
            if special != 0 {
                end += special.trailingZeroBitCount >> 3
                break
            }
            end += 8
        }
        while end < bytes.count, isPlain(bytes[end]) { end += 1 }
        if end < bytes.count, bytes[end] == UInt8(ascii: "\"") {
            offset = end + 1
            return JSONText(start, end, isPlain: true)
        }
        return try readRest(of: bytes, from: start, plainUntil: end)
    }

    /// Appends a string's content with its escapes resolved.
    public func appendText(_ text: JSONText, of bytes: Span<UInt8>, to result: inout [UInt8]) {
        var index = text.range.lowerBound
        while index < text.range.upperBound {
            let byte = bytes[index]
            index += 1
            guard byte == UInt8(ascii: "\\") else {
                result.append(byte)
                continue
            }
            let letter = bytes[index]
            index += 1
            switch letter {
            case UInt8(ascii: "b"): result.append(0x08)
            case UInt8(ascii: "f"): result.append(0x0c)
            case UInt8(ascii: "n"): result.append(0x0a)
            case UInt8(ascii: "r"): result.append(0x0d)
            case UInt8(ascii: "t"): result.append(0x09)
            case UInt8(ascii: "u"):
                var scalar = hexadecimal(bytes, at: index) ?? 0
                index += 4
                if scalar & 0xfc00 == 0xd800 {
                    let low = hexadecimal(bytes, at: index + 2) ?? 0
                    index += 6
                    scalar = 0x1_0000 + (scalar & 0x3ff) << 10 + low & 0x3ff
                }
                UTF8Sequence.append(scalar, to: &result)
            default: result.append(letter)
            }
        }
    }

    /// A bit for the first of eight bytes that is not plain; those after it may be wrong.
    @inline(__always)
    private static func special(_ word: UInt64) -> UInt64 {
        let ones: UInt64 = 0x0101_0101_0101_0101
        let beyondASCII = word | (word &+ ones)  // and 0x7f
        let control = word &- ones &* 0x20
        let quote = (word ^ ones &* 0x22) &- ones
        let backslash = (word ^ ones &* 0x5c) &- ones
        return (beyondASCII | control | quote | backslash) & (ones &* 0x80)
    }

    @inline(__always)
    private func isPlain(_ byte: UInt8) -> Bool {
        byte &- 0x20 < 0x5f && byte != UInt8(ascii: "\"") && byte != UInt8(ascii: "\\")
    }

    /// The rest of a string that holds more than plain ASCII, or is not closed.
    @inline(never)
    private mutating func readRest(
        of bytes: Span<UInt8>, from start: Int, plainUntil end: Int
    ) throws(DecodingFailure) -> JSONText {
        offset = end
        var hasEscapes = false
        while offset < bytes.count {
            let next = bytes[offset]
            if isPlain(next) {
                offset += 1
            } else if next == UInt8(ascii: "\"") {
                offset += 1
                return JSONText(start, offset - 1, hasEscapes: hasEscapes, isPlain: false)
            } else if next == UInt8(ascii: "\\") {
                hasEscapes = true
                try skipEscape(bytes)
            } else {
                let length = UTF8Sequence.length(bytes, at: offset)
                guard length > 0 else { throw DecodingFailure(.notText, at: offset) }
                guard next >= 0x20 else { throw DecodingFailure(.syntax, at: offset) }
                offset += length
            }
        }
        throw DecodingFailure(.syntax, at: offset)
    }

    private mutating func skipEscape(_ bytes: Span<UInt8>) throws(DecodingFailure) {
        let start = offset
        offset += 1
        switch byte(bytes) {
        case UInt8(ascii: "\""), UInt8(ascii: "\\"), UInt8(ascii: "/"), UInt8(ascii: "b"), UInt8(ascii: "f"),
            UInt8(ascii: "n"), UInt8(ascii: "r"), UInt8(ascii: "t"):
            offset += 1
        case UInt8(ascii: "u"):
            offset += 1
            let first = try readHexadecimal(bytes)
            guard first & 0xf800 == 0xd800 else { return }
            guard first < 0xdc00, byte(bytes) == UInt8(ascii: "\\"), offset + 1 < bytes.count,
                bytes[offset + 1] == UInt8(ascii: "u")
            else { throw DecodingFailure(.notText, at: start) }
            offset += 2
            guard try readHexadecimal(bytes) & 0xfc00 == 0xdc00 else { throw DecodingFailure(.notText, at: start) }
        default: throw unexpected(bytes)
        }
    }

    private mutating func readHexadecimal(_ bytes: Span<UInt8>) throws(DecodingFailure) -> UInt32 {
        guard let number = hexadecimal(bytes, at: offset) else {
            for _ in 0..<4 {
                guard hexadecimalDigit(byte(bytes)) != nil else { throw unexpected(bytes) }
                offset += 1
            }
            throw unexpected(bytes)
        }
        offset += 4
        return number
    }

    private func hexadecimal(_ bytes: Span<UInt8>, at start: Int) -> UInt32? {
        guard start + 4 <= bytes.count else { return nil }
        var number: UInt32 = 0
        for index in start..<(start + 4) {
            guard let digit = hexadecimalDigit(bytes[index]) else { return nil }
            number = number << 4 | digit
        }
        return number
    }

    private func hexadecimalDigit(_ byte: UInt8) -> UInt32? {
        switch byte {
        case UInt8(ascii: "0")...UInt8(ascii: "9"): UInt32(byte) - 48
        case UInt8(ascii: "a")...UInt8(ascii: "f"): UInt32(byte) - 87
        case UInt8(ascii: "A")...UInt8(ascii: "F"): UInt32(byte) - 55
        default: nil
        }
    }
}

extension Span<UInt8> {
    /// Eight bytes as one number, the first of them lowest.
    ///
    /// Where the compiler knows the count, this is one load: nothing unsafe is needed for it.
    @inline(__always)
    func eightBytes(at start: Int) -> UInt64 {
        let low =
            UInt64(self[start]) | UInt64(self[start &+ 1]) << 8 | UInt64(self[start &+ 2]) << 16
            | UInt64(self[start &+ 3]) << 24
        let high =
            UInt64(self[start &+ 4]) << 32 | UInt64(self[start &+ 5]) << 40 | UInt64(self[start &+ 6]) << 48
            | UInt64(self[start &+ 7]) << 56
        return low | high
    }
}

/// UTF-8 as RFC 3629 has it: no overlong forms, no surrogates, nothing above U+10FFFF.
enum UTF8Sequence {
    /// The length of the sequence that begins here; 0 when none does.
    static func length(_ bytes: Span<UInt8>, at start: Int) -> Int {
        let first = bytes[start]
        if first < 0x80 { return 1 }
        guard first >= 0xc2, first <= 0xf4 else { return 0 }
        let length = first < 0xe0 ? 2 : first < 0xf0 ? 3 : 4
        guard start + length <= bytes.count else { return 0 }
        let second = bytes[start + 1]
        let lowest: UInt8 = first == 0xe0 ? 0xa0 : first == 0xf0 ? 0x90 : 0x80
        let highest: UInt8 = first == 0xed ? 0x9f : first == 0xf4 ? 0x8f : 0xbf
        guard second >= lowest, second <= highest else { return 0 }
        for index in 2..<max(length, 2) where bytes[start + index] & 0xc0 != 0x80 { return 0 }
        return length
    }

    static func append(_ scalar: UInt32, to result: inout [UInt8]) {
        guard let scalar = Unicode.Scalar(scalar), let encoded = UTF8.encode(scalar) else { return }
        result.append(contentsOf: encoded)
    }
}
