public import Queue
public import Readings

/// What every queue must keep, whoever makes it: run each claim against a new way of making one.
public struct QueueContract: Sendable {
    /// Opens, or opens again, the queue in a directory.
    public typealias Open = @Sendable (_ directory: String, _ clock: any WallClock) throws -> ReadingQueue

    let open: Open

    public init(open: @escaping Open) {
        self.open = open
    }

    /// One promise of the queue.
    public enum Claim: String, CaseIterable, Sendable {
        case `what was appended is there after a restart`
        case `a duplicate is counted and not stored`
        case `other content of the same source corrects`
        case `other content of another source conflicts`
        case `the counters balance`
        case `sequences never repeat`
        case `versions grow although the clock jumps back`
        case `a fixed batch stays until it is acknowledged`
        case `a batch is acknowledged once and its last acknowledgement may be repeated`
        case `rewinding makes batches void and numbers go on`
        case `a closed queue refuses`
    }

    /// Runs one claim in an empty directory, or one that is not there yet.
    ///
    /// - Throws: A `Violation` that says what did not hold.
    public func check(_ claim: Claim, in directory: String) throws {
        let stage = Stage(directory: directory, clock: HeldClock(), open: open)
        switch claim {
        case .`what was appended is there after a restart`: try stage.restart()
        case .`a duplicate is counted and not stored`: try stage.duplicates()
        case .`other content of the same source corrects`: try stage.corrects()
        case .`other content of another source conflicts`: try stage.conflicts()
        case .`the counters balance`: try stage.counters()
        case .`sequences never repeat`: try stage.sequences()
        case .`versions grow although the clock jumps back`: try stage.versions()
        case .`a fixed batch stays until it is acknowledged`: try stage.fixedBatch()
        case .`a batch is acknowledged once and its last acknowledgement may be repeated`: try stage.acknowledgement()
        case .`rewinding makes batches void and numbers go on`: try stage.rewind()
        case .`a closed queue refuses`: try stage.closed()
        }
    }

    /// A claim that does not hold.
    public struct Violation: Error, CustomStringConvertible {
        public let description: String
    }
}

/// The folder, clock and way of opening that one claim is tried on.
struct Stage {
    let directory: String
    let clock: HeldClock
    let open: QueueContract.Open

    /// Opens the queue for `body` and closes it.
    func withQueue<Result>(_ body: (ReadingQueue) throws -> Result) throws -> Result {
        let queue = try open(directory, clock)
        defer { queue.close() }
        return try body(queue)
    }

    func require(_ condition: Bool, _ claim: String, line: Int = #line) throws {
        guard condition else { throw QueueContract.Violation(description: "line \(line): \(claim)") }
    }

    /// Runs `body`, which must be refused for `reason`.
    func requireRefusal(_ reason: QueueError.Reason, line: Int = #line, _ body: () throws -> Void) throws {
        do {
            try body()
        } catch let error as QueueError {
            return try require(error.reason == reason, "refused for \(error.reason), not \(reason)", line: line)
        }
        throw QueueContract.Violation(description: "line \(line): not refused for \(reason)")
    }

    func append(_ intake: Intake, to queue: ReadingQueue) throws -> AppendOutcome {
        var intake = intake
        return try queue.append(&intake)
    }

    /// One reading of one series.
    func reading(
        _ value: Double?, source: String = "mqtt:field", minute: Int64 = 0, status: String? = "00",
        change: (inout DraftReading) -> Void = { _ in }
    ) -> Intake {
        var builder = IntakeBuilder(source: source)
        let time = QueueFixture.start.advanced(byMilliseconds: minute * 60_000)
        builder.reading(time: time, value: value, status: status, change: change)
        return builder.intake
    }
}
