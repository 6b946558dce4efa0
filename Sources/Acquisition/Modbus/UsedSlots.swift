/// The slots that a device has been asked for, so that a clock set back is seen in the readings.
///
/// Kept as stretches without a jump of the clock. A slot within one is in doubt when it comes again; one between two of
/// them is not: after an hour in a wrong future the readings of the right time are as good as ever.
struct UsedSlots {
    /// Beyond so many jumps of the clock the oldest stretch is forgotten.
    static let stretchesMax = 16

    private var stretches: [ClosedRange<Int64>] = []
    private var isContinuing = false

    /// Whether a reading of this slot may exist already.
    func contains(_ slot: Int64) -> Bool {
        stretches.contains { $0.contains(slot) }
    }

    /// The clock jumped: what comes now belongs to another stretch.
    mutating func noteJump() {
        isContinuing = false
    }

    /// The device is asked for this slot.
    mutating func note(_ slot: Int64) {
        if isContinuing, let last = stretches.last, slot >= last.upperBound {
            stretches[stretches.count - 1] = last.lowerBound...slot
            return
        }
        if stretches.count == Self.stretchesMax { stretches.removeFirst() }
        stretches.append(slot...slot)
        isContinuing = true
    }
}
