import Readings

/// Tells whether a payload has named a parameter before.
struct RepeatedParameters: Sendable {
    /// Of each reading the count of payloads above, its index below; a power of two, at most half full.
    private var slots: [UInt64] = Array(repeating: 0, count: 64)
    private var payloads: UInt64 = 0
    private var count = 0

    /// Forgets what it knows.
    mutating func begin() {
        payloads = (payloads + 1) & 0xffff_ffff
        if payloads == 0 {
            for index in slots.indices { slots[index] = 0 }
            payloads = 1
        }
        count = 0
    }

    /// The reading of the same parameter and sensor that was shown before; else the reading is remembered.
    mutating func earlier(than reading: Int, in intake: borrowing Intake) -> Int? {
        if count * 2 >= slots.count { grow(in: intake) }
        let draft = intake.readings[reading]
        var slot = hash(draft, intake)
        while slots[slot] >> 32 == payloads {
            let known = Int(slots[slot] & 0xffff_ffff)
            if intake.readings[known].sensor == draft.sensor,
                intake.isEqual(intake.readings[known].parameter, draft.parameter)
            {
                return known
            }
            slot = (slot + 1) & (slots.count - 1)
        }
        slots[slot] = payloads << 32 | UInt64(reading)
        count += 1
        return nil
    }

    private func hash(_ draft: DraftReading, _ intake: borrowing Intake) -> Int {
        intake.withBytes(of: draft.parameter) { SeededHash.of($0, UInt64(draft.sensor)) }
            & (slots.count - 1)
    }

    private mutating func grow(in intake: borrowing Intake) {
        let known = slots.filter { $0 >> 32 == payloads }
        slots = Array(repeating: 0, count: slots.count * 2)
        for entry in known {
            var slot = hash(intake.readings[Int(entry & 0xffff_ffff)], intake)
            while slots[slot] != 0 { slot = (slot + 1) & (slots.count - 1) }
            slots[slot] = entry
        }
    }
}
