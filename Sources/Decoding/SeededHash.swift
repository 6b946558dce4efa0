/// Hashes of names and numbers that nobody outside can aim at: they differ in every process and are never shown.
enum SeededHash {
    private static let seed = UInt64.random(in: .min ... .max)
    private static let multiplier = UInt64.random(in: .min ... .max) | 1

    @inline(__always)
    static func of(_ number: UInt64) -> Int { positive(mixed(number, into: seed)) }

    static func of(_ text: Span<UInt8>) -> Int { positive(mixed(text, into: seed)) }

    /// The hash of a text and a number beside it.
    static func of(_ text: Span<UInt8>, _ number: UInt64) -> Int {
        positive(mixed(text, into: mixed(number, into: seed)))
    }

    /// The hash of two texts, of which the second may be empty.
    static func of(_ text: Span<UInt8>, _ more: Span<UInt8>) -> Int {
        positive(mixed(more, into: mixed(text, into: seed)))
    }

    @inline(__always)
    private static func positive(_ hash: UInt64) -> Int { Int(truncatingIfNeeded: hash >> 1) }

    private static func mixed(_ text: Span<UInt8>, into start: UInt64) -> UInt64 {
        var state = start ^ UInt64(truncatingIfNeeded: text.count)
        var index = 0
        while text.count &- index >= 8 {
            state = mixed(text.eightBytes(at: index), into: state)
            index &+= 8
        }
        var rest: UInt64 = 0
        while index < text.count {
            rest = rest << 8 | UInt64(text[index])
            index &+= 1
        }
        return mixed(rest, into: state)
    }

    @inline(__always)
    private static func mixed(_ word: UInt64, into state: UInt64) -> UInt64 {
        let (high, low) = (state ^ word).multipliedFullWidth(by: multiplier)
        return (high ^ low) &+ 0x9e37_79b9_7f4a_7c15
    }
}

extension Span<UInt8> {
    /// Whether these are the bytes of the text.
    func spells(_ text: String) -> Bool { count == text.utf8.count && begins(with: text) }

    func begins(with text: String) -> Bool {
        var index = 0
        for byte in text.utf8 {
            guard index < count, self[index] == byte else { return false }
            index += 1
        }
        return true
    }

    /// Whether the bytes are the same.
    func isEqual(to other: Span<UInt8>) -> Bool {
        guard count == other.count else { return false }
        for index in indices where self[index] != other[index] { return false }
        return true
    }
}
