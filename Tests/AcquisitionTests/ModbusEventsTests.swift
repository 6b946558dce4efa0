import Modbus
import QuantracTesting
import Readings
import Registers
import Testing

@testable import Acquisition

/// The error of a full disk: it passes.
private struct DiskFull: TransientError {
    var isTransient: Bool { true }
}

@Suite struct `Modbus events` {
    @Test func `tell the story of a silent device, once each`() throws {
        let bench = try ModbusBench(.test(devices: [.test(1, registers: 2)]))
        let bank = bench.bank(1)
        bench.at(1.5) { bank.fault = { _ in .silent } }
        bench.at(30.5) { bank.fault = { _ in .none } }
        try bench.run(seconds: 60)
        #expect(
            bench.log.filter { $0.hasSuffix("of unit 1") } == [
                "warning: device silent of unit 1",
                "warning: device left alone until it answers a probe of unit 1",
                "notice: device answers again of unit 1",
                "notice: device polled as usual again of unit 1",
            ])
    }

    @Test func `tell the story of the bus`() throws {
        let bench = try ModbusBench(.test(.tcp(host: "h", port: 502), devices: [.test(1, registers: 2)]))
        let bank = bench.bank(1)
        bank.fault = { _ in bank.requestCount == 3 ? .disconnect : .none }
        bench.at(4.5) { bench.line.vanish() }
        bench.at(9.5) { bench.line.comeBack() }
        bench.at(30.2) { [clock = bench.clock] in clock.wallOffsetMicroseconds += 3_600_000_000 }
        try bench.run(seconds: 40)
        #expect(
            bench.log.filter { !$0.hasSuffix("of unit 1") } == [
                "info: bus connected", "notice: bus connection lost", "info: bus connected",
                "notice: bus connection lost", "warning: bus not reached, trying again", "info: bus connected",
                "warning: wall clock jumped",
            ])
    }

    @Test func `tell what is refused and what is late`() throws {
        let bench = try ModbusBench(.test(devices: [.test(1, registers: 8), .test(2, registers: 3)]))
        let first = bench.bank(1)
        first.illegal = [.holding: [2..<3]]
        first.fault = { _ in first.requestCount == 20 ? .late(300_000_000) : .none }
        bench.bank(2).illegal = [.holding: [0..<65_536]]
        try bench.run(seconds: 40)
        #expect(bench.log.filter { $0.hasPrefix("warning: addresses refused") }.count == 1)
        #expect(bench.log.filter { $0 == "error: every address refused by the device of unit 2" }.count == 1)
        #expect(bench.log.contains("notice: late answers discarded"))
        let report = bench.report.devices[1]
        #expect(report.illegalAddresses.isEmpty)
        #expect(report.detail == "exception 2 (illegal data address)")
        #expect(report.state == .paused, "asked anew, at the breaker's pace")
    }

    @Test func `tell what is not durable`() throws {
        let bench = try ModbusBench(.test(devices: [.test(1, registers: 1000)]))
        _ = bench.bank(1)
        var isFull = false
        bench.refusal = { if isFull { throw DiskFull() } }
        bench.at(1.5) { isFull = true }
        bench.at(20.5) { isFull = false }
        bench.at(30.5) { isFull = true }
        try bench.run(seconds: 35)
        #expect(
            bench.log == [
                "info: bus connected", "error: batch not durable, offering it again",
                "error: polls left out, too much is not durable", "notice: batch durable again",
                "error: batch not durable, offering it again", "error: readings lost at the stop, not durable",
            ])
    }

    @Test func `tell of a bus that is too slow`() throws {
        var bus = BusDefinition.test(devices: [.test(1, registers: 1)])
        bus.everyMilliseconds = 10
        let bench = try ModbusBench(bus)
        bench.bank(1).delayNanoseconds = 30_000_000
        try bench.run(seconds: 0.1)
        #expect(bench.log.contains("warning: polls left out, the bus is too slow of unit 1"))
    }

    @Test(arguments: [
        (PollFailure.failed(.noAnswer), "timeout"), (.failed(.badChecksum), "checksum"),
        (.failed(.incomplete), "incomplete"), (.failed(.unexpected), "unexpected"),
        (.failed(.doubtfulException(2)), "doubtful-exception"), (.failed(.notModbus), "not-modbus"),
        (.failed(.ambiguous(until: 1)), "ambiguous"), (.failed(.channel(ChannelError(.lost, "gone"))), "connection"),
        (.exception(2), "exception-2"), (.exception(99), "exception-99"), (.connection, "connection"),
        (.notDurable, "not-durable"),
    ])
    func `count failures under fixed words`(failure: PollFailure, word: String) {
        #expect(failure.word == word)
        #expect(!failure.text.isEmpty)
    }
}

@Suite struct `Reading form` {
    private func reading(_ type: RegisterType, scale: Double, words: [UInt16]) -> DraftReading {
        var register = RegisterDefinition(name: "r", parameter: "P", kind: .holding, address: 0, type: type)
        register.scale = scale
        var intake = Intake(source: "s")
        var reading = DraftReading(
            payload: 0, station: .none, parameter: .none, time: Timestamp(millisecondsSince1970: 0))
        ReadingForm(of: register).fill(
            &reading, with: register.content(of: words, from: 0), in: &intake)
        return reading
    }

    @Test func `keeps the raw number where it is not the value`() {
        #expect(reading(.int16, scale: 1, words: [0xffff]).raw == .sameAsValue)
        #expect(reading(.int16, scale: 0.1, words: [0xffff]).raw == .integer(-1))
        #expect(reading(.uint16, scale: 1, words: [7]).raw == .sameAsValue)
        #expect(reading(.float32, scale: 1, words: [0x4048, 0xf5c3]).raw == .sameAsValue)
        #expect(reading(.float32, scale: 2, words: [0x4040, 0]).raw == .real(3))
        #expect(reading(.int64, scale: 1, words: [0x0020, 0, 0, 1]).raw == .integer(9_007_199_254_740_993))
        #expect(reading(.int64, scale: 1, words: [0x0020, 0, 0, 0]).raw == .sameAsValue)
        #expect(reading(.uint64, scale: 1, words: [0x8000, 0, 0, 0]).raw == .sameAsValue)
    }
}
