public import Modbus
public import Registers

/// A slave whose words tell where they stand, so that one given out for another is seen; it misbehaves on request.
public final class RegisterBank: SimulatedLineUnit {
    public let unit: UInt8
    /// From the request's arrival to the answer.
    public var delayNanoseconds: Int64 = 5_000_000
    /// What it does wrong about a request; called once for each, in their order.
    public var fault: (ServedRequest) -> SimulatedLineFault = { _ in .none }
    /// What its words are; unless set, `word(unit:kind:address:generation:)`.
    public var content: (RegisterKind, Int) -> UInt16
    /// Requests that touch such an address get exception 2; also those beyond 65,535.
    public var illegal: [RegisterKind: [Range<Int>]] = [:]
    /// Changes all words; 0 unless set, or counted by `countsGenerations`.
    public var generation: UInt64 {
        get { state.generation }
        set { state.generation = newValue }
    }
    /// Each request sees words of its own, so that an answer to an earlier, equal request is seen as well.
    public var countsGenerations = false
    /// How many requests it has heard.
    public private(set) var requestCount = 0
    /// The last one it has heard.
    public private(set) var lastRequest: ServedRequest?

    private let state: State

    private final class State {
        var generation: UInt64 = 0
    }

    /// Makes a slave that knows every address of all four tables.
    public init(unit: UInt8) {
        self.unit = unit
        let state = State()
        self.state = state
        content = { kind, address in
            Self.word(unit: unit, kind: kind, address: address, generation: state.generation)
        }
    }

    /// A word that no other place has, except by chance (1 in 65,536; for bits 1 in 2).
    public static func word(unit: UInt8, kind: RegisterKind, address: Int, generation: UInt64) -> UInt16 {
        let place = UInt64(unit) << 24 | UInt64(kind.readFunction) << 17 | UInt64(address)
        var mixer = SeededGenerator(seed: place &* 0x9e37_79b9 ^ generation << 32)
        let word = UInt16(truncatingIfNeeded: mixer.next())
        return kind.isBit ? word & 1 : word
    }

    /// What an answer in time to this request says.
    public func words(for request: RegisterRequest) -> [UInt16] {
        request.addresses.map { content(request.kind, $0) }
    }

    /// Has some addresses say fixed words, from `address` on; the others stay as they are.
    public func set(_ words: [UInt16], kind: RegisterKind, at address: Int) {
        let before = content
        content = { otherKind, place in
            otherKind == kind && (address..<(address + words.count)).contains(place)
                ? words[place - address] : before(otherKind, place)
        }
    }

    public func answers(to request: ServedRequest) -> [SimulatedLineAnswer] {
        requestCount += 1
        lastRequest = request
        if countsGenerations { generation += 1 }
        let fault = fault(request)
        let right = rightAnswer(to: request)
        switch fault {
        case .half where request.framing == .tcp:
            // A stream loses nothing in its middle: whoever sends half a frame has died.
            var answer = SimulatedLineAnswer(
                after: delayNanoseconds, damaged(right, by: fault, request: request))
            answer.mutes = true
            return [answer]
        case .badCRC, .flippedBit, .half, .noiseBefore, .trailingBytes, .wrongLength, .wrongFunction:
            return [SimulatedLineAnswer(after: delayNanoseconds, damaged(right, by: fault, request: request))]
        case .none: return [SimulatedLineAnswer(after: delayNanoseconds, right)]
        case .late(let delay): return [SimulatedLineAnswer(after: delay, right)]
        case .silent: return []
        case .otherUnitFirst:
            return [
                SimulatedLineAnswer(after: delayNanoseconds, inOtherName(request)),
                SimulatedLineAnswer(after: 2 * delayNanoseconds, right),
            ]
        case .otherUnitOnly: return [SimulatedLineAnswer(after: delayNanoseconds, inOtherName(request))]
        case .exception(let code): return [SimulatedLineAnswer(after: delayNanoseconds, request.exception(code))]
        case .lateException(let code, let delay):
            return [SimulatedLineAnswer(after: delay, request.exception(code))]
        case .slowBytes(let gap): return [SimulatedLineAnswer(after: delayNanoseconds, right, gapNanoseconds: gap)]
        case .duplicate(let delay):
            return [
                SimulatedLineAnswer(after: delayNanoseconds, right),
                SimulatedLineAnswer(after: delayNanoseconds + delay, right),
            ]
        case .lateTwice(let delay, let again):
            return [SimulatedLineAnswer(after: delay, right), SimulatedLineAnswer(after: delay + again, right)]
        case .echo:
            return [
                SimulatedLineAnswer(after: 0, request.frame), SimulatedLineAnswer(after: delayNanoseconds, right),
            ]
        case .disconnect: return [SimulatedLineAnswer(after: delayNanoseconds, [], disconnects: true)]
        }
    }

    private func rightAnswer(to request: ServedRequest) -> [UInt8] {
        guard let registers = request.registers else { return request.exception(1) }
        // Modbus Application Protocol 1.1b3, 6.1 and 6.3
        guard 1...(registers.kind.isBit ? 2000 : 125) ~= registers.count else { return request.exception(3) }
        let refused = illegal[registers.kind, default: []].contains { $0.overlaps(registers.addresses) }
        guard registers.addresses.upperBound <= 65_536, !refused else { return request.exception(2) }
        return request.answer(words(for: registers))
    }

    private func inOtherName(_ request: ServedRequest) -> [UInt8] {
        let words = request.registers.map { $0.addresses.map { UInt16(truncatingIfNeeded: $0 &+ 7) } } ?? []
        return request.answer(words, unit: unit == 2 ? 3 : 2)
    }

    private func damaged(_ right: [UInt8], by fault: SimulatedLineFault, request: ServedRequest) -> [UInt8] {
        var frame = right
        switch fault {
        case .badCRC where request.framing == .rtu: frame[frame.count - 1] ^= 1
        case .flippedBit where request.framing == .rtu: frame[frame.count / 2] ^= 0x10
        case .badCRC, .flippedBit: frame = request.exception(11)
        case .half: frame.removeLast(frame.count - frame.count / 2)
        case .noiseBefore(let count):
            var noise = SeededGenerator(seed: UInt64(requestCount))
            frame = (0..<count).map { _ in UInt8.random(in: 0...255, using: &noise) } + frame
        case .trailingBytes: frame += [0x00, 0xff, 0x55]
        case .wrongLength:
            guard let registers = request.registers else { return frame }
            let words = words(for: registers)
            // Eight more or less, so that bits change their number of bytes too.
            frame = request.answer(words.count > 8 ? words.dropLast(8) : words + Array(repeating: 0, count: 8))
        case .wrongFunction:
            let pdu = request.framing == .rtu ? Array(frame[1..<(frame.count - 2)]) : Array(frame[7...])
            frame = ModbusFrames.frame(
                unit: unit, pdu: [pdu[0] ^ 7] + pdu.dropFirst(), framing: request.framing,
                transaction: request.transaction)
        default: break
        }
        return frame
    }
}
