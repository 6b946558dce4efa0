import Acquisition
import Logging
import QuantracTesting
import Readings
import Registers
import Synchronization

/// What a bus delivered of one register.
struct PolledReading: Sendable, Equatable {
    var station: String
    var sensor: UInt16
    var parameter: String
    var time: Timestamp
    var value: Double?
    var raw: PolledRaw
    var unit: String?
    var status: String?
    var qualifiers: [String]
    var isSilence: Bool
}

/// A raw value with its text.
enum PolledRaw: Sendable, Equatable {
    case sameAsValue
    case integer(Int64)
    case real(Double)
    case text(String)
    case number(String)
}

/// Keeps what a bus delivers.
final class PolledSink: Sendable {
    private let kept = Mutex<[PolledReading]>([])

    func accept(_ intake: inout Intake) throws {
        let batch = intake.readings.map { draft in
            PolledReading(
                station: intake.string(draft.station) ?? "", sensor: draft.sensor,
                parameter: intake.string(draft.parameter) ?? "", time: draft.time,
                value: draft.hasValue ? draft.value : nil, raw: Self.raw(draft.raw, in: intake),
                unit: intake.string(draft.unit), status: intake.string(draft.status),
                qualifiers: draft.qualifiers.names, isSilence: draft.isSilenceRecord)
        }
        kept.withLock { $0 += batch }
    }

    private static func raw(_ raw: DraftReading.Raw, in intake: Intake) -> PolledRaw {
        switch raw {
        case .sameAsValue: .sameAsValue
        case .integer(let number): .integer(number)
        case .real(let number): .real(number)
        case .text(let range): .text(intake.string(range) ?? "")
        case .number(let range): .number(intake.string(range) ?? "")
        }
    }

    var readings: [PolledReading] { kept.withLock { $0 } }
    var count: Int { kept.withLock { $0.count } }
}

extension RunningSource {
    /// A bus at work, delivering to `sink`.
    convenience init(bus: BusDefinition, sink: PolledSink, log: LogLines = LogLines()) {
        let source = ModbusSource(bus: bus, logger: Logger(label: "test") { _ in log })
        self.init(source) { intake in try sink.accept(&intake) }
    }
}

extension BusDefinition {
    /// A quick bus for a test, without retries.
    static func quick(
        _ address: BusAddress, everyMilliseconds: Int64, timeoutMilliseconds: Int64 = 300, devices: [DeviceDefinition]
    ) -> BusDefinition {
        var bus = BusDefinition(name: "plant", address: address)
        bus.everyMilliseconds = everyMilliseconds
        bus.timeoutMilliseconds = timeoutMilliseconds
        bus.lateResponseWindowMilliseconds = 10 * timeoutMilliseconds
        bus.retries = 0
        bus.devices = devices
        return bus
    }
}

extension DeviceDefinition {
    /// A device of 16-bit registers whose parameters are named after their addresses: `R1000`.
    static func plain(unit: UInt8, station: String = "HN-NT-07", addresses: [UInt16]) -> DeviceDefinition {
        var device = DeviceDefinition(unit: unit, station: station)
        device.registers = addresses.map {
            RegisterDefinition(name: "r\($0)", parameter: "R\($0)", kind: .holding, address: $0, type: .uint16)
        }
        return device
    }
}

extension PolledReading {
    /// The address in the parameter of a plain device.
    var address: UInt16 { UInt16(parameter.dropFirst()) ?? 0 }
}
