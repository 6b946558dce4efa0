import Foundation
import SQLite

/// `quantrac run` on a folder of its own, with the defaults of its settings.
final class Daemon {
    let folder: String
    let httpPort: Int
    private let workplace: Workplace
    private let configuration: String
    private var child: Child?

    var dataDirectory: String { folder + "/data" }

    /// - Parameter broker: The source; none where a row needs no messages.
    /// - Parameter tables: Further tables of the settings.
    init(_ workplace: Workplace, folder: String, broker: Broker? = nil, tables: String = "") throws {
        self.workplace = workplace
        self.folder = folder
        httpPort = try Native.freePort()
        configuration = folder + "/quantrac.toml"
        let source =
            broker.map {
                """
                [[mqtt]]
                name = "bench"
                url = "mqtt://127.0.0.1:\($0.port)"
                topics = ["quantrac/v1/{station}/readings"]

                """
            } ?? ""
        let text = """
            [node]
            name = "\(Self.node)"
            data_directory = "\(dataDirectory)"

            [http]
            listen = "127.0.0.1:\(httpPort)"

            \(source)
            \(tables)
            """
        try text.write(toFile: configuration, atomically: true, encoding: .utf8)
    }

    static let node = "bench-1"

    /// Starts the process and waits for nothing.
    func start() throws {
        child = try Child(workplace.quantrac, ["run", "-c", configuration], output: folder + "/daemon.log")
    }

    /// Starts the process and waits for `/readyz`, asking every half millisecond; the seconds that took.
    @discardableResult func startUntilReady(seconds: Double = 60) throws -> Double {
        let begin = Native.monotonicSeconds()
        try start()
        try attempt("the daemon is ready", seconds: seconds, every: 0.5) {
            var client = HTTPClient(port: self.httpPort)
            return try client.exchange("GET", "/readyz")?.status == 200
        }
        return Native.monotonicSeconds() - begin
    }

    /// SIGTERM, and waits.
    func stop() throws {
        try child?.terminate()
        child = nil
    }

    var running: Child {
        get throws {
            guard let child else { throw BenchError("the daemon does not run") }
            return child
        }
    }

    /// Readings that are committed, from the file itself.
    func makeCounter() throws -> Counter {
        Counter(try Connection.open(path: dataDirectory + "/queue.db", mode: .readOnly))
    }

    /// Waits for `condition`, and tells what the daemon said when it does not come.
    func attempt(
        _ claim: String, seconds: Double, every milliseconds: Double = 2, until condition: () throws -> Bool
    ) throws {
        do {
            try Workplace.wait(for: claim, seconds: seconds, every: milliseconds) {
                guard try !running.hasEnded else { throw BenchError("the daemon ended before: \(claim)") }
                return try condition()
            }
        } catch {
            let log = (try? String(contentsOfFile: folder + "/daemon.log", encoding: .utf8)) ?? ""
            throw BenchError("\(error); the daemon said: \(log.suffix(1500))")
        }
    }

    /// Makes the daemon's session at the broker: starts it, publishes until a reading is committed, stops it.
    ///
    /// - Returns: How many readings the queue holds.
    func makeSession(_ broker: Broker) throws -> Int {
        try startUntilReady()
        let counter = try makeCounter()
        var tries = 0
        try attempt("the daemon's subscription works", seconds: 20, every: 100) {
            tries += 1
            let start = Int64(Date.now.timeIntervalSince1970 * 1000) - 3_600_000 + Int64(tries)
            try broker.publish(Corpus(messages: 1, readingsPerMessage: 1, start: start, stepMilliseconds: 1))
            return try counter.committed() > 0
        }
        try stop()
        return try counter.committed()
    }
}

/// Reads the queue's own count of what is committed.
struct Counter: ~Copyable {
    private let connection: Connection

    init(_ connection: consuming Connection) {
        self.connection = connection
    }

    func committed() throws -> Int {
        Int(try connection.integer("SELECT sum(queued) FROM source_counter") ?? 0)
    }
}
