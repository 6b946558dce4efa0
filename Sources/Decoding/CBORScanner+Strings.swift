import Readings

/// Where the content of a byte or text string stands; of one in pieces, with the heads between them.
public struct CBORString: Sendable, Hashable {
    public var range: Range<Int>
    /// Whether it must go through `CBORScanner.append` before it means anything.
    public var isInPieces: Bool
    public var isText: Bool
}

extension CBORScanner {
    /// Moves past a byte or text string, which `kind` has seen.
    @inline(__always)
    public mutating func readString(_ bytes: Span<UInt8>) throws(DecodingFailure) -> CBORString {
        let start = offset
        let head = try skipTags(bytes)
        guard head.major == 2 || head.major == 3 else { throw DecodingFailure(.syntax, at: start) }
        if head.isIndefinite { return try readPieces(bytes, head) }
        return CBORString(range: try readPiece(bytes, head), isInPieces: false, isText: head.major == 3)
    }

    /// Appends the content of a string.
    public func append(_ string: CBORString, of bytes: Span<UInt8>, to result: inout [UInt8]) {
        guard string.isInPieces else {
            for index in string.range { result.append(bytes[index]) }
            return
        }
        var start = string.range.lowerBound
        // Each head was checked when the string was read.
        while start < string.range.upperBound, let head = try? head(bytes, at: start) {
            start = head.end + Int(head.argument)
            for index in head.end..<start { result.append(bytes[index]) }
        }
    }

    /// The content of a string or a piece of one, after moving past it.
    @inline(__always)
    private mutating func readPiece(_ bytes: Span<UInt8>, _ head: Head) throws(DecodingFailure) -> Range<Int> {
        guard head.argument <= UInt64(bytes.count &- head.end) else { throw DecodingFailure(.syntax, at: offset) }
        let range = head.end..<(head.end &+ Int(head.argument))
        if head.major == 3 {
            var index = range.lowerBound
            while index < range.upperBound {
                if bytes[index] < 0x80 {
                    index &+= 1
                } else {
                    let length = UTF8Sequence.length(bytes.extracting(..<range.upperBound), at: index)
                    guard length > 0 else { throw DecodingFailure(.notText, at: index) }
                    index += length
                }
            }
        }
        offset = range.upperBound
        return range
    }

    /// RFC 8949, 3.2.3: pieces of a given length and the same kind, each of them whole characters, and a break.
    @inline(never)
    private mutating func readPieces(_ bytes: Span<UInt8>, _ head: Head) throws(DecodingFailure) -> CBORString {
        offset = head.end
        while true {
            guard offset < bytes.count else { throw DecodingFailure(.syntax, at: offset) }
            if bytes[offset] == 0xff { break }
            let piece = try self.head(bytes, at: offset)
            guard piece.major == head.major, !piece.isIndefinite else { throw DecodingFailure(.syntax, at: offset) }
            _ = try readPiece(bytes, piece)
        }
        offset += 1
        return CBORString(range: head.end..<(offset - 1), isInPieces: true, isText: head.major == 3)
    }
}
