public import Registers

/// How frames are told apart.
public enum ModbusFraming: Sendable, Hashable {
    /// Unit, function, data, CRC.
    case rtu
    /// MBAP header with transaction id and length.
    case tcp
}

extension BusAddress {
    /// RTU frames, or MBAP.
    public var framing: ModbusFraming {
        if case .tcp = self { .tcp } else { .rtu }
    }

    /// The serial line that we drive ourselves, if it is one.
    public var serialLine: SerialLine? {
        if case .rtu(_, let line) = self { line } else { nil }
    }
}
