import Modbus
import QuantracTesting
import Readings
import Registers
import Testing

@testable import Acquisition

@Suite struct `Modbus polls that begin late` {
    /// When each request of unit 1 came, in seconds after the first full second.
    private final class Arrivals { var seconds: [Double] = [] }

    private func bench(
        every: Int64, _ observed: BusDefinition.ObservedTime = .slot, commit seconds: Double
    ) throws -> (ModbusBench, Arrivals) {
        var bus = BusDefinition.test(devices: [.test(1, registers: 1), .test(2, registers: 1)])
        bus.everyMilliseconds = every
        bus.observedTime = observed
        let bench = try ModbusBench(bus)
        let arrivals = Arrivals()
        bench.bank(1).fault = { [unowned bench] _ in
            let milliseconds = bench.clock.wallMicroseconds() / 1000 - ModbusBench.startMilliseconds
            arrivals.seconds.append(Double(milliseconds) / 1000)
            return .none
        }
        _ = bench.bank(2)
        var isFirst = true
        bench.onAccept = { [unowned bench] _ in
            guard isFirst else { return }
            isFirst = false
            _ = bench.clock.sleep(untilMonotonic: bench.clock.now + Int64(seconds * 1e9))
        }
        return (bench, arrivals)
    }

    private func times(_ bench: ModbusBench) -> [Double] {
        bench.taken.filter { $0.station == "S1" }.map(bench.seconds)
    }

    @Test func `carry the time of their request`() throws {
        let (bench, arrivals) = try bench(every: 60_000, commit: 100)
        try bench.run(seconds: 241)
        let late = try #require(arrivals.seconds.first { $0 > 60 })
        #expect(late > 99)
        #expect(abs(times(bench)[1] - late - 0.0025) < 0.002, "the middle of 5 ms")
        #expect(times(bench).filter { $0 != times(bench)[1] } == [0, 120, 180, 240])
        #expect(bench.taken.allSatisfy { $0.qualifiers.isEmpty })
    }

    @Test(arguments: [(5.9, true), (6.1, false)]) func `carry it beyond a tenth of the interval`(
        seconds: Double, isSlot: Bool
    ) throws {
        // The first poll is committed after some 25 ms; the commit ends that much after the slot at 60 s.
        let (bench, _) = try bench(every: 60_000, commit: 60 + seconds - 0.025)
        try bench.run(seconds: 100)
        #expect((times(bench)[1] == 60) == isSlot)
        #expect(abs(times(bench)[1] - (isSlot ? 60 : 66.1)) < 0.1)
    }

    @Test func `carry it beyond a second where the interval is short`() throws {
        let (bench, _) = try bench(every: 2000, commit: 3.2)
        try bench.run(seconds: 9)
        #expect(times(bench)[1] > 3.2 && times(bench)[1] < 3.3)
        #expect(times(bench).dropFirst(2) == [4, 6, 8])
    }

    @Test func `are as ever where the time is that of the request anyway`() throws {
        let (bench, _) = try bench(every: 60_000, .request, commit: 100)
        try bench.run(seconds: 241)
        #expect(times(bench).count == 5)
        #expect(bench.taken.filter { $0.station == "S1" && $0.time % 60_000 == 2 }.count == 4)
    }

    @Test func `record silence at the slot that was missed`() throws {
        let (bench, _) = try bench(every: 60_000, commit: 100)
        let bank = bench.bank(1)
        bench.at(50) { bank.fault = { _ in .silent } }
        try bench.run(seconds: 130)
        #expect(bench.taken.filter(\.isSilenceRecord).map(bench.seconds) == [60])
    }

    @Test func `never take the time of another slot`() {
        var late = LatePolls(grids: [SlotGrid(everyMilliseconds: 2000, offsetMilliseconds: 500)])
        var intake = Intake(source: "s")
        func settle(_ lateness: Int64, _ milliseconds: Int64) -> Int64 {
            intake.readings = [
                DraftReading(
                    payload: 0, station: .none, parameter: .none, time: Timestamp(millisecondsSince1970: 500))
            ]
            late.noteAnswer(of: 0, lateness: lateness, at: Timestamp(millisecondsSince1970: milliseconds))
            late.noteAnswer(of: 0, lateness: lateness, at: Timestamp(millisecondsSince1970: milliseconds + 300))
            late.settle(0, in: &intake, from: 0)
            return intake.readings[0].time.millisecondsSince1970
        }
        #expect(settle(1_000_000_000, 1500) == 500)
        #expect(settle(1_000_000_001, 1501) == 1501, "of several requests the first")
        #expect(settle(2_000_000_000, 2500) == 2499)
        #expect(settle(0, 2500) == 500, "nothing is left of the poll before")
    }

    @Test(arguments: [BusAddress.tcp(host: "h", port: 502), .rtuOverTCP(host: "h", port: 1)])
    func `time and latency are those of the exchange, not of connecting`(address: BusAddress) throws {
        var bus = BusDefinition.test(address, devices: [.test(1, registers: 1)])
        bus.observedTime = .request
        bus.timeoutMilliseconds = 1000
        let bench = try ModbusBench(bus)
        bench.line.openNanoseconds = 900_000_000
        bench.bank(1).delayNanoseconds = 10_000_000
        bench.at(1.5) { bench.line.drop() }
        try bench.run(seconds: 3.9)
        #expect(bench.taken.map(bench.seconds) == [0.905, 1.005, 2.905, 3.005])
        #expect(bench.report.devices[0].meanLatencyMilliseconds == 10)
        #expect(bench.report.devices[0].latenessNanoseconds == 0)
    }
}

@Suite struct `Modbus rest at the start` {
    @Test(arguments: [BusDefinition.SilenceRecords.edges, .each])
    func `no slot, no record of silence and no poll falls into it`(silence: BusDefinition.SilenceRecords) throws {
        var bus = BusDefinition.test(devices: [.test(1, registers: 2), .test(2, registers: 2)])
        bus.silence = silence
        let bench = try ModbusBench(bus)
        bench.line.recordsRequests = true
        _ = bench.bank(1)
        bench.bank(2).fault = { _ in .silent }
        bench.at(10) {
            #expect(bench.line.openings == 0)
            #expect(bench.board.snapshot.lastProgress == nil)
        }
        // From half a second before the first full second on.
        try bench.run(seconds: 14.5, rest: 11.2)
        #expect(bench.log.first == "info: bus not asked yet, an earlier process may still be answered")
        #expect(bench.line.requests.allSatisfy { $0.time >= 12_200_000_000 })
        #expect(bench.taken.map(bench.seconds).min() == 11)
        #expect(bench.taken.filter { $0.value != nil }.map(bench.seconds) == [11, 11, 12, 12, 13, 13, 14, 14])
        for report in bench.report.devices {
            #expect(report.polls + report.pollsPaused == 4)
            #expect(report.overruns == 0)
        }
        #expect(!bench.log.contains { $0.contains("left out") || $0.contains("jumped") })
    }

    @Test func `a stop in it ends the run at once, with nothing asked`() throws {
        let bench = try ModbusBench(.test(devices: [.test(1, registers: 2)]))
        _ = bench.bank(1)
        try bench.run(seconds: 3, rest: 11)
        #expect(bench.clock.now == 4_500_000_000)
        #expect(bench.line.openings == 0)
        #expect(bench.taken.isEmpty)
    }
}
