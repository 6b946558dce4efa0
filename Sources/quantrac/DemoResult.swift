import FoundationEssentials
import Queue
import Simulation

/// What a demo has moved: the stations' and the plant's counts, the queue's, and the lines on the warehouse's disk.
struct DemoResult: Sendable {
    let counts: SimulatorCounts
    let plant: SlaveCounts
    /// All readings that are stored, also those of the plant and the records of its silences.
    let queued: Int64
    /// Of those, what the daemon has read from the plant.
    let polled: Int64
    /// Of those, what tells that a register of the plant did not answer.
    let silences: Int64
    /// Of those, further revisions: a later reading has changed what is thought of an earlier one.
    let revised: Int64
    let duplicates: Int64
    let deadLetters: Int64
    let pulled: Int64
    /// Received by a source, and neither queued nor a duplicate nor a dead letter.
    let uncounted: Int64
    /// In the queue and not acknowledged by the warehouse when the end came.
    let waiting: Int64

    /// - Parameter folder: with the daemon stopped.
    init(folder: DemoFolder, counts: SimulatorCounts, plant: SlaveCounts) throws {
        let figures = try DemoLiveLine.Figures(reader: try QueueReader.open(directory: folder.data))
        self.init(
            counts: counts, plant: plant, queued: figures.queued, polled: figures.polled, silences: figures.silences,
            revised: figures.revised, duplicates: figures.duplicates, deadLetters: figures.deadLetters,
            uncounted: figures.uncounted, pulled: try Self.lines(in: folder.warehouse), waiting: figures.waiting)
    }

    init(
        counts: SimulatorCounts, plant: SlaveCounts = SlaveCounts(), queued: Int64, polled: Int64 = 0,
        silences: Int64 = 0, revised: Int64 = 0, duplicates: Int64, deadLetters: Int64, uncounted: Int64 = 0,
        pulled: Int64,
        waiting: Int64
    ) {
        self.counts = counts
        self.plant = plant
        self.queued = queued
        self.polled = polled
        self.silences = silences
        self.revised = revised
        self.duplicates = duplicates
        self.deadLetters = deadLetters
        self.uncounted = uncounted
        self.pulled = pulled
        self.waiting = waiting
    }

    /// What the broker had acknowledged to a station, or the daemon had read from the plant, and what is neither stored
    /// nor delivered.
    ///
    /// An unreadable message that came before, byte for byte, is a duplicate and no further dead letter.
    var lost: Int64 {
        max(0, Int64(counts.readings) - (queued - polled - silences - revised)) + max(0, queued - waiting - pulled)
            + max(0, Int64(counts.deadLetters + counts.duplicates) - deadLetters - duplicates) + uncounted
    }

    var lines: [String] {
        [
            "Published  \(Grouped.text(Int64(counts.readings))) readings in \(Grouped.text(Int64(counts.messages))) messages, "
                + "\(counts.duplicates) readings twice, \(counts.deadLetters) messages unreadable",
            "Polled     \(Grouped.text(polled)) readings in \(Grouped.text(plant.answers)) answers of the Modbus plant, "
                + "\(Grouped.text(silences)) records of its silences",
            "Stored     \(Grouped.text(queued)) readings (\(Grouped.text(revised)) of them judged anew), \(Grouped.text(duplicates)) duplicates recognised, "
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
