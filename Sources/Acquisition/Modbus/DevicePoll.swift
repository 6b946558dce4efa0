import Modbus
import Registers

/// How far one poll of a device has come.
struct DevicePoll {
    /// Counts the polls of the device, from 1.
    let number: Int
    /// The moment it was due, milliseconds since 1970.
    let slot: Int64
    /// The same by the monotonic clock, nanoseconds.
    let dueMonotonic: Int64
    /// The clock was set back, and the slot was used before.
    let isRepeated: Bool
    /// The breaker was open: silence ends it at once.
    var isProbe = false
    /// The breaker stays open: nothing is asked.
    var isPaused = false
    /// The source was stopped: what is missing says nothing of the device.
    var isCutShort = false
    /// The first request has left.
    var hasStarted = false
    /// The request of the plan that is on; `nil` before the first one and between two.
    var place: Int?
    /// Its first member that has not been read.
    var needed = 0
    /// Further tries of a request that is on.
    var retries = 0
    /// Of them, those that are left.
    var triesLeft = 0
    /// What is asked next was asked before.
    var isRetry = false
    /// What was asked last.
    var asked: RegisterRequest?
    /// Registers that were read.
    var read = 0
    /// A request was sent.
    var hasSent = false
    /// The device has said something, be it an exception.
    var hasAnswer = false
    /// A request was sent, and what came was no answer to it.
    var hasSilence = false
    /// Requests of the plan that were silent one after the other.
    var silentInARow = 0
    /// Why something is missing; the last reason.
    var failure: PollFailure?
    var isOver = false

    init(_ due: PollSchedule.Due, number: Int) {
        self.number = number
        slot = due.slot
        dueMonotonic = due.monotonic
        isRepeated = due.isRepeated
    }

    /// The request at `place` is on.
    mutating func turn(to place: Int, retries: Int) {
        self.place = place
        needed = 0
        self.retries = retries
        triesLeft = retries
        isRetry = false
    }
}
