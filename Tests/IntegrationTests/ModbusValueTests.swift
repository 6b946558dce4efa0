import Acquisition
import CModbusPeer
import QuantracTesting
import Readings
import Registers
import Testing

/// What libmodbus's slave holds becomes exactly the readings that the registers' definitions promise.
@Suite(.serialized) struct `Modbus values through libmodbus` {
    /// A register, the words that the slave holds, and what is to come of them.
    struct Case: Sendable {
        var register: RegisterDefinition
        var words: [UInt16]
        var value: Double?
        var raw = PolledRaw.sameAsValue
        var qualifiers: [String] = []
    }

    private static func make(
        _ name: String, _ kind: RegisterKind, _ address: UInt16, _ type: RegisterType, _ words: [UInt16],
        _ value: Double?, raw: PolledRaw = .sameAsValue, qualifiers: [String] = [],
        configure: (inout RegisterDefinition) -> Void = { _ in }
    ) -> Case {
        var register = RegisterDefinition(name: name, parameter: name, kind: kind, address: address, type: type)
        configure(&register)
        return Case(register: register, words: words, value: value, raw: raw, qualifiers: qualifiers)
    }

    /// Every type and order, by numbers worked out by hand.
    static let cases: [Case] = [
        make("U16", .holding, 0, .uint16, [0xFFFE], 65_534),
        make("I16", .holding, 1, .int16, [0xFF85], -123),
        make("I16-BADC", .holding, 2, .int16, [0x85FF], -123) { $0.order = .badc },
        make("U32", .holding, 3, .uint32, [0xFFFF, 0xFFFE], 4_294_967_294),
        make("U32-CDAB", .holding, 5, .uint32, [0x5678, 0x1234], 0x1234_5678) { $0.order = .cdab },
        make("I32", .input, 0, .int32, [0xFFFF, 0xFFFE], -2),
        make("F32", .input, 2, .float32, [0x4148, 0x0000], 12.5),
        make("F32-CDAB", .input, 4, .float32, [0x0000, 0x4148], 12.5) { $0.order = .cdab },
        make("F32-BADC", .input, 6, .float32, [0x4841, 0x0000], 12.5) { $0.order = .badc },
        make("F32-DCBA", .input, 8, .float32, [0x0000, 0x4841], 12.5) { $0.order = .dcba },
        make(
            "F32-NAN", .input, 10, .float32, [0x7FC0, 0x0000], nil, raw: .text("NaN"), qualifiers: ["NAN"]),
        make("F64", .input, 12, .float64, [0xBFB9, 0x9999, 0x9999, 0x999A], -0.1),
        make("F64-HGFEDCBA", .input, 16, .float64, [0x9A99, 0x9999, 0x9999, 0xB9BF], -0.1) { $0.order = .hgfedcba },
        // 2⁵³ + 1: no double has it, the raw value must.
        make(
            "I64", .input, 20, .int64, [0x0020, 0x0000, 0x0000, 0x0001], 9_007_199_254_740_992,
            raw: .integer(9_007_199_254_740_993)),
        make(
            "U64", .input, 24, .uint64, [0xFFFF, 0xFFFF, 0xFFFF, 0xFFFF], 18_446_744_073_709_551_616,
            raw: .number("18446744073709551615")),
        make("BCD16", .input, 28, .bcd16, [0x1234], 1234),
        make("BCD32", .input, 29, .bcd32, [0x1234, 0x5678], 12_345_678),
        make("BIT", .holding, 10, .bit, [0x0010], 1) { $0.bit = 4 },
        make("BITS", .holding, 11, .bits, [0x0150], 5) {
            $0.bit = 4
            $0.width = 4
        },
        make("COIL", .coil, 3, .bool, [1], 1),
        make("DISCRETE", .discrete, 2000, .bool, [0], 0),
        make("SCALED", .holding, 12, .int16, [215], 16.5, raw: .integer(215)) {
            $0.scale = 0.1
            $0.offset = -5
            $0.unit = "degC"
        },
        make("MISSING", .holding, 13, .uint16, [65_535], nil, raw: .integer(65_535), qualifiers: ["SEN"]) {
            $0.missing = [.integer(65_535)]
            $0.scale = 0.1
        },
        make("FULL", .holding, 14, .uint16, [4095], 40.95, raw: .integer(4095), qualifiers: ["SAT"]) {
            $0.saturated = [.integer(0), .integer(4095)]
            $0.scale = 0.01
        },
        make("LAST", .holding, 65_535, .uint16, [7], 7),
    ]

    private static func device(unit: UInt8) -> DeviceDefinition {
        var device = DeviceDefinition(unit: unit, station: "HN-NT-07")
        device.sensor = 2
        device.registers = cases.map(\.register)
        return device
    }

    private static func fill(_ peer: ModbusPeer) {
        for entry in cases {
            peer.set(function: entry.register.kind.readFunction, address: entry.register.address, entry.words)
        }
    }

    private func verify(_ address: BusAddress, unit: UInt8, _ peer: ModbusPeer) async throws {
        Self.fill(peer)
        let sink = PolledSink()
        let bus = BusDefinition.quick(address, everyMilliseconds: 500, devices: [Self.device(unit: unit)])
        let run = RunningSource(bus: bus, sink: sink)
        try await eventually("two polls of \(address)") { sink.count >= 2 * Self.cases.count }
        try await run.stop()
        for entry in Self.cases {
            let found = sink.readings.filter { $0.parameter == entry.register.parameter }
            #expect(found.count >= 2, "\(entry.register.name)")
            for reading in found {
                #expect(reading.value == entry.value, "\(entry.register.name) of \(reading)")
                #expect(reading.raw == entry.raw, "\(entry.register.name) of \(reading)")
                #expect(reading.qualifiers == entry.qualifiers, "\(entry.register.name) of \(reading)")
                #expect(reading.unit == entry.register.unit && reading.station == "HN-NT-07" && reading.sensor == 2)
                #expect(reading.time.millisecondsSince1970 % 500 == 0, "not a slot: \(reading)")
                #expect(!reading.isSilence)
            }
        }
        #expect(run.source.status.bus?.devices.first?.state == .answering)
    }

    @Test func `over TCP`() async throws {
        let peer = try ModbusPeer.serveTCP()
        try await verify(.tcp(host: "127.0.0.1", port: peer.port), unit: 1, peer)
    }

    @Test func `over a tty pair`() async throws {
        let pair = try TerminalPair()
        let peer = try ModbusPeer.serveTTY(pair.slave, unit: 9)
        try await verify(try ModbusMasterBench.tty(pair.master, baud: 19200), unit: 9, peer)
    }

    @Test func `through a transparent serial server`() async throws {
        let server = try SerialServer()
        let peer = try ModbusPeer.serveTTY(server.slave, unit: 9)
        try await verify(.rtuOverTCP(host: "127.0.0.1", port: server.port), unit: 9, peer)
    }

    @Test func `addresses that a device refuses are found by bisection and left alone from then on`() async throws {
        var settings = modbus_peer_settings()
        settings.illegal_first = 20
        settings.illegal_count = 3
        let peer = try ModbusPeer.serveTCP(settings)
        let sink = PolledSink()
        let addresses = (0..<60).map { UInt16($0) }
        let bus = BusDefinition.quick(
            .tcp(host: "127.0.0.1", port: peer.port), everyMilliseconds: 250,
            devices: [.plain(unit: 4, addresses: addresses)])
        let run = RunningSource(bus: bus, sink: sink)
        // The three that are refused may have one record of their silence each.
        try await eventually("five polls") { sink.readings.count { $0.value != nil } >= 5 * 57 }
        try await run.stop()
        for reading in sink.readings where reading.value != nil {
            #expect(reading.value == Double(modbus_peer_word(4, 3, reading.address, 0)), "\(reading)")
        }
        let refused = sink.readings.filter { (20..<23).contains($0.address) }
        #expect(refused.allSatisfy { $0.value == nil })
        let first = try #require(sink.readings.map(\.time).min())
        #expect(sink.readings.count { $0.time == first && $0.value != nil } == 57, "the first poll brings the others")
        let report = try #require(run.source.status.bus?.devices.first)
        #expect(report.illegalAddresses == "holding 20-22")
        // Bisecting 60 registers for three neighbours: a dozen requests or two, once.
        let requests = peer.requests
        let isIllegal = { (request: modbus_peer_request) in
            request.address < 23 && request.address + request.count > 20
        }
        let last = try #require(requests.lastIndex(where: isIllegal))
        print("bisection took \(last + 1) requests")
        #expect(last < 30)
        #expect(requests.count - last > 6, "two requests a poll from then on")
    }
}
