import Decoding
import Foundation
import Logging
import Quality
import Queue
import Readings
import Rules
import Synchronization

/// Row 3: JSON, decoded, compared with what is known, judged and committed, beside a C loop that inserts and does no more.
struct InProcessRow {
    let workplace: Workplace
    var book = RuleBook()
    static let perCommit = 1000
    /// How long after its observation each reading is received.
    private static let lag: Int64 = 1204

    func emptyQueue() throws -> [Row] {
        try [row("3", "JSON → known? → judge → commit in process, 1,000 a commit", must: 0.9, aim: 1.5)]
    }

    /// The same with six tests for each of the 1,000 series.
    func judged() throws -> [Row] {
        var row = self
        row.book = QualityRow.book(stations: Corpus.stationNames, intervalMilliseconds: 1000)
        var measured = try row.row("3q", "row 3 with six quality tests on", must: nil, aim: nil)
        measured.notes.append(try row.firstCommit())
        return [measured]
    }

    /// What the first commit after a start takes, with a reading of each of the 1,000 series: whatever the tests must know of
    /// them is looked up then. The window of half a day reaches back further than the readings, so that all are wanted.
    private func firstCommit() throws -> String {
        let folder = try workplace.makeFolder("restarted")
        defer { workplace.remove(folder) }
        let rounds = workplace.count(1000, quick: 100)
        _ = try fill(folder, rows: rounds * Corpus.series, firstRound: 0)
        let judged = try fill(folder, rows: Corpus.series, firstRound: rounds).wall
        var plain = self
        plain.book = RuleBook()
        let unjudged = try plain.fill(folder, rows: Corpus.series, firstRound: rounds + 1).wall
        return "first commit of 1,000 series after a start, \(rounds) readings of each looked up: "
            + "\((judged * 1000).fixed(0)) ms, without tests \((unjudged * 1000).fixed(0)) ms"
    }

    private func row(_ name: String, _ work: String, must: Double?, aim: Double?) throws -> Row {
        let rows = workplace.count(1_000_000, quick: 200_000)
        var cpu: [Double] = []
        let (ours, theirs) = try workplace.pairs { oursFirst in
            var their: Double?
            if !oursFirst { their = try loop(rows: rows, perCommit: Self.perCommit) }
            let folder = try workplace.makeFolder("in-process")
            defer { workplace.remove(folder) }
            let our = try fill(folder, rows: rows, firstRound: 0)
            cpu.append(our.cpu / Double(rows) * 1e9)
            return (Double(rows) / our.wall, try their ?? loop(rows: rows, perCommit: Self.perCommit))
        }
        return Row(
            name: name, work: work, reference: "C loop, insert only", unit: "readings/s", ours: ours, theirs: theirs,
            must: must, aim: aim, notes: ["CPU \(cpu.median.fixed(0)) ns a reading"])
    }

    /// Rows a second of the C loop over a queue file that has just been made.
    func loop(rows: Int, perCommit: Int) throws -> Double {
        let folder = try workplace.makeFolder("c-loop")
        defer { workplace.remove(folder) }
        try open(folder, BenchClock(), RuleBook()).close()
        let seconds = try Native.insertLoop(
            queue: folder + "/queue.db", rows: rows, perCommit: perCommit, series: Corpus.series,
            startMilliseconds: Self.start)
        return Double(rows) / seconds
    }

    /// Appends `rows` readings, 1,000 a commit; wall and CPU seconds from the first byte to the last commit.
    ///
    /// - Parameter firstRound: How many readings each of the 1,000 series has in the queue.
    func fill(_ directory: String, rows: Int, firstRound: Int) throws -> (wall: Double, cpu: Double) {
        let clock = BenchClock()
        let queue = try open(directory, clock, book)
        defer { queue.close() }
        guard let json = DecoderCatalog.make("json") else { throw BenchError("there is no decoder json") }
        let topic = try TopicPattern("quantrac/v1/{station}/readings")
        var decoder = IntakeDecoder(decoder: json, context: DecodingContext(topics: [topic]))
        var intake = Intake(source: "mqtt:bench")
        var wall = 0.0
        var cpu = 0.0
        // A million at a time: the messages of ten millions would fill the memory.
        for first in stride(from: 0, to: rows, by: 1_000_000) {
            let count = min(1_000_000, rows - first)
            let corpus = Corpus(
                messages: count / Corpus.parameters, readingsPerMessage: Corpus.parameters, start: Self.start,
                stepMilliseconds: 1000, firstRound: firstRound + first / Corpus.series)
            let start = Native.monotonicSeconds()
            let startCPU = Native.ownCPUSeconds()
            try append(corpus, to: queue, &decoder, &intake, clock)
            wall += Native.monotonicSeconds() - start
            cpu += Native.ownCPUSeconds() - startCPU
        }
        return (wall, cpu)
    }

    private func append(
        _ corpus: Corpus, to queue: ReadingQueue, _ decoder: inout IntakeDecoder, _ intake: inout Intake,
        _ clock: BenchClock
    ) throws {
        let messagesPerCommit = Self.perCommit / corpus.readingsPerMessage
        for first in stride(from: 0, to: corpus.messages.count, by: messagesPerCommit) {
            let last = min(corpus.messages.count, first + messagesPerCommit)
            intake.removeAll()
            for number in first..<last {
                let received = corpus.messages[number].time.millisecondsSince1970 + Self.lag
                clock.set(microseconds: received * 1000 + 331)
                corpus.add(number, to: &intake, received: Timestamp(millisecondsSince1970: received))
            }
            decoder.decode(&intake)
            let outcome = try queue.append(&intake)
            guard outcome.queued == (last - first) * corpus.readingsPerMessage else {
                throw BenchError("not everything was new and without fault: \(outcome)")
            }
        }
    }

    private func open(_ directory: String, _ clock: BenchClock, _ book: RuleBook) throws -> ReadingQueue {
        var settings = QueueSettings(directory: directory, node: Daemon.node)
        settings.minFreeDiskBytes = 0
        return try ReadingQueue.open(
            settings, clock: clock, logger: Logger(label: "bench") { _ in SwiftLogNoOpLogHandler() },
            makeJudge: { QualityJudge(book: book) })
    }

    /// Six hours ago when the benchmark began: the rows kept end before the daemon's clock.
    static let start = (Int64(Date.now.timeIntervalSince1970) - 6 * 3600) * 1000
}

/// Goes with the readings, so that rows take as many bytes as in a daemon that receives them as they are observed.
final class BenchClock: WallClock {
    private let microseconds = Atomic<Int64>(InProcessRow.start * 1000)

    func set(microseconds: Int64) {
        self.microseconds.store(microseconds, ordering: .relaxed)
    }

    func nowMicroseconds() -> Int64 { microseconds.load(ordering: .relaxed) }
}
