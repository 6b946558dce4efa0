import CModbusPeer
import Modbus
import OwnThread
import QuantracTesting
import Registers

/// A `ModbusMaster` on a real line, asked as a poller would ask it, every answer checked against what the slave knows.
final class ModbusMasterBench {
    let peer: ModbusPeer
    let master: ModbusMaster
    private let clock: SystemBusClock
    private let windowNanoseconds: Int64
    private let timeoutNanoseconds: Int64
    private let isCounting: Bool
    /// When the n-th request was sent, before it was.
    private var asked: [Int64] = []
    private var words: [UInt16] = []

    /// What came of the polls.
    private(set) var outcomes: [Outcome] = []
    /// Sentences about words that were not those asked for.
    private(set) var misattributed: [String] = []

    /// `outcomes` in one line: `right×2 noAnswer right×8`.
    var story: String {
        var pieces: [(what: String, count: Int)] = []
        for outcome in outcomes.map(\.description) {
            if pieces.last?.what == outcome {
                pieces[pieces.count - 1].count += 1
            } else {
                pieces.append((outcome, 1))
            }
        }
        return pieces.map { $0.count == 1 ? $0.what : "\($0.what)×\($0.count)" }.joined(separator: " ")
    }

    enum Outcome: Equatable, CustomStringConvertible {
        case right
        /// Other words than those asked for, within the window in which they must not come through.
        case wrong
        case exception(UInt8)
        case failed(ModbusFailure)

        var description: String {
            switch self {
            case .right: "right"
            case .wrong: "WRONG"
            case .exception(let code): "exception \(code)"
            case .failed(.channel(let error)): "channel \(error.reason)"
            case .failed(.ambiguous): "ambiguous"
            case .failed(let failure): "\(failure)"
            }
        }
    }

    init(
        _ address: BusAddress, peer: ModbusPeer, isCounting: Bool, timeoutMilliseconds: Int64,
        windowMilliseconds: Int64
    ) throws {
        self.peer = peer
        self.isCounting = isCounting
        timeoutNanoseconds = timeoutMilliseconds * 1_000_000
        windowNanoseconds = windowMilliseconds * 1_000_000
        let wake = try Wake()
        clock = SystemBusClock(wake: wake)
        master = ModbusMaster(
            channel: address.makeChannel(wake: wake), framing: address.framing, line: address.serialLine,
            lateResponseWindowNanoseconds: windowNanoseconds, clock: clock)
    }

    deinit { master.close() }

    /// The address of a slave on this machine.
    static func address(_ way: ModbusWay, _ peer: ModbusPeer) throws -> BusAddress {
        switch way {
        case .tty: try tty(peer.device)
        case .tcp: .tcp(host: "127.0.0.1", port: peer.port)
        case .rtuOverTCP: .rtuOverTCP(host: "127.0.0.1", port: peer.port)
        }
    }

    static func tty(_ device: String, baud: Int = 115_200) throws -> BusAddress {
        var line = SerialLine()
        line.baud = baud
        line.parity = .none
        return .rtu(device: device, line)
    }

    /// One poll. While an answer could be confused with a late one, it asks for up to `spare` registers more, so that it
    /// cannot; when that does not help either, the poll fails with `.ambiguous`.
    @discardableResult
    func poll(unit: UInt8 = 3, _ request: RegisterRequest, spare: UInt16 = 4) throws -> Outcome {
        var wanted = ModbusRequest(unit: unit, registers: request)
        let now = clock.monotonicNanoseconds()
        while master.earliest(for: wanted) > now, wanted.registers.count < request.count + spare {
            wanted.registers.count += 1
        }
        let sentBefore = master.counters.requests
        let askedAt = clock.monotonicNanoseconds()
        let answer = master.ask(wanted, timeoutNanoseconds: timeoutNanoseconds, into: &words)
        if master.counters.requests > sentBefore { asked.append(askedAt) }
        let outcome: Outcome =
            switch answer {
            case .data: try isOurs(wanted) ? .right : .wrong
            case .exception(let code): .exception(code)
            case .failed(let failure): .failed(failure)
            }
        outcomes.append(outcome)
        return outcome
    }

    private func isOurs(_ wanted: ModbusRequest) throws -> Bool {
        guard words.count == Int(wanted.registers.count) else {
            misattributed.append("\(words.count) words for \(wanted.registers)")
            return false
        }
        guard isCounting else { return matches(wanted, counter: 0, wanted.registers) }
        // The slave has read our request before it answered it; a late answer may be here before.
        try waitUntil("the slave has read the request", seconds: 5) { peer.requestCount >= asked.count }
        let mine = peer.requestCount - 1
        if matches(wanted, counter: peer.request(mine).counter, wanted.registers) { return true }
        for index in (0..<mine).reversed() {
            let earlier = peer.request(index)
            var registers = wanted.registers
            registers.address = earlier.address
            guard matches(wanted, counter: earlier.counter, registers) else { continue }
            let lateness = earlier.sent_nanoseconds - (index < asked.count ? asked[index] : earlier.at_nanoseconds)
            if lateness > windowNanoseconds {
                print("an answer \(lateness / 1_000_000) ms after its request, beyond the window: not held against it")
                return true
            }
            misattributed.append("\(wanted.registers) was given the answer to request \(index), \(lateness) ns late")
            return false
        }
        misattributed.append("\(wanted.registers) was given words of no request: \(words)")
        return false
    }

    private func matches(_ wanted: ModbusRequest, counter: UInt32, _ registers: RegisterRequest) -> Bool {
        words.indices.allSatisfy { place in
            words[place]
                == modbus_peer_word(
                    wanted.unit, registers.kind.readFunction, registers.address &+ UInt16(place), counter)
        }
    }
}
