import Logging
import OwnThread
import Readings
import SQLite
import Synchronization

/// The one owner of the queue file: takes what callers leave in the mailbox, stores it, wakes them.
///
/// Lives on its own thread from `live` to the end of the queue. Everything in memory is provisional until the commit:
/// when that fails, `rollBack` puts it back as it was, and the callers are told to try again.
struct Writer: ~Copyable {
    let settings: QueueSettings
    let clock: any WallClock
    let logger: Logger
    let file: QueueFile
    let shared: SharedState
    let judge: any Judge
    let uuid: String
    var store: Store
    var texts = TextPool()
    var series = SeriesTable()
    var contexts = ContextTable()
    var days: DayTable
    var batch = Batch()
    var consumers: [ConsumerState] = []
    var lastSequence: Int64
    var lastVersion: Int64
    /// The names of the judge's rule sets in the pool, by their numbers.
    var ruleNames: [Int32: Int32] = [:]
    var maintenance = MaintenanceWindows()
    var deadLetterBytes: Int64 = 0
    /// What a person has replayed or dropped lately.
    var deadLetterRun: DeadLetterRun?
    /// What the decoder memories of each source take.
    var memories: [String: MemoryUse]
    /// `series_day` and `series.newest_ms` hold everything up to here.
    var summarisedThrough: Int64 = 0
    var upkeep = Upkeep()
    var callers = RecentCallers()
    /// The readings of the last group: a big one needs no linger, the next fills by itself.
    var lastGroupReadings = 0
    /// As the kernel said when the last group began.
    var isClockSynchronized = true
    /// The connection failed in a way that a new one may cure.
    var mustReopen = false

    /// Opens the queue, reports, and serves the mailbox until it is closed.
    static func live(
        settings: QueueSettings, clock: any WallClock, logger: Logger, mailbox: Mailbox, shared: SharedState,
        makeJudge: @Sendable () -> any Judge, report: (Result<String, QueueError>) -> Void
    ) {
        let file = QueueFile(directory: settings.directory)
        do {
            let made = Disk.makeDirectory(settings.directory)
            guard made == 0 else {
                throw QueueError(.io, "\(settings.directory) cannot be made: \(Disk.message(made))")
            }
            let lock = try file.acquireLock()
            var writer = try Writer.open(
                settings: settings, clock: clock, logger: logger, file: file, shared: shared, judge: makeJudge())
            writer.showProgress()
            try writer.loadMaintenance()
            writer.introduceAll()
            writer.maintain()
            report(.success(writer.uuid))
            writer.serve(mailbox)
            writer.close()
            // Named last, so that the file is closed before another process may have the lock.
            _ = consume writer
            _ = consume lock
        } catch let error as QueueError {
            report(.failure(error))
        } catch {
            report(.failure(QueueError(.io, "\(settings.directory): \(error)")))
        }
    }

    private mutating func serve(_ mailbox: Mailbox) {
        while true {
            var work = mailbox.take(waitingNanoseconds: hasWork ? 0 : 1_000_000_000)
            showProgress()
            if !work.appends.isEmpty {
                linger(&work, mailbox)
                commitGroup(work.appends)
            }
            for command in work.commands { command.run(&self) }
            // Whatever was left before the mailbox closed came with this very work.
            if work.isClosing { return }
            maintain()
        }
    }

    /// Waits for more intakes at low rates, when more callers than those waiting have been active lately.
    ///
    /// One caller alone never waits: nothing can come while it is blocked here. After a big group there is no wait
    /// either, the next one fills while this one is committed.
    private func linger(_ work: inout Mailbox.Work, _ mailbox: Mailbox) {
        guard settings.commitAfterMilliseconds > 0, lastGroupReadings <= 100, !work.isClosing else { return }
        let start = SystemTime.monotonicNanoseconds()
        let deadline = start + Int64(settings.commitAfterMilliseconds) * 1_000_000
        var readings = Self.readings(of: work)
        while work.appends.count < callers.active(at: start), readings < settings.commitReadings {
            let now = SystemTime.monotonicNanoseconds()
            guard now < deadline else { return }
            let more = mailbox.take(waitingNanoseconds: Int(deadline - now))
            work.appends += more.appends
            work.commands += more.commands
            work.isClosing = more.isClosing
            readings += Self.readings(of: more)
            if more.isClosing { return }
        }
    }

    private static func readings(of work: Mailbox.Work) -> Int {
        work.appends.reduce(0) { $0 + $1.readings }
    }

    private var hasWork: Bool { upkeep.hasMore || upkeep.hasMoreDeadLetters || upkeep.hasMoreMaintenance }

    mutating func showProgress() {
        let now = SystemTime.monotonicNanoseconds()
        shared.health.withLock { $0.writerProgressNanoseconds = now }
    }

    /// The file error in the words of the queue.
    func queueError(_ error: any Error) -> QueueError {
        if let error = error as? QueueError { return error }
        if let error = error as? SQLiteError { return QueueError(error, path: file.database) }
        return QueueError(.io, "\(file.database): \(error)")
    }

    /// Runs `body` in a transaction of its own, rolled back when it throws.
    mutating func inTransaction<Answer>(
        _ body: (inout Writer) throws -> Answer
    ) throws(QueueError) -> Answer {
        do {
            try reopenIfNeeded()
            try store.begin.run()
            let answer = try body(&self)
            try store.commit.run()
            return answer
        } catch {
            let failure = queueError(error)
            abandonTransaction(after: error)
            throw failure
        }
    }

    /// Ends the transaction that failed; a connection that cannot even do that is replaced.
    mutating func abandonTransaction(after error: any Error) {
        if let error = error as? SQLiteError, error.primaryCode == 10 || error.isCorrupt { mustReopen = true }
        guard store.connection.isInTransaction else { return }
        do {
            try store.connection.execute("ROLLBACK")
        } catch {
            mustReopen = true
        }
    }

    /// Replaces a connection that failed: SQLite's view of the log may be stale after an I/O error.
    mutating func reopenIfNeeded() throws {
        guard mustReopen else { return }
        store = try Store.make(file.openForWriting(settings, now: clock.now()))
        mustReopen = false
    }

    /// The version of the next record: now, but never one that was given before.
    func nextVersion() -> Int64 {
        max(lastVersion + 1, clock.nowMicroseconds())
    }
}

/// Who has appended within the last second: how many intakes a group can be expected to hold.
struct RecentCallers {
    private var lastSeen: [(source: String, nanoseconds: Int64)] = []

    mutating func note(_ source: String, at nanoseconds: Int64) {
        if let index = lastSeen.firstIndex(where: { $0.source == source }) {
            lastSeen[index].nanoseconds = nanoseconds
        } else {
            lastSeen.append((source, nanoseconds))
        }
        if lastSeen.count > 64 { lastSeen.removeAll { $0.nanoseconds + 1_000_000_000 < nanoseconds } }
    }

    func active(at nanoseconds: Int64) -> Int {
        lastSeen.count { $0.nanoseconds + 1_000_000_000 >= nanoseconds }
    }
}
