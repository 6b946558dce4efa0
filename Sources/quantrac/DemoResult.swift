import FoundationEssentials
import Queue
import Simulation

/// What a demo has moved: the stations' counts, the queue's, and the lines on the warehouse's disk.
struct DemoResult: Sendable {
    let counts: SimulatorCounts
    let queued: Int64
    let duplicates: Int64
    let deadLetters: Int64
    let pulled: Int64
    /// In the queue and not acknowledged by the warehouse when the end came.
    let waiting: Int64

    /// - Parameter folder: with the daemon stopped.
    init(folder: DemoFolder, counts: SimulatorCounts) throws {
        let figures = try DemoLiveLine.Figures(reader: try QueueReader.open(directory: folder.data))
        self.init(
            counts: counts, queued: figures.queued, duplicates: figures.duplicates, deadLetters: figures.deadLetters,
            pulled: try Self.lines(in: folder.warehouse), waiting: figures.waiting)
    }

    init(counts: SimulatorCounts, queued: Int64, duplicates: Int64, deadLetters: Int64, pulled: Int64, waiting: Int64) {
        self.counts = counts
        self.queued = queued
        self.duplicates = duplicates
        self.deadLetters = deadLetters
        self.pulled = pulled
        self.waiting = waiting
    }

    /// Readings that the broker had acknowledged to a station and that are neither stored nor delivered.
    var lost: Int64 {
        max(0, Int64(counts.readings) - queued) + max(0, queued - waiting - pulled)
            + max(0, Int64(counts.deadLetters) - deadLetters)
    }

    var lines: [String] {
        [
            "Published  \(Grouped.text(Int64(counts.readings))) readings in \(Grouped.text(Int64(counts.messages))) messages, "
                + "\(counts.duplicates) readings twice, \(counts.deadLetters) messages unreadable",
            "Stored     \(Grouped.text(queued)) readings, \(Grouped.text(duplicates)) duplicates recognised, "
                + "\(Grouped.text(deadLetters)) dead letters",
            "Pulled     \(Grouped.text(pulled)) readings"
                + (waiting > 0 ? ", \(Grouped.text(waiting)) still wait" : ""),
            "Lost       \(Grouped.text(lost))",
        ]
    }

    /// The readings in the files of a folder and its folders.
    private static func lines(in folder: String) throws -> Int64 {
        let start = Array(#"{"kind":"reading""#.utf8)
        var count: Int64 = 0
        for name in try FileManager.default.subpathsOfDirectory(atPath: folder) {
            guard let data = FileManager.default.contents(atPath: "\(folder)/\(name)") else { continue }
            for line in data.split(separator: UInt8(ascii: "\n")) where line.starts(with: start) { count += 1 }
        }
        return count
    }
}
