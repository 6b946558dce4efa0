/// The series of the queue, by number, and when each was observed last.
struct SeriesTable {
    /// Index 0 is no series.
    private(set) var entries = [
        Entry(station: 0, parameter: 0, sensor: 0, newest: .min, newestNeighbour: .min, context: 0)
    ]
    /// Of a series whose rows were not looked at since the start.
    static let unknown = Int64.max
    private var slots = [Int32](repeating: 0, count: 1024)

    struct Entry {
        /// Numbers in the `TextPool`.
        var station: Int32
        var parameter: Int32
        var sensor: UInt16
        /// Observed time of the newest reading ever queued, in milliseconds; a later one is certainly new.
        var newest: Int64
        /// The sequence of the last reading that is no revision of the daemon's own; 0 for none.
        var lastSequence: Int64 = 0
        /// Observed time of the newest reading that can be another one's neighbour; `SeriesTable.unknown` until it is looked
        /// for.
        var newestNeighbour: Int64
        /// The context of the last reading: the next one has it too, most of the time.
        var context: Int32
    }

    /// The highest number.
    var count: Int { entries.count - 1 }

    /// The number of a series; 0 when it is not known.
    @inline(__always)
    func find(station: Int32, parameter: Int32, sensor: UInt16) -> Int32 {
        var slot = Self.hash(station, parameter, sensor) & (slots.count - 1)
        while slots[slot] != 0 {
            let entry = entries[Int(slots[slot])]
            if entry.station == station, entry.parameter == parameter, entry.sensor == sensor { return slots[slot] }
            slot = (slot + 1) & (slots.count - 1)
        }
        return 0
    }

    /// Adds a series that is not known; its number is one more than the highest.
    mutating func add(
        station: Int32, parameter: Int32, sensor: UInt16, newest: Int64 = .min, lastSequence: Int64 = 0
    ) -> Int32 {
        let number = Int32(entries.count)
        entries.append(
            Entry(
                station: station, parameter: parameter, sensor: sensor, newest: newest, lastSequence: lastSequence,
                newestNeighbour: lastSequence == 0 ? .min : Self.unknown, context: 0))
        if entries.count * 2 > slots.count { rebuild(slotCount: slots.count * 2) } else { place(number) }
        return number
    }

    /// Forgets the series above `count`.
    mutating func truncate(to count: Int) {
        guard count < self.count else { return }
        entries.removeSubrange((count + 1)...)
        rebuild(slotCount: slots.count)
    }

    @inline(__always)
    mutating func setNewest(_ time: Int64, of number: Int32) {
        entries[Int(number)].newest = time
    }

    /// Names the last reading of a series, and the newest one that can be a neighbour.
    @inline(__always)
    mutating func setLast(_ sequence: Int64, newestNeighbour: Int64, of number: Int32) {
        entries[Int(number)].lastSequence = sequence
        entries[Int(number)].newestNeighbour = newestNeighbour
    }

    @inline(__always)
    mutating func setContext(_ context: Int32, of number: Int32) {
        entries[Int(number)].context = context
    }

    /// The cached contexts no longer hold after a rollback.
    mutating func forgetContexts(above limit: Int) {
        for index in entries.indices where Int(entries[index].context) > limit { entries[index].context = 0 }
    }

    private mutating func place(_ number: Int32) {
        let entry = entries[Int(number)]
        var slot = Self.hash(entry.station, entry.parameter, entry.sensor) & (slots.count - 1)
        while slots[slot] != 0 { slot = (slot + 1) & (slots.count - 1) }
        slots[slot] = number
    }

    private mutating func rebuild(slotCount: Int) {
        slots = [Int32](repeating: 0, count: slotCount)
        for number in entries.indices.dropFirst() { place(Int32(number)) }
    }

    @inline(__always)
    private static func hash(_ station: Int32, _ parameter: Int32, _ sensor: UInt16) -> Int {
        let word = UInt64(UInt32(bitPattern: station)) << 32 | UInt64(UInt32(bitPattern: parameter))
        let mixed = (word ^ UInt64(sensor) << 17) &* 0x9e37_79b9_7f4a_7c15
        return Int(truncatingIfNeeded: mixed >> 32)
    }
}
