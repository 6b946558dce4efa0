import Readings

/// A pull scanner for CBOR (RFC 8949): a cursor whose methods are given the bytes it moves over.
///
/// Arrays, maps and strings may be of a length that is given or not. Text is checked to be UTF-8. Tags that mean
/// nothing to the caller are passed over; those of numbers are read: bignums of up to 16 bytes and decimal fractions
/// (3.4.3, 3.4.4). A length that the payload does not hold is refused where it is said. Nothing is allocated.
///
/// ```swift
/// var scanner = CBORScanner()
/// var map = try scanner.enterMap(bytes)
/// while try scanner.hasNext(&map, bytes) {
///     …                                       // exactly one key and one value: read or skip them
/// }
/// try scanner.finish(bytes)
/// ```
public struct CBORScanner: Sendable {
    /// Arrays and maps within each other.
    public static let depthMax = 16

    /// Where the next byte to be looked at stands.
    public internal(set) var offset = 0
    private var depth = 0

    public init() {}

    /// What an item is, told by its first bytes.
    public enum Kind: Sendable, Hashable {
        case number, bytes, text, array, map, boolean
        /// `null` or `undefined`.
        case null
        /// A simple value without a meaning.
        case simple
    }

    /// An array or a map that was entered.
    public struct Container: Sendable {
        /// Elements or pairs that follow; `nil` when a break ends them.
        fileprivate var remaining: UInt64?
    }

    /// The first bytes of an item (RFC 8949, 3).
    struct Head: Sendable {
        /// 0 … 7.
        var major: UInt8
        /// The low five bits of the first byte.
        var detail: UInt8
        /// The length, the number or the bits of the float that they say; 0 when there are none.
        var argument: UInt64
        /// Where the bytes after them begin.
        var end: Int

        var isIndefinite: Bool { detail == 31 }
    }

    // MARK: Items

    /// Moves past tags that say nothing of how a number is written, and says what follows.
    public mutating func kind(_ bytes: Span<UInt8>) throws(DecodingFailure) -> Kind {
        let head = try skipTags(bytes)
        switch head.major {
        case 0, 1, 6: return .number
        case 2: return .bytes
        case 3: return .text
        case 4: return .array
        case 5: return .map
        default:
            switch head.detail {
            case 20, 21: return .boolean
            case 22, 23: return .null
            case 25, 26, 27: return .number
            case 31: throw DecodingFailure(.syntax, at: offset)
            default: return .simple
            }
        }
    }

    /// Moves past `true` or `false`, which `kind` has seen, and says which.
    public mutating func readBoolean(_ bytes: Span<UInt8>) throws(DecodingFailure) -> Bool {
        let head = try skipTags(bytes)
        guard head.major == 7, head.detail == 20 || head.detail == 21 else {
            throw DecodingFailure(.syntax, at: offset)
        }
        offset = head.end
        return head.detail == 21
    }

    /// Moves past an item of any kind, which is checked as strictly as if it were read.
    public mutating func skipItem(_ bytes: Span<UInt8>) throws(DecodingFailure) {
        switch try kind(bytes) {
        case .number: _ = try readNumber(bytes)
        case .bytes, .text: _ = try readString(bytes)
        case .boolean, .null, .simple: offset = try head(bytes, at: offset).end
        case .array:
            var array = try enterArray(bytes)
            while try hasNext(&array, bytes) { try skipItem(bytes) }
        case .map:
            var map = try enterMap(bytes)
            while try hasNext(&map, bytes) {
                try skipItem(bytes)
                try skipItem(bytes)
            }
        }
    }

    /// Makes sure that nothing follows.
    public func finish(_ bytes: Span<UInt8>) throws(DecodingFailure) {
        guard offset == bytes.count else { throw DecodingFailure(.syntax, at: offset) }
    }

    // MARK: Arrays and maps

    /// Moves past the head of an array, which `kind` has seen.
    public mutating func enterArray(_ bytes: Span<UInt8>) throws(DecodingFailure) -> Container {
        try enter(bytes, major: 4, bytesMin: 1)
    }

    /// Moves past the head of a map, which `kind` has seen.
    public mutating func enterMap(_ bytes: Span<UInt8>) throws(DecodingFailure) -> Container {
        try enter(bytes, major: 5, bytesMin: 2)
    }

    /// Whether an element or a pair follows; else moves past the end of the array or the map.
    @inline(__always)
    public mutating func hasNext(_ container: inout Container, _ bytes: Span<UInt8>) throws(DecodingFailure) -> Bool {
        if let remaining = container.remaining {
            if remaining > 0 {
                container.remaining = remaining &- 1
                return true
            }
        } else {
            guard offset < bytes.count else { throw DecodingFailure(.syntax, at: offset) }
            guard bytes[offset] == 0xff else { return true }
            offset += 1
        }
        depth -= 1
        return false
    }

    private mutating func enter(
        _ bytes: Span<UInt8>, major: UInt8, bytesMin: UInt64
    ) throws(DecodingFailure) -> Container {
        let head = try skipTags(bytes)
        guard head.major == major else { throw DecodingFailure(.syntax, at: offset) }
        guard depth < Self.depthMax else { throw DecodingFailure(.depth, at: offset) }
        guard head.isIndefinite || head.argument <= UInt64(bytes.count - head.end) / bytesMin else {
            throw DecodingFailure(.syntax, at: offset)
        }
        depth += 1
        offset = head.end
        return Container(remaining: head.isIndefinite ? nil : head.argument)
    }

    // MARK: Heads

    /// The head of the item at the cursor, after moving past tags; tags of numbers are not passed over.
    @inline(__always)
    mutating func skipTags(_ bytes: Span<UInt8>) throws(DecodingFailure) -> Head {
        var head = try head(bytes, at: offset)
        while head.major == 6, !isOfNumber(head) {
            offset = head.end
            head = try self.head(bytes, at: offset)
        }
        return head
    }

    /// Whether a tag says how the number after it is written: a bignum, a decimal fraction.
    private func isOfNumber(_ tag: Head) -> Bool { tag.argument >= 2 && tag.argument <= 4 }

    @inline(__always)
    func head(_ bytes: Span<UInt8>, at start: Int) throws(DecodingFailure) -> Head {
        guard start < bytes.count else { throw DecodingFailure(.syntax, at: start) }
        let first = bytes[start]
        let detail = first & 31
        if detail < 24 {
            return Head(major: first >> 5, detail: detail, argument: UInt64(detail), end: start &+ 1)
        }
        return try longHead(bytes, at: start)
    }

    @inline(never)
    private func longHead(_ bytes: Span<UInt8>, at start: Int) throws(DecodingFailure) -> Head {
        var head = Head(major: bytes[start] >> 5, detail: bytes[start] & 31, argument: 0, end: start + 1)
        if head.isIndefinite {
            // Only strings, arrays and maps can be of a length that is not given; 7 is the break.
            guard head.major >= 2, head.major != 6 else { throw DecodingFailure(.syntax, at: start) }
            return head
        }
        guard head.detail <= 27 else { throw DecodingFailure(.syntax, at: start) }
        head.end += 1 << Int(head.detail - 24)
        guard head.end <= bytes.count else { throw DecodingFailure(.syntax, at: start) }
        for index in (start + 1)..<head.end { head.argument = head.argument << 8 | UInt64(bytes[index]) }
        // RFC 8949, 3.3: a simple value below 32 in two bytes is not well-formed.
        guard head.major != 7 || head.detail != 24 || head.argument >= 32 else {
            throw DecodingFailure(.syntax, at: start)
        }
        return head
    }
}
