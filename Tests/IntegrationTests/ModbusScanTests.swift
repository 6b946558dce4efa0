import Modbus
import QuantracTesting
import Registers
import Testing

@testable import quantrac

/// A session over a simulated line; nothing waits in reality.
private struct Bus {
    let line: SimulatedLine
    let session: ModbusSession

    init(_ framing: ModbusFraming = .rtu, retries: Int = 0, _ banks: RegisterBank...) {
        line = SimulatedLine(framing: framing)
        for bank in banks { line.units[bank.unit] = bank }
        let address: BusAddress =
            framing == .tcp ? .tcp(host: "h", port: 502) : .rtuOverTCP(host: "h", port: 4001)
        var patience = ModbusPatience()
        patience.retries = retries
        session = ModbusSession(address: address, channel: line, clock: line.clock, patience: patience)
    }

    func units(_ units: [UInt8]) -> ModbusScan.UnitScan {
        ModbusScan(session: session)
            .units(units, asking: RegisterRequest(kind: .holding, address: 0, count: 1))
    }

    func ranges(
        _ addresses: Range<Int>, block: Int = 50, kind: RegisterKind = .holding
    ) -> ModbusScan.RangeScan {
        ModbusScan(session: session).ranges(
            of: 1, kind, addresses, block: block, known: RegisterRequest(kind: .holding, address: 0, count: 1))
    }
}

@Suite struct `A scan of units` {
    @Test(arguments: [ModbusFraming.rtu, .tcp])
    func `finds those that answer with data or with an exception`(framing: ModbusFraming) {
        let refusing = RegisterBank(unit: 7)
        refusing.fault = { _ in .exception(2) }
        let bus = Bus(framing, RegisterBank(unit: 3), refusing)
        let scan = bus.units(Array(1...10))
        #expect(scan.answering == [3, 7])
        #expect(scan.found.count == 10)
        #expect(scan.found[2].presence == .answers(exception: nil))
        #expect(scan.found[6].presence == .answers(exception: 2))
        #expect(scan.found[0].presence == .silent)
        #expect(scan.failure == nil)
    }

    @Test func `does not take a gateway's word for a unit's`() {
        let bank = RegisterBank(unit: 1)
        bank.fault = { _ in .exception(11) }
        let scan = Bus(.tcp, bank).units([1])
        #expect(scan.answering.isEmpty)
        #expect(scan.found[0].presence == .refusedByGateway(11))
    }

    @Test func `gives up at once where nobody listens`() {
        let bus = Bus(.tcp)
        bus.line.openError = ChannelError(.unreachable, "connection refused")
        let scan = bus.units(Array(1...247))
        #expect(scan.failure == .channel(ChannelError(.unreachable, "connection refused")))
        #expect(scan.found.isEmpty)
    }

    @Test func `goes on when a gateway takes the next connection a moment later`() {
        let bus = Bus(.tcp, RegisterBank(unit: 9))
        bus.session.reconnectsMax = 3
        // After some silence the connection is given up, and the next one is refused at first.
        bus.line.clock.at(bus.line.clock.now + 2_500_000_000) { [line = bus.line] in line.vanish() }
        bus.line.clock.at(bus.line.clock.now + 4_500_000_000) { [line = bus.line] in line.comeBack() }
        let scan = bus.units(Array(1...9))
        #expect(scan.failure == nil)
        #expect(scan.answering == [9])
    }

    @Test func `gives up soon where bytes come that are no Modbus`() {
        let bus = Bus(.rtu)
        let banner = Array("SSH-2.0-OpenSSH_9.2\r\n".utf8)
        bus.line.alterRequest = { [weak line = bus.line] bytes in
            line?.inject(banner)
            return []
        }
        let scan = bus.units(Array(1...247))
        #expect(scan.failure != nil)
        #expect(scan.found.count <= 5)
    }

    @Test func `believes no answer that comes after its time`() {
        let slow = RegisterBank(unit: 1)
        slow.fault = { _ in .late(1_500_000_000) }
        let bus = Bus(.rtu, slow)
        let scan = bus.units([1, 2])
        #expect(scan.answering.isEmpty)
        #expect(bus.session.master.counters.lateAnswers + bus.session.master.counters.strayBytes > 0)
    }

    @Test func `ends when somebody wants it to`() {
        let bus = Bus(.rtu)
        bus.line.clock.at(bus.line.clock.now + 3_500_000_000) { [clock = bus.line.clock] in clock.stop() }
        let scan = bus.units(Array(1...247))
        #expect(scan.failure?.isStop == true)
        #expect(scan.found.count < 10)
    }
}

@Suite struct `A scan of ranges` {
    private func bank(illegal: [Range<Int>]) -> RegisterBank {
        let bank = RegisterBank(unit: 1)
        bank.illegal = [.holding: illegal]
        return bank
    }

    @Test(arguments: [ModbusFraming.rtu, .tcp], [1, 7, 50, 125])
    func `finds exactly what can be read, and what stands there`(framing: ModbusFraming, block: Int) {
        let bank = bank(illegal: [0..<3, 17..<18, 40..<90])
        let scan = Bus(framing, bank).ranges(0..<101, block: block)
        #expect(scan.readable == [3..<17, 18..<40, 90..<101])
        #expect(scan.refused.map(\.addresses) == [0..<3, 17..<18, 40..<90])
        #expect(scan.refused.allSatisfy { $0.exception == 2 })
        #expect(scan.unanswered.isEmpty)
        #expect(scan.ending == .complete)
        for address in scan.readable.joined() {
            #expect(scan.words[address] == bank.content(.holding, address))
        }
        #expect(scan.words.count == 14 + 22 + 11)
    }

    @Test func `finds values of a device that refuses half of one, when it is told to`() {
        let bank = RegisterBank(unit: 1)
        // Two floats, at 5 and at 11, which are read whole or not at all.
        bank.fault = { request in
            let asked = request.registers?.addresses ?? 0..<0
            let isWhole = [5..<7, 11..<13].contains { $0 == asked }
            return isWhole ? .none : .exception(2)
        }
        #expect(Bus(.tcp, bank).ranges(0..<20, block: 16).readable.isEmpty)
        let bus = Bus(.tcp, bank)
        let scan = ModbusScan(session: bus.session).ranges(
            of: 1, .holding, 0..<20, block: 16, pairs: true,
            known: RegisterRequest(kind: .holding, address: 0, count: 1))
        #expect(scan.readable == [5..<7, 11..<13])
        #expect(scan.refused.map(\.addresses) == [0..<5, 7..<11, 13..<20])
    }

    @Test func `costs about one question an address where nothing can be read`() {
        let bus = Bus(.tcp, bank(illegal: [0..<1000]))
        #expect(bus.ranges(0..<1000, block: 125).readable.isEmpty)
        #expect(bus.session.requests < 1010)
    }

    @Test func `costs few questions where all can be read`() {
        let bus = Bus(.tcp, bank(illegal: []))
        #expect(bus.ranges(0..<1000, block: 125).readable == [0..<1000])
        #expect(bus.session.requests == 8)
    }

    @Test func `reaches the last address`() {
        let scan = Bus(.tcp, bank(illegal: [65_530..<65_534])).ranges(65_500..<65_536)
        #expect(scan.readable == [65_500..<65_530, 65_534..<65_536])
    }

    @Test func `finds bits too`() {
        let bank = RegisterBank(unit: 1)
        bank.illegal = [.coil: [5..<9]]
        let scan = Bus(.rtu, bank).ranges(0..<20, kind: .coil)
        #expect(scan.readable == [0..<5, 9..<20])
    }

    @Test func `says that there is no such table`() {
        let bank = RegisterBank(unit: 1)
        bank.fault = { $0.registers?.kind == .input ? .exception(1) : .none }
        let scan = Bus(.tcp, bank).ranges(0..<101, kind: .input)
        #expect(scan.ending == .noSuchTable(1))
        #expect(scan.readable.isEmpty && scan.refused.isEmpty)
    }

    @Test(arguments: [ModbusFraming.rtu, .tcp])
    func `takes silence for a refusal while the device answers other questions`(framing: ModbusFraming) {
        let bank = RegisterBank(unit: 1)
        bank.fault = { request in
            request.registers.map { $0.addresses.overlaps(6..<8) } == true ? .silent : .none
        }
        let scan = Bus(framing, bank).ranges(0..<16, block: 16)
        #expect(scan.readable == [0..<6, 8..<16])
        #expect(scan.unanswered == [6..<8])
        #expect(scan.ending == .complete)
    }

    @Test func `ends when the device falls silent`() {
        let bank = RegisterBank(unit: 1)
        bank.fault = { [weak bank] _ in bank?.requestCount ?? 0 > 2 ? .silent : .none }
        let scan = Bus(.rtu, bank).ranges(0..<200, block: 50)
        #expect(scan.readable == [0..<100])
        #expect(scan.unanswered == [100..<200])
        #expect(scan.ending == .silent(.noAnswer))
    }

    @Test func `gives up on a device that leaves most questions unanswered`() {
        let bank = RegisterBank(unit: 1)
        bank.fault = { request in
            request.registers.map { $0.address == 0 && $0.count == 1 } == true ? .none : .silent
        }
        let bus = Bus(.rtu, bank)
        let scan = bus.ranges(0..<101, block: 50)
        #expect(scan.ending == .tooManyUnanswered)
        #expect(bus.session.requests < 60)
    }

    @Test func `never takes a late answer for another place`() {
        let seed = Seed.fromEnvironment()
        print("QUANTRAC_SEED=\(seed)")
        var generator = SeededGenerator(seed: seed)
        for _ in 0..<50 {
            let bank = bank(illegal: [20..<30])
            bank.countsGenerations = false
            var late = SeededGenerator(seed: generator.next())
            bank.fault = { _ in
                Int.random(in: 0..<5, using: &late) == 0
                    ? .late(Int64.random(in: 900_000_000...9_000_000_000, using: &late)) : .none
            }
            let scan = Bus(.rtu, bank).ranges(0..<64, block: 8)
            for (address, word) in scan.words { #expect(word == bank.content(.holding, address), "seed \(seed)") }
            for range in scan.readable { #expect(!range.overlaps(20..<30), "seed \(seed)") }
            for refused in scan.refused {
                #expect(refused.addresses.clamped(to: 20..<30) == refused.addresses, "seed \(seed)")
            }
        }
    }
}

@Suite struct `A question by hand` {
    @Test func `is asked again in another shape, and only what was wanted is given`() {
        let bank = RegisterBank(unit: 1)
        bank.fault = { [weak bank] _ in bank?.requestCount == 1 ? .silent : .none }
        let bus = Bus(.rtu, retries: 1, bank)
        let start = bus.line.clock.now
        let reply = bus.session.ask(1, RegisterRequest(kind: .holding, address: 10, count: 2))
        #expect(reply == .words([bank.content(.holding, 10), bank.content(.holding, 11)]))
        #expect(bank.lastRequest?.registers?.count == 3)
        #expect(bus.line.clock.now - start < 3_000_000_000)
    }

    @Test func `waits where what lies behind the end is refused`() {
        let bank = RegisterBank(unit: 1)
        bank.illegal = [.holding: [12..<100]]
        bank.fault = { [weak bank] _ in bank?.requestCount == 1 ? .silent : .none }
        let bus = Bus(.rtu, retries: 1, bank)
        var waits = 0
        bus.session.willWait = { _ in waits += 1 }
        let reply = bus.session.ask(1, RegisterRequest(kind: .holding, address: 10, count: 2))
        #expect(reply == .words([bank.content(.holding, 10), bank.content(.holding, 11)]))
        #expect(waits == 1)
    }

    @Test func `tells an exception only when there is no doubt`() {
        let bank = RegisterBank(unit: 1)
        bank.fault = { [weak bank] _ in bank?.requestCount == 1 ? .silent : .exception(2) }
        let reply = Bus(.rtu, retries: 1, bank).session.ask(1, RegisterRequest(kind: .holding, address: 0, count: 1))
        #expect(reply == .exception(2))
    }

    @Test func `has no more tries than it was given`() {
        let bus = Bus(.rtu, retries: 2)
        #expect(bus.session.ask(9, RegisterRequest(kind: .holding, address: 0, count: 1)) == .failed(.noAnswer))
        #expect(bus.session.requests == 3)
    }
}

@Suite struct `A device read by hand` {
    @Test func `tells which register it refuses, and asks for the others by themselves from then on`() {
        let bank = RegisterBank(unit: 1)
        bank.illegal = [.holding: [4..<5]]
        bank.set([0x41bc, 0x0000], kind: .holding, at: 0)
        var device = DeviceDefinition(unit: 1, station: "")
        device.registers = [
            RegisterDefinition(name: "a", parameter: nil, kind: .holding, address: 0, type: .float32),
            RegisterDefinition(name: "b", parameter: nil, kind: .holding, address: 4, type: .uint16),
            RegisterDefinition(name: "c", parameter: nil, kind: .holding, address: 6, type: .uint16),
        ]
        let bus = Bus(.tcp, bank)
        var reader = ModbusDeviceReader(device)
        let first = reader.read(with: bus.session)
        #expect(first[0] == .content(RegisterContent(raw: .real(23.5), value: 23.5), words: [0x41bc, 0]))
        #expect(first[1] == .exception(2))
        #expect(first[2].isContent)
        #expect(bus.session.requests == 4)
        #expect(reader.read(with: bus.session) == first)
        #expect(bus.session.requests == 7)
    }

    @Test func `is not asked for more once the line is gone`() {
        var device = DeviceDefinition(unit: 1, station: "")
        device.registers = (0..<4).map {
            RegisterDefinition(name: "r\($0)", parameter: nil, kind: .holding, address: $0 * 1000, type: .uint16)
        }
        let bus = Bus(.tcp, retries: 1)
        bus.line.openError = ChannelError(.unreachable, "connection refused")
        var reader = ModbusDeviceReader(device)
        let findings = reader.read(with: bus.session)
        #expect(findings.allSatisfy { $0 == .failed(.channel(ChannelError(.unreachable, "connection refused"))) })
        #expect(bus.session.requests == 1)
    }
}
