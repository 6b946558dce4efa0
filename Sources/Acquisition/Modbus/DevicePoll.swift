import Modbus
import Registers

/// How far one poll of a device has come.
struct DevicePoll {
    /// The moment it was due, milliseconds since 1970.
    let slot: Int64
    /// The same by the monotonic clock, nanoseconds.
    let dueMonotonic: Int64
    /// The clock was set back, and the slot was used before.
    let isRepeated: Bool
    /// Further tries of one request.
    let retries: Int
    /// The breaker was open: silence ends it at once.
    var isProbe = false
    /// The breaker stays open: nothing is asked.
    var isPaused = false
    /// The source was stopped: what is missing says nothing of the device.
    var isCutShort = false
    /// The first request has left.
    var hasStarted = false
    /// The request of the plan that is on.
    var place = 0
    /// Its first member that has not been read.
    var needed = 0
    /// Of the request that is on.
    var triesLeft: Int
    /// What was asked last.
    var asked: RegisterRequest?
    /// Registers that were read.
    var read = 0
    /// Why something is missing; the last reason.
    var failure: PollFailure?
    var isOver = false

    init(_ due: PollSchedule.Due, retries: Int) {
        slot = due.slot
        dueMonotonic = due.monotonic
        isRepeated = due.isRepeated
        self.retries = retries
        triesLeft = retries
    }

    /// The next request of the plan is on.
    mutating func goOn(to place: Int) {
        self.place = place
        needed = 0
        triesLeft = isProbe ? 0 : retries
    }
}
