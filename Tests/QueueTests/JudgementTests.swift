import Quality
import QuantracTesting
import Queue
import Readings
import Registry
import Rules
import Synchronization
import Testing

/// Rules for two stations, with windows that reach back.
private let book: RuleBook = {
    var set = RuleSet(
        name: "air", version: "1.0",
        tests: [
            .grossRange(GrossRangeRule(failSpan: NumberSpan(0, 40), suspectSpan: NumberSpan(2, 30))),
            .spike(SpikeRule(suspectThreshold: 4, failThreshold: 8, method: .differential)),
            .rateOfChange(RateOfChangeRule(threshold: 0.1, failThreshold: 0.3)),
            .flatLine(FlatLineRule(suspectThresholdSeconds: 240, failThresholdSeconds: 480, tolerance: 0.5)),
            .attenuatedSignal(
                AttenuatedSignalRule(
                    suspectThreshold: 0.5, failThreshold: 0.25, testPeriodSeconds: 600, minimumObservations: 3)),
        ])
    set.missing = [-9999, -9_223_372_036_854_775_808]
    set.saturated = [40]
    var station = StationDefinition(id: "HN-KK-01", name: "A", domain: "air")
    station.intervalMilliseconds = 60_000
    var dust = ParameterDefinition(symbol: "X", unit: "ug/m3")
    dust.detectionLimit = 1
    station.parameters = [dust]
    return RuleBook(
        entries: [.init(match: RuleMatch(station: "HN-*"), set: set)], stations: StationCatalog([station]))
}()

private func open(_ folder: Folder, clock: HeldClock = HeldClock(), book: RuleBook = book) throws -> ReadingQueue {
    try QueueFixture.open(directory: folder.path, clock: clock, judge: { QualityJudge(book: book) })
}

/// One reading of the series X at `minute`, received at once.
private func intake(_ readings: [(minute: Int, value: Double?)], source: String = "mqtt:field") -> Intake {
    var builder = IntakeBuilder(source: source)
    for (minute, value) in readings {
        let time = QueueFixture.start.advanced(byMilliseconds: Int64(minute) * 60_000)
        builder.payload(received: time.advanced(byMilliseconds: 1000))
        builder.reading(parameter: "X", time: time, value: value)
    }
    return builder.intake
}

/// A clock that nothing keeps right, until a test does.
private final class LooseClock: WallClock {
    private let isTight = Mutex(false)

    func nowMicroseconds() -> Int64 { QueueFixture.start.millisecondsSince1970 * 1000 }
    var isSynchronized: Bool { isTight.withLock { $0 } }
    func tighten() { isTight.withLock { $0 = true } }
}

private struct Key: Hashable {
    var parameter: String
    var time: Timestamp
}

/// The newest revision of every key.
private func finals(_ queue: ReadingQueue) throws -> [Key: (flag: QualityFlag, tests: TestDigits, value: Double?)] {
    var finals: [Key: (flag: QualityFlag, tests: TestDigits, value: Double?)] = [:]
    for reading in try QueueFixture.readings(in: queue) {
        finals[Key(parameter: reading.parameter, time: reading.time)] = (reading.flag, reading.tests, reading.value)
    }
    return finals
}

@Suite struct `Judgements in the queue` {
    @Test func `name their rules, which are stored once and told before their first use`() throws {
        let folder = try Folder()
        let queue = try open(folder)
        defer { queue.close() }
        var first = intake([(0, 5), (1, 6)])
        _ = try queue.append(&first)
        var page = Page()
        let reader = try queue.makeReader()
        try reader.page(after: 0, limit: 100, into: &page)
        #expect(page.records.map(\.kind) == ["rules"])
        #expect(page.records[0].sequence == 1 && page.rows.map(\.sequence) == [2, 3])
        let sets = try reader.ruleSets()
        let id = try #require(sets.first?.id)
        #expect(sets.count == 1 && id.hasPrefix("air@1.0+") && id.utf8.count == "air@1.0+".utf8.count + 12)
        #expect(page.rows.map { page.reading($0).rules } == [id, id])
        #expect(page.records[0].body.contains(id) && page.records[0].body.contains("\"spike_test\""))
        #expect(try reader.ruleSet(id) == sets[0])
        #expect(queue.counters().generated["rule_set"] == 1)
        queue.close()
        let again = try open(folder)
        defer { again.close() }
        var second = intake([(2, 5)])
        _ = try again.append(&second)
        #expect(try again.makeReader().ruleSets().count == 1)
        #expect(again.counters().generated["rule_set"] == 1)
    }

    @Test func `of other rules have another id from the next reading on`() throws {
        let folder = try Folder()
        let queue = try open(folder)
        var first = intake([(0, 5), (1, 6)])
        _ = try queue.append(&first)
        queue.close()
        var set = book.entries[0].set
        set.version = "1.1"
        set.tests.removeLast()
        let other = RuleBook(entries: [.init(match: RuleMatch(), set: set)], stations: book.stations)
        let again = try open(folder, book: other)
        defer { again.close() }
        var second = intake([(2, 6)])
        _ = try again.append(&second)
        let ids = try QueueFixture.readings(in: again).map { $0.rules ?? "" }
        #expect(ids.map { $0.prefix(8) } == ["air@1.0+", "air@1.0+", "air@1.1+"])
        #expect(try again.makeReader().ruleSets().map(\.id) == [ids[0], ids[2]])
    }

    @Test func `settle a spike on the next row, and append a revision when it makes the reading suspect`() throws {
        let folder = try Folder()
        let queue = try open(folder)
        defer { queue.close() }
        for reading in [(0, 10.0), (1, 15.0), (2, 10.0), (3, 11.0)] {
            var intake = intake([reading])
            _ = try queue.append(&intake)
        }
        let rows = try QueueFixture.readings(in: queue)
        #expect(rows.map(\.settles) == [nil, .notEvaluated, .suspect, nil, .pass])
        #expect(rows.map(\.value) == [10, 15, 10, 15, 11])
        let revision = rows[3]
        #expect(revision.revision == 1 && revision.cause == .settled && revision.time == rows[1].time)
        #expect(
            revision.flag == .suspect && revision.tests[.spike] == .suspect && rows[1].tests[.spike] == .notEvaluated)
        #expect(revision.version > rows[2].version && revision.received == rows[1].received)
        #expect(revision.source == rows[1].source && revision.rules == rows[1].rules)
        #expect(queue.counters().generated["settled"] == 1)
        // What comes again is a duplicate, of the first content or of the revision, and settles nothing.
        var again = intake([(1, 15)])
        #expect(try queue.append(&again).duplicates == 1)
        #expect(try QueueFixture.readings(in: queue).count == 5)
    }

    /// One reading, one row: a spike out of range has failed for good already.
    @Test func `settle without a revision what has failed for good`() throws {
        let folder = try Folder()
        let queue = try open(folder)
        defer { queue.close() }
        var values = intake([(0, 10), (1, 60), (2, 10), (3, 11)])
        _ = try queue.append(&values)
        let rows = try QueueFixture.readings(in: queue)
        #expect(rows.map(\.flag)[1] == .fail && rows[2].settles == .fail && rows[2].time == moment(2))
        #expect(rows.count { $0.time == moment(1) } == 1)
    }

    private func moment(_ minute: Int) -> Timestamp {
        QueueFixture.start.advanced(byMilliseconds: Int64(minute) * 60_000)
    }

    @Test func `store a sentinel as null, with the number as raw value`() throws {
        let folder = try Folder()
        let queue = try open(folder)
        defer { queue.close() }
        var intake = intake([(0, 5), (1, -9999), (2, 40), (3, 0.5)])
        _ = try queue.append(&intake)
        let rows = try QueueFixture.readings(in: queue).filter { $0.revision == 0 }
        #expect(rows[1].value == nil && rows[1].rawValue == .real(-9999) && rows[1].flag == .missing)
        #expect(rows[1].qualifiers == .sentinel)
        #expect(rows[2].qualifiers == .saturated && rows[2].flag == .fail && rows[2].value == 40)
        #expect(rows[3].qualifiers == .belowDetectionLimit)
        #expect(try queue.append(&intake).duplicates == 4)
    }

    @Test func `of a reading whose time is ahead touch no other one`() throws {
        let folder = try Folder()
        let queue = try open(folder)
        defer { queue.close() }
        var builder = IntakeBuilder()
        for (minute, value) in [(0, 10.0), (100_000, 39.0), (1, 12), (2, 14.0)] {
            builder.payload(received: QueueFixture.start.advanced(byMilliseconds: Int64(min(minute, 3)) * 60_000))
            builder.reading(
                parameter: "X", time: QueueFixture.start.advanced(byMilliseconds: Int64(minute) * 60_000), value: value)
        }
        _ = try queue.append(&builder.intake)
        let rows = try QueueFixture.readings(in: queue)
        #expect(rows.map(\.flag) == [.pass, .fail, .pass, .pass])
        #expect(rows[1].qualifiers == .future)
        #expect(rows[3].settles == .pass)
    }

    /// A number that a failed commit gave to one series is given to another one afterwards, with the other's rules.
    @Test func `of series that are new in a failed commit are not mixed up`() throws {
        let folder = try Folder()
        func set(_ name: String, _ limit: Double) -> RuleSet {
            RuleSet(
                name: name, version: "1", tests: [.grossRange(GrossRangeRule(failSpan: NumberSpan(0, limit)))])
        }
        let book = RuleBook(entries: [
            .init(match: RuleMatch(parameter: "X"), set: set("narrow", 10)),
            .init(match: RuleMatch(parameter: "Y"), set: set("wide", 100)),
        ])
        let queue = try open(folder, book: book)
        defer { queue.close() }
        func intake(_ parameters: [String]) -> Intake {
            var builder = IntakeBuilder()
            for parameter in parameters { builder.reading(parameter: parameter, value: 50) }
            return builder.intake
        }
        try folder.run("CREATE TRIGGER t BEFORE INSERT ON reading BEGIN SELECT raise(ABORT, 'no'); END")
        var first = intake(["X", "Y"])
        #expect(throws: QueueError.self) { _ = try queue.append(&first) }
        try folder.run("DROP TRIGGER t")
        var second = intake(["Y", "X"])
        _ = try queue.append(&second)
        let rows = try QueueFixture.readings(in: queue)
        #expect(rows.map(\.parameter) == ["Y", "X"] && rows.map(\.flag) == [.pass, .fail])
        #expect(rows.map { $0.rules?.prefix(4) } == ["wide", "narr"])
        #expect(try queue.makeReader().ruleSets().count == 2)
    }

    @Test func `doubt a reading in another unit than the station's`() throws {
        let folder = try Folder()
        let queue = try open(folder)
        defer { queue.close() }
        var builder = IntakeBuilder()
        for (minute, unit) in ["ug/m3", "µg/m³", "mg/m3", "mg/m3", nil, "ug/m3"].enumerated() {
            let time = QueueFixture.start.advanced(byMilliseconds: Int64(minute) * 60_000)
            builder.payload(received: time)
            builder.reading(parameter: "X", time: time, value: 10 + Double(minute), unit: unit)
            builder.reading(parameter: "Y", time: time, value: 10 + Double(minute), unit: unit)
        }
        _ = try queue.append(&builder.intake)
        let rows = try QueueFixture.readings(in: queue).filter { $0.revision == 0 }
        let marks = rows.filter { $0.parameter == "X" }.map(\.qualifiers)
        #expect(marks == [[], [], .unitNotConvertible, .unitNotConvertible, [], []])
        // Of a parameter that is not registered nothing is known.
        #expect(rows.filter { $0.parameter == "Y" }.allSatisfy { $0.qualifiers.isEmpty })
        #expect(rows.filter { $0.parameter == "X" }[2].flag == .suspect)
    }

    /// Two parameters of one payload, in either order, are compared at once: the digit says so, not only the flag.
    @Test(arguments: [["X", "Y"], ["Y", "X"]]) func `compare what comes in one payload`(order: [String]) throws {
        let folder = try Folder()
        let set = RuleSet(
            name: "pair", version: "1",
            tests: [.multivariate(MultivariateRule(relation: .order(left: "X", .lessOrEqual, right: "Y")))])
        let book = RuleBook(entries: [.init(match: RuleMatch(parameter: "X"), set: set)])
        let queue = try open(folder, book: book)
        defer { queue.close() }
        for (minute, fine, coarse) in [(0, 1.0, 2.0), (1, 1, 2), (2, 3, 2)] {
            var builder = IntakeBuilder()
            let time = QueueFixture.start.advanced(byMilliseconds: Int64(minute) * 60_000)
            builder.payload(received: time)
            for parameter in order {
                builder.reading(parameter: parameter, time: time, value: parameter == "X" ? fine : coarse)
            }
            _ = try queue.append(&builder.intake)
        }
        let rows = try QueueFixture.readings(in: queue).filter { $0.parameter == "X" }
        // The first payload makes the series: one that is not there yet cannot be compared with.
        #expect(rows.suffix(2).map { $0.tests[.multivariate] } == [.pass, .suspect])
        #expect(rows.suffix(2).map(\.flag) == [.pass, .suspect])
        // One that is being calibrated is no measure, also where it stands behind in the payload.
        var builder = IntakeBuilder()
        let time = QueueFixture.start.advanced(byMilliseconds: 180_000)
        builder.payload(received: time)
        for parameter in order {
            builder.reading(
                parameter: parameter, time: time, value: parameter == "X" ? 3 : 2,
                status: parameter == "X" ? "00" : "01")
        }
        _ = try queue.append(&builder.intake)
        let last = try QueueFixture.readings(in: queue).filter { $0.parameter == "X" && $0.time == time }
        #expect(last.map { $0.tests[.multivariate] } == [.notEvaluated])
    }

    @Test func `take another source that differs a little for a duplicate, if the rules say so`() throws {
        let folder = try Folder()
        var set = book.entries[0].set
        set.extensions.conflictTolerance = 0.5
        let queue = try open(
            folder, book: RuleBook(entries: [.init(match: RuleMatch(), set: set)], stations: book.stations))
        defer { queue.close() }
        var field = intake([(0, 10), (1, 11)])
        _ = try queue.append(&field)
        var other = intake([(0, 10.5), (1, 11.6)], source: "modbus:plant")
        let outcome = try queue.append(&other)
        #expect(outcome.duplicates == 1 && outcome.queued == 1)
        let conflict = try QueueFixture.readings(in: queue).last
        #expect(conflict?.cause == .conflict && conflict?.qualifiers == .conflict && conflict?.flag == .suspect)
        // The same source may correct itself by as little as it likes.
        var corrected = intake([(0, 10.1)])
        #expect(try queue.append(&corrected).queued == 1)
    }

    /// The tolerance holds from the first reading after a start on, and hides nothing that a device says of itself.
    @Test func `are conflicts after a start as before it, and where another status is told`() throws {
        let folder = try Folder()
        var set = book.entries[0].set
        set.extensions.conflictTolerance = 0.5
        let book = RuleBook(entries: [.init(match: RuleMatch(), set: set)], stations: book.stations)
        let before = try open(folder, book: book)
        var field = intake([(0, 10), (1, 11)])
        _ = try before.append(&field)
        before.close()
        let queue = try open(folder, book: book)
        defer { queue.close() }
        var other = intake([(0, 10.1)], source: "modbus:plant")
        #expect(try queue.append(&other).duplicates == 1)
        var builder = IntakeBuilder(source: "modbus:plant")
        let time = QueueFixture.start.advanced(byMilliseconds: 60_000)
        builder.payload(received: time)
        builder.reading(parameter: "X", time: time, value: 11, status: "02")
        #expect(try queue.append(&builder.intake).queued == 1)
        let last = try QueueFixture.readings(in: queue).last
        #expect(last?.cause == .conflict && last?.qualifiers == [.conflict, .deviceError] && last?.flag == .fail)
    }

    /// Ahead of a clock that follows no reference may mean that the clock is behind.
    @Test func `ahead of a clock that may be wrong are doubted, not failed`() throws {
        let folder = try Folder()
        let clock = LooseClock()
        let queue = try QueueFixture.open(directory: folder.path, clock: clock, judge: { QualityJudge(book: book) })
        defer { queue.close() }
        for minute in [0, 1] {
            var builder = IntakeBuilder()
            let time = QueueFixture.start.advanced(byMilliseconds: Int64(minute) * 60_000)
            builder.payload(received: time.advanced(byMilliseconds: -3_600_000))
            builder.reading(parameter: "X", time: time, value: 10)
            _ = try queue.append(&builder.intake)
            clock.tighten()
        }
        let rows = try QueueFixture.readings(in: queue)
        #expect(rows.map(\.qualifiers) == [.clock, .future] && rows.map(\.flag) == [.suspect, .fail])
    }

    /// What is lost of the file's small tables is no reason to stop.
    @Test func `go on where names and contexts are lost`() throws {
        let folder = try Folder()
        let set = RuleSet(
            name: "pair", version: "1",
            tests: [
                .multivariate(MultivariateRule(relation: .order(left: "X", .lessOrEqual, right: "Y"))),
                .spike(SpikeRule(suspectThreshold: 4, failThreshold: 8)),
            ])
        let book = RuleBook(entries: [.init(match: RuleMatch(parameter: "X"), set: set)])
        let before = try open(folder, book: book)
        var builder = IntakeBuilder()
        for (minute, parameter, status) in [(0, "Y", "00"), (0, "X", "00"), (1, "X", "00"), (2, "X", "01")] {
            let time = QueueFixture.start.advanced(byMilliseconds: Int64(minute) * 60_000)
            builder.payload(received: time)
            builder.reading(parameter: parameter, time: time, value: minute == 1 ? 50 : 5, status: status)
        }
        _ = try before.append(&builder.intake)
        before.close()
        try folder.run("DELETE FROM series WHERE id = 1; DELETE FROM context WHERE id = 1")
        let queue = try open(folder, book: book)
        defer { queue.close() }
        var second = intake([(3, 50), (4, 5)])
        #expect(try queue.append(&second).queued == 2)
        _ = try queue.declareMaintenance(
            station: "HN-KK-01", from: QueueFixture.start,
            to: QueueFixture.start.advanced(byMilliseconds: 3_600_000), reason: "pump", actor: nil)
        for _ in 0..<500 where try queue.makeReader().maintenanceWindows().contains(where: { !$0.isApplied }) {
            _ = try queue.granted(source: "none")
        }
        #expect(try queue.makeReader().maintenanceWindows().map(\.isApplied) == [true])
    }

    @Test func `mark what has its time from a clock that follows no reference`() throws {
        let folder = try Folder()
        let clock = LooseClock()
        let queue = try QueueFixture.open(directory: folder.path, clock: clock, judge: { QualityJudge(book: book) })
        defer { queue.close() }
        var builder = IntakeBuilder()
        builder.reading(parameter: "X", value: 10) { $0.hasOurTime = true }
        builder.reading(parameter: "Y", value: 10)
        _ = try queue.append(&builder.intake)
        clock.tighten()
        var later = IntakeBuilder()
        later.reading(parameter: "X", time: QueueFixture.start.advanced(byMilliseconds: 60_000), value: 11) {
            $0.hasOurTime = true
        }
        _ = try queue.append(&later.intake)
        #expect(try QueueFixture.readings(in: queue).map(\.qualifiers) == [.clock, [], []])
        #expect(try QueueFixture.readings(in: queue)[0].flag == .suspect)
    }

    @Test func `tell a consumer that begins now the rules of what it will get`() throws {
        let folder = try Folder()
        let queue = try open(folder)
        defer { queue.close() }
        var first = intake([(0, 5), (1, 6)])
        _ = try queue.append(&first)
        var definition = QueueFixture.consumer("late")
        definition.from = .now
        try queue.addConsumer(definition)
        var second = intake([(2, 6)])
        _ = try queue.append(&second)
        var page = Page()
        let reader = try queue.makeReader()
        let state = try #require(try reader.consumers().first)
        try reader.page(after: state.cursor, limit: 10, filter: state.definition.filter, into: &page)
        #expect(page.records.map(\.kind) == ["rules"] && page.rows.count == 1)
        #expect(page.records[0].sequence < page.rows[0].sequence)
    }

    /// The queue is killed, fails to commit, and gets everything again and again: the flags are those of a calm life.
    @Test(arguments: 0..<12) func `are the same after kills, failed commits and redelivery`(round: Int) throws {
        let seed = Seed.fromEnvironment() &+ UInt64(round)
        var generator = SeededGenerator(seed: seed)
        var readings: [(minute: Int, value: Double?)] = []
        var minute = 0
        var level = 10.0
        for _ in 0..<400 {
            if Int.random(in: 0..<3, using: &generator) > 0 {
                level += Double(Int.random(in: -6...6, using: &generator)) / 2
            }
            level = min(max(level, 0), 45)
            let isLate = round > 3 && Int.random(in: 0..<12, using: &generator) == 0
            if !isLate { minute += Int.random(in: 0..<9, using: &generator) == 0 ? 7 : 1 }
            let place = isLate ? max(0, minute - Int.random(in: 0...12, using: &generator)) : minute
            readings.append((place, Int.random(in: 0..<10, using: &generator) == 0 ? nil : level))
        }
        let calm = try Folder()
        let expected = try open(calm)
        defer { expected.close() }
        for reading in readings {
            var intake = intake([reading])
            _ = try expected.append(&intake)
        }
        var folder = try Folder()
        var queue = try open(folder)
        var index = 0
        while index < readings.count {
            let end = min(readings.count, index + Int.random(in: 1...20, using: &generator))
            let isFailing = Int.random(in: 0..<5, using: &generator) == 0
            if isFailing {
                try folder.run("CREATE TRIGGER t BEFORE INSERT ON reading BEGIN SELECT raise(ABORT, 'no'); END")
            }
            var part = intake(Array(readings[index..<end]))
            do { _ = try queue.append(&part) } catch { #expect(isFailing, "seed \(seed): \(error)") }
            if isFailing { try folder.run("DROP TRIGGER t") }
            if Int.random(in: 0..<6, using: &generator) == 0 {
                // What a kill -9 at this moment leaves behind.
                let next = try Folder()
                try folder.copy(to: next)
                queue.close()
                folder = next
                queue = try open(folder)
            }
            let isRepeated = Int.random(in: 0..<8, using: &generator) == 0
            index = isFailing ? index : isRepeated ? max(0, end - 15) : end
        }
        defer { queue.close() }
        let found = try finals(queue)
        let wanted = try finals(expected)
        #expect(found.count == wanted.count, "seed \(seed)")
        for (key, final) in wanted {
            let other = try #require(found[key])
            #expect(other.flag == final.flag && other.tests == final.tests, "seed \(seed), \(key)")
        }
    }
}

@Suite struct `Maintenance windows` {
    private func settle(_ queue: ReadingQueue) throws {
        for _ in 0..<500 where try queue.makeReader().maintenanceWindows().contains(where: { !$0.isApplied }) {
            // Any call wakes the writer, which does its upkeep after it.
            _ = try queue.granted(source: "none")
        }
    }

    private func moment(_ minute: Int) -> Timestamp {
        QueueFixture.start.advanced(byMilliseconds: Int64(minute) * 60_000)
    }

    @Test func `fail what is there by a revision, and what comes at once`() throws {
        let folder = try Folder()
        let queue = try open(folder)
        defer { queue.close() }
        var first = intake((0..<20).map { ($0, 10 + Double($0 % 3)) })
        _ = try queue.append(&first)
        let window = try queue.declareMaintenance(
            station: "HN-KK-01", from: moment(5), to: moment(25), reason: "calibration", actor: "technician")
        #expect(window.id == 1)
        try settle(queue)
        var second = intake((20..<30).map { ($0, 10 + Double($0 % 3)) })
        _ = try queue.append(&second)
        let rows = try QueueFixture.readings(in: queue)
        let revisions = rows.filter { $0.cause == .maintenance }
        #expect(revisions.map(\.time) == (5..<20).map(moment))
        #expect(revisions.allSatisfy { $0.flag == .fail && $0.qualifiers == .maintenance && $0.revision == 1 })
        #expect(
            rows.filter { $0.time >= moment(20) }.map(\.qualifiers) == (20..<30).map { $0 < 25 ? .maintenance : [] })
        #expect(queue.counters().generated["maintenance"] == 15)
        let audit = try queue.makeReader().audit(limit: 10)
        #expect(audit.map(\.action) == ["maintenance-declare"] && audit[0].actor == "technician")
        #expect(audit[0].detail.contains("calibration"))
        // A correction of what is in the window is marked as it comes.
        var corrected = intake([(7, 3)])
        _ = try queue.append(&corrected)
        #expect(try QueueFixture.readings(in: queue).last { $0.time == moment(7) }?.qualifiers == .maintenance)
    }

    @Test func `taken back take their mark with them, but not the device's own`() throws {
        let folder = try Folder()
        let queue = try open(folder)
        defer { queue.close() }
        var builder = IntakeBuilder()
        for minute in 0..<6 {
            builder.payload(received: moment(minute))
            builder.reading(
                parameter: "X", time: moment(minute), value: 10 + Double(minute), status: minute == 3 ? "03" : "00")
        }
        _ = try queue.append(&builder.intake)
        let window = try queue.declareMaintenance(
            station: "HN-KK-01", from: moment(1), to: moment(5), reason: "wrong station", actor: nil)
        try settle(queue)
        #expect(try finals(queue).values.count { $0.flag == .fail } == 4)
        _ = try queue.withdrawMaintenance(window.id, reason: "it was the other one", actor: nil)
        try settle(queue)
        #expect(try finals(queue).values.count { $0.flag == .fail } == 1)
        #expect(throws: QueueError.self) { _ = try queue.withdrawMaintenance(window.id, reason: "again", actor: nil) }
        #expect(try queue.makeReader().maintenanceWindows(station: "HN-KK-01").map { $0.withdrawn != nil } == [true])
    }

    /// What a test said while a window was there counts when the window is gone.
    @Test func `taken back leave what they hid`() throws {
        func fed(inWindow: Bool) throws -> [Key: (flag: QualityFlag, tests: TestDigits, value: Double?)] {
            let folder = try Folder()
            let queue = try open(folder)
            defer { queue.close() }
            let window =
                try inWindow
                ? queue.declareMaintenance(
                    station: "HN-KK-01", from: moment(0), to: moment(60), reason: "pump", actor: nil) : nil
            for (minute, value) in [(0, 10.0), (1, 11), (2, 22), (3, 11), (5, 12), (4, 18), (6, 13)] {
                var one = intake([(minute, value)])
                _ = try queue.append(&one)
            }
            if let window { _ = try queue.withdrawMaintenance(window.id, reason: "another station", actor: nil) }
            try settle(queue)
            return try finals(queue)
        }
        let wanted = try fed(inWindow: false)
        let found = try fed(inWindow: true)
        #expect(wanted.values.contains { $0.tests[.spike] == .fail })
        for (key, final) in wanted { #expect(found[key]?.flag == final.flag, "\(key)") }
    }

    @Test func `are gone through to their end after a kill`() throws {
        let folder = try Folder()
        let queue = try open(folder)
        for part in 0..<5 {
            var intake = intake((part * 1000..<(part + 1) * 1000).map { ($0, 10 + Double($0 % 5)) })
            _ = try queue.append(&intake)
        }
        _ = try queue.declareMaintenance(
            station: "HN-KK-01", from: moment(0), to: moment(5000), reason: "pump", actor: nil)
        let killed = try Folder()
        try folder.copy(to: killed)
        queue.close()
        let again = try open(killed)
        defer { again.close() }
        try settle(again)
        #expect(try finals(again).values.count { $0.flag == .fail } == 5000)
        #expect(again.counters().generated["maintenance"] == 5000)
    }

    @Test func `that cannot be are refused`() throws {
        let folder = try Folder()
        let queue = try open(folder)
        defer { queue.close() }
        for (station, from, to, reason) in [
            ("HN-KK-01", 5, 5, "x"), ("HN-KK-01", 6, 5, "x"), ("HN KK", 1, 2, "x"), ("HN-KK-01", 1, 2, ""),
            ("HN-KK-01", 1, 2, "a\u{1b}[2J"), ("HN-KK-01", 1, 2, String(repeating: "x", count: 1025)),
        ] {
            let error = #expect(throws: QueueError.self) {
                _ = try queue.declareMaintenance(
                    station: station, from: moment(from), to: moment(to), reason: reason, actor: nil)
            }
            #expect(error?.reason == .badArgument)
        }
        #expect(try queue.makeReader().maintenanceWindows().isEmpty)
        let window = try queue.declareMaintenance(
            station: "HN-KK-01", from: moment(1), to: moment(2), reason: "pump", actor: nil)
        for (reason, actor) in [
            ("", nil), ("x\n", nil), ("x", "\u{1b}[31m"), ("x", String(repeating: "B", count: 2000)),
        ] {
            #expect(throws: QueueError.self) {
                _ = try queue.withdrawMaintenance(window.id, reason: reason, actor: actor)
            }
        }
    }
}
