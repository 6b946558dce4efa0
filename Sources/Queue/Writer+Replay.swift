import Crypto
import Logging
import Readings
import SQLite
import Synchronization

/// A dead letter that is being decoded again, and how.
struct Replay {
    var letter: DeadLetter
    var keeping: Bool
    var actor: String?
}

/// Dead letters that one person replays or drops one after the other: one line of the audit trail.
struct DeadLetterRun {
    var action: String
    var actor: String?
    var begun: Timestamp
    var auditID: Int64
    var count = 0
    var first = Int64.max
    var last = Int64.min
    var removed = 0
    var queued = 0

    var detail: String {
        let ids = first == last ? "id \(first)" : "ids \(first) to \(last)"
        guard action == "deadletter-replay" else { return "\(count) dropped (\(ids))" }
        return "\(count) replayed (\(ids)), \(removed) removed, \(queued) of their readings queued"
    }
}

/// Dead letters that somebody takes up again, or away.
extension Writer {
    /// The dead letter of an id, whole.
    ///
    /// - Throws: `noSuchDeadLetter`; `notReplayable` when only its beginning is kept.
    mutating func deadLetter(_ id: Int64) throws(QueueError) -> DeadLetter {
        let found: DeadLetter?
        do {
            try reopenIfNeeded()
            found = try store.connection.deadLetter(id)
        } catch {
            throw queueError(error)
        }
        guard let letter = found else { throw .noDeadLetter(id) }
        guard letter.payload.count == letter.fullLength else {
            throw QueueError(
                .notReplayable,
                "of dead letter \(id) only the first \(letter.payload.count) of \(letter.fullLength) bytes are kept: "
                    + "raise max_payload and let the station send it again")
        }
        return letter
    }

    /// Appends what a dead letter was decoded to, and removes it or brings its faults up to date in the same commit.
    mutating func replay(
        _ intake: Intake, of id: Int64, keeping: Bool, actor: String?
    ) throws(QueueError) -> ReplayOutcome {
        try Self.checkActor(actor)
        let letter = try deadLetter(id)
        guard isPayload(of: letter, intake) else {
            throw QueueError(.badArgument, "what was decoded is not the payload of dead letter \(id)")
        }
        let runBefore = deadLetterRun
        var outcomes = [AppendOutcome()]
        do {
            try commit([intake], &outcomes, replay: Replay(letter: letter, keeping: keeping, actor: actor))
        } catch {
            deadLetterRun = runBefore
            throw error
        }
        return ReplayOutcome(
            deadLetter: id, queued: outcomes[0].queued, duplicates: outcomes[0].duplicates,
            faults: intake.faults.prefix(Limits.faultsKept).map { StoredFault($0) }, faultCount: intake.faults.count,
            isRemoved: intake.faults.isEmpty && !keeping)
    }

    private func isPayload(of letter: DeadLetter, _ intake: Intake) -> Bool {
        guard intake.payloads.count == 1, let payload = intake.payloads.first, !payload.isOversize else { return false }
        return intake.source == letter.source && (intake.string(payload.topic) ?? "") == letter.topic
            && payload.received == letter.received && intake.copy(payload.body) == letter.payload
    }

    /// Deletes the dead letter when nothing in it is a fault any more, else brings it up to date; within the
    /// transaction of its readings.
    ///
    /// It was counted when it came, and is not counted again.
    mutating func settle(_ replay: Replay, as intake: Intake, _ outcome: AppendOutcome) throws {
        let letter = replay.letter
        var isRemoved = false
        var isChanged = false
        if !intake.faults.isEmpty {
            let faults = intake.faults.prefix(Limits.faultsKept).map { StoredFault($0) }
            isChanged =
                faults != letter.faults || intake.faults.count != letter.faultCount || intake.decoder != letter.decoder
            if isChanged { try update(letter, as: intake) }
        } else if !replay.keeping {
            batch.deadLetterBytes -= try delete(letter.id) ?? 0
            batch.count("dead_letters_replayed")
            isRemoved = true
        }
        guard isRemoved || isChanged || outcome.queued > 0 else { return }
        var run = try run("deadletter-replay", replay.actor)
        run.count += 1
        run.first = min(run.first, letter.id)
        run.last = max(run.last, letter.id)
        run.removed += isRemoved ? 1 : 0
        run.queued += outcome.queued
        try write(run)
    }

    private mutating func update(_ letter: DeadLetter, as intake: Intake) throws {
        let json = Self.json(intake.faults.prefix(Limits.faultsKept))
        let size = Self.size(payload: letter.payload.count, faults: json, topic: letter.topic)
        let before = try store.connection.integer("SELECT size FROM dead_letter WHERE id = ?", .integer(letter.id))
        try store.connection.execute(
            "UPDATE dead_letter SET decoder = ?, fault_count = ?, faults = ?, size = ? WHERE id = ?",
            .text(intake.decoder), .integer(Int64(intake.faults.count)), .text(json), .integer(size),
            .integer(letter.id))
        batch.deadLetterBytes += size - (before ?? size)
    }

    /// Drops dead letters, counts them and says so in the audit trail.
    ///
    /// - Returns: How many there were.
    mutating func dropDeadLetters(_ ids: [Int64], actor: String?) throws(QueueError) -> Int {
        try Self.checkActor(actor)
        let runBefore = deadLetterRun
        let dropped: (count: Int, bytes: Int64)
        do {
            dropped = try inTransaction { writer throws -> (count: Int, bytes: Int64) in
                var run = try writer.run("deadletter-drop", actor)
                var count = 0
                var bytes: Int64 = 0
                for id in ids {
                    guard let size = try writer.delete(id) else { continue }
                    count += 1
                    bytes += size
                    run.first = min(run.first, id)
                    run.last = max(run.last, id)
                }
                guard count > 0 else { return (0, 0) }
                run.count += count
                try writer.write(run)
                try writer.store.addToCounter.run(
                    .text("dead_letters_dropped"), .text(""), .text(""), .integer(Int64(count)))
                return (count, bytes)
            }
        } catch {
            deadLetterRun = runBefore
            throw error
        }
        deadLetterBytes -= dropped.bytes
        shared.counters.withLock { $0.deadLettersDropped += Int64(dropped.count) }
        return dropped.count
    }

    /// - Returns: What it took; `nil` when it was not there.
    private mutating func delete(_ id: Int64) throws -> Int64? {
        let size = try store.connection.integer("SELECT size FROM dead_letter WHERE id = ?", .integer(id))
        if size != nil { try store.connection.execute("DELETE FROM dead_letter WHERE id = ?", .integer(id)) }
        return size
    }

    /// The run that what is done now belongs to.
    private func run(_ action: String, _ actor: String?) throws -> DeadLetterRun {
        let now = clock.now()
        if let run = deadLetterRun, run.action == action, run.actor == actor,
            (0...Limits.auditRunMilliseconds).contains(now.milliseconds(since: run.begun))
        {
            return run
        }
        return DeadLetterRun(action: action, actor: actor, begun: now, auditID: 0)
    }

    /// Writes the line of a run, or writes it anew with what was added.
    private mutating func write(_ changed: DeadLetterRun) throws {
        var run = changed
        if run.auditID > 0 {
            try store.connection.execute(
                "UPDATE audit SET detail = ? WHERE id = ?", .text(run.detail), .integer(run.auditID))
            // A trail that is full may have lost the line already.
            if store.connection.changes == 0 { run.auditID = 0 }
        }
        if run.auditID == 0 {
            try audit(run.action, "dead letters", run.detail, actor: run.actor)
            run.auditID = try store.connection.integer("SELECT max(id) FROM audit") ?? 0
        }
        deadLetterRun = run
    }
}

extension StoredFault {
    /// A fault as it is stored.
    init(_ fault: Fault) {
        self.init(index: fault.index.map { Int($0) }, offset: Int(fault.offset), reason: fault.reason.rawValue)
    }
}

extension QueueError {
    /// There is none of this id.
    public static func noDeadLetter(_ id: Int64) -> QueueError {
        QueueError(
            .noSuchDeadLetter,
            "there is no dead letter \(id): it was replayed or dropped, or never was; `quantrac deadletter list` shows "
                + "those there are")
    }
}
