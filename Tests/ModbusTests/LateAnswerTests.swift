import Foundation
import Modbus
import QuantracTesting
import Registers
import Testing

@Suite struct `A late answer` {
    private static var pollCount: Int {
        ProcessInfo.processInfo.environment["QUANTRAC_PROVE"] == "1" ? 1_000_000 : 100_000
    }

    @Test(arguments: [ModbusFraming.rtu, .tcp])
    func `is never taken for another one, and the bus is in step again within 3 polls`(framing: ModbusFraming) {
        let seed = Seed.fromEnvironment()
        print("QUANTRAC_SEED=\(seed)")
        var plant = LatePlant(framing: framing, seed: seed)
        let master = ModbusMaster(
            channel: plant.line, framing: framing, line: nil, lateResponseWindowNanoseconds: 10 * LatePlant.timeout,
            clock: plant.clock)
        var poller = ReaskingPoller(master: master)
        while plant.polls < Self.pollCount / 2 {
            plant.beginTrouble()
            for _ in 0..<40 { plant.pollAll(with: &poller) }
            plant.endTrouble()
            for _ in 0..<3 { plant.pollAll(with: &poller) }
            let missing = plant.blocks.filter { !plant.answeredSinceTrouble.contains($0) }
            #expect(missing.isEmpty, "not in step after 3 polls, QUANTRAC_SEED=\(seed)")
        }
        #expect(plant.misattributed == 0, "QUANTRAC_SEED=\(seed)")
        // The test is worth something only when answers did come late, and data came all the same.
        #expect(master.counters.lateAnswers > Int64(plant.polls / 50))
        #expect(plant.answered > plant.polls / 3)
        print("\(framing): \(plant.polls) polls, \(plant.answered) with data, \(master.counters)")
    }

    @Test func `is taken for another one by a master without the rule`() {
        let seed = Seed.fromEnvironment()
        var plant = LatePlant(framing: .rtu, seed: seed)
        var naive = NaivePoller(line: plant.line, clock: plant.clock)
        while plant.polls < 2000 {
            plant.beginTrouble()
            for _ in 0..<40 { plant.pollAll(with: &naive) }
        }
        #expect(plant.misattributed > 0, "the control has to fail, QUANTRAC_SEED=\(seed)")
        print("without the rule: \(plant.misattributed) of \(plant.answered) answers are another request's")
    }

    @Test(arguments: [ModbusFraming.rtu, .tcp])
    func `is recognised and counted, also when it comes twice`(framing: ModbusFraming) {
        let bus = TestBus(framing: framing)
        bus.bank.fault = { [bank = bus.bank] _ in
            bank.requestCount == 1 ? .lateTwice(400_000_000, 100_000_000) : .late(250_000_000)
        }
        #expect(bus.ask(0, 10) == .failed(.noAnswer))
        #expect(bus.ask(100, 11) == .data)
        #expect(bus.words == bus.bank.words(for: bus.registers(100, 11)))
        #expect(bus.ask(200, 12) == .data)
        #expect(bus.master.counters.lateAnswers == 2)
    }

    @Test(arguments: [ModbusFraming.rtu, .tcp])
    func `to the very same request is not used either`(framing: ModbusFraming) {
        let bus = TestBus(framing: framing)
        bus.bank.fault = { [bank = bus.bank] _ in bank.requestCount == 1 ? .late(400_000_000) : .none }
        let sent = bus.clock.now
        #expect(bus.ask(0, 10) == .failed(.noAnswer))
        #expect(bus.ask(0, 10) == .failed(.ambiguous(until: sent + 3_300_000_000)))
        // Another address in the same shape neither, and an input register is another function.
        #expect(bus.ask(50, 10) == .failed(.ambiguous(until: sent + 3_300_000_000)))
        #expect(bus.ask(0, 10, kind: .input) == .data)
        #expect(bus.clock.sleep(untilMonotonic: sent + 3_300_000_001))
        #expect(bus.ask(0, 10) == .data)
    }

    @Test func `of bits has the shape of all that fill its bytes`() {
        let bus = TestBus(framing: .rtu)
        bus.bank.fault = { [bank = bus.bank] _ in bank.requestCount == 1 ? .late(400_000_000) : .none }
        #expect(bus.ask(0, 9, kind: .coil) == .failed(.noAnswer))
        guard case .failed(.ambiguous) = bus.ask(0, 16, kind: .coil) else {
            Issue.record("9 and 16 coils are told apart")
            return
        }
        #expect(bus.ask(0, 17, kind: .coil) == .data)
        #expect(bus.words == bus.bank.words(for: bus.registers(0, 17, kind: .coil)))
    }

    @Test func `over TCP ends all doubt with the next answer of the unit`() {
        let bus = TestBus(framing: .tcp)
        bus.bank.fault = { [bank = bus.bank] _ in bank.requestCount == 1 ? .late(400_000_000) : .none }
        #expect(bus.ask(0, 10) == .failed(.noAnswer))
        #expect(bus.ask(0, 11) == .data)
        #expect(bus.ask(0, 10) == .data)
        #expect(bus.words == bus.bank.words(for: bus.registers(0, 10)))
        #expect(bus.clock.sleep(untilMonotonic: bus.clock.now + 300_000_000))
        #expect(bus.ask(50, 10) == .data)
        #expect(bus.words == bus.bank.words(for: bus.registers(50, 10)))
        #expect(bus.master.counters.lateAnswers == 1)
    }

    @Test func `over TCP leaves no doubt behind a lost connection`() {
        let bus = TestBus(framing: .tcp)
        bus.bank.fault = { [bank = bus.bank] _ in bank.requestCount == 1 ? .disconnect : .none }
        guard case .failed(.channel) = bus.ask(0, 10) else {
            Issue.record("a request on a connection that ends has an answer")
            return
        }
        #expect(bus.ask(0, 10) == .data)
    }

    @Test func `survives a reconnect of a serial server`() {
        let bus = TestBus(framing: .rtu)
        bus.line.survivesReconnect = true
        bus.bank.fault = { [bank = bus.bank] _ in bank.requestCount == 1 ? .late(400_000_000) : .none }
        let sent = bus.clock.now
        #expect(bus.ask(0, 10) == .failed(.noAnswer))
        bus.line.drop()
        #expect(bus.ask(0, 10) == .failed(.ambiguous(until: sent + 3_300_000_000)))
        _ = bus.ask(0, 11)
        #expect(bus.ask(0, 10) == .failed(.ambiguous(until: sent + 3_300_000_000)))
    }

    @Test func `of an exception proves nothing about a later request`() {
        let bus = TestBus(framing: .rtu)
        bus.bank.fault = { [bank = bus.bank] _ in
            switch bank.requestCount {
            case 1: .lateException(2, 400_000_000)
            case 2: .silent
            default: .none
            }
        }
        #expect(bus.ask(0, 10) == .failed(.noAnswer))
        // The exception of the first request arrives while the second is waited for.
        #expect(bus.ask(100, 11) == .failed(.doubtfulException(2)))
        #expect(bus.ask(100, 12) == .data)
    }

    @Test func `of an exception does not hide the answer behind it`() {
        let bus = TestBus(framing: .rtu)
        bus.bank.fault = { [bank = bus.bank] _ in
            bank.requestCount == 1 ? .lateException(2, 400_000_000) : .late(200_000_000)
        }
        #expect(bus.ask(0, 10) == .failed(.noAnswer))
        #expect(bus.ask(100, 11) == .data)
        #expect(bus.words == bus.bank.words(for: bus.registers(100, 11)))
    }

    @Test func `of a unit does not keep the others from being asked`() {
        let bus = TestBus(framing: .rtu)
        let second = RegisterBank(unit: 7)
        bus.line.units[7] = second
        bus.bank.fault = { _ in .silent }
        #expect(bus.ask(0, 10) == .failed(.noAnswer))
        #expect(bus.ask(0, 10, unit: 7) == .data)
        #expect(bus.words == second.words(for: bus.registers(0, 10)))
    }

    @Test func `that is later than the window makes the unit's next answers doubted`() {
        let bus = TestBus(framing: .rtu, window: 1_000_000_000)
        bus.bank.fault = { [bank = bus.bank] _ in bank.requestCount == 1 ? .late(2_000_000_000) : .none }
        #expect(bus.ask(0, 10) == .failed(.noAnswer))
        #expect(bus.clock.sleep(untilMonotonic: bus.clock.now + 3_000_000_000))
        #expect(bus.ask(0, 10) == .data)
        guard case .failed(.ambiguous) = bus.ask(0, 10) else {
            Issue.record("a unit that repeats itself is believed")
            return
        }
        #expect(bus.ask(0, 11) == .data)
    }
}
