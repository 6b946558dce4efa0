/// One moment by both clocks.
struct BusMoment: Equatable {
    /// Nanoseconds; never goes back.
    var monotonic: Int64
    /// Microseconds since 1970; may jump.
    var wall: Int64
}

/// Says which device of a bus is due, aligned to the wall clock and without drift.
///
/// Told the time by `advance`, asked by `takeDue` and `nextDue`. A device is due at the slots of its grid; of the slots
/// that passed while the bus was busy only the newest is taken, the others are overruns. The wall clock is followed
/// while it is slewed. When it jumps forward, what lies between is left out; when it jumps back, the polls go on in the
/// new time within one interval and a half, and slots that were used already say so.
struct PollSchedule {
    /// The clocks may differ by so much, and by an eighth of the time since the last look, before it counts as a jump:
    /// chrony slews by a twelfth at most. // chrony.conf(5), maxslewrate: 83,333 ppm
    static let jumpMicroseconds: Int64 = 500_000

    private var devices: [Entry]
    private(set) var now: BusMoment

    private struct Entry {
        let grid: SlotGrid
        /// The slot that comes next, milliseconds since 1970.
        var next: Int64
        var used = UsedSlots()
    }

    /// A jump of the wall clock.
    struct Jump: Equatable {
        /// Forward, or negative for back.
        let microseconds: Int64
        /// Slots of all devices that it left out.
        var slots: Int64 = 0
    }

    /// A device whose turn it is.
    struct Due: Equatable {
        /// Its place in the settings.
        let device: Int
        /// Milliseconds since 1970.
        let slot: Int64
        /// The slot's moment on the monotonic clock, nanoseconds.
        let monotonic: Int64
        /// Older slots that passed meanwhile.
        let overruns: Int64
        /// The clock was set back: the slot was used before.
        let isRepeated: Bool
    }

    /// - Parameter grids: one for each device, in the order of the settings.
    init(grids: [SlotGrid], at moment: BusMoment) {
        now = moment
        devices = grids.map { Entry(grid: $0, next: $0.first(atOrAfter: moment.wall)) }
    }

    /// Takes note of the time; returns the jump that the wall clock made, if any.
    mutating func advance(to moment: BusMoment) -> Jump? {
        let elapsed = (moment.monotonic - now.monotonic) / 1000
        let difference = (moment.wall - now.wall) - elapsed
        now = moment
        var jump: Jump?
        if abs(difference) > Self.jumpMicroseconds + elapsed / 8 { jump = Jump(microseconds: difference) }
        for index in devices.indices {
            if jump != nil { devices[index].used.noteJump() }
            if jump != nil, difference > 0 { jump?.slots += skip(index) }
            followBack(index)
        }
        return jump
    }

    /// The device that has waited longest, if any is due; of several the first in the settings.
    mutating func takeDue() -> Due? {
        var first: Int?
        for index in devices.indices where devices[index].next * 1000 <= now.wall {
            if let other = first, devices[other].next <= devices[index].next { continue }
            first = index
        }
        return first.map { take($0) }
    }

    /// The same of one device, whoever else waits.
    mutating func takeDue(of device: Int) -> Due? {
        devices[device].next * 1000 <= now.wall ? take(device) : nil
    }

    private mutating func take(_ index: Int) -> Due {
        let entry = devices[index]
        let slot = entry.grid.last(atOrBefore: now.wall)
        let isRepeated = entry.used.contains(slot)
        devices[index].next = slot + entry.grid.everyMilliseconds
        devices[index].used.note(slot)
        return Due(
            device: index, slot: slot, monotonic: monotonic(of: slot),
            overruns: entry.grid.count(from: entry.next, to: slot), isRepeated: isRepeated)
    }

    /// When the next device is due, in monotonic nanoseconds, as the clocks stand to each other now.
    var nextDue: Int64 {
        var next: Int64?
        for entry in devices where entry.next < next ?? .max { next = entry.next }
        return next.map(monotonic) ?? .max
    }

    private func monotonic(of slot: Int64) -> Int64 {
        now.monotonic + (slot * 1000 - now.wall) * 1000
    }

    private mutating func skip(_ index: Int) -> Int64 {
        let (before, next) = (devices[index].next, devices[index].grid.first(atOrAfter: now.wall))
        devices[index].next = max(before, next)
        return devices[index].grid.count(from: before, to: next)
    }

    /// The next slot is never further away than one interval, unless the clock went back. Half an interval more is
    /// waited for, so that a small correction does not repeat a slot.
    private mutating func followBack(_ index: Int) {
        let every = devices[index].grid.everyMilliseconds
        guard devices[index].next * 1000 - now.wall > every * 1500 else { return }
        devices[index].next = devices[index].grid.first(atOrAfter: now.wall)
        devices[index].used.noteJump()
    }
}
