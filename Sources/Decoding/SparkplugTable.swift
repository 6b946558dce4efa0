/// Indices of texts by the texts' hashes: a table with open addressing, from which they can be taken again.
struct SparkplugTable: Sendable {
    private struct Slot: Sendable {
        /// -1: there is none.
        var index: Int32 = -1
        var hash: UInt32 = 0
    }

    private var slots = Array(repeating: Slot(), count: 16)
    private var count = 0

    /// The first index with this hash that `isWanted`; -1 when there is none.
    @inline(__always)
    func first(_ hash: Int, where isWanted: (Int) -> Bool) -> Int {
        let mask = slots.count - 1
        let hash = UInt32(truncatingIfNeeded: hash)
        var slot = Int(hash) & mask
        while slots[slot].index >= 0 {
            if slots[slot].hash == hash, isWanted(Int(slots[slot].index)) { return Int(slots[slot].index) }
            slot = (slot + 1) & mask
        }
        return -1
    }

    mutating func insert(_ index: Int, _ hash: Int) {
        count += 1
        if count * 2 > slots.count {
            let former = slots
            slots = Array(repeating: Slot(), count: former.count * 2)
            for slot in former where slot.index >= 0 { put(slot) }
        }
        put(Slot(index: Int32(index), hash: UInt32(truncatingIfNeeded: hash)))
    }

    mutating func remove(_ index: Int, _ hash: Int) {
        let mask = slots.count - 1
        var hole = Int(UInt32(truncatingIfNeeded: hash)) & mask
        while Int(slots[hole].index) != index {
            guard slots[hole].index >= 0 else { return }
            hole = (hole + 1) & mask
        }
        count -= 1
        // Those behind it move up, as far as none of them comes to stand before where it is looked for.
        var next = (hole + 1) & mask
        while slots[next].index >= 0 {
            let home = Int(slots[next].hash) & mask
            if (next - home) & mask >= (next - hole) & mask {
                slots[hole] = slots[next]
                hole = next
            }
            next = (next + 1) & mask
        }
        slots[hole] = Slot()
    }

    private mutating func put(_ new: Slot) {
        let mask = slots.count - 1
        var slot = Int(new.hash) & mask
        while slots[slot].index >= 0 { slot = (slot + 1) & mask }
        slots[slot] = new
    }
}
