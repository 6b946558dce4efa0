import Glibc

/// Plain TCP on the loopback address, blocking.
public enum LoopbackSocket {
    /// A listening socket on a port that the kernel chose.
    public static func listen() throws -> (socket: Int32, port: UInt16) {
        let (socket, port) = try bind(isShared: false)
        guard Glibc.listen(socket, 16) == 0 else {
            close(socket)
            throw TestingError("listen: \(errno)")
        }
        return (socket, port)
    }

    /// A port for a server that is to be started, stopped and started again, and the socket that keeps it ours.
    ///
    /// As long as that socket is open, bound and not listening, the kernel gives the port to nobody who asks for any port;
    /// a server that sets SO_REUSEADDR, as mosquitto does, can listen on it all the same.
    static func reservePort() throws -> (socket: Int32, port: UInt16) {
        try bind(isShared: true)
    }

    private static func bind(isShared: Bool) throws -> (socket: Int32, port: UInt16) {
        let socket = Glibc.socket(AF_INET, Int32(SOCK_STREAM.rawValue) | Int32(SOCK_CLOEXEC.rawValue), 0)
        guard socket >= 0 else { throw TestingError("socket: \(errno)") }
        var share: Int32 = isShared ? 1 : 0
        var address = Self.address(port: 0)
        var length = socklen_t(MemoryLayout<sockaddr_in>.size)
        let isBound = unsafe withUnsafeMutablePointer(to: &address) { pointer in
            unsafe pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) { generic in
                unsafe setsockopt(socket, SOL_SOCKET, SO_REUSEADDR, &share, 4) == 0
                    && Glibc.bind(socket, generic, length) == 0 && getsockname(socket, generic, &length) == 0
            }
        }
        guard isBound else {
            close(socket)
            throw TestingError("bind: \(errno)")
        }
        return (socket, UInt16(bigEndian: address.sin_port))
    }

    /// A connected socket; `nil` when nobody listens.
    static func connect(port: UInt16) -> Int32? {
        let socket = Glibc.socket(AF_INET, Int32(SOCK_STREAM.rawValue) | Int32(SOCK_CLOEXEC.rawValue), 0)
        guard socket >= 0 else { return nil }
        var address = Self.address(port: port)
        let isConnected = unsafe withUnsafePointer(to: &address) { pointer in
            unsafe pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) { generic in
                unsafe Glibc.connect(socket, generic, socklen_t(MemoryLayout<sockaddr_in>.size)) == 0
            }
        }
        guard isConnected else {
            close(socket)
            return nil
        }
        return socket
    }

    static func canConnect(port: UInt16) -> Bool {
        guard let socket = connect(port: port) else { return false }
        close(socket)
        return true
    }

    /// Up to `buffer.count` bytes; 0 at the end, or after `milliseconds` without any (then `isOver` stays false).
    static func receive(
        from socket: Int32, into buffer: inout [UInt8], milliseconds: Int32
    ) -> (count: Int, isOver: Bool) {
        var entry = pollfd(fd: socket, events: Int16(POLLIN), revents: 0)
        guard unsafe poll(&entry, 1, milliseconds) > 0 else { return (0, false) }
        let count = unsafe recv(socket, &buffer, buffer.count, 0)
        return count > 0 ? (count, false) : (0, true)
    }

    /// Sends everything; false when the other side is gone.
    static func send(_ bytes: [UInt8], to socket: Int32) -> Bool {
        var sent = 0
        while sent < bytes.count {
            let count = unsafe bytes.withUnsafeBytes { all in
                let rest = unsafe UnsafeRawBufferPointer(rebasing: all[sent...])
                return unsafe Glibc.send(socket, rest.baseAddress, rest.count, Int32(MSG_NOSIGNAL))
            }
            guard count > 0 else { return false }
            sent += count
        }
        return true
    }

    private static func address(port: UInt16) -> sockaddr_in {
        var address = sockaddr_in()
        address.sin_family = sa_family_t(AF_INET)
        address.sin_port = port.bigEndian
        address.sin_addr.s_addr = UInt32(0x7f00_0001).bigEndian
        return address
    }
}
