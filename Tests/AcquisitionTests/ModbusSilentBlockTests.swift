import Modbus
import QuantracTesting
import Readings
import Registers
import Testing

@testable import Acquisition

@Suite struct `A device that is silent about some addresses` {
    static let addresses: [BusAddress] = [
        .tcp(host: "h", port: 502), .rtuOverTCP(host: "h", port: 1), .rtu(device: "/dev/t", SerialLine()),
    ]

    /// One register each at these addresses, too far apart for one request.
    private func device(_ addresses: [Int], unit: UInt8 = 1) -> DeviceDefinition {
        var device = DeviceDefinition(unit: unit, station: "S\(unit)")
        device.registers = addresses.map {
            RegisterDefinition(
                name: "r\($0)", parameter: "P\($0)", kind: .holding, address: UInt16($0), type: .uint16)
        }
        return device
    }

    private func bus(_ address: BusAddress, _ device: DeviceDefinition, every: Int64, retries: Int) -> BusDefinition {
        var bus = BusDefinition.test(address, devices: [device])
        bus.everyMilliseconds = every
        bus.timeoutMilliseconds = 500
        bus.lateResponseWindowMilliseconds = 10_000
        bus.retries = retries
        return bus
    }

    private func values(_ bench: ModbusBench, of parameter: String) -> Int {
        bench.taken.count { $0.parameter == parameter && $0.value != nil }
    }

    @Test(arguments: addresses, [0, 1])
    func `gives all others, wherever the silent ones stand`(address: BusAddress, retries: Int) throws {
        for silent in [[0], [100], [200], [0, 100], [100, 200], [0, 200]] {
            let bench = try ModbusBench(bus(address, device([0, 100, 200]), every: 10_000, retries: retries))
            bench.bank(1).fault = { request in
                silent.contains { abs((request.registers?.addresses.lowerBound ?? 0) - $0) < 10 } ? .silent : .none
            }
            try bench.run(seconds: 3605)
            for parameter in [0, 100, 200] {
                let count = values(bench, of: "P\(parameter)")
                #expect(silent.contains(parameter) ? count == 0 : count >= 361 - silent.count, "\(silent)")
            }
            let report = bench.report.devices[0]
            #expect(report.state == .partial)
            #expect(report.detail == "no answer")
            #expect(report.breakerOpens == 0)
            // Found out once, then one timeout a poll at most.
            #expect(report.errors["timeout"] ?? 0 <= 361 + 4, "\(silent)")
            #expect(
                bench.taken.count { $0.isSilenceRecord && silent.contains(Int($0.parameter.dropFirst()) ?? -1) }
                    == silent.count)
        }
    }

    @Test(arguments: addresses)
    func `never takes the last shape of the others, however often it is polled`(address: BusAddress) throws {
        let bench = try ModbusBench(bus(address, device([0, 100, 200, 300]), every: 1000, retries: 1))
        bench.bank(1).fault = { ($0.registers?.address ?? 0) < 50 ? .silent : .none }
        try bench.run(seconds: 600.5)
        for parameter in ["P100", "P200", "P300"] { #expect(values(bench, of: parameter) >= 600) }
        #expect(bench.report.devices[0].state == .partial)
        // It is tried all the same, each second or third time.
        #expect(bench.report.devices[0].errors["timeout"] ?? 0 > 100)
    }

    @Test func `is read whole as soon as it answers everything`() throws {
        let bench = try ModbusBench(bus(.tcp(host: "h", port: 502), device([0, 100, 200]), every: 10_000, retries: 1))
        let bank = bench.bank(1)
        bank.fault = { ($0.registers?.address ?? 0) < 150 ? .silent : .none }
        bench.at(605) { bank.fault = { _ in .none } }
        try bench.run(seconds: 1205)
        for parameter in ["P0", "P100"] {
            #expect(bench.taken.first { $0.parameter == parameter && $0.value != nil }.map(bench.seconds) == 610)
            #expect(values(bench, of: parameter) == 60)
        }
        #expect(values(bench, of: "P200") >= 119)
        #expect(bench.report.devices[0].state == .answering)
    }

    @Test func `costs as much as any other while it is silent about everything, and is asked for each in turn`() throws
    {
        var device = device([0, 100, 200])
        device.breakerFailures = 4
        let bench = try ModbusBench(bus(.tcp(host: "h", port: 502), device, every: 60_000, retries: 1))
        var asked: [[Int]] = []
        var last: Int64 = -60_000_000_000
        let bank = bench.bank(1)
        bank.fault = { request in
            if bench.clock.now - last > 30_000_000_000 { asked.append([]) }
            last = bench.clock.now
            asked[asked.count - 1].append(Int(request.registers?.address ?? 0))
            return .silent
        }
        try bench.run(seconds: 7 * 60 + 5)
        #expect(asked.map(\.count) == [2, 2, 2, 2, 1, 1], "two tries, and one for a probe")
        #expect(asked.compactMap(\.first) == [0, 100, 200, 0, 100, 200])
        #expect(bench.report.devices[0].state == .paused)
        #expect(bench.report.devices[0].pollsFailed == 6)
        #expect(bench.report.devices[0].pollsPaused == 2)
    }

    @Test func `that dies costs three requests once, and then one a poll`() throws {
        let places = Array(stride(from: 0, to: 1000, by: 100))
        let bench = try ModbusBench(bus(.tcp(host: "h", port: 502), device(places), every: 60_000, retries: 1))
        let bank = bench.bank(1)
        bench.at(30) { bank.fault = { _ in .silent } }
        try bench.run(seconds: 125)
        // Two tries, two single ones; then two tries.
        #expect(bank.requestCount == 10 + 4 + 2)
        #expect(bench.report.devices[0].state == .silent)
        #expect(bench.taken.count { $0.isSilenceRecord } == 10)
    }

    @Test func `delays the other devices by one timeout at most`() throws {
        var bus = bus(.tcp(host: "h", port: 502), device([0, 100]), every: 10_000, retries: 1)
        bus.devices.append(device([0], unit: 2))
        let bench = try ModbusBench(bus)
        bench.bank(1).fault = { ($0.registers?.address ?? 0) < 50 ? .silent : .none }
        _ = bench.bank(2)
        var worst: Int64 = 0
        bench.onAccept = { [unowned bench] _ in
            guard bench.clock.now > 30_000_000_000 else { return }
            worst = max(worst, bench.report.devices[1].latenessNanoseconds)
        }
        try bench.run(seconds: 600)
        #expect(worst <= 10_000_000)
        #expect(bench.report.devices[1].polls == 60)
    }

    @Test func `whose connection is closed at each such request gives the others`() throws {
        let bench = try ModbusBench(bus(.tcp(host: "h", port: 502), device([0, 100, 200]), every: 60_000, retries: 1))
        bench.bank(1).fault = { ($0.registers?.address ?? 0) < 50 ? .disconnect : .none }
        try bench.run(seconds: 1205)
        for parameter in ["P100", "P200"] { #expect(values(bench, of: parameter) >= 19) }
        #expect(bench.report.devices[0].breakerOpens == 0)
    }
}

@Suite struct `The breaker of a dead device` {
    @Test(arguments: `A device that is silent about some addresses`.addresses, [1000, 10_000])
    func `opens after as many polls as are set, if it has one register or many`(
        address: BusAddress, every: Int64
    ) throws {
        for registers in [1, 2, 3, 10] {
            for (retries, failures) in [(0, 3), (1, 3), (3, 3), (1, 10), (1, 20)] {
                var dead = DeviceDefinition.test(1, registers: registers)
                dead.breakerFailures = failures
                dead.limits.maxRegisters = registers
                var bus = BusDefinition.test(address, devices: [dead, .test(2, registers: 1)])
                bus.everyMilliseconds = every
                bus.timeoutMilliseconds = 1000
                bus.lateResponseWindowMilliseconds = 10_000
                bus.retries = retries
                let bench = try ModbusBench(bus)
                bench.bank(2).delayNanoseconds = 1_000_000
                var polls: Int64 = 0
                bench.onAccept = { [unowned bench] _ in
                    if bench.report.devices[0].breakerOpens == 0 { polls = bench.report.devices[0].polls }
                }
                try bench.run(seconds: Double(every) / 1000 * 200)
                let report = bench.report.devices[0]
                #expect(report.breakerOpens == 1, "\(registers) registers, \(retries) retries")
                #expect(polls <= Int64(failures), "\(registers) registers, \(retries) retries")
                #expect(report.state == .paused)
                #expect(report.detail == "no answer")
                #expect(report.requests == report.errors["timeout"])
            }
        }
    }
}
