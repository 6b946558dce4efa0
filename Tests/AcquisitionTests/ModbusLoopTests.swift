import Modbus
import QuantracTesting
import Readings
import Registers
import Testing

@testable import Acquisition

@Suite struct `Modbus loop` {
    private func word(_ unit: UInt8, _ address: Int) -> Double {
        Double(RegisterBank.word(unit: unit, kind: .holding, address: address, generation: 0))
    }

    @Test func `polls at the slots and gives every register its value`() throws {
        let bench = try ModbusBench(.test(devices: [.test(1, registers: 3), .test(7, registers: 2)]))
        _ = bench.bank(1)
        _ = bench.bank(7)
        try bench.run(seconds: 4.5)
        #expect(bench.taken.count == 5 * 5)
        for reading in bench.taken {
            let unit: UInt8 = reading.station == "S1" ? 1 : 7
            #expect(reading.value == word(unit, Int(reading.parameter.dropFirst()) ?? -1))
            #expect(reading.raw == "=")
            #expect(reading.qualifiers.isEmpty)
        }
        #expect(Set(bench.taken.map(bench.seconds)) == [0, 1, 2, 3, 4])
        #expect(bench.report.devices.map(\.polls) == [5, 5])
        #expect(bench.report.devices.map(\.requests) == [5, 5])
        #expect(bench.report.devices.map(\.state) == [.answering, .answering])
        #expect(bench.report.devices[0].latenessNanoseconds == 0)
        #expect(bench.report.devices[1].latenessNanoseconds == 5_000_000, "it waits for the first one's answer")
    }

    @Test func `values carry unit, raw value, status and sensor`() throws {
        var device = DeviceDefinition(unit: 1, station: "HN-1")
        device.sensor = 4
        var level = RegisterDefinition(
            name: "level", parameter: "Mực nước", kind: .holding, address: 0, type: .int16)
        level.scale = 0.5
        level.offset = 1
        level.unit = "m"
        var flow = RegisterDefinition(name: "flow", parameter: "Q", kind: .holding, address: 1, type: .uint16)
        flow.missing = [.integer(65_535)]
        flow.saturated = [.integer(4000)]
        let count = RegisterDefinition(name: "count", parameter: "N", kind: .holding, address: 2, type: .uint64)
        let label = RegisterDefinition(name: "pH", parameter: "pH", kind: .holding, address: 6, type: .float32)
        var status = RegisterDefinition(name: "status", parameter: nil, kind: .input, address: 9, type: .uint16)
        status.status = [0: "00", 1: "01"]
        device.registers = [level, flow, count, label, status]
        device.statusRegister = 4
        let bench = try ModbusBench(.test(devices: [device]))
        let bank = bench.bank(1)
        bank.set([0xfff6, 65_535, 0xffff, 0xffff, 0xffff, 0xffff, 0x7fc0, 0], kind: .holding, at: 0)
        bank.set([1], kind: .input, at: 9)
        bench.at(0.5) { bank.set([0xfff6, 4000, 0, 0, 0, 7, 0x40e0, 0], kind: .holding, at: 0) }
        bench.at(0.6) { bank.set([5], kind: .input, at: 9) }
        bench.at(1.5) { bank.fault = { $0.registers?.kind == .input ? .exception(4) : .none } }
        try bench.run(seconds: 2.5)
        let first = bench.taken.filter { bench.seconds($0) == 0 }
        #expect(first.map(\.parameter) == ["Mực nước", "Q", "N", "pH"])
        #expect(first.map(\.value) == [-4, nil, 0x1p64, nil])
        #expect(first.map(\.raw) == ["integer -10", "integer 65535", "number 18446744073709551615", "text NaN"])
        #expect(first.map(\.unit) == ["m", nil, nil, nil])
        #expect(first.map(\.qualifiers) == [[], ["SEN"], [], ["NAN"]])
        #expect(first.allSatisfy { $0.status == "01" && $0.sensor == 4 && $0.station == "HN-1" })
        let second = bench.taken.filter { bench.seconds($0) == 1 }
        #expect(second.map(\.value) == [-4, 4000, 7, 7])
        #expect(second.map(\.raw) == ["integer -10", "=", "=", "="])
        #expect(second.map(\.qualifiers) == [[], ["SAT"], [], []])
        #expect(second.allSatisfy { $0.status == "5" })
        let third = bench.taken.filter { bench.seconds($0) == 2 }
        #expect(third.count == 4)
        #expect(third.allSatisfy { $0.status == nil }, "a status that was not read is not invented")
    }

    @Test func `the observed time is the middle of the request where that is wanted`() throws {
        var bus = BusDefinition.test(devices: [.test(1, registers: 1)])
        bus.observedTime = .request
        let bench = try ModbusBench(bus)
        bench.bank(1).delayNanoseconds = 60_000_000
        try bench.run(seconds: 1.5)
        #expect(bench.taken.map(bench.seconds) == [0.030, 1.030])
    }

    @Test func `one exception costs the registers of its request only`() throws {
        var device = DeviceDefinition.test(1, registers: 2)
        for address in [100, 200] {
            device.registers.append(
                RegisterDefinition(
                    name: "x\(address)", parameter: "P\(address)", kind: .holding, address: UInt16(address),
                    type: .uint16))
        }
        let bench = try ModbusBench(.test(devices: [device]))
        bench.bank(1).fault = { $0.registers?.address == 100 ? .exception(4) : .none }
        try bench.run(seconds: 2.5)
        #expect(bench.taken.filter { $0.value != nil }.count == 9)
        let silent = bench.taken.filter(\.isSilenceRecord)
        #expect(silent.map(\.parameter) == ["P100"], "one record, at the edge")
        #expect(silent.first?.qualifiers == ["COM"])
        #expect(bench.report.devices[0].state == .partial)
        #expect(bench.report.devices[0].pollsPartial == 3)
        #expect(bench.report.devices[0].errors == ["exception-4": 3])
    }

    @Test func `refused addresses are found, remembered and shown, the rest is read`() throws {
        let bench = try ModbusBench(.test(devices: [.test(1, registers: 100)]))
        let bank = bench.bank(1)
        bank.illegal = [.holding: [37..<39]]
        try bench.run(seconds: 3.5)
        #expect(bench.report.devices[0].illegalAddresses == "holding 37-38")
        #expect(bench.taken.filter { $0.value != nil }.count == 4 * 98)
        #expect(Set(bench.taken.filter(\.isSilenceRecord).map(\.parameter)) == ["P37", "P38"])
        #expect(bank.requestCount < 30)
        let before = bank.requestCount
        #expect(before == Int(bench.report.devices[0].requests))
    }

    @Test func `busy is asked again`() throws {
        let bench = try ModbusBench(.test(devices: [.test(1, registers: 4)]))
        let bank = bench.bank(1)
        bank.fault = { _ in bank.requestCount == 2 ? .exception(6) : .none }
        try bench.run(seconds: 2.5)
        #expect(bench.taken.count == 12)
        #expect(bench.taken.allSatisfy { $0.value != nil })
        #expect(bench.report.devices[0].retries == 1)
    }

    @Test func `edges of silence are recorded once, each register by itself`() throws {
        let bench = try ModbusBench(.test(devices: [.test(1, registers: 2)]))
        let bank = bench.bank(1)
        bench.at(1.5) { bank.fault = { _ in .silent } }
        bench.at(3.5) { bank.fault = { _ in .none } }
        bench.at(12.5) { bank.fault = { _ in .silent } }
        try bench.run(seconds: 14.5)
        let silent = bench.taken.filter(\.isSilenceRecord)
        #expect(silent.map(bench.seconds) == [2, 2, 13, 13])
        #expect(silent.allSatisfy { $0.value == nil && $0.qualifiers == ["COM"] })
        #expect(bench.taken.allSatisfy { $0.isSilenceRecord == ($0.value == nil) })
    }

    @Test func `after a start the first silent slot is an edge`() throws {
        let bench = try ModbusBench(.test(devices: [.test(1, registers: 2)]))
        try bench.run(seconds: 3.5)
        #expect(bench.taken.map(bench.seconds) == [0, 0])
    }

    @Test func `every silent slot is recorded where that is wanted, with the breaker open too`() throws {
        var bus = BusDefinition.test(devices: [.test(1, registers: 2)])
        bus.silence = .each
        let bench = try ModbusBench(bus)
        try bench.run(seconds: 20.5)
        #expect(bench.taken.count == 2 * 21)
        #expect(bench.report.devices[0].state == .paused)
        #expect(bench.report.devices[0].pollsPaused > 10)
        #expect(Set(bench.taken.map(bench.seconds)).count == 21)
    }

    @Test func `a silent device costs the others its timeout, and nothing while its breaker is open`() throws {
        var devices = [DeviceDefinition.test(1, registers: 2)]
        devices += (2...6).map { .test($0, registers: 2) }
        let bench = try ModbusBench(.test(devices: devices))
        for unit in 2...6 { _ = bench.bank(UInt8(unit)) }
        var worst: [Int: Int64] = [:]
        bench.onAccept = { [unowned bench] _ in
            let second = Int((bench.clock.now - 1_500_000_000) / 1_000_000_000)
            worst[second] = bench.report.devices.dropFirst().map(\.latenessNanoseconds).max()
        }
        try bench.run(seconds: 60.5)
        #expect(worst.values.allSatisfy { $0 <= 100_000_000 + 5 * 5_000_000 })
        #expect(worst.values.filter { $0 <= 5 * 5_000_000 }.count > 45)
        #expect(bench.report.devices[0].state == .paused)
        #expect(bench.report.devices.dropFirst().allSatisfy { $0.polls == 61 && $0.overruns == 0 })
        #expect(bench.taken.filter { $0.value != nil }.count == 61 * 10)
    }

    @Test func `an overrun is counted and the newest slot polled`() throws {
        var bus = BusDefinition.test(devices: [.test(1, registers: 2)])
        bus.everyMilliseconds = 10
        let bench = try ModbusBench(bus)
        bench.bank(1).delayNanoseconds = 35_000_000
        try bench.run(seconds: 1.0)
        let report = bench.report.devices[0]
        #expect(report.polls >= 36 && report.polls <= 43)
        #expect(abs(report.polls + report.overruns - 150) <= 4)
        #expect(Set(bench.taken).count == bench.taken.count)
    }

    @Test func `a clock set back marks what comes again`() throws {
        let bench = try ModbusBench(.test(devices: [.test(1, registers: 1)]))
        _ = bench.bank(1)
        bench.at(10.2) { [clock = bench.clock] in clock.wallOffsetMicroseconds -= 5_000_000 }
        try bench.run(seconds: 20.5)
        let marked = bench.taken.filter { $0.qualifiers == ["CLK"] }.map(bench.seconds)
        #expect(marked == [6, 7, 8, 9, 10])
        #expect(bench.taken.map(bench.seconds).suffix(5) == [11, 12, 13, 14, 15])
        #expect(bench.taken.count == 21)
    }

    @Test func `many silent devices together delay the others by one timeout, not by all`() throws {
        var bus = BusDefinition.test(devices: (1...20).map { .test(UInt8($0), registers: 2) })
        bus.everyMilliseconds = 10_000
        bus.timeoutMilliseconds = 1000
        let bench = try ModbusBench(bus)
        for unit in 16...20 { _ = bench.bank(UInt8(unit)) }
        var worst: Int64 = 0
        bench.onAccept = { [unowned bench] _ in
            guard bench.clock.now > 30_000_000_000 else { return }
            worst = max(worst, bench.report.devices.suffix(5).map(\.latenessNanoseconds).max() ?? 0)
        }
        try bench.run(seconds: 1000.5)
        #expect(worst <= 1_030_000_000)
        #expect(bench.report.devices.suffix(5).allSatisfy { $0.polls + $0.overruns == 101 && $0.overruns <= 1 })
        #expect(bench.report.devices.prefix(15).allSatisfy { $0.breakerOpens == 1 && $0.pollsPaused > 70 })
    }

    @Test func `24 hours have each slot once, on time, with the wall clock jumping`() throws {
        var bus = BusDefinition.test(devices: [.test(1, registers: 1), .test(2, registers: 1)])
        bus.everyMilliseconds = 10_000
        bus.devices[1].everyMilliseconds = 60_000
        bus.offsetMilliseconds = 2500
        let bench = try ModbusBench(bus)
        _ = bench.bank(1)
        _ = bench.bank(2)
        let jumps: [(hour: Double, seconds: Int64)] = [(3, 3600), (6, -3600), (9, -86_400), (12, 315_576_000)]
        for jump in jumps {
            bench.at(jump.hour * 3600 + 7) { [clock = bench.clock] in
                clock.wallOffsetMicroseconds += jump.seconds * 1_000_000
            }
        }
        var worst: Int64 = 0
        bench.onAccept = { [unowned bench] _ in
            worst = max(worst, bench.report.devices[0].latenessNanoseconds)
        }
        try bench.run(seconds: 86_400)
        let times = bench.taken.filter { $0.station == "S1" && $0.qualifiers.isEmpty }.map(\.time)
        #expect(Set(times).count == times.count, "what comes again says so")
        #expect(times.allSatisfy { $0 % 10_000 == 2500 })
        // Each jump costs or adds one slot at most, as its seconds are multiples of the interval.
        #expect(abs(bench.taken.count { $0.station == "S1" } - 8640) <= 2)
        #expect(abs(bench.taken.count { $0.station == "S2" } - 1440) <= 5)
        #expect(worst == 0)
        #expect(bench.report.devices.allSatisfy { $0.overruns == 0 })
    }
}
