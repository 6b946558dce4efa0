import Modbus

/// Whether the bus can be reached, and when to try again.
///
/// One lost connection is opened again at once: many gateways close a connection that is idle. One that cannot be
/// opened, or is lost twice without an answer in between, is tried again after 50 ms to 30 s, at a slot; until then
/// every poll fails at no cost.
struct BusLink {
    enum State: Equatable {
        /// Never open so far.
        case new
        case up
        /// It was lost, and is opened again at once.
        case lost
        case down(ChannelError)
    }

    private(set) var state = State.new
    private var retryAt = Int64.min
    private var losses = 0
    private var backOff: BackOff

    init(seed: UInt64) {
        backOff = BackOff(seed: seed)
    }

    /// It cannot be tried yet, at `now` in monotonic nanoseconds.
    func isBarred(at now: Int64) -> Bool {
        if case .down = state { now < retryAt } else { false }
    }

    /// The channel is open; returns whether it was not before.
    mutating func noteOpen() -> Bool {
        guard state != .up else { return false }
        state = .up
        return true
    }

    /// Something that belongs to Modbus came: the connection is of use.
    mutating func noteAnswer() {
        losses = 0
        backOff.reset()
    }

    /// It failed; returns whether a further try within the same poll is worth it.
    mutating func note(_ error: ChannelError, at now: Int64) -> Bool {
        if error.reason == .lost {
            losses += 1
            if losses == 1 {
                state = .lost
                return true
            }
        }
        state = .down(error)
        retryAt = now + Int64(backOff.next()) * 1_000_000
        return false
    }
}
