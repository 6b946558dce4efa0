public import Modbus

/// The time of a simulated bus: it stands still until somebody waits, and then jumps to what happens next.
///
/// Lines made with the same clock share its time; all of them belong to one thread.
public final class SimulatedLineClock: BusClock {
    /// Monotonic nanoseconds.
    public private(set) var now: Int64
    /// Wall clock minus monotonic time; changing it is a jump of the wall clock.
    public var wallOffsetMicroseconds: Int64
    /// Somebody wants us to stop: every wait ends at once.
    public private(set) var isStopped = false

    private var agenda: [Event] = []
    private var order: UInt64 = 0

    private struct Event {
        let time: Int64
        let order: UInt64
        let action: () -> Void
    }

    /// Makes a clock; the wall clock starts at `wallMicroseconds` since 1970.
    public init(startingAt nanoseconds: Int64 = 1_000_000_000, wallMicroseconds: Int64 = 1_790_000_000_000_000) {
        now = nanoseconds
        wallOffsetMicroseconds = wallMicroseconds - nanoseconds / 1000
    }

    public func monotonicNanoseconds() -> Int64 { now }
    public func wallMicroseconds() -> Int64 { now / 1000 + wallOffsetMicroseconds }

    public func sleep(untilMonotonic nanoseconds: Int64) -> Bool {
        while !isStopped, step(until: nanoseconds) {}
        return !isStopped
    }

    /// Has something happen at a moment (at once when it is over), in the order of the calls where moments are the same.
    public func at(_ nanoseconds: Int64, _ action: @escaping () -> Void) {
        order += 1
        let event = Event(time: max(nanoseconds, now), order: order, action: action)
        // The latest first, so that the next one is taken from the end.
        let index = agenda.lastIndex { $0.time > event.time }.map { $0 + 1 } ?? 0
        agenda.insert(event, at: index)
    }

    /// Ends all waits, now and later.
    public func stop() { isStopped = true }

    /// Goes to the next event up to `deadline`; `false` when there is none, and the deadline has come.
    func step(until deadline: Int64) -> Bool {
        guard let event = agenda.last, event.time <= deadline else {
            now = max(now, deadline)
            return false
        }
        agenda.removeLast()
        now = max(now, event.time)
        event.action()
        return true
    }
}
