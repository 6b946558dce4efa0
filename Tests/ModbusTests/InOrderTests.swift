import Modbus
import QuantracTesting
import Registers
import Testing

/// A slave with one thread, as most are: it works off its requests one after the other, however long each takes.
private final class InOrderUnit: SimulatedLineUnit {
    private(set) var freeAt: Int64 = 0
    private let bank: RegisterBank
    private let clock: SimulatedLineClock
    private let takes: () -> Int64

    init(_ bank: RegisterBank, _ clock: SimulatedLineClock, takes: @escaping () -> Int64) {
        self.bank = bank
        self.clock = clock
        self.takes = takes
    }

    func answers(to request: ServedRequest) -> [SimulatedLineAnswer] {
        freeAt = max(clock.now, freeAt) + takes()
        return bank.answers(to: request).map {
            SimulatedLineAnswer(after: $0.delayNanoseconds + freeAt - clock.now, $0.bytes)
        }
    }
}

/// Behind a request that waits, the next one waits too: its answer may be later than the window, and is not misread either.
@Suite struct `A slave that answers in order` {
    private static let timeout: Int64 = 300_000_000

    @Test(arguments: [ModbusFraming.rtu, .tcp], [UInt64(1), 2, 3, 4])
    func `is never misread, however late, and in step a window after it is idle at the latest`(
        framing: ModbusFraming, seed: UInt64
    ) {
        let random = Draws(seed: seed)
        let line = SimulatedLine(framing: framing)
        let bank = RegisterBank(unit: 1)
        // Each request has words of its own: an answer to an equal, earlier one is wrong as well.
        bank.countsGenerations = true
        let unit = InOrderUnit(bank, line.clock) {
            random.isSlow ? random.next(Self.timeout / 5...Self.timeout * 10) : 10_000_000
        }
        line.units[1] = unit
        let master = ModbusMaster(
            channel: line, framing: framing, line: nil, lateResponseWindowNanoseconds: 10 * Self.timeout,
            clock: line.clock)
        var (right, wrong) = (0, 0)
        var (idleSince, longestWait): (Int64?, Int64) = (nil, 0)
        for round in 0..<3000 {
            random.isSlow = round % 60 < 20
            let isIdle = !random.isSlow && unit.freeAt < line.clock.now
            let (address, count) = [(0, 10), (100, 10), (200, 4)][round % 3]
            let isRight = ask(master, address, count, bank)
            if isRight == true { right += 1 }
            if isRight == false { wrong += 1 }
            idleSince = isIdle && isRight == nil ? idleSince ?? line.clock.now : nil
            if let idleSince { longestWait = max(longestWait, line.clock.now - idleSince) }
            _ = line.clock.sleep(untilMonotonic: line.clock.now + random.next(0...1_000_000_000))
        }
        #expect(wrong == 0, "seed \(seed)")
        #expect(longestWait <= 11 * Self.timeout, "seed \(seed)")
        #expect(
            right > 900 && master.counters.lateAnswers > (framing == .rtu ? 300 : 30),
            "seed \(seed): \(right), \(master.counters)")
    }

    /// Whether the words are those of this very request; `nil`: no data.
    private func ask(_ master: ModbusMaster, _ address: Int, _ count: Int, _ bank: RegisterBank) -> Bool? {
        var words: [UInt16] = []
        for longer in 0..<8 {
            let registers = RegisterRequest(
                kind: .holding, address: UInt16(address), count: UInt16(count + longer))
            let request = ModbusRequest(unit: 1, registers: registers)
            switch master.ask(request, timeoutNanoseconds: Self.timeout, into: &words) {
            case .failed(.ambiguous): continue
            case .data: return words == bank.words(for: registers)
            default: return nil
            }
        }
        return nil
    }

    /// Shared by the slave and the test.
    private final class Draws {
        var isSlow = false
        private var generator: SeededGenerator

        init(seed: UInt64) { generator = SeededGenerator(seed: seed) }

        func next(_ range: ClosedRange<Int64>) -> Int64 { Int64.random(in: range, using: &generator) }
    }
}
