import Modbus
import QuantracTesting
import Readings
import Registers
import Testing

@testable import Acquisition

@Suite struct `Modbus bus with more work than time` {
    /// Devices that take 30 ms each, and are wanted ten times a second.
    private func bench(_ count: Int, timeout: Int64 = 200) throws -> (ModbusBench, [RegisterBank]) {
        var bus = BusDefinition.test(
            .tcp(host: "h", port: 502), devices: (1...count).map { .test(UInt8($0), registers: 2) })
        bus.everyMilliseconds = 100
        bus.timeoutMilliseconds = timeout
        bus.lateResponseWindowMilliseconds = 2000
        let bench = try ModbusBench(bus)
        let banks = (1...count).map { bench.bank(UInt8($0)) }
        for bank in banks { bank.delayNanoseconds = 30_000_000 }
        return (bench, banks)
    }

    private func values(_ bench: ModbusBench, _ station: String) -> [Double] {
        bench.taken.filter { $0.station == station && $0.value != nil && $0.parameter == "P0" }.map(bench.seconds)
    }

    @Test(arguments: [4, 5, 8, 12]) func `a device that was silent for a second is back`(count: Int) throws {
        let (bench, banks) = try bench(count)
        var isDead = false
        banks.last?.fault = { _ in isDead ? .silent : .none }
        bench.at(10) { isDead = true }
        bench.at(11) { isDead = false }
        try bench.run(seconds: 60)
        let report = bench.report.devices[count - 1]
        #expect(report.state == .answering)
        let back = values(bench, "S\(count)").filter { $0 > 11 }
        #expect((back.first ?? .infinity) < 11 + 6)
        // It has the share it had before, not only a turn now and then.
        let before = values(bench, "S\(count)").filter { $0 < 10 }.count
        #expect(back.filter { $0 >= 20 }.count >= before * 36 / 10)
        let silences = bench.taken.filter { $0.isSilenceRecord && $0.station == "S\(count)" }
        #expect(silences.count == 2, "one edge of each register")
        for report in bench.report.devices { #expect(report.polls + report.overruns + report.pollsPaused >= 600) }
    }

    @Test(arguments: [5, 8]) func `a dead device opens its breaker and is probed, the others go on`(count: Int) throws {
        let (bench, banks) = try bench(count)
        banks.last?.fault = { _ in .silent }
        try bench.run(seconds: 310)
        let report = bench.report.devices[count - 1]
        #expect(report.state == .paused)
        #expect(report.breakerOpens == 1)
        #expect(report.pollsPaused > 2500)
        let (without, _) = try self.bench(count - 1)
        try without.run(seconds: 310)
        for station in (1..<count).map({ "S\($0)" }) {
            #expect(Double(values(bench, station).count) > Double(values(without, station).count) * 0.95)
        }
        let lateness = zip(values(bench, "S1"), values(bench, "S1").dropFirst()).map { $1 - $0 }.max() ?? 0
        #expect(lateness <= Double(count) * 0.03 + 0.2 + 0.1, "never more than one timeout in between")
    }

    @Test func `one bad frame is made up for, and costs nothing`() throws {
        let (bench, banks) = try bench(6)
        var requests = 0
        banks[2].fault = { _ in
            requests += 1
            return requests == 50 ? .exception(6) : .none
        }
        try bench.run(seconds: 60)
        #expect(bench.report.devices[2].state == .answering)
        #expect(bench.report.devices[2].retries == 1)
        #expect(bench.taken.filter(\.isSilenceRecord).isEmpty)
        let gaps = zip(values(bench, "S3"), values(bench, "S3").dropFirst()).map { $1 - $0 }
        #expect((gaps.max() ?? 1) <= 0.5)
    }

    @Test func `several silent devices cost the others one timeout at a time`() throws {
        let (bench, banks) = try bench(9)
        for bank in banks.suffix(5) { bank.fault = { _ in .silent } }
        bench.line.recordsRequests = true
        bench.at(100) { for bank in banks.suffix(5) { bank.fault = { _ in .none } } }
        try bench.run(seconds: 200)
        // Up to 99 s: after the first round, between two requests to a healthy device there is one to a silent one.
        let requests = bench.line.requests.filter { $0.time > 5_000_000_000 && $0.time < 101_500_000_000 }
        var sinceFirst: [UInt8: Int] = [:]
        var worst = 0
        for request in requests {
            let unit = request.bytes[6]
            guard unit > 4 else {
                worst = max(worst, sinceFirst[unit] ?? 0)
                sinceFirst[unit] = 0
                continue
            }
            for healthy in UInt8(1)...4 { sinceFirst[healthy, default: 0] += 1 }
        }
        #expect(worst <= 1)
        #expect(bench.report.devices.allSatisfy { $0.state == .answering })
        #expect(bench.report.devices.suffix(5).allSatisfy { $0.breakerOpens == 1 })
    }

    @Test func `refused addresses are found all the same`() throws {
        var bus = BusDefinition.test(devices: [.test(1, registers: 60), .test(2, registers: 60)])
        bus.everyMilliseconds = 100
        bus.timeoutMilliseconds = 200
        let bench = try ModbusBench(bus)
        bench.bank(1).delayNanoseconds = 60_000_000
        let bank = bench.bank(2)
        bank.delayNanoseconds = 60_000_000
        bank.illegal = [.holding: [37..<39]]
        try bench.run(seconds: 60)
        #expect(bench.report.devices[1].illegalAddresses == "holding 37-38")
        #expect(bench.report.devices[0].illegalAddresses.isEmpty)
    }
}

@Suite struct `Yielded polls` {
    @Test func `come in their order, and each once`() {
        var polls = YieldedPolls()
        #expect(polls.isEmpty)
        polls.add(3, at: 35, pressingFrom: 100)
        polls.add(1, at: 35, pressingFrom: 0)
        polls.add(3, at: 35, pressingFrom: 500)
        #expect(polls.takeFirst() == 3)
        #expect(polls.takeFirst() == 1)
        #expect(polls.takeFirst() == nil)
        polls.add(2, at: 35, pressingFrom: 0)
        polls.remove(2)
        #expect(polls.isEmpty)
    }

    @Test func `press when they have waited long enough, and nobody has waited for trouble`() {
        var polls = YieldedPolls()
        polls.add(3, at: 35, pressingFrom: 100)
        polls.add(1, at: 35, pressingFrom: 50)
        #expect(polls.takePressing(at: 40, nextDue: 30) == nil, "too early")
        #expect(polls.takePressing(at: 60, nextDue: 70) == nil, "nothing is due")
        polls.noteTrouble(endedAt: 40)
        #expect(polls.takePressing(at: 60, nextDue: 39) == nil, "who is due since 39 has waited once")
        #expect(polls.takePressing(at: 60, nextDue: 40) == 1)
        #expect(polls.takePressing(at: 99, nextDue: 90) == nil)
        #expect(polls.takePressing(at: 100, nextDue: 90) == 3)
        #expect(polls.takePressing(at: 100, nextDue: 90) == nil)
        polls.add(4, at: 110, pressingFrom: 110)
        #expect(polls.takePressing(at: 120, nextDue: 109) == nil, "it gives way to who is due since 109")
        #expect(polls.takePressing(at: 120, nextDue: 110) == 4)
    }
}
