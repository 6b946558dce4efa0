import Modbus
import QuantracTesting
import Registers

/// What a poll of a block brought: the words, and the request that brought them.
struct PolledWords {
    var request: ModbusRequest
    var words: [UInt16]
}

/// Somebody who polls blocks on the line of a `LatePlant`.
protocol PlantPoller {
    /// Polls it, in one request or several, and shows what each has brought at once: a slave's words change with every request.
    mutating func poll(_ block: ModbusRequest, look: (PolledWords) -> Void)
}

/// Three slaves in all kinds of trouble, and the bookkeeping of who said what.
struct LatePlant {
    static let timeout: Int64 = 300_000_000

    let clock = SimulatedLineClock()
    let line: SimulatedLine
    /// Several of one shape, in every unit.
    let blocks: [ModbusRequest]
    private(set) var polls = 0
    private(set) var answered = 0
    private(set) var misattributed = 0
    private(set) var answeredSinceTrouble: Set<ModbusRequest> = []

    private let banks: [UInt8: RegisterBank]
    private let trouble: Trouble
    private var generator: SeededGenerator

    /// Shared by the slaves' hooks.
    private final class Trouble {
        var isOn = false
        var generator: SeededGenerator

        init(seed: UInt64) { generator = SeededGenerator(seed: seed) }
    }

    init(framing: ModbusFraming, seed: UInt64) {
        line = SimulatedLine(framing: framing, clock: clock)
        generator = SeededGenerator(seed: seed)
        trouble = Trouble(seed: seed &+ 1)
        var banks: [UInt8: RegisterBank] = [:]
        var blocks: [ModbusRequest] = []
        for unit in [1, 5, 9] as [UInt8] {
            let bank = RegisterBank(unit: unit)
            bank.countsGenerations = true
            bank.fault = { [trouble] request in
                trouble.isOn ? Self.fault(for: request, &trouble.generator) : .none
            }
            banks[unit] = bank
            line.units[unit] = bank
            let places: [(RegisterKind, UInt16, UInt16)] = [
                (.holding, 0, 10), (.holding, 100, 10), (.holding, 200, 10), (.holding, 300, 40), (.input, 0, 10),
                (.input, 50, 10), (.coil, 0, 64), (.coil, 800, 64), (.discrete, 0, 20),
            ]
            for (kind, address, count) in places {
                let registers = RegisterRequest(kind: kind, address: address, count: count)
                blocks.append(ModbusRequest(unit: unit, registers: registers))
            }
        }
        self.banks = banks
        self.blocks = blocks
    }

    mutating func beginTrouble() {
        trouble.isOn = true
    }

    /// From here on all new requests are answered in time; old answers still come.
    mutating func endTrouble() {
        trouble.isOn = false
        answeredSinceTrouble = []
    }

    /// Polls every block once, and looks at what is claimed to stand there.
    mutating func pollAll(with poller: inout some PlantPoller) {
        for block in blocks {
            polls += 1
            var covered: Set<Int> = []
            var wrong = 0
            poller.poll(block) { part in
                // Each request has words of its own: those of an earlier one, even of an equal one, are wrong as well.
                if part.words != banks[part.request.unit]?.words(for: part.request.registers) { wrong += 1 }
                covered.formUnion(part.request.registers.addresses)
            }
            misattributed += wrong
            if covered.isSuperset(of: block.registers.addresses) {
                answered += 1
                answeredSinceTrouble.insert(block)
            }
            if trouble.isOn, Int.random(in: 0..<20, using: &generator) == 0 {
                let pause = Int64.random(in: 0...(2 * Self.timeout), using: &generator)
                _ = clock.sleep(untilMonotonic: clock.now + pause)
            }
        }
    }

    private static func fault(for request: ServedRequest, _ generator: inout SeededGenerator) -> SimulatedLineFault {
        let late = Int64(Double(timeout) * Double.random(in: 0.2...10, using: &generator))
        switch Int.random(in: 0..<100, using: &generator) {
        case 0..<20: return .late(late)
        // An answer in time that is repeated is another matter: see the decision about frames, "What it does not do".
        case 20..<24: return .lateTwice(max(late / 2, timeout + 1), late / 2)
        case 24..<27: return .silent
        case 27..<30: return .badCRC
        case 30..<32: return .flippedBit
        case 32..<34: return .half
        case 34..<36: return .noiseBefore(7)
        case 36..<38: return .trailingBytes
        case 38..<40: return .otherUnitFirst
        case 40..<42: return .exception(2)
        case 42..<44: return .lateException(2, late)
        case 44..<46: return .slowBytes(2_000_000)
        case 46..<48: return request.framing == .rtu ? .echo : .duplicate(late)
        case 48..<49: return .wrongLength
        case 49..<50: return .disconnect
        default: return .none
        }
    }
}

/// Asks in another shape where the shape is doubtful: lengthened, or cut in two.
struct ReaskingPoller: PlantPoller {
    let master: ModbusMaster
    private var words: [UInt16] = []

    init(master: ModbusMaster) { self.master = master }

    mutating func poll(_ block: ModbusRequest, look: (PolledWords) -> Void) {
        for parts in Self.candidates(block) where parts.allSatisfy({ master.earliest(for: $0) == 0 }) {
            for part in parts {
                let answer = master.ask(part, timeoutNanoseconds: LatePlant.timeout, into: &words)
                guard answer == .data else { return }
                look(PolledWords(request: part, words: words))
            }
            return
        }
    }

    /// As it is, longer by one to three, cut in two of different length, and longer by more.
    private static func candidates(_ block: ModbusRequest) -> [[ModbusRequest]] {
        let step: UInt16 = block.registers.kind.isBit ? 8 : 1
        let count = block.registers.count
        func longer(_ index: UInt16) -> [ModbusRequest] {
            var request = block
            request.registers.count += step * index
            return [request]
        }
        func cut(_ first: UInt16) -> [ModbusRequest] {
            var (head, tail) = (block, block)
            head.registers.count = first
            tail.registers.address += first
            tail.registers.count = count - first
            return [head, tail]
        }
        let cuts = stride(from: step, to: count, by: Int(step)).map(cut).filter {
            AnswerShape(of: $0[0]) != AnswerShape(of: $0[1])
        }
        return (0...3).map(longer) + cuts + (4..<30).map(longer)
    }
}

/// Takes the first valid frame of the right unit, function and length, as every plain loop does; it flushes before it asks.
struct NaivePoller: PlantPoller {
    let line: SimulatedLine
    let clock: SimulatedLineClock

    mutating func poll(_ block: ModbusRequest, look: (PolledWords) -> Void) {
        do {
            try line.open(until: .max)
            var bytes: [UInt8] = []
            while try line.read(into: &bytes, until: 0) > 0 {}
            bytes = []
            let deadline = clock.now + LatePlant.timeout
            try line.write(ModbusFrames.request(block, framing: .rtu), until: deadline)
            while try line.read(into: &bytes, until: deadline) > 0 {
                if let words = words(in: bytes, of: block) {
                    return look(PolledWords(request: block, words: words))
                }
            }
        } catch {}
    }

    private func words(in bytes: [UInt8], of block: ModbusRequest) -> [UInt16]? {
        let shape = AnswerShape(of: block)
        let length = 5 + Int(shape.byteCount)
        guard bytes.count >= length else { return nil }
        for start in 0...(bytes.count - length) {
            let frame = Array(bytes[start..<(start + length)])
            guard frame[0] == shape.unit, frame[1] == shape.function, frame[2] == shape.byteCount,
                CRC16.appended(to: Array(frame.dropLast(2))) == frame
            else { continue }
            let data = frame[3..<(length - 2)]
            if block.registers.kind.isBit {
                return (0..<Int(block.registers.count)).map { UInt16(data[3 + $0 / 8] >> ($0 % 8)) & 1 }
            }
            return (0..<Int(block.registers.count)).map { UInt16(data[3 + 2 * $0]) << 8 | UInt16(data[4 + 2 * $0]) }
        }
        return nil
    }
}
