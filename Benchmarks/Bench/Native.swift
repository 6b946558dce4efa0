import CLoop
import Foundation

/// The C functions of this benchmark, with Swift's types.
enum Native {
    /// Runs the reference loop over a queue file; the seconds it took.
    static func insertLoop(
        queue path: String, rows: Int, perCommit: Int, series: Int, startMilliseconds: Int64
    ) throws -> Double {
        var seconds = 0.0
        let code = unsafe c_loop_insert(path, rows, Int32(perCommit), Int32(series), startMilliseconds, &seconds)
        guard code == 0 else { throw BenchError("the C loop ended with SQLite's error \(code)") }
        return seconds
    }

    /// Reads registers of a Modbus slave in libmodbus's own way; the seconds it took.
    static func modbusLoop(port: Int, registers: Int, sweeps: Int) throws -> Double {
        var seconds = 0.0
        let code = unsafe c_modbus_loop(Int32(port), Int32(registers), sweeps, &seconds)
        guard code == 0 else { throw BenchError("the libmodbus loop ended with errno \(code)") }
        return seconds
    }

    /// A loopback port that was free a moment ago.
    static func freePort() throws -> Int {
        let port = Int(c_free_port())
        guard port > 0 else { throw BenchError("there is no free port") }
        return port
    }

    /// CPU seconds of this process, all threads.
    static func ownCPUSeconds() -> Double { seconds(CLOCK_PROCESS_CPUTIME_ID) }
    static func monotonicSeconds() -> Double { seconds(CLOCK_MONOTONIC) }

    private static func seconds(_ clock: clockid_t) -> Double {
        var time = timespec()
        _ = unsafe clock_gettime(clock, &time)
        return Double(time.tv_sec) + Double(time.tv_nsec) / 1e9
    }
}

/// A program that ends with us.
final class Child {
    let pid: Int32
    private let name: String
    private var isReaped = false

    /// - Parameter output: Gets what it writes, behind what is there.
    init(_ program: String, _ arguments: [String], output: String = "/dev/null") throws {
        name = program.split(separator: "/").last.map(String.init) ?? program
        var pid: Int32 = 0
        var strings = unsafe ([program] + arguments).map { unsafe strdup($0) } + [nil]
        defer { unsafe strings.forEach { unsafe free($0) } }
        let code = unsafe c_child_start(&strings, output, &pid)
        guard code == 0 else { throw BenchError("\(program) cannot be started: errno \(code)") }
        self.pid = pid
    }

    /// A process that was started already.
    init(pid: Int32, name: String) {
        self.pid = pid
        self.name = name
    }

    deinit { end() }

    /// SIGKILL, unless it has ended.
    func end() {
        guard !isReaped else { return }
        kill(pid, SIGKILL)
        _ = try? wait(seconds: 5)
    }

    /// Of a process that still runs.
    var cpuSeconds: Double { c_child_cpu_seconds(pid) }

    var hasEnded: Bool { c_child_has_ended(pid) != 0 }

    /// Waits for its end, kills it when that does not come; the CPU seconds it used.
    @discardableResult func wait(seconds: Double, expecting code: Int32 = 0) throws -> Double {
        var status: Int32 = 0
        var cpu = 0.0
        let error = unsafe c_child_wait(pid, seconds, &status, &cpu)
        isReaped = true
        guard error == 0 else { throw BenchError("\(name) did not end within \(seconds) s (errno \(error))") }
        guard status == code << 8 else { throw BenchError("\(name) ended with wait status \(status)") }
        return cpu
    }

    /// SIGTERM, and waits.
    @discardableResult func terminate(seconds: Double = 30) throws -> Double {
        kill(pid, SIGTERM)
        return try wait(seconds: seconds)
    }

    /// A number of /proc/PID/status, in bytes.
    func memory(_ field: String) throws -> Int64 {
        let text = String(decoding: try Data(contentsOf: URL(filePath: "/proc/\(pid)/status")), as: UTF8.self)
        for line in text.split(separator: "\n") where line.hasPrefix(field + ":") {
            if let kilobytes = line.split(whereSeparator: { $0 == " " || $0 == "\t" }).dropFirst().first {
                return (Int64(kilobytes) ?? 0) * 1024
            }
        }
        throw BenchError("/proc/\(pid)/status has no \(field)")
    }

    /// What a program prints.
    static func output(
        _ program: String, _ arguments: [String], in folder: String, seconds: Double = 10, expecting code: Int32 = 0
    ) throws -> String {
        let file = folder + "/output-\(UUID().uuidString.prefix(8)).txt"
        try Child(program, arguments, output: file).wait(seconds: seconds, expecting: code)
        return try String(contentsOfFile: file, encoding: .utf8)
    }
}

/// One kept HTTP connection that throws the bodies away.
struct HTTPClient: ~Copyable {
    private let port: Int
    private var connection: Int32 = -1

    struct Answer {
        var status: Int
        var bytes: Int
        var batch: String
    }

    init(port: Int) {
        self.port = port
    }

    deinit {
        if connection >= 0 { close(connection) }
    }

    /// - Returns: `nil` when nobody answers.
    mutating func exchange(_ method: String, _ path: String, body: String = "") throws -> Answer? {
        var request = "\(method) \(path) HTTP/1.1\r\nHost: 127.0.0.1:\(port)\r\n"
        if method != "GET" { request += "Content-Type: application/json\r\nContent-Length: \(body.utf8.count)\r\n" }
        request += "\r\n" + body
        var answer = c_http_answer()
        let code = unsafe c_http_exchange(&connection, Int32(port), request, &answer)
        if code == ECONNREFUSED || code == ECONNRESET { return nil }
        guard code == 0 else { throw BenchError("\(method) \(path) failed: errno \(code)") }
        let batch = unsafe withUnsafeBytes(of: answer.batch) { bytes in
            unsafe String(decoding: bytes.prefix { $0 != 0 }, as: UTF8.self)
        }
        return Answer(status: Int(answer.status), bytes: Int(answer.bytes), batch: batch)
    }
}
