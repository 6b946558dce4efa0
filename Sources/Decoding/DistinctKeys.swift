/// The keys of one line or one header, to tell whether one stands twice; it keeps its memory from line to line.
struct DistinctKeys: Sendable {
    /// Up to this many are looked through one after the other; a line of more is rare, and searched by hash.
    private static let fewMax = 32

    private struct Key: Sendable {
        var hash: Int
        var range: Range<Int>
    }

    private var keys: [Key] = []
    /// Of many keys the places in `keys`, -1 where there is none; a power of two, at most half full.
    private var slots: [Int32] = []

    /// How many different keys there are.
    var count: Int { keys.count }

    mutating func removeAll() {
        keys.removeAll(keepingCapacity: true)
        if !slots.isEmpty { slots.removeAll(keepingCapacity: true) }
    }

    /// Adds a key; whether it is the first of its bytes.
    @inline(__always)
    mutating func insert(_ range: Range<Int>, of bytes: Span<UInt8>) -> Bool { earlier(range, of: bytes) == nil }

    /// The place among the different keys of the one with the same bytes; `nil` when there was none: now it is the last.
    @inline(__always)
    mutating func earlier(_ range: Range<Int>, of bytes: Span<UInt8>) -> Int? {
        let key = Key(hash: SeededHash.of(bytes.extracting(range)), range: range)
        guard slots.isEmpty else { return earlierAmongMany(key, bytes) }
        for place in keys.indices where isSame(keys[place], key, bytes) { return place }
        keys.append(key)
        if keys.count > Self.fewMax { grow() }
        return nil
    }

    @inline(never)
    private mutating func earlierAmongMany(_ key: Key, _ bytes: Span<UInt8>) -> Int? {
        let mask = slots.count - 1
        var slot = key.hash & mask
        while slots[slot] >= 0 {
            let place = Int(slots[slot])
            if isSame(keys[place], key, bytes) { return place }
            slot = (slot + 1) & mask
        }
        slots[slot] = Int32(keys.count)
        keys.append(key)
        if keys.count * 2 > slots.count { grow() }
        return nil
    }

    @inline(__always)
    private func isSame(_ left: Key, _ right: Key, _ bytes: Span<UInt8>) -> Bool {
        left.hash == right.hash && left.range.count == right.range.count && bytes.isEqual(left.range, right.range)
    }

    /// The table is as large as the keys of this line need, so that clearing it costs no more than they did.
    @inline(never)
    private mutating func grow() {
        let size = max(slots.count * 2, Self.fewMax * 4)
        slots.removeAll(keepingCapacity: true)
        slots.append(contentsOf: repeatElement(-1, count: size))
        for index in keys.indices {
            var slot = keys[index].hash & (size - 1)
            while slots[slot] >= 0 { slot = (slot + 1) & (size - 1) }
            slots[slot] = Int32(index)
        }
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
