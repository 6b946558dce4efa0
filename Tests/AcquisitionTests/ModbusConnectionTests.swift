import Modbus
import QuantracTesting
import Readings
import Registers
import Testing

@testable import Acquisition

/// The error of a full disk: it passes.
private struct DiskFull: TransientError, CustomStringConvertible {
    var isTransient: Bool { true }
    var description: String { "disk full" }
}

private struct Fatal: Error {}

@Suite struct `Modbus loop and what is around it` {
    @Test func `a gateway that is away fails every poll at no cost, and all devices are back with it`() throws {
        let devices = (1...3).map { DeviceDefinition.test(UInt8($0), registers: 2) }
        let bench = try ModbusBench(.test(.tcp(host: "h", port: 502), devices: devices))
        for unit in 1...3 { _ = bench.bank(UInt8(unit)) }
        bench.at(4.5) { bench.line.vanish() }
        bench.at(40.5) { bench.line.comeBack() }
        try bench.run(seconds: 90.5)
        let silent = bench.taken.filter(\.isSilenceRecord)
        #expect(silent.map(bench.seconds) == [5, 5, 5, 5, 5, 5])
        let back = bench.taken.filter { !$0.isSilenceRecord && bench.seconds($0) > 5 }.map(bench.seconds).min() ?? 0
        #expect(back > 40 && back <= 40 + 31, "the wait between two tries is 30 s at most")
        #expect(bench.taken.filter { bench.seconds($0) == back }.count == 6, "all at once")
        #expect(bench.report.devices.allSatisfy { $0.breakerOpens == 0 && $0.state == .answering })
        #expect(bench.report.devices.allSatisfy { ($0.errors["connection"] ?? 0) >= 35 })
        #expect(bench.line.openings == 2)
        #expect(bench.board.snapshot.state == .connected)
    }

    @Test func `a gateway that is away at the start is waited for`() throws {
        let bench = try ModbusBench(.test(devices: [.test(1, registers: 2)]))
        _ = bench.bank(1)
        bench.line.vanish()
        bench.at(2.5) {
            #expect(bench.board.snapshot.state == .waiting)
            #expect(!bench.board.snapshot.isConnected)
            bench.line.comeBack()
        }
        try bench.run(seconds: 12.5)
        #expect(bench.taken.filter { $0.value != nil }.count >= 10)
    }

    @Test func `a connection that was closed while idle is opened again within the poll`() throws {
        let bench = try ModbusBench(.test(.tcp(host: "h", port: 502), devices: [.test(1, registers: 2)]))
        _ = bench.bank(1)
        for second in 0..<10 { bench.at(Double(second) + 0.5) { bench.line.drop() } }
        try bench.run(seconds: 10.5)
        #expect(bench.taken.count == 22)
        #expect(bench.taken.allSatisfy { $0.value != nil })
    }

    @Test func `a connection that breaks in a request is opened again, and the rest is read`() throws {
        let bench = try ModbusBench(.test(.tcp(host: "h", port: 502), devices: [.test(1, registers: 4)]))
        let bank = bench.bank(1)
        bank.fault = { _ in bank.requestCount == 3 ? .disconnect : .none }
        try bench.run(seconds: 5.5)
        #expect(bench.taken.count == 24)
        #expect(bench.taken.allSatisfy { $0.value != nil })
        #expect(bench.report.disconnects == 1)
        #expect(bench.report.connects == 2)
    }

    @Test func `what is not durable is offered again while the polls go on, up to a limit`() throws {
        let bench = try ModbusBench(.test(devices: [.test(1, registers: 1000)]))
        _ = bench.bank(1)
        var isFull = false
        bench.refusal = { if isFull { throw DiskFull() } }
        bench.at(1.5) { isFull = true }
        bench.at(20.5) {
            let status = bench.board.snapshot
            #expect(status.state == .holding)
            #expect(status.detail == "disk full")
            #expect(status.batchesHeld == 1)
            #expect((status.bus?.devices[0].errors["not-durable"] ?? 0) >= 8)
            isFull = false
        }
        try bench.run(seconds: 30.5)
        #expect(bench.batches.max() == BusOffer.readingsMax)
        #expect(bench.board.snapshot.state == .connected)
        #expect(bench.taken.filter(\.isSilenceRecord).isEmpty, "nobody knows that the device was silent")
        let seconds = Set(bench.taken.map(bench.seconds))
        #expect(seconds == Set((0...11).map(Double.init)).union((21...30).map(Double.init)))
        #expect(Set(bench.taken).count == bench.taken.count)
    }

    @Test func `another error ends the run`() throws {
        let bench = try ModbusBench(.test(devices: [.test(1, registers: 1)]))
        _ = bench.bank(1)
        bench.refusal = { throw Fatal() }
        #expect(throws: Fatal.self) { try bench.run(seconds: 10) }
        #expect(bench.clock.now < 5_000_000_000)
    }

    @Test func `at the stop what is gathered is offered`() throws {
        var bus = BusDefinition.test(devices: [.test(1, registers: 1), .test(2, registers: 1)])
        bus.timeoutMilliseconds = 900
        let bench = try ModbusBench(bus)
        _ = bench.bank(1)
        bench.bank(2).fault = { _ in .silent }
        try bench.run(seconds: 0.2)
        #expect(bench.taken.map(\.station) == ["S1"], "what was not asked to the end is no silence")
    }

    @Test func `ten milliseconds and a thousand registers make large batches`() throws {
        var bus = BusDefinition.test(.tcp(host: "h", port: 502), devices: [.test(1, registers: 1000)])
        bus.everyMilliseconds = 10
        let bench = try ModbusBench(bus)
        bench.bank(1).delayNanoseconds = 300_000
        try bench.run(seconds: 1.0)
        #expect(bench.taken.count >= 149_000)
        #expect(bench.report.devices[0].overruns == 0)
    }

    @Test func `when one answers after all were silent, the others are asked at once`() throws {
        let devices = (1...4).map { DeviceDefinition.test(UInt8($0), registers: 2) }
        let bench = try ModbusBench(.test(devices: devices))
        let banks = (1...4).map { bench.bank(UInt8($0)) }
        for bank in banks { bank.fault = { _ in .silent } }
        bench.at(200.5) { for bank in banks { bank.fault = { _ in .none } } }
        try bench.run(seconds: 500.5)
        let back = (1...4).map { unit in
            bench.taken.filter { $0.station == "S\(unit)" && $0.value != nil }.map(bench.seconds).min() ?? .infinity
        }
        #expect((back.max() ?? 0) - (back.min() ?? 0) <= 1)
        #expect(bench.report.devices.allSatisfy { $0.breakerOpens == 1 })
    }

    @Test func `one register with nothing beside it waits until no answer can be confused`() throws {
        let bench = try ModbusBench(.test(devices: [.test(1, registers: 1)]))
        let bank = bench.bank(1)
        bank.illegal = [.holding: [1..<65_536]]
        bank.fault = { _ in bank.requestCount == 3 ? .late(500_000_000) : .none }
        bank.countsGenerations = true
        try bench.run(seconds: 9.5)
        let good = bench.taken.filter { $0.value != nil }
        #expect(good.map(bench.seconds).prefix(3) == [0, 1, 4])
        #expect(good.map(bench.seconds).suffix(4) == [6, 7, 8, 9])
        let late = Double(RegisterBank.word(unit: 1, kind: .holding, address: 0, generation: 3))
        #expect(good.allSatisfy { $0.value != late })
        #expect(bench.report.devices[0].breakerOpens == 0)
    }
}
