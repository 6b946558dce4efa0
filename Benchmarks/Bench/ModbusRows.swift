import Acquisition
import CLoop
import Foundation
import Logging
import Modbus
import OwnThread
import Quality
import Queue
import Readings
import Registers
import Synchronization

/// Row 7: registers of a libmodbus slave, beside a libmodbus loop that reads and throws away.
struct ModbusRows {
    let workplace: Workplace
    private static let asked = 100.0

    func rows() throws -> [Row] {
        let slave = try ModbusSlave()
        let rows = [try onePoll(slave), try sweeps(slave)]
        slave.stop()
        return rows
    }

    // MARK: One request after the other

    private func onePoll(_ slave: ModbusSlave) throws -> Row {
        let polls = workplace.count(40_000, quick: 5000)
        let loop = { try Double(polls) / Native.modbusLoop(port: slave.port, registers: 120, sweeps: polls) }
        var cpu: [Double] = []
        let (ours, theirs) = try workplace.pairs { oursFirst in
            let their = oursFirst ? nil : try loop()
            let startCPU = Native.ownCPUSeconds()
            let our = try poll(slave, polls: polls)
            cpu.append((Native.ownCPUSeconds() - startCPU) / Double(polls) * 1e6)
            return (our, try their ?? loop())
        }
        return Row(
            name: "7", work: "a Modbus TCP poll of 120 registers, one after the other", reference: "libmodbus C loop",
            unit: "polls/s", ours: ours, theirs: theirs, must: 0.9, aim: 0.95,
            notes: ["CPU \(cpu.median.fixed(2)) us a poll"])
    }

    private func poll(_ slave: ModbusSlave, polls: Int) throws -> Double {
        let wake = try Wake()
        let address = BusAddress.tcp(host: "127.0.0.1", port: UInt16(slave.port))
        let master = ModbusMaster(
            channel: address.makeChannel(wake: wake), framing: address.framing, line: nil,
            lateResponseWindowNanoseconds: 10_000_000_000, clock: SystemBusClock(wake: wake))
        defer { master.close() }
        let request = ModbusRequest(
            unit: 1, registers: RegisterRequest(kind: .holding, address: 0, count: 120))
        var words: [UInt16] = []
        let start = Native.monotonicSeconds()
        for _ in 0..<polls {
            let answer = master.ask(request, timeoutNanoseconds: 1_000_000_000, into: &words)
            guard answer == .data, words.count == 120 else { throw BenchError("the slave's answer: \(answer)") }
        }
        return Double(polls) / (Native.monotonicSeconds() - start)
    }

    // MARK: By the clock, into the queue

    private func sweeps(_ slave: ModbusSlave) throws -> Row {
        let seconds = Double(workplace.count(10, quick: 2))
        var notes: [Sweeps] = []
        var ceilings: [Double] = []
        let count = workplace.count(2000, quick: 200)
        let (ours, theirs) = try workplace.pairs { _ in
            ceilings.append(
                try Double(count) / Native.modbusLoop(port: slave.port, registers: 1000, sweeps: count))
            let measured = try sweep(slave, seconds: seconds)
            notes.append(measured)
            return (measured.perSecond, Self.asked)
        }
        return Row(
            name: "7b", work: "1,000 registers each 10 ms through a bus into the queue, durable", reference: "asked",
            unit: "sweeps/s", ours: ours, theirs: theirs, must: 0.9, aim: 0.99,
            notes: [
                "\((ours.median * 1000).text) readings/s",
                "CPU \((notes.map(\.cores).median * 100).fixed(0)) % of a core",
                "\(notes.map(\.overruns).reduce(0, +)) slots passed while the bus was busy",
                "\(ceilings.median.text) sweeps/s in a libmodbus C loop that keeps nothing",
            ])
    }

    private struct Sweeps {
        var perSecond: Double
        var cores: Double
        var overruns: Int64
    }

    private func sweep(_ slave: ModbusSlave, seconds: Double) throws -> Sweeps {
        let folder = try workplace.makeFolder("modbus")
        defer { workplace.remove(folder) }
        let queue = try open(folder)
        defer { queue.close() }
        let logger = Logger(label: "bench") { _ in SwiftLogNoOpLogHandler() }
        let source = ModbusSource(bus: Self.bus(port: slave.port), logger: logger)
        let committed = Committed()
        let ended = DispatchSemaphore(value: 0)
        // The benchmark's own thread waits for it below.
        let task = Task {
            defer { ended.signal() }
            try await source.run { intake in
                committed.add(try queue.append(&intake).queued)
            }
        }
        try Workplace.wait(for: "the first sweeps are committed", seconds: 10) { committed.count > 50_000 }
        let start = Native.monotonicSeconds()
        let startCPU = Native.ownCPUSeconds()
        let before = committed.count
        let overrunsBefore = source.status.bus?.devices.first?.overruns ?? 0
        usleep(UInt32(seconds * 1e6))
        let after = committed.count
        let took = Native.monotonicSeconds() - start
        let cores = (Native.ownCPUSeconds() - startCPU) / took
        let overruns = (source.status.bus?.devices.first?.overruns ?? 0) - overrunsBefore
        task.cancel()
        ended.wait()
        return Sweeps(perSecond: Double(after - before) / 1000 / took, cores: cores, overruns: overruns)
    }

    private static func bus(port: Int) -> BusDefinition {
        var device = DeviceDefinition(unit: 1, station: "HN-NT-07")
        device.registers = (0..<1000).map {
            RegisterDefinition(name: "r\($0)", parameter: "R\($0)", kind: .holding, address: UInt16($0), type: .uint16)
        }
        var bus = BusDefinition(name: "bench", address: .tcp(host: "127.0.0.1", port: UInt16(port)))
        bus.everyMilliseconds = 10
        bus.devices = [device]
        return bus
    }

    private func open(_ directory: String) throws -> ReadingQueue {
        var settings = QueueSettings(directory: directory, node: Daemon.node)
        settings.minFreeDiskBytes = 0
        return try ReadingQueue.open(
            settings, clock: SystemWallClock(), logger: Logger(label: "bench") { _ in SwiftLogNoOpLogHandler() },
            makeJudge: { QualityJudge() })
    }
}

/// Readings that are committed.
private final class Committed: Sendable {
    private let readings = Atomic<Int>(0)

    func add(_ count: Int) { readings.add(count, ordering: .relaxed) }
    var count: Int { readings.load(ordering: .relaxed) }
}

/// libmodbus's slave, a process of its own.
final class ModbusSlave {
    let port: Int
    private let child: Child

    init() throws {
        var port: Int32 = 0
        var pid: Int32 = 0
        let code = unsafe c_modbus_slave_start(&port, &pid)
        guard code == 0 else { throw BenchError("the Modbus slave cannot be started: errno \(code)") }
        self.port = Int(port)
        child = Child(pid: pid, name: "the Modbus slave")
    }

    /// It knows no other end than being killed.
    func stop() { child.end() }
}
