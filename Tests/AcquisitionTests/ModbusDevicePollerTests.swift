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

@Suite struct `Device poller` {
    private let moment = Timestamp(millisecondsSince1970: 1000)

    private func poller(_ device: DeviceDefinition, retries: Int = 1) -> DevicePoller {
        var bus = BusDefinition.test(devices: [device])
        bus.retries = retries
        return DevicePoller(device, on: bus, since: moment)
    }

    private func due(_ slot: Int64 = 1000, overruns: Int64 = 0) -> PollSchedule.Due {
        PollSchedule.Due(device: 0, slot: slot, monotonic: slot * 1_000_000, overruns: overruns, isRepeated: false)
    }

    private func note(_ poller: inout DevicePoller, _ answer: ModbusAnswer, words: [UInt16] = []) -> PollProgress {
        poller.note(answer, words: words, observed: moment, took: 1_000_000)
    }

    private func finish(_ poller: inout DevicePoller) -> PollSummary {
        var intake = Intake(source: "modbus:test")
        return poller.finish(at: 2_000_000, into: &intake, batch: 0)
    }

    @Test(arguments: [1, 2, 3, 4] as [UInt8])
    func `an exception to a lengthened request teaches nothing of the registers`(code: UInt8) throws {
        var device = DeviceDefinition.test(1, registers: 1, type: .float32)
        device.registers[0].address = 10
        var poller = poller(device, retries: 0)
        poller.begin(due())
        let isFree: (RegisterRequest) -> Bool = { $0.count != 2 }
        var asked: [Range<Int>] = []
        var progress = PollProgress.goOn
        while progress != .over, case .ask(let request) = poller.step(isFree: isFree) {
            asked.append(request.addresses)
            let words = [UInt16](repeating: 0x4000, count: request.addresses.count)
            progress = note(&poller, asked.count < 2 ? .exception(code) : .data, words: words)
        }
        #expect(asked == [10..<13, 9..<12])
        #expect(poller.poll?.read == 1)
        _ = finish(&poller)
        #expect(poller.report.illegalAddresses.isEmpty)
        // The planned request itself is asked as soon as it may be.
        poller.begin(due(2000))
        #expect(poller.step { _ in true } == .ask(RegisterRequest(kind: .holding, address: 10, count: 2)))
    }

    @Test func `what could not be asked does not hide why`() {
        var poller = poller(.test(1, registers: 1), retries: 1)
        poller.begin(due())
        #expect(poller.step { _ in true } == .ask(RegisterRequest(kind: .holding, address: 0, count: 1)))
        #expect(note(&poller, .failed(.noAnswer)) == .yield)
        #expect(poller.step { _ in false } == .over)
        #expect(poller.poll?.failure == .failed(.noAnswer))
        #expect(finish(&poller).fellSilent == "no answer")
        #expect(poller.report.errors == ["timeout": 1, "ambiguous": 1])
        #expect(poller.report.requests == 1)
    }

    @Test func `a poll that could not be asked counts against the device only after one that was in vain`() {
        var device = DeviceDefinition.test(1, registers: 1)
        device.breakerFailures = 2
        var poller = poller(device, retries: 0)
        for slot in 1...5 as ClosedRange<Int64> {
            poller.begin(due(slot * 1000))
            #expect(poller.step { _ in false } == .over)
            #expect(!finish(&poller).breakerOpened)
        }
        poller.begin(due(6000))
        _ = poller.step { _ in true }
        #expect(note(&poller, .failed(.noAnswer)) == .over)
        #expect(!finish(&poller).breakerOpened)
        poller.begin(due(7000))
        _ = poller.step { _ in false }
        #expect(finish(&poller).breakerOpened)
    }

    @Test func `a probe that could not be asked is made up for at the next slot`() {
        var device = DeviceDefinition.test(1, registers: 1)
        device.breakerFailures = 1
        var poller = poller(device, retries: 0)
        var asked: [Int64] = []
        for slot in 1...20 as ClosedRange<Int64> {
            poller.begin(due(slot * 1000))
            if case .ask = poller.step(isFree: { _ in !(4...6).contains(slot) }) {
                asked.append(slot)
                _ = note(&poller, .failed(.noAnswer))
            }
            _ = finish(&poller)
        }
        #expect(asked == [1, 2, 7, 11, 19])
    }

    @Test func `counts what was sent, and what was not beside it`() {
        var poller = poller(.test(1, registers: 1), retries: 2)
        poller.begin(due())
        _ = poller.step { _ in true }
        _ = note(&poller, .failed(.noAnswer))
        _ = poller.step { _ in true }
        _ = note(&poller, .failed(.channel(ChannelError(.lost, "closed"))))
        _ = poller.step { _ in true }
        _ = note(&poller, .data, words: [7])
        _ = finish(&poller)
        #expect(poller.report.requests == 2)
        #expect(poller.report.retries == 1)
        #expect(poller.report.errors == ["timeout": 1, "connection": 1])
        poller.begin(due(2000), failing: .connection)
        _ = finish(&poller)
        poller.begin(due(3000, overruns: 2), failing: .notDurable)
        _ = finish(&poller)
        #expect(poller.report.requests == 2)
        #expect(poller.report.errors == ["timeout": 1, "connection": 2, "not-durable": 1])
        #expect(poller.report.polls == 2)
        #expect(poller.report.pollsFailed == 1)
        #expect(poller.report.pollsHeld == 1)
        #expect(poller.report.overruns == 2)
    }

    @Test func `a poll that a stop cuts short has no outcome`() {
        var poller = poller(.test(1, registers: 1))
        poller.begin(due())
        _ = poller.step { _ in true }
        poller.cutShort()
        _ = finish(&poller)
        #expect(poller.report.polls == 0)
        #expect(poller.report.pollsFailed == 0)
        #expect(poller.report.state == .unknown)
    }

    @Test func `who was not reached before the next slot is asked without giving way`() {
        var device = DeviceDefinition.test(1, registers: 1)
        device.registers.append(
            RegisterDefinition(name: "r", parameter: "P", kind: .holding, address: 100, type: .uint16))
        var poller = poller(device, retries: 0)
        poller.begin(due())
        _ = poller.step { _ in true }
        #expect(note(&poller, .data, words: [1]) == .goOn)
        _ = poller.step { _ in true }
        #expect(note(&poller, .failed(.noAnswer)) == .over)
        _ = finish(&poller)
        for (slot, progress) in [(2, .yield), (3, .goOn), (4, .goOn)] as [(Int64, PollProgress)] {
            poller.begin(due(slot * 1000))
            _ = poller.step { _ in true }
            #expect(note(&poller, .data, words: [1]) == progress)
            _ = finish(&poller)
        }
    }

    @Test func `every slot has one outcome while nothing becomes durable`() throws {
        var bus = BusDefinition.test(devices: [.test(1, registers: 120), .test(2, registers: 1)])
        bus.everyMilliseconds = 100
        bus.devices[1].breakerFailures = 1
        let bench = try ModbusBench(bus)
        bench.bank(1).delayNanoseconds = 1_000_000
        var isFull = true
        bench.refusal = { if isFull { throw DiskFull() } }
        bench.at(100) { isFull = false }
        try bench.run(seconds: 200.05)
        // The first slot is half a second before the first full second.
        for report in bench.report.devices {
            #expect(report.polls + report.pollsPaused + report.pollsHeld + report.overruns == 2006)
        }
        #expect(bench.report.devices[0].pollsHeld > 500)
        #expect(bench.report.devices[0].pollsHeld == bench.report.devices[0].errors["not-durable"])
        #expect(bench.report.devices[0].polls == bench.report.devices[0].requests)
    }

    @Test func `readings whose status was not read are suspect`() throws {
        var device = DeviceDefinition.test(1, registers: 1)
        var status = RegisterDefinition(name: "status", parameter: nil, kind: .input, address: 9, type: .uint16)
        status.status = [0: "00", 1: "01"]
        status.missing = [.integer(65_535)]
        device.registers.append(status)
        device.statusRegister = 1
        let bench = try ModbusBench(.test(devices: [device]))
        let bank = bench.bank(1)
        bank.set([1], kind: .input, at: 9)
        bench.at(1.5) { bank.set([65_535], kind: .input, at: 9) }
        bench.at(2.5) { bank.fault = { $0.registers?.kind == .input ? .exception(4) : .none } }
        bench.at(3.5) { bank.fault = { $0.registers?.kind == .input ? .silent : .none } }
        bench.at(4.5) { bank.fault = { _ in .silent } }
        try bench.run(seconds: 5.5)
        #expect(bench.taken.map(\.qualifiers) == [[], [], ["STA"], ["STA"], ["STA"], ["COM"]])
        #expect(bench.taken.map(\.status) == ["01", "01", nil, nil, nil, nil])
        #expect(bench.taken.prefix(5).allSatisfy { $0.value != nil })
    }
}
