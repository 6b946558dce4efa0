import OwnThread
import Readings
import SQLite

/// Known already? -> judge -> insert -> commit -> wake the callers.
extension Writer {
    /// Stores the intakes of a group in one transaction and answers their callers.
    mutating func commitGroup(_ requests: [AppendRequest]) {
        var intakes = requests.map { $0.take() }
        let start = SystemTime.monotonicNanoseconds()
        for intake in intakes { callers.note(intake.source, at: start) }
        var outcomes = [AppendOutcome](repeating: AppendOutcome(), count: intakes.count)
        var failure: QueueError?
        do {
            try commit(intakes, &outcomes)
        } catch {
            failure = error
        }
        lastGroupReadings = batch.items.count
        // From the back, each handed over before its caller wakes: a caller must be the only owner of its buffers.
        for index in requests.indices.reversed() {
            let intake = intakes.removeLast()
            requests[index].finish(intake, failure.map { .failure($0) } ?? .success(outcomes[index]))
        }
    }

    /// Stores intakes in one transaction.
    ///
    /// - Parameter replay: What the one intake there is then was made of.
    /// - Throws: What the file says; nothing is stored then, and memory is as it was.
    mutating func commit(
        _ intakes: [Intake], _ outcomes: inout [AppendOutcome], replay: Replay? = nil
    ) throws(QueueError) {
        let start = SystemTime.monotonicNanoseconds()
        noteClock()
        batch.removeAll()
        batch.seriesCountBefore = series.count
        batch.contextCountBefore = contexts.count
        do {
            try checkRoom()
            try reopenIfNeeded()
            try store.begin.run()
            try write(intakes, &outcomes, replay)
            try store.commit.run()
            settle()
            noteCommit(since: start)
        } catch {
            let failure = queueError(error)
            abandonTransaction(after: error)
            rollBack()
            noteFailure(failure)
            throw failure
        }
    }

    private mutating func write(
        _ intakes: [Intake], _ outcomes: inout [AppendOutcome], _ replay: Replay?
    ) throws {
        store.pending.removeAll()
        store.candidates.removeAll()
        for index in intakes.indices { try classify(intakes[index], at: index) }
        if !batch.candidatePlaces.isEmpty { try lookUp(intakes) }
        var numbers = Numbers(sequence: lastSequence, version: nextVersion() - 1)
        var item = 0
        for index in intakes.indices {
            try place(intakes[index], firstItem: item, &numbers, &outcomes[index])
            item += intakes[index].readings.count
        }
        if store.pending.count > 0 { try store.insertReadings.run() }
        for request in judge.takeRevisions() { try revise(request, &numbers) }
        for index in intakes.indices {
            var payloads = 0
            if let replay {
                try settle(replay, as: intakes[index], outcomes[index])
            } else {
                payloads = try storeDeadLetters(of: intakes[index], &outcomes[index])
                try storeMemories(of: intakes[index])
            }
            let made = outcomes[index].generated + outcomes[index].generatedKnown
            if outcomes[index].generated > 0 {
                batch.count("generated", detail: "silence", by: Int64(outcomes[index].generated))
            }
            batch.count(
                outcomes[index], received: intakes[index].readings.count - made + payloads,
                source: intakes[index].source)
        }
        try writeCounters()
        // In the file they follow from the rows; `queue` holds them once rows are deleted.
        batch.numbers = numbers
    }

    /// Finds the series of each reading and which readings may be known already.
    private mutating func classify(_ intake: Intake, at intakeIndex: Int) throws {
        var stationRange = TextRange.none
        var station = TextPool.none
        for index in intake.readings.indices {
            let draft = intake.readings[index]
            if draft.station != stationRange {
                station = intake.withBytes(of: draft.station) { texts.number(of: $0) }
                stationRange = draft.station
            }
            let parameter = intake.withBytes(of: draft.parameter) { texts.number(of: $0) }
            var number = series.find(station: station, parameter: parameter, sensor: draft.sensor)
            if number == 0 { number = try addSeries(station: station, parameter: parameter, sensor: draft.sensor) }
            let time = draft.time.millisecondsSince1970
            let newest = series.entries[Int(number)].newest
            if time > newest {
                batch.newestBefore.append((number, newest))
                series.setNewest(time, of: number)
                batch.items.append(Batch.Item(series: number, candidate: -1))
                continue
            }
            let candidate = batch.candidatePlaces.count
            batch.contentsByKey[Batch.Key(series: number, time: time)] = []
            batch.candidatePlaces.append(Batch.Place(intake: Int32(intakeIndex), reading: Int32(index)))
            batch.items.append(Batch.Item(series: number, candidate: Int32(candidate)))
            store.candidates.reserveRow()
            store.candidates.append(Int64(candidate))
            store.candidates.append(time)
            store.candidates.append(Int64(number))
        }
    }

    /// Judges the readings of one intake that are new and lays them out as rows.
    private mutating func place(
        _ intake: Intake, firstItem: Int, _ numbers: inout Numbers, _ outcome: inout AppendOutcome
    ) throws {
        let source = texts.number(of: intake.source.utf8.span)
        let hasCandidates = !batch.candidatePlaces.isEmpty
        let comparesSeries = judge.comparesSeries
        var payload: Int32 = -1
        for index in intake.readings.indices {
            let draft = intake.readings[index]
            if comparesSeries, draft.payload != payload {
                payload = draft.payload
                foresee(intake, from: index, firstItem: firstItem)
            }
            let item = batch.items[firstItem + index]
            var revision = Revision(number: 0, cause: nil)
            if hasCandidates {
                guard let found = self.revision(of: draft, in: intake, item: item, source: source) else {
                    if draft.isSilenceRecord { outcome.generatedKnown += 1 } else { outcome.duplicates += 1 }
                    continue
                }
                revision = found
            }
            let received = intake.payloads[Int(draft.payload)].received
            let judgement = try judgement(
                of: draft, in: intake, series: item.series, received: received, cause: revision.cause)
            if judgement.rules != 0, ruleNames[judgement.rules] == nil {
                try tellRules(judgement.rules, &numbers)
            }
            numbers.sequence += 1
            numbers.version += 1
            let context = try context(
                of: draft, in: intake, series: item.series, source: source, judgement, cause: revision.cause)
            appendRow(
                draft, intake, item: item, received: received, judgement, context: context, revision: revision.number,
                previous: judgement.isIsolated ? nil : try link(draft, item, numbers.sequence), numbers)
            if draft.isSilenceRecord { outcome.generated += 1 } else { outcome.queued += 1 }
            if outcome.firstSequence == nil { outcome.firstSequence = numbers.sequence }
            outcome.lastSequence = numbers.sequence
            if let cause = revision.cause { batch.count("revision", source: intake.source, detail: cause.rawValue) }
        }
    }

    /// Lays one row out for the INSERT; the columns are those of `Store.readingColumns`.
    @inline(__always)
    private mutating func appendRow(
        _ draft: DraftReading, _ intake: Intake, item: Batch.Item, received: Timestamp, _ judgement: Judgement,
        context: Int32, revision: Int32, previous: Int64?, _ numbers: Numbers
    ) {
        let table = store.pending
        let time = draft.time.millisecondsSince1970
        let value = judgement.isSentinel ? nil : draft.storedValue
        let lag = received.millisecondsSince1970 &- time
        let versionOffset = numbers.version &- received.millisecondsSince1970 &* 1000
        let tests = judgement.tests == .notEvaluated ? 0 : judgement.tests.decimal
        table.reserveRow()
        table.append(numbers.sequence)
        table.append(Int64(item.series))
        table.append(time)
        if let value { table.append(value) } else { table.appendNull() }
        let raw = appendRaw(judgement.isSentinel ? draft.storedSentinel : draft.storedRaw, intake, table)
        table.append(Int64(context))
        if tests == 0 { table.appendNull() } else { table.append(tests) }
        table.append(Int64(judgement.flag.rawValue))
        if let settles = judgement.settles { table.append(Int64(settles.rawValue)) } else { table.appendNull() }
        table.append(lag)
        table.append(versionOffset)
        table.append(Int64(revision))
        if draft.hasStationSequence { table.append(draft.stationSequence) } else { table.appendNull() }
        let words = RowWords(
            sequence: numbers.sequence, series: item.series, time: time,
            value: value?.bitPattern ?? RowWords.nullValue, raw: raw.word, rawKind: raw.kind, context: context,
            tests: tests, flag: Int64(judgement.flag.rawValue), settles: Int64(judgement.settles?.rawValue ?? 0),
            lag: lag, versionOffset: versionOffset, revision: Int64(revision),
            stationSequence: draft.hasStationSequence ? draft.stationSequence : nil, previous: previous)
        table.append(words.checksum)
        if let previous { table.append(previous) } else { table.appendNull() }
        batch.rows.append(
            Batch.Row(
                sequence: numbers.sequence, time: time, value: value ?? 0, series: item.series, revision: revision,
                hasValue: value != nil, flag: judgement.flag, settles: judgement.settles, previous: previous,
                received: received.millisecondsSince1970, tests: tests))
    }

    @inline(__always)
    private func appendRaw(
        _ raw: DraftReading.StoredRaw, _ intake: Intake, _ table: BatchTable
    ) -> (word: UInt64, kind: UInt8) {
        switch raw {
        case .sameAsValue:
            table.appendNull()
            return (0, 0)
        case .integer(let value):
            table.append(value)
            return (UInt64(bitPattern: value), 1)
        case .real(let value):
            table.append(value)
            return (value.bitPattern, 2)
        case .text(let range):
            return intake.withBytes(of: range) { bytes in
                table.append(text: bytes)
                return (RowWords.word(of: bytes), 3)
            }
        case .literal(let range):
            return intake.withBytes(of: range) { bytes in
                table.append(blob: bytes)
                return (RowWords.word(of: bytes), 4)
            }
        case .negativeZero:
            let literal = Content.negativeZero
            table.append(blob: literal.span)
            return (RowWords.word(of: literal.span), 4)
        }
    }

    /// The last sequence and version given out.
    struct Numbers {
        var sequence: Int64
        var version: Int64
    }

    struct Revision {
        var number: Int32
        var cause: Cause?
    }
}
