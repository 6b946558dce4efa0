import Glibc
public import OwnThread

/// A listening TCP port: where simulated devices, and tests, are connected to.
///
/// Closed with its last reference. May be used from any thread.
public final class ModbusListener: Sendable {
    /// The one that was asked for, or the kernel's choice.
    public let port: UInt16
    private let descriptor: Int32
    private let wake: Wake

    /// Listens.
    ///
    /// - Parameter host: In digits; `127.0.0.1` lets nobody in from outside.
    /// - Parameter port: 0: one that is free.
    /// - Parameter wake: Ends the waits of `accept`.
    /// - Throws: `busy` when the port is taken, `refused` without permission (ports below 1024), `unreachable` when the
    ///   machine has no such address.
    public init(host: String = "127.0.0.1", port: UInt16 = 0, wake: Wake) throws(ChannelError) {
        guard let address = SocketAddress.numeric(host, port: port) else {
            throw ChannelError(.unreachable, "\(host) is no address in digits; use 127.0.0.1 or 0.0.0.0")
        }
        let kind = Int32(SOCK_STREAM.rawValue) | Int32(SOCK_NONBLOCK.rawValue) | Int32(SOCK_CLOEXEC.rawValue)
        let descriptor = socket(address.family, kind, 0)
        var one: Int32 = 1
        _ = unsafe setsockopt(descriptor, SOL_SOCKET, SO_REUSEADDR, &one, socklen_t(MemoryLayout<Int32>.size))
        guard descriptor >= 0, address.bind(descriptor) == 0, listen(descriptor, 128) == 0 else {
            let code = errno
            if descriptor >= 0 { close(descriptor) }
            throw Self.error(host, port, code)
        }
        self.port = SocketAddress.localPort(of: descriptor)
        self.descriptor = descriptor
        self.wake = wake
    }

    deinit { close(descriptor) }

    /// Waits for the next connection; `nil` when none has come by `deadline` (monotonic nanoseconds).
    ///
    /// - Throws: `stopped`, or `unreachable` when the process has no descriptors left.
    public func accept(until deadline: Int64) throws(ChannelError) -> AcceptedSocket? {
        while true {
            let events = try Readiness.wait(
                for: POLLIN, on: descriptor, until: deadline, wake: wake, what: "port \(port)")
            guard events != nil else { return nil }
            let found = Readiness.uninterrupted { Int(Glibc.accept(descriptor, nil, nil)) }
            if found >= 0 {
                // The Glibc module has no accept4; a simulator starts no other programs in between.
                _ = fcntl(Int32(found), F_SETFD, FD_CLOEXEC)
                _ = fcntl(Int32(found), F_SETFL, O_NONBLOCK)
                return AcceptedSocket(descriptor: Int32(found))
            }
            // Who has gone again before we looked is no fault of ours.
            guard errno == EAGAIN || errno == ECONNABORTED else {
                throw ChannelError(.unreachable, "port \(port) accepts nobody: \(Readiness.text(errno))")
            }
        }
    }

    private static func error(_ host: String, _ port: UInt16, _ code: Int32) -> ChannelError {
        switch code {
        case EADDRINUSE: ChannelError(.busy, "\(host):\(port) is taken by another program; choose another port")
        case EACCES: ChannelError(.refused, "no permission for \(host):\(port); choose a port above 1023")
        default: ChannelError(.unreachable, "cannot listen at \(host):\(port): \(Readiness.text(code))")
        }
    }
}
