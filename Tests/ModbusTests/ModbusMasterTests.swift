import Modbus
import QuantracTesting
import Registers
import Testing

@Suite struct `A master` {
    @Test(arguments: RegisterKind.allCases, [ModbusFraming.rtu, .tcp])
    func `reads all four tables`(kind: RegisterKind, framing: ModbusFraming) {
        let bus = TestBus(framing: framing)
        for count in [1, 7, 8, 9, kind.isBit ? 2000 : 125] as [UInt16] {
            #expect(bus.ask(1000, count, kind: kind) == .data)
            #expect(bus.words == bus.bank.words(for: bus.registers(1000, count, kind: kind)))
        }
        #expect(bus.ask(65_535, 1, kind: kind) == .data)
        #expect(bus.master.counters.answers == 6)
        #expect(bus.master.counters.strayBytes == 0)
    }

    @Test func `gives every request another transaction id, and none twice while an answer may come`() {
        let bus = TestBus(framing: .tcp, window: 1_000_000_000_000_000)
        bus.line.recordsRequests = true
        bus.bank.delayNanoseconds = 1
        bus.bank.fault = { [bank = bus.bank] _ in bank.requestCount == 10 ? .silent : .none }
        var count: UInt16 = 1
        for _ in 0..<10 {
            _ = bus.ask(0, count)
            count += 1
        }
        for _ in 0..<70_000 { _ = bus.ask(0, 50) }
        let ids = bus.line.requests.map { UInt16($0.bytes[0]) << 8 | UInt16($0.bytes[1]) }
        #expect(Set(ids.prefix(65_536)).count == 65_536)
        #expect(ids.filter { $0 == ids[9] }.count == 1)
        #expect(ids.filter { $0 == ids[8] }.count == 2)
    }

    @Test(arguments: [ModbusFraming.rtu, .tcp])
    func `connects anew after three requests without any frame`(framing: ModbusFraming) {
        let bus = TestBus(framing: framing)
        bus.bank.fault = { _ in .silent }
        for count in 1...3 as ClosedRange<UInt16> { #expect(bus.ask(0, count) == .failed(.noAnswer)) }
        #expect(!bus.line.isOpen)
        bus.bank.fault = { _ in .none }
        #expect(bus.ask(0, 4) == .data)
        #expect(bus.line.openings == 2)
    }

    @Test func `keeps a serial line open when nobody answers`() {
        let bus = TestBus(framing: .rtu, serial: SerialLine())
        bus.bank.fault = { _ in .silent }
        for count in 1...8 as ClosedRange<UInt16> { #expect(bus.ask(0, count) == .failed(.noAnswer)) }
        #expect(bus.line.openings == 1)
    }

    @Test func `lets further requests wait behind eight that nobody answered`() {
        let bus = TestBus(framing: .rtu, serial: SerialLine())
        bus.bank.fault = { _ in .silent }
        for count in 1...8 as ClosedRange<UInt16> { #expect(bus.ask(0, count) == .failed(.noAnswer)) }
        guard case .failed(.ambiguous(let until)) = bus.ask(0, 9) else {
            Issue.record("a ninth request was sent")
            return
        }
        bus.bank.fault = { _ in .none }
        #expect(bus.clock.sleep(untilMonotonic: until + 1))
        #expect(bus.ask(0, 9) == .data)
        // It has come so far: what was sent before is answered no more, but for what overtakes on the way.
        #expect(bus.ask(0, 10) == .data)
    }

    @Test(arguments: [ModbusFraming.rtu, .tcp])
    func `does not lose a request to a connection that was closed while idle`(framing: ModbusFraming) {
        let bus = TestBus(framing: framing)
        #expect(bus.ask(0, 10) == .data)
        #expect(bus.clock.sleep(untilMonotonic: bus.clock.now + 60_000_000_000))
        bus.line.drop()
        #expect(bus.ask(0, 10) == .data)
        #expect(bus.line.openings == 2)
    }

    @Test func `keeps the silence between frames on a serial line`() {
        var serial = SerialLine()
        serial.baud = 9600
        let bus = TestBus(framing: .rtu, serial: serial)
        bus.line.recordsRequests = true
        for _ in 0..<5 { #expect(bus.ask(0, 10) == .data) }
        for (before, after) in zip(bus.line.requests, bus.line.requests.dropFirst()) {
            let answered = before.time + bus.bank.delayNanoseconds
            #expect(after.time - answered >= serial.frameSilenceNanoseconds)
            #expect(after.time - answered < serial.frameSilenceNanoseconds + 1_000_000)
        }
    }

    @Test func `gives a slow line the time for its characters`() {
        var serial = SerialLine()
        serial.baud = 1200
        let bus = TestBus(framing: .rtu, serial: serial)
        bus.line.characterNanoseconds = serial.characterNanoseconds
        bus.bank.fault = { _ in .slowBytes(serial.characterNanoseconds) }
        // 255 characters of 9.2 ms are 2.3 s; the timeout of 300 ms is the device's.
        #expect(bus.ask(0, 125) == .data)
    }

    @Test func `throws away what came unasked`() {
        let bus = TestBus(framing: .rtu)
        #expect(bus.ask(0, 10) == .data)
        bus.line.inject([1, 2, 3, 4, 5, 6, 7])
        bus.line.inject(ModbusFrames.answer(unit: 1, kind: .holding, words: [9, 9, 9], framing: .rtu))
        #expect(bus.ask(0, 3) == .data)
        #expect(bus.words == bus.bank.words(for: bus.registers(0, 3)))
        #expect(bus.master.counters.strayBytes == 7 + 11)
    }

    @Test func `takes its own echo for nothing, also where it looks like an answer`() {
        let bus = TestBus(framing: .rtu)
        bus.bank.fault = { _ in .echo }
        // 17 to 24 bits at 0x0300 to 0x03ff: the request has the form of an answer with three bytes.
        #expect(bus.ask(0x0312, 20, kind: .coil) == .data)
        #expect(bus.words == bus.bank.words(for: bus.registers(0x0312, 20, kind: .coil)))
    }

    @Test func `does not wait the whole time for what has come broken`() {
        let bus = TestBus(framing: .rtu)
        bus.bank.fault = { _ in .badCRC }
        let start = bus.clock.now
        #expect(bus.ask(0, 10) == .failed(.badChecksum))
        #expect(bus.clock.now - start < 100_000_000)
    }

    @Test func `says what keeps the channel closed, and asks again when it is open`() {
        let bus = TestBus(framing: .rtu)
        #expect(bus.ask(0, 10) == .data)
        bus.line.vanish()
        guard case .failed(.channel(let error)) = bus.ask(0, 10) else {
            Issue.record("there is no line")
            return
        }
        #expect(error.reason == .unreachable)
        bus.line.comeBack()
        #expect(bus.ask(0, 10) == .data)
    }

    @Test func `stops when somebody wants it to`() {
        let bus = TestBus(framing: .rtu)
        bus.bank.fault = { _ in .silent }
        bus.clock.at(bus.clock.now + 100_000_000) { [clock = bus.clock] in clock.stop() }
        guard case .failed(.channel(let error)) = bus.ask(0, 10) else {
            Issue.record("it did not stop")
            return
        }
        #expect(error.reason == .stopped)
    }

    @Test func `believes gateway exceptions, and expects the device's answer still`() {
        let bus = TestBus(framing: .tcp)
        bus.bank.fault = { [bank = bus.bank] _ in bank.requestCount == 1 ? .exception(11) : .none }
        #expect(bus.ask(0, 10) == .exception(11))
        guard case .failed(.ambiguous) = bus.ask(20, 10) else {
            Issue.record("the device may answer in its own time")
            return
        }
        #expect(bus.ask(20, 11) == .data)
    }
}
