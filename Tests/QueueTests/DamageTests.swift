import QuantracTesting
import Queue
import Readings
import SQLite
import Testing

@Suite struct `Damaged rows` {
    let folder: Folder

    init() throws {
        folder = try Folder()
        let queue = try QueueFixture.open(directory: folder.path)
        var intake = QueueFixture.intake(firstReading: 0, count: 100)
        _ = try queue.append(&intake)
        queue.close()
    }

    static let changes = [
        "series_id = 200", "time_ms = time_ms + 1", "value = value + 0.1", "value = NULL", "raw = 1", "raw = 'x'",
        "raw = x'00'", "context_id = 99", "tests = 22222222221", "flag = 3", "flag = 7", "settles = 1",
        "lag_ms = lag_ms + 1", "version_offset = version_offset + 1", "revision = 1", "station_sequence = 0",
        "checksum = checksum + 1", "series_id = 4294967297",
    ]

    @Test(arguments: changes)
    func `never become a reading, whatever column changed`(change: String) throws {
        try folder.run("UPDATE reading SET \(change) WHERE sequence = 51")
        var page = Page()
        try QueueReader.open(directory: folder.path).page(after: 0, limit: 1000, into: &page)
        #expect(page.corruptRows == 1)
        #expect(page.rows.map(\.sequence) == Array(1...50) + Array(52...100))
    }

    @Test func `neither do those whose names changed`() throws {
        try folder.run("UPDATE series SET station = 'HN-KK-02' WHERE parameter = 'P3'")
        var page = Page()
        let reader = try QueueReader.open(directory: folder.path)
        try reader.page(after: 0, limit: 1000, into: &page)
        #expect(page.corruptRows == 10 && page.rows.count == 90)
        try folder.run("UPDATE context SET unit = 'mg/m3'")
        try QueueReader.open(directory: folder.path).page(after: 0, limit: 1000, into: &page)
        #expect(page.corruptRows == 100 && page.rows.isEmpty)
    }

    static let absurdities = [
        "context_id = 200", "context_id = -1", "context_id = 1 << 40", "time_ms = 9223372036854775807",
        "time_ms = -9223372036854775808", "lag_ms = 9223372036854775807", "version_offset = 9223372036854775807",
        "revision = 2147483647", "revision = 9223372036854775807", "revision = -1", "series_id = (1 << 40) + sequence",
        "value = 0.5",
    ]

    @Test(arguments: absurdities)
    func `end no writer: it opens, appends and closes`(change: String) throws {
        // As after a crash: the rows are read again at the start.
        try folder.run("UPDATE reading SET \(change) WHERE sequence = 91 OR sequence = 100")
        try folder.run("UPDATE queue SET summarised_through = 0; DELETE FROM series_day")
        try folder.run("UPDATE series SET newest_ms = NULL")
        let queue = try QueueFixture.open(directory: folder.path)
        try queue.addConsumer(QueueFixture.consumer("w"))
        var again = QueueFixture.intake(firstReading: 90, count: 10)
        let outcome = try queue.append(&again)
        #expect(outcome.queued + outcome.duplicates == 10 && outcome.queued <= 2)
        var next = QueueFixture.intake(firstReading: 100, count: 10)
        #expect(try queue.append(&next).queued == 10)
        queue.close()
        let kept = try QueueFixture.readings(of: QueueReader.open(directory: folder.path))
        #expect(kept.count == 98 + outcome.queued + 10)
        #expect(zip(kept, kept.dropFirst()).allSatisfy { $0.version < $1.version })
        #expect(kept.allSatisfy { $0.version < 4_000_000_000_000_000 })
    }

    @Test func `one bit anywhere in the file never makes a wrong value`() throws {
        let good = try QueueFixture.readings(of: QueueReader.open(directory: folder.path))
        let known = Dictionary(uniqueKeysWithValues: good.map { ($0.sequence, $0) })
        let bytes = try folder.read("queue.db")
        var random = SystemRandomNumberGenerator()
        var delivered = 0
        for _ in 0..<300 {
            let other = try Folder()
            var damaged = bytes
            damaged[Int.random(in: 100..<bytes.count, using: &random)] ^= 1 << UInt8.random(in: 0..<8, using: &random)
            try other.write(damaged, to: "queue.db")
            do {
                for reading in try QueueFixture.readings(of: QueueReader.open(directory: other.path)) {
                    #expect(known[reading.sequence] == reading)
                    delivered += 1
                }
            } catch is QueueError {
                // Refused as a whole: nothing wrong was delivered.
            }
        }
        #expect(delivered > 100 * 200)
    }
}
