import Modbus
import OwnThread
import Registers

/// How long answers may take.
struct ModbusPatience: Sendable {
    var timeoutMilliseconds: Int64 = 1000
    var retries = 1
    var lateResponseWindowMilliseconds: Int64 = 10_000
}

/// What came of a question in the end, all tries counted.
enum ModbusReply: Equatable {
    /// As many as were asked for.
    case words([UInt16])
    case exception(UInt8)
    case failed(ModbusFailure)
}

/// Questions to a bus by hand: retries, and waits where an answer could be confused with a late one.
///
/// Belongs to one thread.
final class ModbusSession {
    let address: BusAddress
    let master: ModbusMaster
    let clock: any BusClock
    private let timeoutNanoseconds: Int64
    private let windowNanoseconds: Int64
    private let retries: Int
    /// Until when an exception of a unit may be a late one.
    private var doubtUntil: [UInt8: Int64] = [:]
    private var words: [UInt16] = []
    /// Is told before a wait of a second or more, with its nanoseconds.
    var willWait: (Int64) -> Void = { _ in }
    /// How often a connection that was lost is tried again, a second apart, before a question fails: a gateway with room
    /// for one client may need a moment until it has forgotten the last one.
    var reconnectsMax = 0
    /// Questions that were sent.
    private(set) var requests = 0

    init(address: BusAddress, channel: any ByteChannel, clock: any BusClock, patience: ModbusPatience) {
        self.address = address
        self.clock = clock
        timeoutNanoseconds = patience.timeoutMilliseconds * 1_000_000
        windowNanoseconds = max(patience.timeoutMilliseconds, patience.lateResponseWindowMilliseconds) * 1_000_000
        retries = patience.retries
        master = ModbusMaster(
            channel: channel, framing: address.framing, line: address.serialLine,
            lateResponseWindowNanoseconds: patience.lateResponseWindowMilliseconds * 1_000_000, clock: clock)
    }

    /// Asks until there is an answer, or the tries are used up; a stop is `.failed(.channel(.stopped))`.
    ///
    /// A further try asks for a little more where it may, so that its answer cannot be confused with that to the try
    /// before, which may still come; where it may not, the time in which it may come is waited out. So it is where an
    /// exception comes that may be a late one.
    /// - Parameter mayLengthen: What lies behind the registers may be asked for as well.
    func ask(_ unit: UInt8, _ wanted: RegisterRequest, mayLengthen: Bool = true) -> ModbusReply {
        var mayLengthen = mayLengthen
        var triesLeft = retries
        var hasSettled = false
        var reconnectsLeft = master.counters.connects > 0 ? reconnectsMax : 0
        var asked = wanted
        while true {
            let reply = once(unit, asked)
            switch reply {
            case .words(let words):
                return .words(Array(words.prefix(Int(wanted.count))))
            case .exception where asked != wanted, .failed(.doubtfulException) where asked != wanted:
                // It may be what lies behind the end that it refuses: once more, exactly.
                mayLengthen = false
            case .failed(.doubtfulException) where !hasSettled:
                hasSettled = true
                guard wait(until: doubtUntil[unit] ?? 0) else { return .stopped }
            case .failed(.notModbus): return reply
            case .failed(.channel(let error)) where error.isPassing && reconnectsLeft > 0:
                reconnectsLeft -= 1
                guard wait(until: clock.monotonicNanoseconds() + 1_000_000_000) else { return .stopped }
            case .failed(.channel(let error)) where error.reason != .lost: return reply
            case .exception: return reply
            case .failed:
                guard triesLeft > 0 else { return reply }
                triesLeft -= 1
            }
            asked = mayLengthen ? distinguishable(unit, wanted) : wanted
        }
    }

    /// The request, or one a little longer whose answer nothing that is late could have.
    private func distinguishable(_ unit: UInt8, _ wanted: RegisterRequest) -> RegisterRequest {
        let step: UInt16 = wanted.kind.isBit ? 8 : 1
        let limit: UInt16 = wanted.kind.isBit ? 2000 : 125
        for extra in 0...3 as ClosedRange<UInt16> {
            var longer = wanted
            longer.count += extra * step
            guard longer.count <= limit, longer.addresses.upperBound <= 65_536 else { break }
            if master.earliest(for: ModbusRequest(unit: unit, registers: longer)) <= clock.monotonicNanoseconds() {
                return longer
            }
        }
        return wanted
    }

    private func once(_ unit: UInt8, _ request: RegisterRequest) -> ModbusReply {
        let question = ModbusRequest(unit: unit, registers: request)
        guard wait(until: master.earliest(for: question)) else { return .stopped }
        requests += 1
        switch master.ask(question, timeoutNanoseconds: timeoutNanoseconds, into: &words) {
        case .data: return .words(words)
        case .exception(let code): return .exception(code)
        case .failed(let failure):
            doubtUntil[unit] = max(doubtUntil[unit] ?? 0, clock.monotonicNanoseconds() + windowNanoseconds)
            return .failed(failure)
        }
    }

    /// `false`: somebody wants us to stop.
    func wait(until monotonic: Int64) -> Bool {
        let now = clock.monotonicNanoseconds()
        guard monotonic > now else { return true }
        if monotonic - now >= 1_000_000_000 { willWait(monotonic - now) }
        return clock.sleep(untilMonotonic: monotonic)
    }
}

extension ModbusSession {
    /// To be called at the end: tells of bytes that belonged to nothing.
    func noteStrayBytes() {
        let count = master.counters.strayBytes
        guard count > 0 else { return }
        Output.note("\(Grouped.count(count, "stray byte")): noise, or another master on the line")
    }
}

extension ModbusReply {
    static var stopped: ModbusReply { .failed(.channel(ChannelError(.stopped, "stopped"))) }
}

extension ModbusSession {
    /// Runs `body` on a thread of its own until it returns; Ctrl-C ends what it waits for.
    ///
    /// - Returns: Whether a signal came.
    static func run(
        _ address: BusAddress, _ patience: ModbusPatience,
        _ body: @escaping @Sendable (ModbusSession) throws -> Void
    ) async throws -> Bool {
        let wake = try Wake()
        return try await Interruption.cancelling {
            try await withTaskCancellationHandler {
                try await OwnThread(name: "modbus").run {
                    let session = ModbusSession(
                        address: address, channel: address.makeChannel(wake: wake), clock: SystemBusClock(wake: wake),
                        patience: patience)
                    defer { session.master.close() }
                    try body(session)
                }
            } onCancel: {
                wake.signal()
            }
        }
    }
}

extension ChannelError {
    /// Nobody there at this moment.
    fileprivate var isPassing: Bool { reason == .unreachable || reason == .timedOut }
}

extension ModbusFailure {
    /// Somebody wants us to stop.
    var isStop: Bool {
        if case .channel(let error) = self { error.reason == .stopped } else { false }
    }
}
