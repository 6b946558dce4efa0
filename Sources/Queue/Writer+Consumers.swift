import Crypto
import Logging
import Readings
import SQLite

/// Consumers and the batches in their hands. Memory is read back from the file after each change.
extension Writer {
    mutating func addConsumer(_ definition: ConsumerDefinition) throws(QueueError) {
        try Self.check(definition)
        guard state(of: definition.name) == nil else {
            throw QueueError(.consumerExists, "there is a consumer \(definition.name) already: remove it first")
        }
        guard consumers.count < Limits.consumersMax else {
            throw QueueError(.badArgument, "there are \(Limits.consumersMax) consumers, as many as there can be")
        }
        let cursor = try cursor(at: definition.from)
        try tellingRules { writer, numbers in
            try writer.insert(definition, cursor: cursor)
            try writer.tellRulesAgain(to: definition.name, after: 0, through: cursor, &numbers)
            try writer.audit("consumer-add", definition.name, "cursor \(cursor)")
        }
    }

    mutating func removeConsumer(_ name: String) throws(QueueError) {
        guard !(try known(name).definition.isConfigured) else {
            throw QueueError(
                .configuredConsumer,
                "consumer \(name) stands in the configuration: remove it there and restart the daemon")
        }
        let numbers = Numbers(sequence: lastSequence, version: lastVersion)
        try inTransaction { writer in
            // A consumer of the same name goes on from here: the id of a batch never stands for two.
            try writer.store.connection.execute(
                "INSERT OR REPLACE INTO counter SELECT 'last_batch', '', name, number FROM consumer WHERE name = ?",
                .text(name))
            for table in ["consumer_filter", "consumer_batch", "rejected"] {
                try writer.store.connection.execute("DELETE FROM \(table) WHERE consumer = ?", .text(name))
            }
            try writer.store.connection.execute("DELETE FROM record WHERE consumer = ?", .text(name))
            try writer.store.connection.execute("DELETE FROM consumer WHERE name = ?", .text(name))
            try writer.audit("consumer-remove", name, "")
            // The records deleted here may be those with the last version.
            try writer.store.updateQueue.run(.integer(numbers.sequence), .integer(numbers.version))
        }
        try reloadConsumers()
    }

    mutating func rewindConsumer(_ name: String, to position: StartPosition) throws(QueueError) {
        let before = try known(name).cursor
        let cursor = try cursor(at: position)
        try tellingRules { writer, numbers in
            try writer.store.connection.execute("DELETE FROM consumer_batch WHERE consumer = ?", .text(name))
            try writer.store.connection.execute(
                "UPDATE consumer SET cursor = ?, acknowledged_number = NULL WHERE name = ?", .integer(cursor),
                .text(name))
            try writer.tellRulesAgain(to: name, after: before, through: cursor, &numbers)
            try writer.audit("consumer-rewind", name, "cursor \(before) -> \(cursor)")
        }
    }

    mutating func configureConsumers(_ definitions: [ConsumerDefinition]) throws(QueueError) {
        for definition in definitions { try Self.check(definition) }
        let names = Set(definitions.map(\.name))
        guard names.count == definitions.count else {
            throw QueueError(.badArgument, "two consumers of the configuration have the same name")
        }
        var additions: [(definition: ConsumerDefinition, cursor: Int64)] = []
        var changes: [(definition: ConsumerDefinition, keepsBatch: Bool)] = []
        for var definition in definitions {
            definition.isConfigured = true
            if let present = state(of: definition.name) {
                changes.append((definition, definition.filter.isSame(as: present.definition.filter)))
            } else {
                additions.append((definition, try cursor(at: definition.from)))
            }
        }
        let left = consumers.filter { $0.definition.isConfigured && !names.contains($0.definition.name) }
        try tellingRules { writer, numbers in
            for (definition, cursor) in additions {
                try writer.insert(definition, cursor: cursor)
                try writer.tellRulesAgain(to: definition.name, after: 0, through: cursor, &numbers)
                try writer.audit("consumer-configure", definition.name, "cursor \(cursor)")
            }
            for (definition, keepsBatch) in changes { try writer.update(definition, keepsBatch: keepsBatch) }
            for state in left {
                try writer.store.connection.execute(
                    "UPDATE consumer SET configured = 0, required = 0 WHERE name = ?", .text(state.definition.name))
                try writer.audit("consumer-unconfigure", state.definition.name, "no longer required")
            }
        }
        for state in left {
            logger.warning(
                "consumer left the configuration", metadata: ["consumer": "\(state.definition.name)"])
        }
    }

    mutating func fixBatch(_ name: String, _ proposal: BatchProposal) throws(QueueError) -> FixedBatch {
        let state = try known(name)
        if let open = state.open { return open }
        guard proposal.cursor == state.cursor, proposal.first > state.cursor, proposal.last >= proposal.first,
            proposal.through >= proposal.last,
            proposal.through <= lastSequence, proposal.count > 0, proposal.digest.count == 32
        else {
            throw QueueError(.badArgument, "the batch proposed for \(name) does not begin where it stands")
        }
        let number = state.lastNumber + 1
        let chain = Self.chain(state.chain, proposal.digest)
        let now = clock.now().millisecondsSince1970
        try inTransaction { writer in
            try writer.store.connection.execute(
                "INSERT INTO consumer_batch VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)", .text(name), .integer(number),
                .integer(proposal.first), .integer(proposal.last), .integer(proposal.through),
                .integer(Int64(proposal.count)), .blob(proposal.digest), .blob(chain), .integer(now))
            try writer.store.connection.execute(
                "UPDATE consumer SET number = ? WHERE name = ?", .integer(number), .text(name))
        }
        try reloadConsumers()
        guard let open = try known(name).open else {
            throw QueueError(
                .io, "the batch of \(name) was written and cannot be read back: run `quantrac queue verify`")
        }
        return open
    }

    mutating func acknowledge(
        _ name: String, batch: String, through: Int64?, prefix: PrefixDigest?, rejected: [Rejection]
    ) throws(QueueError) -> Acknowledgement {
        let state = try known(name)
        guard let open = state.open, open.id == batch else {
            if state.lastAcknowledgedBatch == batch {
                return Acknowledgement(batch: batch, already: true, cursor: state.cursor, chain: state.chain)
            }
            throw QueueError(
                .noSuchBatch(current: state.open?.id),
                "\(batch) is not the open batch of \(name)"
                    + (state.open.map { ": that is \($0.id)" } ?? ", none is open"))
        }
        let last = min(through ?? open.last, open.last)
        guard last >= open.first else {
            throw QueueError(.badArgument, "through = \(last) lies before the batch, which begins at \(open.first)")
        }
        var part = (cursor: open.through, count: open.count, chain: open.chain)
        if last < open.last {
            guard let prefix, prefix.digest.count == 32, (1...open.count).contains(prefix.count) else {
                throw QueueError(.badArgument, "a part of a batch is acknowledged with its own count and digest")
            }
            part = (last, prefix.count, Self.chain(state.chain, prefix.digest))
        }
        try checkRejected(rejected, of: state, from: open.first, through: last)
        let now = clock.now().millisecondsSince1970
        let rejections = Set(rejected.map(\.sequence)).count
        try inTransaction { writer in
            for rejection in rejected {
                try writer.store.connection.execute(
                    "INSERT OR REPLACE INTO rejected VALUES (?, ?, ?, ?, ?)", .text(name),
                    .integer(rejection.sequence), .text(batch), .text(rejection.reason), .integer(now))
            }
            try writer.store.connection.execute("DELETE FROM consumer_batch WHERE consumer = ?", .text(name))
            try writer.store.connection.execute(
                """
                UPDATE consumer SET cursor = ?, chain = ?, acknowledged = acknowledged + ?, rejected = rejected + ?,
                acknowledged_number = ?, acknowledged_ms = ? WHERE name = ?
                """,
                .integer(part.cursor), .blob(part.chain), .integer(Int64(part.count)), .integer(Int64(rejections)),
                .integer(open.number), .integer(now), .text(name))
            if !rejected.isEmpty { try writer.trimRejections(of: name) }
        }
        try reloadConsumers()
        upkeep.hasMore = true
        return Acknowledgement(batch: batch, already: false, cursor: part.cursor, chain: part.chain)
    }

    mutating func advance(
        _ name: String, from cursor: Int64, filter: ReadingFilter?, past scanned: Int64
    ) throws(QueueError) {
        let state = try known(name)
        guard state.open == nil, scanned > state.cursor, cursor == state.cursor,
            (filter ?? ReadingFilter(consumer: name)).isSame(as: state.definition.filter)
        else { return }
        let through = min(scanned, lastSequence)
        try inTransaction { writer in
            try writer.store.connection.execute(
                "UPDATE consumer SET cursor = ? WHERE name = ?", .integer(through), .text(name))
        }
        try reloadConsumers()
    }

    /// Remembers a change that somebody may ask about later; part of the transaction that makes it.
    mutating func audit(_ action: String, _ subject: String, _ detail: String, actor: String? = nil) throws {
        try store.connection.execute(
            "INSERT INTO audit (time_ms, actor, action, subject, detail) VALUES (?, ?, ?, ?, ?)",
            .integer(clock.now().millisecondsSince1970), SQLiteValue(actor), .text(action), .text(subject),
            .text(detail))
        try store.connection.execute("DELETE FROM audit WHERE id <= last_insert_rowid() - \(Limits.auditMax)")
    }

    // MARK: helpers

    mutating func reloadConsumers() throws(QueueError) {
        do {
            consumers = try ConsumerState.load(store.connection, node: settings.node, uuid: uuid)
        } catch {
            throw queueError(error)
        }
    }

    private func state(of name: String) -> ConsumerState? {
        consumers.first { $0.definition.name == name }
    }

    private func known(_ name: String) throws(QueueError) -> ConsumerState {
        guard let state = state(of: name) else {
            throw QueueError(.noSuchConsumer, "there is no consumer \(name): see `quantrac consumer list`")
        }
        return state
    }

    /// The cursor of a consumer that starts at `position`.
    private mutating func cursor(at position: StartPosition) throws(QueueError) -> Int64 {
        let oldest = try firstSequence().map { $0 - 1 } ?? lastSequence
        switch position {
        case .oldest: return oldest
        case .now: return lastSequence
        case .time(let time):
            let version = time.millisecondsSince1970.multipliedClamped(by: 1000)
            return max(oldest, try lastSequence(committedBeforeVersion: version))
        case .sequence(let sequence):
            return min(max(sequence, 1) - 1, lastSequence) < oldest
                ? oldest : min(max(sequence, 1) - 1, lastSequence)
        }
    }

    private static func check(_ definition: ConsumerDefinition) throws(QueueError) {
        let isName =
            (1...32).contains(definition.name.utf8.count)
            && definition.name.utf8.allSatisfy { (48...57).contains($0) || (97...122).contains($0) || $0 == 45 }
        guard isName else {
            throw QueueError(.badArgument, "a consumer's name is 1-32 of a-z 0-9 and -, not \"\(definition.name)\"")
        }
        guard definition.domains.isEmpty else {
            throw QueueError(
                .badArgument, "consumer \(definition.name): domains need the station registry, which is not there yet")
        }
        guard definition.maxAgeMilliseconds >= 0 else {
            throw QueueError(.badArgument, "consumer \(definition.name): max_age is negative")
        }
        guard definition.maxAgeMilliseconds == 0 || !definition.required else {
            throw QueueError(
                .badArgument,
                "consumer \(definition.name): a required consumer gets everything, so it cannot have a max_age; "
                    + "leave one of the two out")
        }
    }

    private static func chain(_ previous: [UInt8], _ digest: [UInt8]) -> [UInt8] {
        Array(SHA256.hash(data: previous + digest))
    }

    private mutating func insert(_ definition: ConsumerDefinition, cursor: Int64) throws {
        try store.connection.execute(
            """
            INSERT INTO consumer VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7,
            coalesce((SELECT value FROM counter WHERE name = 'last_batch' AND source = '' AND detail = ?1), 0),
            zeroblob(32), 0, 0, NULL, NULL)
            """,
            .text(definition.name), SQLiteValue(definition.required), SQLiteValue(definition.isConfigured),
            .text(definition.from.kind), SQLiteValue(definition.from.value), .integer(definition.maxAgeMilliseconds),
            .integer(cursor))
        try insertFilters(of: definition)
    }

    private mutating func update(_ definition: ConsumerDefinition, keepsBatch: Bool) throws {
        try store.connection.execute(
            "UPDATE consumer SET required = ?, configured = ?, from_kind = ?, from_value = ?, max_age_ms = ? WHERE name = ?",
            SQLiteValue(definition.required), SQLiteValue(definition.isConfigured), .text(definition.from.kind),
            SQLiteValue(definition.from.value), .integer(definition.maxAgeMilliseconds), .text(definition.name))
        try store.connection.execute("DELETE FROM consumer_filter WHERE consumer = ?", .text(definition.name))
        try insertFilters(of: definition)
        // The open batch was encoded with the old filter: what a pull would send now is not what was fixed.
        if !keepsBatch {
            try store.connection.execute("DELETE FROM consumer_batch WHERE consumer = ?", .text(definition.name))
        }
    }

    private mutating func insertFilters(of definition: ConsumerDefinition) throws {
        for (kind, patterns) in [
            ("station", definition.stations), ("domain", definition.domains), ("parameter", definition.parameters),
        ] {
            for pattern in patterns {
                try store.connection.execute(
                    "INSERT OR IGNORE INTO consumer_filter VALUES (?, ?, ?)", .text(definition.name), .text(kind),
                    .text(pattern))
            }
        }
    }

    /// Every rejection must name a record of the part that is acknowledged.
    private mutating func checkRejected(
        _ rejected: [Rejection], of state: ConsumerState, from first: Int64, through last: Int64
    ) throws(QueueError) {
        do {
            for rejection in rejected {
                var isThere = false
                if (first...last).contains(rejection.sequence) {
                    let number = try store.connection.integer(
                        "SELECT series_id FROM reading WHERE sequence = ?", .integer(rejection.sequence))
                    if let number, Int(number) <= series.count, number > 0 {
                        let entry = series.entries[Int(number)]
                        isThere = state.definition.filter.matches(
                            station: texts.string(entry.station) ?? "", parameter: texts.string(entry.parameter) ?? "")
                    } else {
                        isThere =
                            try store.connection.integer(
                                "SELECT 1 FROM record WHERE sequence = ? AND (consumer IS NULL OR consumer = ?)",
                                .integer(rejection.sequence), .text(state.definition.name)) != nil
                    }
                }
                guard isThere else {
                    throw QueueError(
                        .unknownSequence(rejection.sequence), "sequence \(rejection.sequence) is not in the batch")
                }
            }
        } catch {
            throw queueError(error)
        }
    }

    private mutating func trimRejections(of name: String) throws {
        try store.connection.execute(
            """
            DELETE FROM rejected WHERE consumer = ?1 AND sequence <= (SELECT sequence FROM rejected WHERE consumer = ?1
            ORDER BY sequence DESC LIMIT 1 OFFSET \(Limits.rejectionsMax))
            """, .text(name))
    }
}
