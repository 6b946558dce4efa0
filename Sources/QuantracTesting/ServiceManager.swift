import Glibc

/// The service manager's end of the notification socket: what systemd would hear.
public final class ServiceManager: Sendable {
    /// For `NOTIFY_SOCKET`: a path, or `@` and an abstract name.
    public let address: String
    private let descriptor: Int32

    public init(isAbstract: Bool) throws {
        let name = "quantrac-notify-\(getpid())-\(UInt32.random(in: 0...UInt32.max))"
        address = isAbstract ? "@\(name)" : "/tmp/\(name)"
        descriptor = socket(AF_UNIX, Int32(SOCK_DGRAM.rawValue), 0)
        var target = sockaddr_un()
        target.sun_family = sa_family_t(AF_UNIX)
        var bytes = Array(address.utf8)
        if isAbstract { bytes[0] = 0 }
        unsafe withUnsafeMutableBytes(of: &target.sun_path) { unsafe $0.copyBytes(from: bytes) }
        let length = socklen_t(2 + bytes.count + (isAbstract ? 0 : 1))
        let bound = unsafe withUnsafePointer(to: &target) {
            unsafe $0.withMemoryRebound(to: sockaddr.self, capacity: 1) { unsafe bind(descriptor, $0, length) }
        }
        guard bound == 0 else { throw TestingError("bind \(address): \(errno)") }
    }

    deinit {
        close(descriptor)
        if address.hasPrefix("/") { unsafe unlink(address) }
    }

    /// The datagram that waits; `nil` when none does.
    public func receive() -> String? {
        var buffer = [UInt8](repeating: 0, count: 4096)
        let count = unsafe recv(descriptor, &buffer, buffer.count, Int32(MSG_DONTWAIT))
        return count < 0 ? nil : String(decoding: buffer[..<count], as: UTF8.self)
    }
}
