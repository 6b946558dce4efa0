public import Modbus
public import Registers

/// Where a simulated slave is reached.
public enum SlaveEndpoint: Sendable, Hashable {
    /// Port 0: a free one.
    case network(host: String, port: UInt16, framing: ModbusFraming)
    case serial(device: String, SerialLine)
    /// A new one.
    case pseudoTerminal

    /// Reads `tcp://127.0.0.1:0`, `rtu+tcp://…`, `rtu:///dev/…` or `pty`.
    public init(text: String) throws(FaultTextError) {
        if text == "pty" {
            self = .pseudoTerminal
            return
        }
        // Nobody can connect to port 0, so it is no address of a bus.
        let isFree = text.hasSuffix(":0") && !text.hasPrefix("rtu:")
        do {
            switch try BusAddress(url: isFree ? text.dropLast() + "1" : text) {
            case .tcp(let host, let port): self = .network(host: host, port: isFree ? 0 : port, framing: .tcp)
            case .rtuOverTCP(let host, let port): self = .network(host: host, port: isFree ? 0 : port, framing: .rtu)
            case .rtu(let device, let line): self = .serial(device: device, line)
            }
        } catch {
            throw FaultTextError("`\(text)` \(error.reason), or pty")
        }
    }

    /// How frames are told apart there.
    public var framing: ModbusFraming {
        if case .network(_, _, let framing) = self { framing } else { .rtu }
    }

    /// Refuses a plan with faults that cannot be there: a checksum over TCP.
    public func check(_ plan: FaultPlan) throws(FaultTextError) {
        if framing == .tcp, plan.faults.contains(.badChecksum) {
            throw FaultTextError("Modbus TCP has no checksum, expected no `bad-crc`, or rtu+tcp:// instead of tcp://")
        }
    }
}
