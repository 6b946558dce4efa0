import Foundation

/// The real `quantrac`, as a process that a test can start, ask, stop and kill.
public final class DaemonProcess: Sendable {
    /// What the daemon of a test needs to know.
    public struct Plan: Sendable {
        /// Where `quantrac.toml` and the data directory go.
        public var folder: String
        public var dataDirectory: String
        public var httpPort: Int
        /// The text of the `[[mqtt]]`, `[[consumer]]` and further tables.
        public var tables: String

        public init(
            folder: String, dataDirectory: String? = nil, httpPort: Int = HTTPProbe.freePort(), tables: String
        ) {
            self.folder = folder
            self.dataDirectory = dataDirectory ?? folder + "/data"
            self.httpPort = httpPort
            self.tables = tables
        }

        public var configuration: String { folder + "/quantrac.toml" }
        public var url: String { "http://127.0.0.1:\(httpPort)" }

        /// Writes `quantrac.toml`.
        public func write() throws {
            let text = """
                [node]
                name = "test-1"
                data_directory = "\(dataDirectory)"
                check_clock = false

                [queue]
                min_free_disk = "0MiB"

                [http]
                listen = "127.0.0.1:\(httpPort)"

                \(tables)
                """
            try text.write(toFile: configuration, atomically: true, encoding: .utf8)
        }
    }

    public let plan: Plan
    public let child: ChildProcess

    /// Starts `quantrac run` on the plan's configuration; it may not be ready yet.
    public init(_ plan: Plan) throws {
        self.plan = plan
        try plan.write()
        child = try ChildProcess(
            quantrac: ["run", "-c", plan.configuration], log: plan.folder + "/daemon.log")
    }

    /// Waits until `/readyz` answers 200.
    public func waitUntilReady(seconds: Double = 20) throws {
        let url = plan.httpPort
        try waitUntil("the daemon is ready; it said: \(log.suffix(2000))", seconds: seconds) {
            HTTPProbe.get("/readyz", port: url)?.status == 200
        }
    }

    /// Everything it has written so far, of this and of earlier starts in the same folder.
    public var log: String {
        (try? String(contentsOfFile: plan.folder + "/daemon.log", encoding: .utf8)) ?? ""
    }
}

extension ChildProcess {
    /// Runs the `quantrac` that was built beside the running tests; what it writes is appended to the file `log`.
    public convenience init(quantrac arguments: [String], log: String) throws {
        try self.init([Self.quantrac] + arguments, log: log)
    }

    /// The executable under test: `QUANTRAC_BINARY`, or the one of this build.
    public static var quantrac: String {
        if let path = ProcessInfo.processInfo.environment["QUANTRAC_BINARY"] { return path }
        return URL(fileURLWithPath: CommandLine.arguments[0]).deletingLastPathComponent()
            .appendingPathComponent("quantrac").path
    }

    /// SIGKILL, and waits for the end.
    public func endAtOnce() {
        send(SIGKILL)
        wait()
    }

    /// SIGTERM; returns the exit code, negative for a signal, and how long the end took.
    @discardableResult public func terminate() -> (code: Int32, seconds: Double) {
        let start = ContinuousClock.now
        send(SIGTERM)
        let code = exitCode()
        return (code, (ContinuousClock.now - start) / .seconds(1))
    }

    /// Waits for the end; the exit code, or the signal as a negative number.
    public func exitCode() -> Int32 {
        let status = wait()
        return status & 0x7f == 0 ? (status >> 8) & 0xff : -(status & 0x7f)
    }
}

/// Asks every 10 ms until `condition` holds.
///
/// - Throws: `TestingError` naming `claim` when it does not within `seconds`.
public func waitUntil(_ claim: @autoclosure () -> String, seconds: Double, _ condition: () throws -> Bool) throws {
    let deadline = ContinuousClock.now + .seconds(seconds)
    while try !condition() {
        guard ContinuousClock.now < deadline else { throw TestingError("not within \(seconds) s: \(claim())") }
        usleep(10_000)
    }
}
