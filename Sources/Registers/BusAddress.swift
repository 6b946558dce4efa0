/// Where a bus is.
///
/// `tcp://host:port`, `rtu:///dev/serial/by-id/X?baud=9600&parity=even&data_bits=8&stop_bits=1&rs485=false`,
/// `rtu+tcp://host:port` (RTU frames through a transparent serial server).
public enum BusAddress: Sendable, Hashable {
    case tcp(host: String, port: UInt16)
    case rtu(device: String, SerialLine)
    case rtuOverTCP(host: String, port: UInt16)
}

/// How the characters travel on a serial line.
public struct SerialLine: Sendable, Hashable {
    /// Bits a second, 1200 … 921600.
    public var baud = 9600
    public var parity = Parity.even
    /// 7 or 8; RTU needs 8.
    public var dataBits = 8
    /// 1 or 2.
    public var stopBits = 1
    /// The driver switches the direction of an RS-485 transceiver by RTS.
    public var isRS485 = false

    public init() {}

    /// The bit behind the data bits of each character that shows a single wrong one.
    public enum Parity: String, Sendable, Hashable, CaseIterable {
        case none, even, odd
    }
}

/// Why an address cannot be used.
public struct BusAddressError: Error, Sendable, Hashable, CustomStringConvertible {
    /// The end of a sentence that begins with the address.
    public let reason: String
    public var description: String { reason }

    public init(_ reason: String) {
        self.reason = reason
    }
}
