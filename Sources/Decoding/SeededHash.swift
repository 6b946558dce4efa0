/// Hashes of names and numbers that nobody outside can aim at: they differ in every process and are never shown.
enum SeededHash {
    private static let seed = UInt64.random(in: .min ... .max)
    private static let multiplier = UInt64.random(in: .min ... .max) | 1

    @inline(__always)
    static func of(_ number: UInt64) -> Int {
        let (high, low) = (number ^ seed).multipliedFullWidth(by: multiplier)
        return Int(truncatingIfNeeded: (high ^ low) >> 1)
    }

    /// The hash of two texts, of which the second may be empty.
    static func of(_ text: Span<UInt8>, _ more: Span<UInt8>) -> Int {
        of(mixed(more, into: mixed(text, into: seed) &+ 1))
    }

    static func of(_ text: Span<UInt8>) -> Int { of(mixed(text, into: seed)) }

    /// FNV-1a, from a start of our own.
    private static func mixed(_ text: Span<UInt8>, into start: UInt64) -> UInt64 {
        var hash = start
        for index in text.indices { hash = (hash ^ UInt64(text[index])) &* 0x0000_0100_0000_01b3 }
        return hash
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

    func hasSameBytes(as other: Span<UInt8>) -> Bool {
        guard count == other.count else { return false }
        for index in indices where self[index] != other[index] { return false }
        return true
    }
}
