import Foundation

/// Where the rows work: their folders, the daemon's program, what they tell while they run.
final class Workplace {
    let options: Options
    let folder: String
    let quantrac: String
    private var made: [String] = []

    init(_ options: Options) throws {
        self.options = options
        folder = URL(filePath: options.folder).path
        quantrac = URL(filePath: options.quantrac).path
        try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
    }

    /// An empty folder, removed after the row.
    func makeFolder(_ name: String) throws -> String {
        let path = folder + "/" + name + "-" + UUID().uuidString.prefix(8)
        try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: true)
        made.append(path)
        return path
    }

    func remove(_ path: String) {
        // What stays is removed with the whole folder by Benchmarks/run.
        _ = try? FileManager.default.removeItem(atPath: path)
        made.removeAll { $0 == path }
    }

    /// Removes the folders of the row.
    func empty() {
        for path in made { remove(path) }
    }

    func tell(_ text: String) {
        FileHandle.standardError.write(Data((text + "\n").utf8))
    }

    /// `full`, or the smaller number of a quick run.
    func count(_ full: Int, quick: Int) -> Int { options.isQuick ? quick : full }

    /// Measures pairs in turn; which of the two goes first changes from pair to pair.
    func pairs<Value>(_ pair: (_ oursFirst: Bool) throws -> (Value, Value)) throws -> ([Value], [Value]) {
        var ours: [Value] = []
        var theirs: [Value] = []
        for repetition in 0..<options.repetitions {
            let (our, their) = try pair(repetition.isMultiple(of: 2))
            tell("  \(repetition + 1)/\(options.repetitions): \(our) | \(their)")
            ours.append(our)
            theirs.append(their)
        }
        return (ours, theirs)
    }

    /// Asks every `milliseconds` until `condition` holds.
    static func wait(
        for claim: String, seconds: Double, every milliseconds: Double = 5, until condition: () throws -> Bool
    ) throws {
        let deadline = Native.monotonicSeconds() + seconds
        while try !condition() {
            guard Native.monotonicSeconds() < deadline else { throw BenchError("not within \(seconds) s: \(claim)") }
            usleep(UInt32(milliseconds * 1000))
        }
    }
}
