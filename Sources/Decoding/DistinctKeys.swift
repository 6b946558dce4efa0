/// The keys of one line or one header, to tell whether one stands twice; it keeps its memory from line to line.
struct DistinctKeys: Sendable {
    /// Up to this many are looked through one after the other; a line of more is rare, and searched by hash.
    private static let fewMax = 32

    private struct Key: Sendable {
        var hash: UInt64
        var range: Range<Int>
    }

    private var keys: [Key] = []
    private var hashes: Set<UInt64> = []

    mutating func removeAll() {
        keys.removeAll(keepingCapacity: true)
        if !hashes.isEmpty { hashes.removeAll(keepingCapacity: true) }
    }

    /// Adds a key; whether it is the first of its bytes.
    @inline(__always)
    mutating func insert(_ range: Range<Int>, of bytes: Span<UInt8>) -> Bool {
        // FNV-1a.
        var hash: UInt64 = 0xcbf2_9ce4_8422_2325
        for index in range { hash = (hash ^ UInt64(bytes[index])) &* 0x100_0000_01b3 }
        defer { keys.append(Key(hash: hash, range: range)) }
        guard keys.count < Self.fewMax else { return insertAmongMany(hash, range, bytes) }
        return !contains(hash, range, bytes)
    }

    @inline(__always)
    private func contains(_ hash: UInt64, _ range: Range<Int>, _ bytes: Span<UInt8>) -> Bool {
        for key in keys where key.hash == hash {
            if key.range.count == range.count, bytes.isEqual(key.range, range) { return true }
        }
        return false
    }

    @inline(never)
    private mutating func insertAmongMany(_ hash: UInt64, _ range: Range<Int>, _ bytes: Span<UInt8>) -> Bool {
        if keys.count == Self.fewMax { hashes.formUnion(keys.map(\.hash)) }
        // Only where a hash stands twice are the bytes compared.
        return hashes.insert(hash).inserted || !contains(hash, range, bytes)
    }
}

extension Span<UInt8> {
    /// Whether two pieces of the same length hold the same bytes.
    func isEqual(_ left: Range<Int>, _ right: Range<Int>) -> Bool {
        for index in 0..<left.count where self[left.lowerBound + index] != self[right.lowerBound + index] {
            return false
        }
        return true
    }

    /// Whether a piece holds just these bytes.
    func isEqual(_ range: Range<Int>, _ other: [UInt8]) -> Bool {
        guard range.count == other.count else { return false }
        for index in 0..<other.count where self[range.lowerBound + index] != other[index] { return false }
        return true
    }
}
