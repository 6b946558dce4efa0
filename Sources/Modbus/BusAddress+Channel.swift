public import OwnThread
public import Registers

extension BusAddress {
    /// A channel to it, not yet open.
    ///
    /// - Parameter wake: Ends every wait of the channel once it is signalled, with `ChannelError.Reason.stopped`.
    public func makeChannel(wake: Wake) -> any ByteChannel {
        switch self {
        case .tcp(let host, let port), .rtuOverTCP(let host, let port):
            SocketChannel(host: host, port: port, wake: wake)
        case .rtu(let device, let line): SerialChannel(device: device, line: line, wake: wake)
        }
    }
}
