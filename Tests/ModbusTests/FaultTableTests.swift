import Modbus
import QuantracTesting
import Registers
import Testing

/// What a single request makes of what a slave does wrong, and the next one after it.
struct FaultCase: Sendable, CustomTestStringConvertible {
    let fault: SimulatedLineFault
    let rtu: ModbusAnswer
    let tcp: ModbusAnswer

    init(_ fault: SimulatedLineFault, rtu: ModbusAnswer, tcp: ModbusAnswer) {
        self.fault = fault
        self.rtu = rtu
        self.tcp = tcp
    }

    init(_ fault: SimulatedLineFault, _ both: ModbusAnswer) {
        self.init(fault, rtu: both, tcp: both)
    }

    var testDescription: String { "\(fault)" }

    static let timeout: Int64 = 300_000_000

    static let all: [FaultCase] = [
        FaultCase(.none, .data),
        FaultCase(.badCRC, rtu: .failed(.badChecksum), tcp: .exception(11)),
        FaultCase(.flippedBit, rtu: .failed(.badChecksum), tcp: .exception(11)),
        FaultCase(.half, .failed(.incomplete)),
        FaultCase(.silent, .failed(.noAnswer)),
        FaultCase(.exception(6), .exception(6)),
        FaultCase(.exception(2), .exception(2)),
        FaultCase(.noiseBefore(7), rtu: .data, tcp: .failed(.notModbus)),
        FaultCase(.late(500_000_000), .failed(.noAnswer)),
        FaultCase(.late(750_000_000), .failed(.noAnswer)),
        FaultCase(.slowBytes(4_000_000), .data),
        FaultCase(.otherUnitFirst, rtu: .data, tcp: .failed(.unexpected)),
        FaultCase(.otherUnitOnly, .failed(.unexpected)),
        FaultCase(.trailingBytes, .data),
        FaultCase(.echo, rtu: .data, tcp: .failed(.unexpected)),
        FaultCase(.wrongLength, .failed(.unexpected)),
        FaultCase(.wrongFunction, .failed(.unexpected)),
        FaultCase(.duplicate(1_000_000), .data),
    ]
}

@Suite struct `A fault on the line` {
    @Test(arguments: FaultCase.all, [ModbusFraming.rtu, .tcp])
    func `costs at most the request that it hits`(_ fault: FaultCase, framing: ModbusFraming) {
        let bus = TestBus(framing: framing)
        bus.bank.fault = { [bank = bus.bank] _ in bank.requestCount == 1 ? fault.fault : .none }
        let expected = framing == .rtu ? fault.rtu : fault.tcp
        #expect(bus.ask(0, 10) == expected)
        // In another shape at once, whatever happened.
        for (address, count) in [(100, 11), (200, 12), (0, 13), (50, 14)] as [(UInt16, UInt16)] {
            #expect(bus.ask(address, count) == .data)
            #expect(bus.words == bus.bank.words(for: bus.registers(address, count)))
        }
        // And in the same one, when nothing of it can come any more.
        let next = bus.registers(0, 10)
        let earliest = bus.master.earliest(for: ModbusRequest(unit: 1, registers: next))
        // Over TCP the answers since have shown how far the unit has come.
        if case .failed = expected, framing == .rtu { #expect(earliest > bus.clock.now) }
        _ = bus.clock.sleep(untilMonotonic: earliest)
        #expect(bus.ask(0, 10) == .data)
        #expect(bus.words == bus.bank.words(for: next))
    }

    @Test(arguments: [ModbusFraming.rtu, .tcp])
    func `that closes the connection is mended by the next request`(framing: ModbusFraming) {
        let bus = TestBus(framing: framing)
        bus.bank.fault = { [bank = bus.bank] _ in bank.requestCount == 1 ? .disconnect : .none }
        guard case .failed(.channel(let error)) = bus.ask(0, 10) else {
            Issue.record("a request on a connection that ends has an answer")
            return
        }
        #expect(error.reason == .lost)
        #expect(bus.ask(0, 11) == .data)
        #expect(bus.master.counters.connects == 2)
        #expect(bus.master.counters.disconnects == 1)
    }
}

/// A master, a simulated line and one slave, unit 1.
final class TestBus {
    let clock = SimulatedLineClock()
    let line: SimulatedLine
    let bank = RegisterBank(unit: 1)
    let master: ModbusMaster
    var words: [UInt16] = []

    init(framing: ModbusFraming, window: Int64 = 3_000_000_000, serial: SerialLine? = nil) {
        line = SimulatedLine(framing: framing, clock: clock)
        line.units[1] = bank
        master = ModbusMaster(
            channel: line, framing: framing, line: serial, lateResponseWindowNanoseconds: window, clock: clock)
    }

    func registers(_ address: UInt16, _ count: UInt16, kind: RegisterKind = .holding) -> RegisterRequest {
        RegisterRequest(kind: kind, address: address, count: count)
    }

    func ask(
        _ address: UInt16, _ count: UInt16, kind: RegisterKind = .holding, unit: UInt8 = 1
    ) -> ModbusAnswer {
        let request = ModbusRequest(unit: unit, registers: registers(address, count, kind: kind))
        return master.ask(request, timeoutNanoseconds: FaultCase.timeout, into: &words)
    }
}
