import Glibc
import Queue
import Readings
import Simulation

/// What flows, in one line: refreshed on a terminal, repeated now and then in a log.
struct DemoLiveLine: Sendable {
    let directory: String
    let simulator: StationSimulator

    /// Until cancelled.
    func run() async throws {
        let isTerminal = isatty(STDERR_FILENO) == 1
        let reader = try QueueReader.open(directory: directory)
        let start = ContinuousClock.now
        var last: (queued: Int64, time: ContinuousClock.Instant) = (0, start)
        defer { if isTerminal { Output.error(Array("\n".utf8)) } }
        for turn in 1... {
            do { try await Task.sleep(for: .seconds(1)) } catch { return }
            // A log gets a line in five seconds.
            guard isTerminal || turn % 5 == 0 else { continue }
            let figures = try Figures(reader: reader)
            let now = ContinuousClock.now
            let seconds = (now - last.time) / .seconds(1)
            let rate = Double(figures.queued - last.queued) / seconds
            last = (figures.queued, now)
            let line = Self.line(figures, rate: rate, elapsed: now - start, counts: simulator.counts)
            if isTerminal { Output.error(Array("\r\u{1b}[2K\(line)".utf8)) } else { Output.note(line) }
        }
    }

    /// The queue's own numbers.
    struct Figures {
        /// All that is stored.
        var queued: Int64 = 0
        /// Of those, what the daemon has read from the Modbus plant.
        var polled: Int64 = 0
        /// Of those, what tells that a register of the plant did not answer.
        var silences: Int64 = 0
        /// Of those, further revisions that a later reading has brought about.
        var revised: Int64 = 0
        var duplicates: Int64 = 0
        var deadLetters: Int64 = 0
        /// Received, and not found again in the other counters of its source.
        var uncounted: Int64 = 0
        var delivered: Int64 = 0
        var waiting: Int64 = 0
        var usedBytes: Int64 = 0

        /// Of those, what stations have published.
        var published: Int64 { queued - polled - silences - revised }

        init() {}

        init(reader: QueueReader) throws {
            let counters = try reader.counters()
            silences = counters.generated["silence"] ?? 0
            revised = Cause.allCases.reduce(0) { $0 + (counters.generated[$1.rawValue] ?? 0) }
            queued = silences + revised
            for source in counters.sources {
                queued += source.queued
                if source.source == DemoPlant.source { polled += source.queued }
                duplicates += source.duplicates
                deadLetters += source.deadLetters
                uncounted += abs(source.received - source.queued - source.duplicates - source.deadLetters)
            }
            for consumer in try reader.consumers() where consumer.definition.name == "warehouse" {
                delivered += consumer.acknowledgedCount
                waiting += consumer.pendingAtMost
            }
            usedBytes = try reader.summary().usedBytes
        }
    }

    static func line(_ figures: Figures, rate: Double, elapsed: Duration, counts: SimulatorCounts) -> String {
        let seconds = elapsed.components.seconds
        let clock = "\(seconds / 60):\(seconds % 60 < 10 ? "0" : "")\(seconds % 60)"
        return "\(clock)  \(Int(rate.rounded())) readings/s · stored \(Grouped.text(figures.queued)) · delivered "
            + "\(Grouped.text(figures.delivered)) · waiting \(Grouped.text(figures.waiting)) · polled "
            + "\(Grouped.text(figures.polled)) · silences \(Grouped.text(figures.silences)) · duplicates "
            + "\(Grouped.text(figures.duplicates)) · dead letters \(Grouped.text(figures.deadLetters)) · "
            + Grouped.bytes(figures.usedBytes) + (counts.isConnected ? "" : " · the broker is away")
    }
}
