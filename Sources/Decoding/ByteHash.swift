/// A hash of names that nobody outside can aim at: it differs in every process, and only finds what is compared then.
struct ByteHash: Sendable {
    private static let seed = UInt64.random(in: .min ... .max)
    private static let multiplier = UInt64.random(in: .min ... .max) | 1

    /// A number that is the same for the same bytes and `number`.
    static func hash(_ bytes: Span<UInt8>, _ number: Int = 0) -> Int {
        var state =
            seed ^ UInt64(truncatingIfNeeded: bytes.count) ^ UInt64(truncatingIfNeeded: number) << 32
        var start = 0
        while bytes.count &- start >= 8 {
            state = mix(state, bytes.extracting(start..<(start &+ 8)).eightBytes(at: 0))
            start &+= 8
        }
        var rest: UInt64 = 0
        while start < bytes.count {
            rest = rest << 8 | UInt64(bytes[start])
            start &+= 1
        }
        return Int(truncatingIfNeeded: mix(state, rest) >> 1)
    }

    @inline(__always)
    private static func mix(_ state: UInt64, _ word: UInt64) -> UInt64 {
        let (high, low) = (state ^ word).multipliedFullWidth(by: multiplier)
        return (high ^ low) &+ 0x9e37_79b9_7f4a_7c15
    }
}

extension Span<UInt8> {
    /// Whether the bytes are the same.
    func isEqual(to other: Span<UInt8>) -> Bool {
        guard count == other.count else { return false }
        for index in 0..<count where self[index] != other[index] { return false }
        return true
    }
}
