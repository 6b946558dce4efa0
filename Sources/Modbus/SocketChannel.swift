import Glibc
public import OwnThread

/// A TCP connection to a gateway or a device.
///
/// Descriptors are closed on exec; a send on a broken connection raises no signal. Owned by one thread.
public final class SocketChannel: ByteChannel {
    public var isOpen: Bool { descriptor >= 0 }

    private let host: String
    private let port: UInt16
    private let wake: Wake
    /// `host:port`, for people.
    private let name: String
    private var descriptor: Int32 = -1
    private var lookup: NameLookup?
    private let received = ReceiveBuffer()

    /// Makes a channel that is not yet open.
    ///
    /// - Parameter host: A name, or an IPv4 or IPv6 address without brackets.
    /// - Parameter wake: Ends every wait once it is signalled.
    public init(host: String, port: UInt16, wake: Wake) {
        self.host = host
        self.port = port
        self.wake = wake
        name = host.contains(":") ? "[\(host)]:\(port)" : "\(host):\(port)"
    }

    /// Takes over a connected socket, as a listener accepts it; it cannot be opened again.
    init(adopting descriptor: Int32, name: String, wake: Wake) {
        host = ""
        port = 0
        self.name = name
        self.wake = wake
        self.descriptor = descriptor
        if descriptor >= 0 { Self.configure(descriptor) }
    }

    deinit { close() }

    public func open(until deadline: Int64) throws(ChannelError) {
        guard !isOpen else { return }
        guard port != 0 else { throw ChannelError(.lost, "the connection of \(name) is over") }
        var last = ChannelError(.unreachable, "\(host) has no address; check the name in the settings")
        let found = try addresses(until: deadline)
        for (place, address) in found.enumerated() {
            // One that swallows everything leaves the others their share of the time.
            let now = SystemTime.monotonicNanoseconds()
            let share = now + max(0, deadline - now) / Int64(found.count - place)
            do throws(ChannelError) {
                return try connect(to: address, until: share)
            } catch {
                guard error.reason != .stopped else { throw error }
                last = error
            }
        }
        throw last
    }

    public func write(_ bytes: [UInt8], until deadline: Int64) throws(ChannelError) {
        var sent = 0
        while sent < bytes.count {
            let count = unsafe bytes.withUnsafeBytes { buffer in
                Readiness.uninterrupted {
                    guard let start = buffer.baseAddress else { return 0 }
                    return unsafe send(descriptor, start + sent, buffer.count - sent, Int32(MSG_NOSIGNAL))
                }
            }
            if count >= 0 {
                sent += count
                continue
            }
            guard errno == EAGAIN else { throw lost(Readiness.text(errno)) }
            if try Readiness.wait(for: POLLOUT, on: descriptor, until: deadline, wake: wake, what: name) == nil {
                close()
                throw ChannelError(.timedOut, "\(name) takes no more bytes; is the gateway overloaded?")
            }
        }
    }

    public func read(into buffer: inout [UInt8], until deadline: Int64) throws(ChannelError) -> Int {
        guard isOpen else { throw ChannelError(.lost, "\(name) is not connected") }
        if deadline > 0,
            try Readiness.wait(for: POLLIN, on: descriptor, until: deadline, wake: wake, what: name) == nil
        {
            return 0
        }
        let count = unsafe received.fill(&buffer) { unsafe recv(descriptor, $0, $1, 0) }
        if count > 0 { return count }
        if count == 0 { throw lost("closed by the other side") }
        if errno == EAGAIN { return 0 }
        throw lost(Readiness.text(errno))
    }

    public func close() {
        guard descriptor >= 0 else { return }
        _ = Glibc.close(descriptor)
        descriptor = -1
    }

    private func lost(_ reason: String) -> ChannelError {
        close()
        return ChannelError(.lost, "the connection to \(name) is lost: \(reason); it is opened again")
    }

    private func addresses(until deadline: Int64) throws(ChannelError) -> [SocketAddress] {
        if let address = SocketAddress.numeric(host, port: port) { return [address] }
        // One that has not come back is waited for again: no more than one thread a bus hangs in a resolver.
        let pending: NameLookup
        if let lookup { pending = lookup } else { pending = try NameLookup.start(host, port: port) }
        lookup = pending
        let result = try pending.wait(until: deadline, wake: wake)
        lookup = nil
        switch result {
        case .success(let found): return found
        case .failure(let error): throw error
        }
    }

    private func connect(to address: SocketAddress, until deadline: Int64) throws(ChannelError) {
        let kind = Int32(SOCK_STREAM.rawValue) | Int32(SOCK_NONBLOCK.rawValue) | Int32(SOCK_CLOEXEC.rawValue)
        let fresh = socket(address.family, kind, 0)
        guard fresh >= 0 else {
            throw ChannelError(
                .unreachable, "no socket for \(name): \(Readiness.text(errno)); raise the limit of open files")
        }
        var isAdopted = false
        defer { if !isAdopted { _ = Glibc.close(fresh) } }
        var code = address.connect(fresh) == 0 ? 0 : errno
        // An interrupted connect goes on, as one that is in progress.
        if code == EINPROGRESS || code == EINTR {
            guard try Readiness.wait(for: POLLOUT, on: fresh, until: deadline, wake: wake, what: name) != nil else {
                throw ChannelError(
                    .timedOut, "\(name) does not answer; check the address, the network and that it is switched on")
            }
            var size = socklen_t(MemoryLayout<Int32>.size)
            _ = unsafe getsockopt(fresh, SOL_SOCKET, SO_ERROR, &code, &size)
        }
        guard code == 0 else {
            throw ChannelError(
                code == EACCES || code == EPERM ? .refused : .unreachable,
                "\(name) cannot be reached: \(Readiness.text(code)); check the address and that Modbus is enabled there"
            )
        }
        Self.configure(fresh)
        descriptor = fresh
        isAdopted = true
    }

    private static func configure(_ descriptor: Int32) {
        var one: Int32 = 1
        let size = socklen_t(MemoryLayout<Int32>.size)
        // A refusal costs speed or a later notice of a dead peer, no data.
        _ = unsafe setsockopt(descriptor, Int32(IPPROTO_TCP), TCP_NODELAY, &one, size)
        _ = unsafe setsockopt(descriptor, SOL_SOCKET, SO_KEEPALIVE, &one, size)
    }
}
