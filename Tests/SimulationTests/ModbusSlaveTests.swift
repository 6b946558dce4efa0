import Modbus
import Readings
import Registers
import Simulation
import Testing

@Suite struct `Simulated Modbus slave` {
    private let now = Timestamp(millisecondsSince1970: 1_795_392_123_456)

    private var registers: [RegisterDefinition] {
        var cod = RegisterDefinition(name: "cod", parameter: "COD", kind: .holding, address: 0, type: .float32)
        cod.unit = "mg/L"
        var level = RegisterDefinition(name: "level", parameter: "WaterLevel", kind: .holding, address: 2, type: .int16)
        level.scale = 0.01
        level.unit = "m"
        level.missing = [.integer(-32_768)]
        let valve = RegisterDefinition(name: "valve", parameter: nil, kind: .coil, address: 7, type: .bool)
        let door = RegisterDefinition(name: "door", parameter: nil, kind: .discrete, address: 0, type: .bool)
        var status = RegisterDefinition(name: "status", parameter: nil, kind: .input, address: 10, type: .uint16)
        status.status = [0: "01", 1: "00", 2: "02"]
        return [cod, level, valve, door, status]
    }

    private func unit(_ number: UInt8 = 1, isFilled: Bool = false, limits: RequestLimits = RequestLimits())
        -> SimulatedUnit
    {
        SimulatedUnit(unit: number, registers: registers, statusRegister: 4, limits: limits, isFilled: isFilled)
    }

    private func request(_ pdu: [UInt8], unit: UInt8 = 1, framing: ModbusFraming = .rtu) -> ServedRequest {
        ServedRequest(framing: framing, transaction: 9, unit: unit, pdu: pdu)
    }

    private func read(_ unit: SimulatedUnit, _ pdu: [UInt8], at time: Timestamp? = nil) -> [UInt16]? {
        guard case .words(let words) = unit.answer(to: request(pdu), at: time ?? now) else { return nil }
        return words
    }

    @Test func `says plausible values of what its registers measure`() throws {
        let words = try #require(read(unit(), [3, 0, 0, 0, 3]))
        let cod = registers[0].content(of: words, from: 0)
        let level = registers[1].content(of: words, from: 0)
        #expect((1...200).contains(try #require(cod.value)))
        #expect((0...10).contains(try #require(level.value)))
    }

    @Test func `says the same at the same moment, and drifts`() throws {
        let first = read(unit(), [3, 0, 0, 0, 3])
        #expect(first == read(unit(), [3, 0, 0, 0, 3]))
        #expect(first != read(unit(), [3, 0, 0, 0, 3], at: now.advanced(byMilliseconds: 3_600_000)))
        let other = SimulatedUnit(unit: 1, registers: registers, seed: 2)
        #expect(first != read(other, [3, 0, 0, 0, 3]))
    }

    @Test func `is measuring nearly always`() {
        let unit = unit()
        let days = (0..<2000).map { now.advanced(byMilliseconds: Int64($0) * 300_000) }
        let measuring = days.count { read(unit, [4, 0, 10, 0, 1], at: $0) == [1] }
        #expect((1900..<2000).contains(measuring))
    }

    @Test func `answers bits`() {
        #expect(read(unit(), [1, 0, 7, 0, 1])?.allSatisfy { $0 <= 1 } == true)
        #expect(read(unit(), [2, 0, 0, 0, 1])?.allSatisfy { $0 <= 1 } == true)
    }

    @Test(
        arguments: [
            // Function, then count, then addresses: Modbus Application Protocol 1.1b3, 6.1 to 6.4.
            ([6, 0, 0, 0, 1], 1), ([16, 0, 0, 0, 1, 2, 0, 0], 1), ([43, 14, 1, 0], 1), ([8, 0, 0, 0, 0], 1),
            ([3, 0, 0, 0], 3), ([3, 0, 0, 0, 1, 0], 3), ([3, 0, 0, 0, 0], 3), ([3, 0, 0, 0, 126], 3),
            ([3, 0, 0, 0xff, 0xff], 3), ([1, 0, 0, 0x07, 0xd1], 3), ([2, 0, 0, 0, 0], 3),
            ([3, 0, 3, 0, 1], 2), ([3, 0, 0, 0, 4], 2), ([3, 0xff, 0xff, 0, 2], 2), ([4, 0, 9, 0, 1], 2),
            ([1, 0, 6, 0, 2], 2), ([2, 0, 0, 0, 9], 2),
        ] as [([UInt8], UInt8)])
    func `refuses what it must with the right code`(pdu: [UInt8], code: UInt8) {
        #expect(unit().answer(to: request(pdu), at: now) == .exception(code))
    }

    @Test func `knows no function for kinds that it has no register of`() {
        let unit = SimulatedUnit(unit: 1, registers: [registers[0]])
        #expect(unit.answer(to: request([4, 0, 0, 0, 1]), at: now) == .exception(1))
    }

    @Test func `fills gaps when asked to, up to the last address`() {
        let unit = unit(isFilled: true)
        #expect(read(unit, [3, 0, 3, 0, 2]) == [0, 0])
        #expect(read(unit, [3, 0xff, 0xff, 0, 1]) == [0])
        #expect(unit.answer(to: request([3, 0xff, 0xff, 0, 2]), at: now) == .exception(2))
        #expect(unit.answer(to: request([3, 0, 0, 0, 125]), at: now) != .exception(3))
    }

    @Test func `keeps to the limits of its model`() {
        var limits = RequestLimits()
        limits.maxRegisters = 2
        #expect(unit(limits: limits).answer(to: request([3, 0, 0, 0, 3]), at: now) == .exception(3))
        #expect(read(unit(limits: limits), [3, 0, 0, 0, 2])?.count == 2)
    }

    @Test func `holds registers at what is set`() throws {
        func held(_ text: String, _ pdu: [UInt8]) throws -> [UInt16]? {
            var unit = unit()
            return unit.hold(try RegisterSetting(text: text)) ? read(unit, pdu) : nil
        }
        let level: [UInt8] = [3, 0, 2, 0, 1]
        #expect(try held("level=3.21", level) == [321])
        #expect(try held("level=missing", level) == [0x8000])
        #expect(try held("1:level=raw:-7", level) == [0xfff9])
        #expect(try held("status=raw:2", [4, 0, 10, 0, 1]) == [2])
        for text in [
            "nothing=1", "status=raw:65536", "cod=missing", "2:level=3.21", "valve=raw:2", "level=1e6", "level=-327.68",
        ] {
            #expect(try held(text, level) == nil, "\(text)")
        }
    }

    @Test(arguments: ["", "cod", "cod=", "=1", "cod=x", "256:cod=1", "x:cod=1", "cod=raw:x", "cod=nan"])
    func `refuses settings that say nothing`(text: String) {
        #expect(throws: FaultTextError.self) { try RegisterSetting(text: text) }
    }

    @Test func `joins the bits of one register`() throws {
        var low = RegisterDefinition(name: "low", parameter: nil, kind: .holding, address: 0, type: .bit)
        low.bit = 0
        var high = RegisterDefinition(name: "high", parameter: nil, kind: .holding, address: 0, type: .bits)
        high.bit = 8
        high.width = 4
        var unit = SimulatedUnit(unit: 1, registers: [low, high])
        let isLow = unit.hold(RegisterSetting("low", .raw(.unsigned(1))))
        let isHigh = unit.hold(RegisterSetting("high", .raw(.unsigned(0xa))))
        #expect(isLow && isHigh)
        #expect(read(unit, [3, 0, 0, 0, 1]) == [0x0a01])
    }

    /// Whatever a model says, a simulated value is one that the daemon takes for good.
    @Test(arguments: RegisterType.allCases)
    func `says good values in every type`(type: RegisterType) throws {
        for scale in [1, 0.1, -0.01, 100] {
            var register = RegisterDefinition(
                name: "x", parameter: "WaterTemp", kind: type == .bool ? .coil : .holding, address: 5, type: type)
            register.scale = scale
            register.width = type == .string ? 4 : 3
            register.missing = [.integer(0), .integer(-1), .integer(28)]
            register.saturated = type == .bool || type == .bit || type == .bits ? [] : [.integer(0), .integer(30_000)]
            let unit = SimulatedUnit(unit: 1, registers: [register])
            for minutes in 0..<50 {
                let time = now.advanced(byMilliseconds: Int64(minutes) * 1_300_000)
                let pdu = [register.kind.readFunction, 0, 5, 0, UInt8(register.count)]
                let content = register.content(of: try #require(read(unit, pdu, at: time)), from: 5)
                #expect(content.value != nil || type == .bool || type == .bit || type == .bits, "\(type) \(scale)")
                #expect(!content.isSaturated && !content.isNotANumber, "\(type) \(scale) \(content)")
            }
        }
    }

    // MARK: the slave

    @Test func `is silent to units that are not its own, and to broadcasts on a serial line`() {
        var slave = SimulatedSlave(units: [unit(0), unit(1)])
        let read: [UInt8] = [3, 0, 0, 0, 1]
        let requests = [
            request(read, unit: 2), request(read, unit: 0), request(read, unit: 0, framing: .tcp), request(read),
        ]
        let counts = requests.map { slave.answers(to: $0, elapsedMilliseconds: 0, at: now).count }
        #expect(counts == [0, 0, 1, 1])
        #expect(slave.counts.requests == 4)
        #expect(slave.counts.answers == 2)
        #expect(slave.counts.otherUnits == 2)
    }

    @Test func `echoes the transaction of TCP`() {
        var slave = SimulatedSlave(units: [unit()])
        let answers = slave.answers(
            to: request([3, 0, 0, 0, 0], framing: .tcp), elapsedMilliseconds: 0, at: now)
        #expect(answers.map(\.pieces) == [[[0, 9, 0, 0, 0, 3, 1, 0x83, 3]]])
        #expect(slave.counts.exceptions == [3: 1])
    }

    private func spoilt(_ fault: SlaveFault) -> [SlaveAnswer] {
        var slave = SimulatedSlave(units: [unit()], plan: FaultPlan(scripts: [FaultPlan.Script([fault])]))
        return slave.answers(to: request([3, 0, 0, 0, 3]), elapsedMilliseconds: 0, at: now)
    }

    @Test func `spoils answers as the plan says`() {
        var slave = SimulatedSlave(units: [unit()])
        let good = slave.answers(to: request([3, 0, 0, 0, 3]), elapsedMilliseconds: 0, at: now)[0].pieces[0]
        #expect(good.count == 11)
        #expect(spoilt(.silence).isEmpty)
        #expect(spoilt(.late(500...500)).map(\.delayMilliseconds) == [500])
        #expect(spoilt(.late(500...500)).map(\.pieces) == [[good]])
        #expect(spoilt(.hold(200...200)).map(\.holdsLine) == [true])
        #expect(spoilt(.exception(6)).map(\.pieces) == [[CRC16.appended(to: [1, 0x83, 6])]])
        #expect(spoilt(.badChecksum)[0].pieces[0].dropLast() == good.dropLast())
        #expect(spoilt(.badChecksum)[0].pieces[0].last == good[10] ^ 1)
        #expect(spoilt(.halfFrame)[0].pieces == [Array(good.prefix(5))])
        #expect(spoilt(.noise)[0].pieces[0].count == 18)
        #expect(spoilt(.noise)[0].pieces[0].suffix(11) == good[...])
        #expect(spoilt(.trailing)[0].pieces == [good + [0, 0xff, 0x55]])
        #expect(spoilt(.slowBytes(4))[0].pieces.count == 11)
        #expect(spoilt(.slowBytes(4))[0].gapMilliseconds == 4)
        #expect(spoilt(.duplicate(70)).map(\.delayMilliseconds) == [0, 70])
        #expect(spoilt(.duplicate(70)).map(\.pieces) == [[good], [good]])
        #expect(spoilt(.close)[0].closes)
        let other = spoilt(.wrongUnit)[0].pieces[0]
        #expect(other[0] == 2)
        #expect(CRC16.appended(to: Array(other.dropLast(2))) == other)
    }
}
