import Glibc
import Subprocess
import SystemPackage

/// A mosquitto of our own: on a free port of this machine only, in a folder of its own, gone when we are.
public struct LocalBroker: Sendable {
    /// The loopback port it listens on.
    public let port: Int
    /// `mqtt://127.0.0.1:PORT`.
    public var url: String { "mqtt://127.0.0.1:\(port)" }

    /// Starts the broker, calls `body` when it accepts connections, and stops it when `body` is done or cancelled.
    ///
    /// Messages and sessions are kept in `folder`, so that a second start on the same folder and port goes on.
    /// - Parameter port: `nil` for a free one.
    /// - Parameter extraConfiguration: Further lines of mosquitto.conf.
    /// - Throws: `LocalBrokerError` when mosquitto is not installed, does not start or ends before `body` does.
    public static func run<Result: Sendable>(
        in folder: String, port: Int? = nil, extraConfiguration: String = "",
        _ body: @escaping @Sendable (LocalBroker) async throws -> Result
    ) async throws -> Result {
        guard let program = program() else { throw LocalBrokerError(reason: .notInstalled) }
        for attempt in 1... {
            // Below the range from which the kernel gives ports to outgoing connections, so that few are taken; the
            // broker itself finds out which.
            let candidate = port ?? Int.random(in: 15_000..<32_000)
            do {
                return try await start(
                    program, in: FilePath(folder), port: candidate, extraConfiguration: extraConfiguration, body)
            } catch let error as LocalBrokerError where error.reason == .portTaken && port == nil && attempt < 20 {
                continue
            }
        }
        throw LocalBrokerError(reason: .portTaken)
    }

    private static func start<Result: Sendable>(
        _ program: FilePath, in folder: FilePath, port: Int, extraConfiguration: String,
        _ body: @escaping @Sendable (LocalBroker) async throws -> Result
    ) async throws -> Result {
        let file = folder.appending("mosquitto.conf")
        try write(configuration(folder: folder, port: port) + extraConfiguration, to: file)
        var options = PlatformOptions()
        options.processGroupID = 0  // Ctrl-C on the terminal is for us; we stop the broker after the daemon
        options.teardownSequence = [.gracefulShutDown(allowedDurationToNextStep: .seconds(2))]
        let command = ChildProcess.endingWithParent(program, ["-c", file.string])
        let configuration = Configuration(
            executable: .path(command.program), arguments: Arguments(command.arguments), platformOptions: options)
        let (ready, whenReady) = AsyncStream.makeStream(of: Void.self)
        return try await withThrowingTaskGroup(of: Result?.self) { group in
            group.addTask {
                _ = try await Subprocess.run(configuration, input: .none, output: .discarded, error: .sequence) {
                    try await follow($0.standardError, port: port, ready: whenReady)
                }
                return nil
            }
            group.addTask {
                for await _ in ready { return try await body(LocalBroker(port: port)) }
                return nil
            }
            // Whichever way this ends, the broker's task is cancelled, which stops the broker.
            defer { group.cancelAll() }
            while let end = try await group.next() {
                if let result = end { return result }
            }
            throw LocalBrokerError(reason: .ended, detail: "port \(port)")
        }
    }

    /// Reads what the broker says until it ends; it must be read, or the broker blocks on a full pipe.
    private static func follow(
        _ lines: SubprocessOutputSequence, port: Int, ready: AsyncStream<Void>.Continuation
    ) async throws {
        var recent: [String] = []
        for try await line in lines.strings() {
            recent.append(line)
            if recent.count > 5 { recent.removeFirst() }
            if line.contains("Address already in use") { throw LocalBrokerError(reason: .portTaken, detail: "\(port)") }
            if line.hasSuffix(" running\n") || line.hasSuffix(" running") { ready.yield() }
        }
        try Task.checkCancellation()
        throw LocalBrokerError(reason: .ended, detail: recent.joined(separator: " | "))
    }

    private static func configuration(folder: FilePath, port: Int) -> String {
        // `user root`: started by root, mosquitto would become user mosquitto; that clears the signal that ends it
        // with its parent (seen with 2.0.11: it outlived a kill -9), and it could not write to our folder.
        """
        listener \(port) 127.0.0.1
        allow_anonymous true
        \(geteuid() == 0 ? "user root\n" : "")persistence true
        persistence_location \(folder.string)/
        autosave_on_changes true
        autosave_interval 1000
        max_inflight_messages 1000
        max_queued_messages 2000000
        max_queued_bytes 0
        set_tcp_nodelay true
        log_type error
        log_type warning
        log_type notice
        log_type information

        """
    }

    /// Debian puts it into /usr/sbin, which is not on everyone's PATH.
    private static func program() -> FilePath? {
        ChildProcess.find("mosquitto", in: ["/usr/sbin", "/usr/local/sbin", "/usr/bin", "/usr/local/bin", "/opt/bin"])
    }

    private static func write(_ text: String, to path: FilePath) throws {
        let file = try FileDescriptor.open(
            path, .writeOnly, options: [.create, .truncate, .closeOnExec], permissions: .ownerReadWrite)
        try file.closeAfter { _ = try file.writeAll(text.utf8) }
    }
}

/// Why there is no broker of our own.
public struct LocalBrokerError: Error, Sendable, Equatable, CustomStringConvertible {
    /// What went wrong with it.
    public enum Reason: Sendable { case notInstalled, portTaken, ended }

    public let reason: Reason
    public let detail: String

    init(reason: Reason, detail: String = "") {
        self.reason = reason
        self.detail = detail
    }

    public var description: String {
        switch reason {
        case .notInstalled:
            "the MQTT broker mosquitto is not installed; install it with: sudo apt-get install mosquitto"
        case .portTaken:
            "the local broker's port \(detail) is taken; try again, or stop what listens there"
        case .ended:
            "the local broker ended by itself (\(detail)); run mosquitto -v by hand to see why"
        }
    }
}
