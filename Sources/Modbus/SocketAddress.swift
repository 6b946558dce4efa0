import Glibc

/// An address and port to connect or listen at.
struct SocketAddress: Sendable {
    let family: Int32
    private let storage: sockaddr_storage
    private let length: socklen_t

    /// Of an address in digits, without asking anybody; `nil` for names.
    static func numeric(_ host: String, port: UInt16) -> SocketAddress? {
        guard case .success(let addresses) = resolve(host, port: port, flags: AI_NUMERICHOST) else { return nil }
        return addresses.first
    }

    /// What the resolver says; it may take many seconds.
    static func resolve(_ host: String, port: UInt16) -> Result<[SocketAddress], ChannelError> {
        resolve(host, port: port, flags: 0)
    }

    /// Begins to connect; as `connect(2)`.
    func connect(_ descriptor: Int32) -> Int32 {
        unsafe withPointer { unsafe Glibc.connect(descriptor, $0, $1) }
    }

    /// As `bind(2)`.
    func bind(_ descriptor: Int32) -> Int32 {
        unsafe withPointer { unsafe Glibc.bind(descriptor, $0, $1) }
    }

    /// The port that a bound socket has, 0 when it has none.
    static func localPort(of descriptor: Int32) -> UInt16 {
        var storage = sockaddr_storage()
        var length = socklen_t(MemoryLayout<sockaddr_storage>.size)
        return unsafe withUnsafeMutablePointer(to: &storage) { pointer in
            let code = unsafe pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                unsafe getsockname(descriptor, $0, &length)
            }
            guard code == 0 else { return 0 }
            // The port stands at one place in both families.
            return unsafe pointer.withMemoryRebound(to: sockaddr_in.self, capacity: 1) {
                unsafe UInt16(bigEndian: $0.pointee.sin_port)
            }
        }
    }

    private func withPointer(_ body: (UnsafePointer<sockaddr>, socklen_t) -> Int32) -> Int32 {
        unsafe withUnsafePointer(to: storage) { pointer in
            unsafe pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) { unsafe body($0, length) }
        }
    }

    private static func resolve(
        _ host: String, port: UInt16, flags: Int32
    ) -> Result<[SocketAddress], ChannelError> {
        var hints = unsafe addrinfo()
        unsafe hints.ai_flags = flags | AI_NUMERICSERV
        unsafe hints.ai_socktype = Int32(SOCK_STREAM.rawValue)
        var list: UnsafeMutablePointer<addrinfo>?
        let code = unsafe getaddrinfo(host, String(port), &hints, &list)
        guard code == 0 else {
            let reason = unsafe String(cString: gai_strerror(code))
            return .failure(
                ChannelError(.unreachable, "\(host) has no address: \(reason); check the name and the resolver"))
        }
        defer { unsafe freeaddrinfo(list) }
        var addresses: [SocketAddress] = []
        var entry = unsafe list
        while let found = unsafe entry {
            unsafe addresses.append(SocketAddress(found.pointee))
            unsafe entry = found.pointee.ai_next
        }
        return .success(addresses)
    }

    @safe private init(_ info: addrinfo) {
        var copy = sockaddr_storage()
        let count = unsafe min(Int(info.ai_addrlen), MemoryLayout<sockaddr_storage>.size)
        if let source = unsafe info.ai_addr { unsafe memcpy(&copy, source, count) }
        storage = copy
        length = socklen_t(count)
        family = unsafe info.ai_family
    }
}
