import Glibc
import QuantracTesting
import Queue
import Readings
import SQLite
import Testing

@Suite struct `Opening a queue` {
    let folder: Folder

    init() throws { folder = try Folder() }

    @Test func `is refused while another has it, with its process`() throws {
        let queue = try QueueFixture.open(directory: folder.path)
        let error = #expect(throws: QueueError.self) { _ = try QueueFixture.open(directory: folder.path) }
        #expect(error?.reason == .locked(pid: getpid()))
        #expect(error?.isTransient == true)
        #expect(error?.message.contains(folder.path) == true)
        queue.close()
        try QueueFixture.open(directory: folder.path).close()
    }

    @Test func `makes its directory`() throws {
        try QueueFixture.open(directory: folder.path("data")).close()
        #expect(folder.exists("data/queue.db"))
    }

    @Test func `refuses a file that is no database, and leaves it as it was`() throws {
        let bytes = Array("this is a letter to the ministry".utf8) + [UInt8](repeating: 7, count: 5000)
        try folder.write(bytes, to: "queue.db")
        let error = #expect(throws: QueueError.self) { _ = try QueueFixture.open(directory: folder.path) }
        #expect(error?.reason == .foreignFile)
        #expect(error?.message.contains("queue.db") == true)
        #expect(try folder.read("queue.db") == bytes)
    }

    @Test func `refuses the database of another program`() throws {
        try folder.run("CREATE TABLE cookies(a)")
        let error = #expect(throws: QueueError.self) { _ = try QueueFixture.open(directory: folder.path) }
        #expect(error?.reason == .foreignFile)
        let reader = #expect(throws: QueueError.self) { _ = try QueueReader.open(directory: folder.path) }
        #expect(reader?.reason == .foreignFile)
    }

    @Test func `refuses a file of a newer release`() throws {
        try QueueFixture.open(directory: folder.path).close()
        try folder.run("PRAGMA user_version = 99")
        let error = #expect(throws: QueueError.self) { _ = try QueueFixture.open(directory: folder.path) }
        #expect(error?.reason == .newerSchema)
        let reader = #expect(throws: QueueError.self) { _ = try QueueReader.open(directory: folder.path) }
        #expect(reader?.reason == .newerSchema)
    }

    @Test func `refuses a damaged file, and says so`() throws {
        let queue = try QueueFixture.open(directory: folder.path)
        var intake = QueueFixture.intake(firstReading: 0, count: 1000)
        _ = try queue.append(&intake)
        queue.close()
        var bytes = try folder.read("queue.db")
        for index in 100..<4096 { bytes[index] = 0xa5 }
        try folder.write(bytes, to: "queue.db")
        let error = #expect(throws: QueueError.self) { _ = try QueueFixture.open(directory: folder.path) }
        #expect(error?.reason == .corrupt)
        #expect(error?.isTransient == false)
        #expect(try folder.read("queue.db") == bytes)
    }

    @Test func `gives a new file a new identity`() throws {
        let first = try QueueFixture.open(directory: folder.path)
        let uuid = first.uuid
        first.close()
        for name in ["queue.db", "queue.db-wal", "queue.db-shm"] where folder.exists(name) { try folder.remove(name) }
        let second = try QueueFixture.open(directory: folder.path)
        #expect(second.uuid != uuid)
        #expect(second.uuid.count == 36)
        second.close()
    }

    @Test func `keeps ballast for a full disk`() throws {
        let queue = try QueueFixture.open(directory: folder.path)
        queue.close()
        #expect(Disk.fileSize(folder.path("ballast")) == 4 << 20)
    }
}

@Suite struct `Reading the queue` {
    let folder: Folder

    init() throws { folder = try Folder() }

    @Test func `is refused where there is none`() {
        let error = #expect(throws: QueueError.self) { _ = try QueueReader.open(directory: folder.path) }
        #expect(error?.reason == .notFound)
    }

    @Test func `works beside a running daemon, page by page, and sees what is committed meanwhile`() throws {
        let queue = try QueueFixture.open(directory: folder.path)
        defer { queue.close() }
        let reader = try QueueReader.open(directory: folder.path)
        #expect(try QueueFixture.readings(of: reader).isEmpty)
        for round in 0..<5 {
            var intake = QueueFixture.intake(firstReading: round * 700, count: 700)
            _ = try queue.append(&intake)
            #expect(try QueueFixture.readings(of: reader).count == (round + 1) * 700)
        }
    }

    @Test func `works after a clean stop, with and without the index of the log`() throws {
        let queue = try QueueFixture.open(directory: folder.path)
        var intake = QueueFixture.intake(firstReading: 0, count: 1500)
        _ = try queue.append(&intake)
        queue.close()
        let before = try folder.read("queue.db")
        #expect(try QueueFixture.readings(of: QueueReader.open(directory: folder.path)).count == 1500)
        for name in ["queue.db-wal", "queue.db-shm"] where folder.exists(name) { try folder.remove(name) }
        #expect(try QueueFixture.readings(of: QueueReader.open(directory: folder.path)).count == 1500)
        #expect(try folder.read("queue.db") == before, "reading never writes")
        let again = try QueueFixture.open(directory: folder.path)
        #expect(again.lastSequence == 1500)
        again.close()
    }

    @Test func `works on what a crash left, and so does the next start`() throws {
        let queue = try QueueFixture.open(directory: folder.path)
        var intake = QueueFixture.intake(firstReading: 0, count: 1500)
        _ = try queue.append(&intake)
        let crashed = try Folder()
        try folder.copy(to: crashed)
        queue.close()
        #expect(try QueueFixture.readings(of: QueueReader.open(directory: crashed.path)).count == 1500)
        try crashed.remove("queue.db-shm")
        #expect(try QueueFixture.readings(of: QueueReader.open(directory: crashed.path)).count == 1500)
        let again = try QueueFixture.open(directory: crashed.path)
        #expect(again.lastSequence == 1500)
        #expect(try QueueFixture.readings(in: again).count == 1500)
        again.close()
    }

    @Test func `filters by station and parameter, and tells how far it looked`() throws {
        let queue = try QueueFixture.open(directory: folder.path)
        defer { queue.close() }
        var intake = QueueFixture.intake(firstReading: 0, count: 100)
        _ = try queue.append(&intake)
        let reader = try queue.makeReader()
        var page = Page()
        try reader.page(
            after: 0, limit: 1000, filter: ReadingFilter(stations: ["HN-*"], parameters: ["P3"]), into: &page)
        #expect(page.rows.count == 10)
        #expect(page.scannedThrough == 100 && page.reachedEnd)
        try reader.page(after: 0, limit: 1000, filter: ReadingFilter(stations: ["HCM-*"]), into: &page)
        #expect(page.rows.isEmpty && page.scannedThrough == 100)
        try reader.page(after: 0, limit: 4, filter: ReadingFilter(parameters: ["P3"]), into: &page)
        #expect(page.rows.map(\.sequence) == [4, 14, 24, 34])
        #expect(!page.reachedEnd && page.scannedThrough >= 34 && page.scannedThrough < 44)
        try reader.page(after: 10, through: 20, limit: 100, into: &page)
        #expect(page.rows.map(\.sequence) == Array(11...20))
        #expect(page.scannedThrough == 20)
    }

    @Test func `answers what people ask for`() throws {
        let queue = try QueueFixture.open(directory: folder.path)
        defer { queue.close() }
        var intake = QueueFixture.intake(firstReading: 0, count: 1000)
        _ = try queue.append(&intake)
        let reader = try queue.makeReader()
        var query = ReadingQuery()
        query.parameter = "P7"
        query.from = QueueFixture.start.advanced(byMilliseconds: 600_000)
        query.to = QueueFixture.start.advanced(byMilliseconds: 1_200_000)
        let page = try reader.readings(matching: query)
        #expect(page.rows.count == 10)
        #expect(page.rows.allSatisfy { page.reading($0).parameter == "P7" })
        query.limit = 3
        let first = try reader.readings(matching: query)
        #expect(first.rows.count == 3 && !first.reachedEnd)
        query.after = first.scannedThrough
        query.limit = 100
        #expect(try reader.readings(matching: query).rows.count == 7)
        let summary = try reader.summary()
        #expect(summary.series == 10 && summary.lastSequence == 1000 && summary.readingsAtMost == 1000)
        #expect(summary.usedBytes > 0 && summary.uuid == queue.uuid)
        #expect(try reader.seriesList().count == 10)
    }

    @Test func `the view names everything for the sqlite3 shell`() throws {
        let queue = try QueueFixture.open(directory: folder.path)
        var builder = IntakeBuilder()
        builder.reading(value: nil, rawUnit: "ppb", status: "02") { draft in
            draft.qualifiers = [.notANumber, .clock]
            draft.raw = .integer(7)
        }
        _ = try queue.append(&builder.intake)
        queue.close()
        let connection = try Connection.open(path: folder.path("queue.db"), mode: .readOnly)
        let row = try connection.text(
            """
            SELECT station || '|' || parameter || '|' || sensor || '|' || time || '|' || quote(value) || '|' || unit || '|'
            || raw_value || '|' || raw_unit || '|' || status || '|' || flag || '|' || tests || '|' || qualifiers || '|'
            || revision || '|' || received || '|' || source FROM readings
            """)
        #expect(
            row == "HN-KK-01|PM2.5|1|2026-11-23T00:00:00.000Z|NULL|ug/m3|7|ppb|02|9|22222222222|NAN,CLK|0|"
                + "2026-11-23T00:00:01.204Z|mqtt:field")
    }
}
