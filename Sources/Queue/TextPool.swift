/// Every station, parameter, unit and status once, as a number: what the writer compares instead of text.
struct TextPool {
    /// The number of no text at all.
    static let none: Int32 = 0

    private var bytes: [UInt8] = []
    private var entries: [Entry] = [Entry(start: 0, count: 0, hash: 0)]
    private var slots = [Int32](repeating: 0, count: 1024)

    private struct Entry {
        var start: Int
        var count: Int
        var hash: UInt64
    }

    var count: Int { entries.count - 1 }

    /// The number of a text, a new one when it was not met before.
    mutating func number(of text: Span<UInt8>) -> Int32 {
        let hash = Self.hash(text)
        var slot = Int(truncatingIfNeeded: hash) & (slots.count - 1)
        while slots[slot] != 0 {
            let number = slots[slot]
            if entries[Int(number)].hash == hash, equals(number, text) { return number }
            slot = (slot + 1) & (slots.count - 1)
        }
        let number = Int32(entries.count)
        entries.append(Entry(start: bytes.count, count: text.count, hash: hash))
        for index in text.indices { bytes.append(text[index]) }
        slots[slot] = number
        if entries.count * 2 > slots.count { grow() }
        return number
    }

    mutating func number(of text: String?) -> Int32 {
        guard let text else { return Self.none }
        return number(of: text.utf8.span)
    }

    /// Whether the text with this number is `text`; false for `none`.
    @inline(__always)
    func equals(_ number: Int32, _ text: Span<UInt8>) -> Bool {
        // Negative in the place of a row that is lost.
        guard number > 0 else { return false }
        let entry = entries[Int(number)]
        guard entry.count == text.count else { return false }
        for index in text.indices where bytes[entry.start + index] != text[index] { return false }
        return true
    }

    func string(_ number: Int32) -> String? {
        guard number > 0 else { return nil }
        let entry = entries[Int(number)]
        return String(decoding: bytes[entry.start..<entry.start + entry.count], as: UTF8.self)
    }

    private static func hash(_ text: Span<UInt8>) -> UInt64 {
        var hash: UInt64 = 0xcbf2_9ce4_8422_2325
        for index in text.indices { hash = (hash ^ UInt64(text[index])) &* 0x100_0000_01b3 }
        return hash ^ (hash >> 29)
    }

    private mutating func grow() {
        slots = [Int32](repeating: 0, count: slots.count * 2)
        for number in 1..<entries.count {
            var slot = Int(truncatingIfNeeded: entries[number].hash) & (slots.count - 1)
            while slots[slot] != 0 { slot = (slot + 1) & (slots.count - 1) }
            slots[slot] = Int32(number)
        }
    }
}
