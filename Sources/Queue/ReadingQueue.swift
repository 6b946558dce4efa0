import Dispatch
public import Logging
import OwnThread
public import Readings
import SQLite
import Synchronization

/// The durable queue: what is appended and returned from is on disk, until every required consumer has acknowledged it.
///
/// One writer thread owns the file. All methods may be called from any thread; those that change something block until
/// the change is durable, so callers keep off the event loop and off the cooperative pool.
public final class ReadingQueue: Sendable {
    public let uuid: String
    public let settings: QueueSettings
    let mailbox: Mailbox
    let shared: SharedState
    private let thread: RunningThread

    private init(settings: QueueSettings, mailbox: Mailbox, shared: SharedState, uuid: String, thread: RunningThread) {
        self.settings = settings
        self.mailbox = mailbox
        self.shared = shared
        self.uuid = uuid
        self.thread = thread
    }

    deinit {
        // Nobody can wait any more; the writer commits what waits and ends by itself.
        mailbox.close()
    }

    /// Opens or makes the queue in `settings.directory` and starts its writer.
    ///
    /// - Parameter makeJudge: Called once, on the writer's thread, which alone uses the judge.
    /// - Throws: `locked`, `foreignFile`, `newerSchema`, `corrupt`, `diskFull`, `io`; nothing is left open.
    public static func open(
        _ settings: QueueSettings, clock: any WallClock, logger: Logger,
        makeJudge: @escaping @Sendable () -> any Judge
    ) throws(QueueError) -> ReadingQueue {
        let mailbox = Mailbox()
        let shared = SharedState(now: clock.now())
        let opened = Mutex<Result<String, QueueError>?>(nil)
        let isOpen = DispatchSemaphore(value: 0)
        let thread: RunningThread
        do {
            thread = try OwnThread.start(name: "queue-writer") {
                Writer.live(
                    settings: settings, clock: clock, logger: logger, mailbox: mailbox, shared: shared,
                    makeJudge: makeJudge
                ) { result in
                    opened.withLock { $0 = result }
                    isOpen.signal()
                }
            }
        } catch {
            throw QueueError(.io, "the queue's thread cannot be started (\(error)): raise the limit on tasks")
        }
        isOpen.wait()
        guard let result = opened.withLock({ $0 }) else { throw .closed }
        do {
            return ReadingQueue(
                settings: settings, mailbox: mailbox, shared: shared, uuid: try result.get(), thread: thread)
        } catch {
            thread.wait()
            throw error
        }
    }

    /// Appends what the intake holds and returns when it is durable.
    ///
    /// Readings that are known already and payloads that came before are counted as duplicates. What the decoder wants
    /// to be told after a restart is kept in the same commit. The intake comes back unchanged in either case.
    ///
    /// - Throws: Transient errors while the disk or the queue is full: nothing of the intake is stored then, and the
    ///   caller offers it again.
    public func append(_ intake: inout Intake) throws(QueueError) -> AppendOutcome {
        if intake.readings.isEmpty, intake.faults.isEmpty, intake.memories.isEmpty { return AppendOutcome() }
        var given = Intake(source: intake.source)
        swap(&given, &intake)
        let request = AppendRequest(given)
        guard mailbox.post(request) else {
            intake = request.take()
            throw .closed
        }
        let (returned, result) = request.wait()
        intake = returned
        return try result.get()
    }

    /// Commits what waits, writes the day summaries, closes the file and releases the lock. Further calls throw `closed`.
    public func close() {
        mailbox.close()
        thread.wait()
    }

    /// The last committed sequence; 0 for a new queue.
    public var lastSequence: Int64 { shared.waiters.committed }

    /// Sleeps until something beyond `sequence` is committed.
    ///
    /// - Returns: `false` at the deadline, on cancellation and when the queue is closed.
    public func waitForCommit(beyond sequence: Int64, until deadline: ContinuousClock.Instant) async -> Bool {
        if lastSequence > sequence { return true }
        let waiters = shared.waiters
        return await withTaskGroup(of: Bool.self) { group in
            group.addTask { await waiters.wait(beyond: sequence) }
            group.addTask {
                do { try await Task.sleep(until: deadline, clock: .continuous) } catch { return false }
                return false
            }
            let isCommitted = await group.next() ?? false
            group.cancelAll()
            return isCommitted
        }
    }

    public var health: QueueHealth { shared.health.withLock { $0 } }

    /// As of the last commit.
    public func counters() -> QueueCounters { shared.counters.withLock { $0 } }

    /// A reader of its own; readers never disturb the writer.
    public func makeReader() throws(QueueError) -> QueueReader {
        try QueueReader.open(directory: settings.directory, vfs: settings.vfs)
    }

    /// Runs `body` on the writer's thread, between two batches.
    func perform<Answer: Sendable>(
        _ body: @escaping @Sendable (inout Writer) throws(QueueError) -> Answer
    ) throws(QueueError) -> Answer {
        let call = Call(body)
        guard mailbox.post(call) else { throw .closed }
        return try call.wait()
    }
}

/// What the writer tells everybody.
final class SharedState: Sendable {
    let waiters = CommitWaiters()
    let health: Mutex<QueueHealth>
    let counters = Mutex(QueueCounters())

    init(now: Timestamp) {
        health = Mutex(QueueHealth(since: now))
    }
}
