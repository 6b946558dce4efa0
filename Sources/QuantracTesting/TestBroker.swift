import Glibc
import Synchronization

/// A real mosquitto on a loopback port of the kernel's choice.
public final class TestBroker: Sendable {
    public let port: UInt16
    /// Its configuration, log, passwords and what it persists.
    public let folder: TestFolder
    private let child: Mutex<ChildProcess?>
    /// Keeps the port ours while the broker is down.
    private let reservation: Int32

    /// What a test may want otherwise.
    public struct Settings: Sendable {
        /// Keeps sessions and messages over a restart.
        public var isPersistent = false
        public var maxInflight = 2000
        public var maxQueued = 2_000_000
        /// `name: password`; empty: everybody may come.
        public var users: [(name: String, password: String)] = []
        /// Lines of an access control file; empty: everything is allowed.
        public var access: [String] = []
        /// Encrypts the connection; clients need a certificate of the same authority.
        public var pki: TestPKI?
        public var requiresCertificate = true
        /// Further lines of the configuration.
        public var lines: [String] = []

        public init() {}
    }

    /// Starts a broker and waits until it listens.
    public init(_ settings: Settings = Settings()) throws {
        folder = try TestFolder()
        (reservation, port) = try LoopbackSocket.reservePort()
        child = Mutex(nil)
        try Self.configure(settings, port: port, folder: folder)
        try start()
    }

    /// Starts it again with the same configuration and port.
    public func start() throws {
        let started = try ChildProcess(
            ["/usr/sbin/mosquitto", "-c", folder.path("mosquitto.conf")], user: "mosquitto",
            log: folder.path("output.log"))
        child.withLock { $0 = started }
        let deadline = ContinuousClock.now + .seconds(10)
        while !LoopbackSocket.canConnect(port: port) {
            guard started.isRunning, ContinuousClock.now < deadline else {
                throw TestingError("mosquitto did not start: \((try? folder.read("output.log")) ?? "")")
            }
            usleep(5000)
        }
    }

    /// Ends it in its own way, with everything persisted when it is persistent.
    public func stop() {
        child.withLock { $0 }?.stop()
        child.withLock { $0 = nil }
    }

    /// Ends it without warning.
    public func kill() {
        let running = child.withLock { $0 }
        running?.send(SIGKILL)
        running?.wait()
        child.withLock { $0 = nil }
    }

    /// Ends the broker and starts it again on the same port, with what it kept.
    public func restart() throws {
        stop()
        try start()
    }

    /// Changes lines of the configuration; the next start reads it.
    public func configure(_ settings: Settings) throws {
        try Self.configure(settings, port: port, folder: folder)
    }

    /// What the broker wrote.
    public var log: String { (try? folder.read("mosquitto.log")) ?? "" }

    /// The broker's process while it runs.
    public func process() -> ChildProcess? { child.withLock { $0 } }

    deinit {
        stop()
        close(reservation)
    }

    private static func configure(_ settings: Settings, port: UInt16, folder: TestFolder) throws {
        var lines = [
            "listener \(port) 127.0.0.1", "log_dest file \(folder.path("mosquitto.log"))", "log_type all",
            "max_inflight_messages \(settings.maxInflight)",
            "max_queued_messages \(settings.maxQueued)", "set_tcp_nodelay true",
            "allow_anonymous \(settings.users.isEmpty)",
        ]
        if settings.isPersistent { lines += ["persistence true", "persistence_location \(folder.path)/"] }
        if !settings.users.isEmpty {
            let names = settings.users.map { "\($0.name):\($0.password)" }.joined(separator: "\n")
            let file = try folder.write(names + "\n", to: "passwords")
            let hashing = try ChildProcess(["/usr/bin/mosquitto_passwd", "-U", file], log: folder.path("passwd.log"))
            guard hashing.wait() == 0 else { throw TestingError("mosquitto_passwd failed") }
            unsafe chmod(file, 0o644)
            lines.append("password_file \(file)")
        }
        if !settings.access.isEmpty {
            try lines.append("acl_file \(folder.write(settings.access.joined(separator: "\n") + "\n", to: "access"))")
        }
        if let pki = settings.pki {
            lines += ["cafile \(pki.authority)", "certfile \(pki.serverCertificate)", "keyfile \(pki.serverKey)"]
            if settings.requiresCertificate { lines.append("require_certificate true") }
        }
        try folder.write((lines + settings.lines).joined(separator: "\n") + "\n", to: "mosquitto.conf")
    }
}
