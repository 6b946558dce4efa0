import Modbus
import Readings
import Registers
import Testing

@testable import quantrac

@Suite struct `Values read by hand` {
    private static func register(
        _ name: String, _ address: UInt16, _ type: RegisterType, _ change: (inout RegisterDefinition) -> Void = { _ in }
    ) -> RegisterDefinition {
        var register = RegisterDefinition(name: name, parameter: nil, kind: .holding, address: address, type: type)
        change(&register)
        return register
    }

    private func text(_ registers: [RegisterDefinition], hex: Bool = false, names: Bool = true) -> ModbusValueText {
        var device = DeviceDefinition(unit: 1, station: "")
        device.registers = registers
        return ModbusValueText(device: device, showsHexadecimal: hex, showsNames: names)
    }

    private func finding(_ register: RegisterDefinition, _ words: [UInt16]) -> ModbusFinding {
        .content(register.content(of: words, from: register.address), words: words)
    }

    @Test func `stand in columns with number, address, raw and value`() {
        let level = Self.register("level", 0, .int16) {
            $0.scale = 0.1
            $0.unit = "m"
            $0.missing = [.integer(-9999)]
        }
        let other = Self.register("other", 1, .int16) { $0.missing = [.integer(-9999)] }
        let state = Self.register("state", 10, .uint16) { $0.status = [1: "01"] }
        let lines = text([level, other, state], hex: true).lines([
            finding(level, [0x00eb]), finding(other, [0xd8f1]), finding(state, [1]),
        ])
        #expect(
            lines == [
                "NAME   TABLE    NUMBER  ADDRESS  HEX     RAW    VALUE  UNIT  NOTE",
                "level  holding   40001        0  00eb    235     23.5  m",
                "other  holding   40002        1  d8f1  -9999  (-9999)        sentinel: no value",
                "state  holding   40011       10  0001      1        1        status 01, calibrating",
            ])
    }

    @Test func `are shown with the digits they have`() {
        let real = Self.register("40001", 0, .float32)
        let long = Self.register("40003", 2, .uint64)
        let text = text([real, long], names: false)
        let findings = [finding(real, [0x420c, 0xcccd]), finding(long, [0xffff, 0xffff, 0xffff, 0xffff])]
        let lines = text.lines(findings)
        #expect(lines[0] == "TABLE    NUMBER  ADDRESS                 VALUE  NOTE")
        #expect(lines[1] == "holding   40001        0                  35.2")
        #expect(lines[2] == "holding   40003        2  18446744073709551615")
        let json = text.json(findings, at: Timestamp(millisecondsSince1970: 0))
        #expect(json[0].contains(#""words":["420c","cccd"],"raw_value":35.20000076293945,"value":35.20000076293945"#))
        #expect(json[1].contains(#""raw_value":18446744073709551615,"#))
        #expect(json[1].hasPrefix(#"{"time":"1970-01-01T00:00:00.000Z","unit_id":1,"name":null,"#))
    }

    @Test(
        arguments: [
            (10014 * 0.1, "1001.4"), (0.1 + 0.2, "0.3"), (-9999, "-9999"), (1e300, "1e+300"), (0, "0"),
            (1.0 / 3, "0.333333333333333"),
        ] as [(Double, String)])
    func `have no digits that nobody measured`(value: Double, text: String) {
        #expect(ModbusText.number(value) == text)
    }

    @Test func `that could not be read say why`() {
        let registers = [Self.register("a", 0, .uint16), Self.register("b", 5, .uint16)]
        let findings: [ModbusFinding] = [.exception(2), .failed(.noAnswer)]
        let lines = text(registers).lines(findings)
        #expect(lines[1] == "a     holding   40001        0      –  exception 2, illegal data address")
        #expect(lines[2] == "b     holding   40006        5      –  no answer")
        let json = text(registers).json(findings, at: Timestamp(millisecondsSince1970: 0))
        #expect(json[0].hasSuffix(#""exception":2,"error":"illegal data address"}"#))
        #expect(json[1].hasSuffix(#""error":"no answer"}"#))
    }

    @Test func `are one line a time when they are few and watched`() {
        let register = Self.register("level", 0, .uint16) { $0.unit = "m" }
        var watched = ModbusWatchText(text([register]))
        let first = watched.lines([finding(register, [7])], at: Timestamp(millisecondsSince1970: 0))
        let second = watched.lines([.failed(.noAnswer)], at: Timestamp(millisecondsSince1970: 1000))
        #expect(
            first == [
                "TIME (UTC)                     level m", "1970-01-01T00:00:00.000Z             7",
            ])
        #expect(second == ["1970-01-01T00:00:01.000Z     no answer"])
    }
}

@Suite struct `What a reading by hand ends with` {
    private let address = BusAddress.tcp(host: "127.0.0.1", port: 502)

    private func failure(_ findings: [ModbusFinding]) -> CommandFailure? {
        var device = DeviceDefinition(unit: 3, station: "")
        device.registers = findings.indices.map {
            RegisterDefinition(name: "r", parameter: nil, kind: .holding, address: UInt16($0), type: .uint16)
        }
        return ModbusReadVerdict.failure(of: findings, of: device, on: address)
    }

    private var content: ModbusFinding { .content(RegisterContent(raw: .unsigned(1), value: 1), words: [1]) }

    @Test func `is a success when all was read`() {
        #expect(failure([content, content]) == nil)
    }

    @Test(arguments: [
        (ModbusFailure.noAnswer, CommandStatus.unavailable), (.badChecksum, .failure), (.notModbus, .failure),
        (.channel(ChannelError(.unreachable, "refused")), .unavailable),
        (.channel(ChannelError(.busy, "another program has it")), .tryAgain),
        (.channel(ChannelError(.refused, "no permission")), .failure), (.ambiguous(until: 1), .tryAgain),
    ])
    func `has the exit code of its reason when nothing was read`(reason: ModbusFailure, status: CommandStatus) {
        let failure = failure([.failed(reason), .failed(reason)])
        #expect(failure?.status == status)
        #expect(failure?.message.hasPrefix("unit 3 of tcp://127.0.0.1:502: ") == true)
    }

    @Test func `is 1 when some of it was read, or the device refuses`() {
        #expect(failure([content, .failed(.noAnswer)])?.status == .failure)
        let refused = failure([.exception(2)])
        #expect(refused?.status == .failure)
        #expect(refused?.message.contains("holding 40001 (address 0): exception 2, illegal data address") == true)
    }

    @Test(arguments: 0...255 as ClosedRange<UInt8>)
    func `has words for every exception`(code: UInt8) {
        #expect(!ModbusText.exception(code).isEmpty)
    }
}

@Suite struct `Guesses beside raw registers` {
    private func text(_ words: [UInt16], all: Bool = false) -> ModbusGuessText {
        ModbusGuessText(
            kind: .holding, words: Dictionary(uniqueKeysWithValues: words.enumerated().map { ($0, $1) }), showsAll: all)
    }

    @Test func `have the byte orders side by side`() throws {
        let lines = text([0x41bc, 0x0000]).lines()
        #expect(lines[0].split(separator: " ") == ["NUMBER", "ADDRESS", "HEX", "TYPE", "ABCD", "CDAB", "BADC", "DCBA"])
        let float = try #require(lines.first { $0.contains("float32") })
        #expect(float.contains("23.5"))
        #expect(lines[1].hasPrefix(" 40001        0  41bc "))
    }

    @Test func `are short where everything is zero`() {
        let lines = text([0, 0, 0]).lines()
        #expect(lines.count == 4)
        #expect(lines[1].contains("every type"))
        #expect(text([0], all: true).lines().count > 2)
    }

    @Test func `do not reach over a hole`() {
        let text = ModbusGuessText(kind: .holding, words: [0: 0x41bc, 2: 0x0000], showsAll: true)
        #expect(!text.lines().contains { $0.contains("float32") })
    }

    @Test func `are one JSON object an address`() {
        let lines = text([0x41bc, 0x0000]).json(unit: 4)
        #expect(lines.count == 2)
        #expect(lines[0].hasPrefix(#"{"kind":"guess","unit_id":4,"table":"holding","number":"40001","address":0,"#))
        #expect(
            lines[0].contains(#"{"type":"float32","order":"ABCD","registers":2,"text":"23.5","plausible":true}"#))
    }
}

@Suite struct `Plans` {
    private var device: DeviceDefinition {
        var device = DeviceDefinition(unit: 3, station: "HN-NT-07")
        device.model = "probe"
        device.registers = [
            RegisterDefinition(name: "pH", parameter: "pH", kind: .holding, address: 0, type: .float32),
            RegisterDefinition(name: "cod", parameter: "COD", kind: .holding, address: 6, type: .float32),
            RegisterDefinition(name: "state", parameter: nil, kind: .input, address: 10, type: .uint16),
        ]
        return device
    }

    private var bus: BusDefinition {
        var bus = BusDefinition(name: "plant-7", address: .rtu(device: "/dev/ttyUSB0", SerialLine()))
        bus.devices = [device]
        return bus
    }

    @Test func `show each request in both forms, and what is only gap`() {
        let lines = ModbusPlanText(bus: bus, device: device).lines()
        #expect(
            lines == [
                "unit 3, station HN-NT-07, model probe, every 10s, 3 registers in 2 requests",
                "REQUEST  TABLE    NUMBERS      ADDRESSES  COUNT  READS   ONLY GAP",
                "      1  holding  40001-40008  0-7            8  pH cod  4: 2-5",
                "      2  input    30011        10             1  state",
            ])
    }

    @Test func `of a model alone name no bus`() {
        var device = device
        device.station = ""
        let lines = ModbusPlanText(bus: nil, device: device).lines()
        #expect(lines[0] == "model probe, 3 registers in 2 requests")
        #expect(ModbusPlanText(bus: nil, device: device).json()[0].contains(#""bus":null,"unit_id":null"#))
    }

    @Test func `tell the load of a serial line`() {
        let text = ModbusLoadText(bus)
        #expect(text.lines()[0] == "load  0.2 requests a second")
        #expect(text.lines()[1].contains("the line is busy"))
        #expect(text.json().contains(#""requests_per_second":0.2"#))
        var far = bus
        far.address = .tcp(host: "h", port: 502)
        #expect(ModbusLoadText(far).json().contains(#""utilisation":null"#))
    }

    @Test(arguments: [(0.0, "0"), (0.2, "0.2"), (0.0333333, "0.0333"), (12.3456, "12.3"), (1234.5, "1235")])
    func `have rates of three digits`(rate: Double, text: String) {
        #expect(ModbusLoadText.rate(rate) == text)
    }
}
