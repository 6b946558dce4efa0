import Glibc
import Logging
import Modbus
import OwnThread
import QuantracTesting
import Readings
import Registers
import Synchronization
import Testing

@testable import Acquisition

/// Takes every batch and counts.
private final class Counter: Sendable {
    private let state = Mutex((readings: 0, silences: 0))

    func accept(_ intake: inout Intake) {
        let silences = intake.readings.count { $0.isSilenceRecord }
        state.withLock { $0 = ($0.readings + intake.readings.count - silences, $0.silences + silences) }
    }

    var readings: Int { state.withLock { $0.readings } }
    var silences: Int { state.withLock { $0.silences } }
}

/// A line whose slaves answer at once, for the machine's own time.
private final class InstantLine: ByteChannel {
    private(set) var isOpen = false
    private var reader = ServedRequestReader(framing: .tcp)
    private var answer: [UInt8] = []

    func open(until deadline: Int64) { isOpen = true }
    func close() { isOpen = false }

    func write(_ bytes: [UInt8], until deadline: Int64) {
        reader.append(bytes)
        while let request = reader.next() {
            guard let registers = request.registers else { continue }
            answer += request.answer(registers.addresses.map { UInt16(truncatingIfNeeded: $0) })
        }
    }

    func read(into buffer: inout [UInt8], until deadline: Int64) -> Int {
        buffer += answer
        defer { answer = [] }
        return answer.count
    }
}

@Suite struct `Modbus source` {
    private let logger = Logger(label: "test") { _ in SwiftLogNoOpLogHandler() }

    private func bus(port: UInt16, every: Int64 = 100, registers: Int = 4) -> BusDefinition {
        var bus = BusDefinition(name: "plant-7", address: .tcp(host: "127.0.0.1", port: port))
        bus.everyMilliseconds = every
        bus.timeoutMilliseconds = 60_000
        bus.devices = [.test(1, registers: registers)]
        return bus
    }

    private func source(_ bus: BusDefinition) -> ModbusSource {
        ModbusSource(
            bus: bus, logger: logger, makeChannel: { _ in InstantLine() }, clock: { SystemBusClock(wake: $0) })
    }

    @Test func `is named, shows itself, and stops`() async throws {
        let counter = Counter()
        let run = RunningSource(source(bus(port: 1))) { counter.accept(&$0) }
        #expect(run.source.name == "modbus:plant-7")
        #expect(run.source.status.bus?.address == "tcp://127.0.0.1:1")
        try await run.waitUntilConnected()
        try await eventually("20 readings") { counter.readings >= 20 }
        let status = run.source.status
        #expect(status.messages >= 5)
        #expect(status.bytes > 0)
        #expect(status.lastProgress != nil)
        #expect(status.bus?.devices.first?.state == .answering)
        try await run.stop()
        #expect(run.source.status.state == .stopped)
        #expect(run.source.status.lastProgress == nil)
    }

    @Test func `a thousand registers every ten milliseconds flow`() async throws {
        let counter = Counter()
        let source = source(bus(port: 1, every: 10, registers: 1000))
        let run = RunningSource(source) { counter.accept(&$0) }
        try await Task.sleep(for: .seconds(1))
        try await run.stop()
        let device = try #require(source.status.bus?.devices.first)
        print("\(counter.readings) readings in a second, \(device.polls) polls, \(device.overruns) overruns")
        // The stop may cut one more short, which counts for nothing.
        #expect(counter.readings / 1000 == Int(device.polls))
        #expect(device.polls > 20)
    }

    @Test func `stops within two seconds of a gateway that takes connections and says nothing`() async throws {
        let listener = try LoopbackSocket.listen()
        defer { close(listener.socket) }
        let run = RunningSource(ModbusSource(bus: bus(port: listener.port), logger: logger)) { _ in }
        try await run.wait("asking") { $0.state == .connecting && $0.lastProgress == nil }
        try await Task.sleep(for: .milliseconds(200))
        let took = try await run.stop()
        #expect(took < .seconds(1))
    }

    @Test func `stops within two seconds of the rest at the start, and has asked nothing`() async throws {
        let counter = Counter()
        let source = ModbusSource(
            bus: bus(port: 1), logger: logger, makeChannel: { _ in InstantLine() },
            clock: { SystemBusClock(wake: $0) }, restMilliseconds: 600_000)
        let run = RunningSource(source) { counter.accept(&$0) }
        try await run.wait("resting") { $0.detail?.contains("earlier process") == true }
        #expect(source.status.lastProgress == nil, "the watchdog does not wait for a turn")
        let took = try await run.stop()
        #expect(took < .seconds(1))
        #expect(source.status.state == .stopped)
        #expect(counter.readings + counter.silences == 0)
        #expect(source.status.bus?.devices.first?.requests == 0)
    }

    @Test func `stops at once with nobody there, and records the silence`() async throws {
        let (socket, port) = try LoopbackSocket.listen()
        close(socket)
        let counter = Counter()
        let run = RunningSource(ModbusSource(bus: bus(port: port), logger: logger)) { counter.accept(&$0) }
        try await run.wait("waiting") { $0.state == .waiting }
        try await eventually("a record of each register") { counter.silences == 4 }
        #expect(run.source.status.detail?.isEmpty == false)
        let took = try await run.stop()
        #expect(took < .seconds(1))
    }
}
