import Readings
import SQLite

/// Further revisions of the daemon's own: the same content with another flag.
extension Writer {
    /// What changes from one revision of a reading to the next.
    struct Amendment {
        var tests: TestDigits
        var qualifiers: Qualifiers
        var cause: Cause
    }

    /// Appends a revision when the request moves the reading's flag to or from 3 or 4, or a digit that will decide when what
    /// hides it today is taken back (`RevisionRequest.matters`). Called within the batch's transaction,
    /// when the rows of the batch are in.
    mutating func revise(_ request: RevisionRequest, _ numbers: inout Numbers) throws {
        let number = Int32(truncatingIfNeeded: request.series)
        try amendNewest(number, time: request.time.millisecondsSince1970, &numbers) { row in
            var tests = row.tests
            for digit in request.digits { tests[digit.test] = digit.flag }
            guard request.matters(before: row.tests, after: tests, hasValue: row.hasValue, row.qualifiers) else {
                return nil
            }
            return Amendment(tests: tests, qualifiers: row.qualifiers, cause: request.cause)
        }
    }

    /// What an amendment is decided by.
    struct Amendable {
        var hasValue: Bool
        var flag: QualityFlag
        var tests: TestDigits
        var qualifiers: Qualifiers
        /// The device's status, verbatim.
        var status: String?
    }

    /// Appends a revision of the newest one of a key, if `amend` says how.
    ///
    /// - Returns: Whether a row was appended.
    @discardableResult
    mutating func amendNewest(
        _ number: Int32, time: Int64, _ numbers: inout Numbers, _ amend: (Amendable) -> Amendment?
    ) throws -> Bool {
        try store.findNewest.bind([.integer(Int64(number)), .integer(time)])
        var appended = false
        while try store.findNewest.step() {
            // A damaged row says nothing that could be amended.
            guard let words = RowWords(intact: store.findNewest), words.revision + 1 < Limits.revisionsMax,
                Int(words.context) > 0, Int(words.context) <= contexts.count,
                let flag = QualityFlag(rawValue: Int(words.flag))
            else { continue }
            var context = contexts.entries[Int(words.context)]
            let row = Amendable(
                hasValue: words.value != RowWords.nullValue, flag: flag,
                tests: words.tests == 0 ? .notEvaluated : TestDigits(decimal: words.tests),
                qualifiers: Qualifiers(rawValue: context.qualifiers), status: texts.string(context.status))
            guard let amendment = amend(row) else { continue }
            context.qualifiers = amendment.qualifiers.rawValue
            context.cause = Context.number(of: amendment.cause)
            var found = contexts.find(context)
            if found == 0 { found = try addContext(context) }
            append(amendment, of: words, hasValue: row.hasValue, context: found, &numbers)
            appended = true
        }
        guard appended else { return false }
        try store.insertReadings.run()
        return true
    }

    private mutating func append(
        _ amendment: Amendment, of before: RowWords, hasValue: Bool, context: Int32, _ numbers: inout Numbers
    ) {
        numbers.sequence += 1
        numbers.version += 1
        let table = store.pending
        let tests = amendment.tests == .notEvaluated ? 0 : amendment.tests.decimal
        let flag = RollUp.flag(hasValue: hasValue, tests: amendment.tests, qualifiers: amendment.qualifiers)
        var words = before
        words.sequence = numbers.sequence
        words.context = context
        words.tests = tests
        words.flag = Int64(flag.rawValue)
        words.settles = 0
        words.versionOffset = numbers.version &- (before.time &+ before.lag) &* 1000
        words.revision = before.revision + 1
        words.previous = nil
        table.removeAll()
        table.reserveRow()
        table.append(words.sequence)
        table.append(Int64(words.series))
        table.append(words.time)
        let value = hasValue ? Double(bitPattern: words.value) : 0
        if hasValue { table.append(value) } else { table.appendNull() }
        appendRaw(of: before)
        table.append(Int64(context))
        if tests == 0 { table.appendNull() } else { table.append(tests) }
        table.append(words.flag)
        table.appendNull()
        table.append(words.lag)
        table.append(words.versionOffset)
        table.append(words.revision)
        if let sequence = words.stationSequence { table.append(sequence) } else { table.appendNull() }
        table.append(words.checksum)
        table.appendNull()
        batch.rows.append(
            Batch.Row(
                sequence: words.sequence, time: words.time, value: value, series: words.series,
                revision: Int32(truncatingIfNeeded: words.revision), hasValue: hasValue, flag: flag))
        batch.count("generated", detail: amendment.cause.rawValue)
    }

    /// The raw value as it stands in the row that `findNewest` is at.
    private func appendRaw(of words: RowWords) {
        switch words.rawKind {
        case 1: store.pending.append(Int64(bitPattern: words.raw))
        case 2: store.pending.append(Double(bitPattern: words.raw))
        case 3: store.pending.append(text: store.findNewest.bytes(4).span)
        case 4: store.pending.append(blob: store.findNewest.bytes(4).span)
        default: store.pending.appendNull()
        }
    }

    /// Stores a rule set that no reading has named before, and tells it to the consumers ahead of the reading.
    mutating func tellRules(_ number: Int32, _ numbers: inout Numbers) throws {
        guard let rules = judge.ruleSet(number) else { return }
        batch.newRules.append(number)
        ruleNames[number] = texts.number(of: rules.id)
        let stored = try store.connection.integer("SELECT count(*) FROM rule_set WHERE id = ?", .text(rules.id)) ?? 0
        guard stored == 0 else { return }
        numbers.sequence += 1
        numbers.version += 1
        try store.connection.execute(
            "INSERT INTO rule_set VALUES (?, ?, ?, ?)", .text(rules.id), .text(rules.json),
            .integer(numbers.sequence), .integer(clock.now().millisecondsSince1970))
        try insertRecord("rules", consumer: nil, body: RuleRecord.body(rules), numbers)
        batch.count("generated", detail: "rule_set")
    }

    /// Adds a record that is no reading, under the numbers given.
    func insertRecord(_ kind: String, consumer: String?, body: String, _ numbers: Numbers) throws {
        let record = StoredRecord(
            sequence: numbers.sequence, kind: kind, consumer: consumer, version: numbers.version, body: body)
        try store.connection.execute(
            "INSERT INTO record VALUES (?, ?, ?, ?, ?, ?)", .integer(record.sequence), .text(record.kind),
            SQLiteValue(record.consumer), .integer(record.version), .text(record.body), .integer(record.checksum))
    }

    /// Tells a consumer that begins behind them, or is moved past them, the rule sets whose lines lie between.
    mutating func tellRulesAgain(to consumer: String, after: Int64, through: Int64, _ numbers: inout Numbers) throws {
        var bodies: [String] = []
        var statement = try store.connection.prepare(
            """
            SELECT body FROM record WHERE kind = 'rules' AND (consumer IS NULL OR consumer = ?) AND sequence > ?
            AND sequence <= ? ORDER BY sequence
            """)
        try statement.bind([.text(consumer), .integer(after), .integer(through)])
        while try statement.step() {
            let body = statement.string(0)
            if !bodies.contains(body) { bodies.append(body) }
        }
        try store.connection.execute(
            "DELETE FROM record WHERE kind = 'rules' AND consumer = ? AND sequence > ? AND sequence <= ?",
            .text(consumer), .integer(after), .integer(through))
        for body in bodies {
            numbers.sequence += 1
            numbers.version = max(numbers.version + 1, clock.nowMicroseconds())
            try insertRecord("rules", consumer: consumer, body: body, numbers)
            try store.addToCounter.run(.text("generated"), .text(""), .text("rule_set"), .integer(1))
        }
    }

    /// Runs `body` in a transaction of its own in which consumers may be told rule sets again.
    mutating func tellingRules(_ body: (inout Writer, inout Numbers) throws -> Void) throws(QueueError) {
        let before = Numbers(sequence: lastSequence, version: lastVersion)
        let numbers = try inTransaction { writer throws -> Numbers in
            var numbers = before
            try body(&writer, &numbers)
            return numbers
        }
        try finish(numbers, skipped: 0)
    }
}

/// The line that tells consumers a rule set.
enum RuleRecord {
    /// `{"id":"air@1.2.0+3f9c0a1b2c3d","rules":{…}}`.
    static func body(_ rules: RuleSetText) -> String {
        var id = ""
        // Settings let nothing through that JSON escapes; other callers might.
        for scalar in rules.id.unicodeScalars {
            id.unicodeScalars.append(scalar.value < 0x20 || scalar == "\"" || scalar == "\\" ? "_" : scalar)
        }
        return "{\"id\":\"\(id)\",\"rules\":\(rules.json)}"
    }
}
