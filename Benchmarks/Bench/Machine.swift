import Foundation
import SQLite

/// What the numbers were measured on.
struct Machine: Encodable {
    var cores: Int
    var processor: String
    var kernel: String
    var memoryGiB: Int
    var fileSystem: String
    var broker: String
    var sqlite: String
    var quantrac: String
    var date: String

    init(_ workplace: Workplace) throws {
        cores = ProcessInfo.processInfo.activeProcessorCount
        let information = String(decoding: try Data(contentsOf: URL(filePath: "/proc/cpuinfo")), as: UTF8.self)
        processor =
            information.split(separator: "\n").first { $0.hasPrefix("model name") }?.split(separator: ":").last
            .map { $0.trimmingCharacters(in: .whitespaces) } ?? "unknown"
        kernel = try String(contentsOfFile: "/proc/sys/kernel/osrelease", encoding: .utf8)
            .trimmingCharacters(in: .whitespacesAndNewlines)
        memoryGiB = Int((ProcessInfo.processInfo.physicalMemory + 1 << 29) >> 30)
        let types = try Child.output("/usr/bin/df", ["--output=fstype", workplace.folder], in: workplace.folder)
        fileSystem = types.split(separator: "\n").last.map(String.init) ?? "unknown"
        // mosquitto has no --version; its help ends with 3.
        let help = try Child.output(Broker.program(), ["-h"], in: workplace.folder, expecting: 3)
        broker = help.split(separator: "\n").first.map(String.init) ?? "unknown"
        let library = try Connection.open(path: ":memory:", mode: .readWriteCreate).text("SELECT sqlite_version()")
        sqlite = library ?? "unknown"
        guard FileManager.default.isExecutableFile(atPath: workplace.quantrac) else {
            throw BenchError("there is no \(workplace.quantrac): run `make release` first")
        }
        quantrac = try Child.output(workplace.quantrac, ["--version"], in: workplace.folder)
            .trimmingCharacters(in: .whitespacesAndNewlines)
        date = Date.now.formatted(.iso8601)
    }

    var line: String {
        "\(cores) cores \(processor), \(memoryGiB) GiB, Linux \(kernel), \(fileSystem), \(broker), SQLite \(sqlite), "
            + "\(quantrac), \(date)"
    }
}
