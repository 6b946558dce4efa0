import Modbus

/// Why a try of a poll brought nothing, sent or not, as it stands in counters and records.
enum PollFailure: Hashable {
    case failed(ModbusFailure)
    case exception(UInt8)
    /// The bus itself could not be reached; the device was not asked.
    case connection
    /// Too many readings wait to become durable; the device was not asked.
    case notDurable

    /// Nothing was asked, as no answer could be told from a late one.
    var isAmbiguous: Bool {
        if case .failed(.ambiguous) = self { true } else { false }
    }

    /// The bus could not be reached, or was lost.
    var isConnection: Bool {
        switch self {
        case .connection, .failed(.channel): true
        default: false
        }
    }

    /// One of a few fixed words.
    var word: String {
        switch self {
        case .exception(let code): "exception-\(code)"
        case .connection, .failed(.channel): "connection"
        case .notDurable: "not-durable"
        case .failed(.noAnswer): "timeout"
        case .failed(.incomplete): "incomplete"
        case .failed(.badChecksum): "checksum"
        case .failed(.unexpected): "unexpected"
        case .failed(.doubtfulException): "doubtful-exception"
        case .failed(.notModbus): "not-modbus"
        case .failed(.ambiguous): "ambiguous"
        }
    }

    /// For people.
    var text: String {
        switch self {
        case .exception(let code): "exception \(code)\(Self.meanings[code].map { " (\($0))" } ?? "")"
        case .connection: "the bus cannot be reached"
        case .notDurable: "not asked: too many readings wait to become durable"
        case .failed(.channel(let error)): error.description
        case .failed(.noAnswer): "no answer"
        case .failed(.incomplete): "half an answer"
        case .failed(.badChecksum): "an answer with a wrong checksum"
        case .failed(.unexpected): "an answer to another question"
        case .failed(.doubtfulException(let code)): "exception \(code), perhaps a late one"
        case .failed(.notModbus): "no Modbus at the other side"
        case .failed(.ambiguous): "waiting for a late answer to an earlier request"
        }
    }

    // Modbus Application Protocol 1.1b3, 7
    private static let meanings: [UInt8: String] = [
        1: "illegal function", 2: "illegal data address", 3: "illegal data value", 4: "device failure",
        5: "acknowledge", 6: "device busy", 8: "memory parity error", 10: "gateway path unavailable",
        11: "gateway target does not respond",
    ]
}
