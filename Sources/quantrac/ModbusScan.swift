import Modbus
import Registers

/// Finds out who is on a bus and what can be read there, by asking; prints nothing.
struct ModbusScan {
    let session: ModbusSession
    /// Is told before each question what it is about.
    var progress: (String) -> Void = { _ in }

    /// How a unit took a question.
    enum Presence: Equatable {
        /// With data, or with an exception of its own.
        case answers(exception: UInt8?)
        /// A gateway says that nobody is behind it: exception 10 or 11.
        case refusedByGateway(UInt8)
        case silent
        /// Bytes came that are no answer.
        case noise(ModbusFailure)
    }

    struct UnitScan: Equatable {
        var found: [(unit: UInt8, presence: Presence)] = []
        /// Why not all were asked; `nil`: all were.
        var failure: ModbusFailure?

        /// Those that answer.
        var answering: [UInt8] {
            found.compactMap { if case .answers = $0.presence { $0.unit } else { nil } }
        }

        static func == (left: UnitScan, right: UnitScan) -> Bool {
            left.failure == right.failure && left.found.elementsEqual(right.found) { $0 == $1 }
        }
    }

    /// So many units in a row with bytes that are no Modbus, and none that answers: then it is no Modbus.
    private static let noiseMax = 5
    /// So many connections in a row that end at our question.
    private static let lossesMax = 3

    /// Asks each unit for the same register; what it answers does not matter, only that it does.
    func units(_ units: [UInt8], asking request: RegisterRequest) -> UnitScan {
        var scan = UnitScan()
        var noise = 0
        var losses = 0
        for unit in units {
            progress("unit \(unit)")
            let presence: Presence
            switch session.ask(unit, request) {
            case .words: presence = .answers(exception: nil)
            case .exception(let code) where code == 10 || code == 11: presence = .refusedByGateway(code)
            case .exception(let code): presence = .answers(exception: code)
            case .failed(.noAnswer), .failed(.ambiguous): presence = .silent
            case .failed(.channel(let error)) where error.reason == .lost:
                losses += 1
                presence = .silent
                // One who is asked for alone has no others that could answer.
                if losses >= min(Self.lossesMax, units.count) { scan.failure = .channel(error) }
            case .failed(.channel(let error)):
                scan.failure = .channel(error)
                return scan
            case .failed(let failure):
                noise += 1
                presence = .noise(failure)
                if scan.answering.isEmpty, noise >= Self.noiseMax || failure == .notModbus { scan.failure = failure }
            }
            scan.found.append((unit, presence))
            if case .answers = presence { (noise, losses) = (0, 0) }
            if scan.failure != nil { return scan }
        }
        return scan
    }
}
