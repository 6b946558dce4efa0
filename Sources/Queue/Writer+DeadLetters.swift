import Crypto
import Logging
import Readings
import SQLite
import Synchronization

/// Payloads that could not be decoded, kept beside the readings they came with.
extension Writer {
    /// Stores one dead letter for each payload with faults.
    ///
    /// - Returns: How many payloads had faults, new or not.
    mutating func storeDeadLetters(of intake: Intake, _ outcome: inout AppendOutcome) throws -> Int {
        var payloads = 0
        var index = 0
        while index < intake.faults.count {
            let payload = intake.faults[index].payload
            var end = index + 1
            while end < intake.faults.count, intake.faults[end].payload == payload { end += 1 }
            payloads += 1
            try storeDeadLetter(Int(payload), faults: intake.faults[index..<end], intake, &outcome)
            index = end
        }
        return payloads
    }

    private mutating func storeDeadLetter(
        _ index: Int, faults: ArraySlice<Fault>, _ intake: Intake, _ outcome: inout AppendOutcome
    ) throws {
        let payload = intake.payloads[index]
        let body = intake.copy(payload.body)
        let kept = payload.isOversize ? Array(body.prefix(Limits.oversizeKept)) : body
        let digest = payload.digest.isNone ? Array(SHA256.hash(data: body)) : intake.copy(payload.digest)
        let topic = intake.string(payload.topic) ?? ""
        let json = Self.json(faults.prefix(Limits.faultsKept))
        let size = Self.size(payload: kept.count, faults: json, topic: topic)
        try store.insertDeadLetter.bind([
            .integer(payload.received.millisecondsSince1970), .text(intake.source), .text(topic), .blob(digest),
            .integer(Int64(payload.fullLength)), .integer(size), .text(intake.decoder),
            .integer(Int64(faults.count)), .text(json), .blob(kept),
        ])
        var occurrences: Int64 = 1
        while try store.insertDeadLetter.step() { occurrences = store.insertDeadLetter.int64(0) }
        guard occurrences == 1 else {
            outcome.duplicates += 1
            return
        }
        outcome.deadLetters += 1
        batch.deadLetterBytes += size
        let reason = faults.first?.reason ?? .syntax
        batch.count("dead_letter", source: intake.source, detail: reason.rawValue)
    }

    /// What a dead letter counts against `dead_letter.max_size`.
    static func size(payload: Int, faults: String, topic: String) -> Int64 {
        Int64(payload + faults.utf8.count + topic.utf8.count + Limits.deadLetterOverhead)
    }

    static func json(_ faults: ArraySlice<Fault>) -> String {
        var text = "["
        for fault in faults {
            if text.utf8.count > 1 { text += "," }
            text += "{\"index\":\(fault.index.map { "\($0)" } ?? "null"),\"offset\":\(fault.offset),"
            text += "\"reason\":\"\(fault.reason.rawValue)\"}"
        }
        return text + "]"
    }

    /// Deletes the dead letters that are too old or too many, oldest first, and counts them.
    mutating func trimDeadLetters() throws(QueueError) {
        let oldest = clock.now().advanced(byMilliseconds: -settings.deadLetterRetainMilliseconds)
        let dropped = try inTransaction { writer throws -> (count: Int64, bytes: Int64) in
            var count: Int64 = 0
            var bytes: Int64 = 0
            var victims: [Int64] = []
            var statement = try writer.store.connection.prepare(
                """
                SELECT id, size, last_received_ms FROM dead_letter ORDER BY id LIMIT \(Limits.deadLettersDropped)
                """)
            while try statement.step() {
                let isTooMuch = writer.deadLetterBytes - bytes > writer.settings.deadLetterMaxSizeBytes
                guard isTooMuch || statement.int64(2) < oldest.millisecondsSince1970 else { continue }
                victims.append(statement.int64(0))
                bytes += statement.int64(1)
                count += 1
            }
            guard count > 0 else { return (0, 0) }
            var delete = try writer.store.connection.prepare("DELETE FROM dead_letter WHERE id = ?")
            for id in victims { try delete.run(.integer(id)) }
            try writer.store.addToCounter.run(
                .text("dead_letters_dropped"), .text(""), .text(""), .integer(count))
            return (count, bytes)
        }
        deadLetterBytes -= dropped.bytes
        let isTooMuch = deadLetterBytes > settings.deadLetterMaxSizeBytes
        upkeep.hasMoreDeadLetters = dropped.count > 0 && (isTooMuch || dropped.count >= Limits.deadLettersDropped)
        guard dropped.count > 0 else { return }
        shared.counters.withLock { $0.deadLettersDropped += dropped.count }
        logger.warning("dead letters dropped", metadata: ["count": "\(dropped.count)"])
    }
}
