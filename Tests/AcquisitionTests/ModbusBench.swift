import Logging
import Modbus
import QuantracTesting
import Readings
import Registers
import Synchronization

@testable import Acquisition

/// A reading as it came to `accept`.
struct TakenReading: Hashable {
    let station: String
    let sensor: UInt16
    let parameter: String
    let time: Int64
    let value: Double?
    let raw: String
    let unit: String?
    let status: String?
    let qualifiers: [String]
    let isSilenceRecord: Bool
}

/// A bus in simulated time: its line, its slaves, its loop and what came of it.
final class ModbusBench {
    /// 2026-11-22T22:40:00Z, a full ten minutes.
    static let startMilliseconds: Int64 = 1_795_387_200_000

    let bus: BusDefinition
    let line: SimulatedLine
    let board = StatusBoard(name: "modbus:test")
    private(set) var taken: [TakenReading] = []
    private(set) var batches: [Int] = []
    /// Called at each offer; throws what `accept` is to throw.
    var refusal: () throws -> Void = {}
    /// Called before an offer is taken.
    var onAccept: (Intake) -> Void = { _ in }
    private let stop: StopSwitch
    private let lines = LogLines()

    /// The words of the log lines, with the unit of the device where there is one.
    var log: [String] { lines.all }

    var clock: SimulatedLineClock { line.clock }

    /// - Parameter bus: Its framing is that of its address; units that no bank is made for hear nothing.
    init(_ bus: BusDefinition) throws {
        self.bus = bus
        line = SimulatedLine(
            framing: bus.address.framing,
            clock: SimulatedLineClock(wallMicroseconds: Self.startMilliseconds * 1000 - 500_000))
        stop = try StopSwitch()
    }

    func bank(_ unit: UInt8) -> RegisterBank {
        let bank = RegisterBank(unit: unit)
        line.units[unit] = bank
        return bank
    }

    /// Has something happen so long after the first full second.
    func at(_ seconds: Double, _ action: @escaping () -> Void) {
        clock.at(1_500_000_000 + Int64(seconds * 1e9), action)
    }

    /// Runs the loop for so long; may be called once.
    ///
    /// - Parameter rest: seconds at the beginning in which nothing is to be asked.
    func run(seconds: Double, rest: Double = 0) throws {
        at(seconds) { [clock] in clock.stop() }
        let loop = BusLoop(
            bus: bus, channel: line, clock: clock,
            events: ModbusEvents(
                logger: Logger(label: "test") { [lines] _ in LogCapture(lines: lines) }, source: bus.source,
                address: ""),
            board: board, stop: stop, restNanoseconds: Int64(rest * 1e9)
        ) { [unowned self] intake in
            onAccept(intake)
            try refusal()
            batches.append(intake.readings.count)
            for reading in intake.readings { taken.append(Self.taken(reading, in: intake)) }
        }
        try loop.run()
    }

    var report: BusReport { board.snapshot.bus ?? BusReport(address: "") }

    /// Seconds after the first full second.
    func seconds(_ reading: TakenReading) -> Double { Double(reading.time - Self.startMilliseconds) / 1000 }

    private static func taken(_ draft: DraftReading, in intake: Intake) -> TakenReading {
        let raw =
            switch draft.raw {
            case .sameAsValue: "="
            case .integer(let number): "integer \(number)"
            case .real(let number): "real \(number)"
            case .text(let range): "text \(intake.string(range) ?? "")"
            case .number(let range): "number \(intake.string(range) ?? "")"
            }
        return TakenReading(
            station: intake.string(draft.station) ?? "", sensor: draft.sensor,
            parameter: intake.string(draft.parameter) ?? "", time: draft.time.millisecondsSince1970,
            value: draft.hasValue ? draft.value : nil, raw: raw, unit: intake.string(draft.unit),
            status: intake.string(draft.status), qualifiers: draft.qualifiers.names,
            isSilenceRecord: draft.isSilenceRecord)
    }
}

extension BusDefinition {
    /// A bus for tests: RTU over TCP unless told, polled every second with a timeout of 100 ms and one retry.
    static func test(_ address: BusAddress = .rtuOverTCP(host: "127.0.0.1", port: 1), devices: [DeviceDefinition])
        -> BusDefinition
    {
        var bus = BusDefinition(name: "test", address: address)
        bus.everyMilliseconds = 1000
        bus.timeoutMilliseconds = 100
        bus.lateResponseWindowMilliseconds = 1000
        bus.devices = devices
        return bus
    }
}

extension DeviceDefinition {
    /// Holding registers from address 0, each with a parameter `P<address>`.
    static func test(_ unit: UInt8, registers: Int, type: RegisterType = .uint16) -> DeviceDefinition {
        var device = DeviceDefinition(unit: unit, station: "S\(unit)")
        var address = 0
        for _ in 0..<registers {
            let register = RegisterDefinition(
                name: "r\(address)", parameter: "P\(address)", kind: .holding, address: UInt16(address), type: type)
            device.registers.append(register)
            address += register.count
        }
        return device
    }
}

/// Log lines, in their order.
private final class LogLines: Sendable {
    private let lines = Mutex<[String]>([])

    var all: [String] { lines.withLock { $0 } }

    func append(_ line: String) { lines.withLock { $0.append(line) } }
}

/// Keeps what is logged.
private struct LogCapture: LogHandler {
    let lines: LogLines
    var logLevel = Logger.Level.trace
    var metadata: Logger.Metadata = [:]

    init(lines: LogLines) { self.lines = lines }

    subscript(metadataKey key: String) -> Logger.Metadata.Value? {
        get { metadata[key] }
        set { metadata[key] = newValue }
    }

    func log(event: LogEvent) {
        let unit = event.metadata?["unit"].map { " of unit \($0)" } ?? ""
        lines.append("\(event.level): \(event.message)\(unit)")
    }
}
