import QuantracTesting
import Queue
import Readings
import Testing

@Suite struct `Day summaries` {
    let folder: Folder

    init() throws { folder = try Folder() }

    /// 17:00 UTC is midnight in Viet Nam.
    static let midnight = Timestamp(millisecondsSince1970: 1_795_392_000_000 - 7 * 3_600_000)

    func fill(_ queue: ReadingQueue) throws {
        var builder = IntakeBuilder()
        for (minutes, value) in [(-2, 4.0), (-1, 9), (0, 5), (1, -3), (2, 7)] as [(Int64, Double)] {
            builder.reading(time: Self.midnight.advanced(byMilliseconds: minutes * 60_000), value: value)
        }
        builder.reading(time: Self.midnight.advanced(byMilliseconds: 3 * 60_000), value: nil)
        builder.reading(time: Self.midnight.advanced(byMilliseconds: 60_000), value: -4)
        _ = try queue.append(&builder.intake)
    }

    func check(_ directory: String) throws {
        let days = try QueueReader.open(directory: directory).seriesDays(1)
        #expect(days.map(\.count) == [2, 4], "a revision does not count")
        #expect(days.map(\.minimum) == [4, -4])
        #expect(days.map(\.maximum) == [9, 7])
        #expect(days.map(\.last) == [9, nil], "the newest was no number")
        #expect(days.map(\.firstSequence) == [1, 3] && days.map(\.lastSequence) == [2, 7])
        #expect(days.map(\.worstFlag) == [.pass, .pass])
        #expect(days[1].day == days[0].day + 1)
    }

    @Test func `hold the civil days of the zone, exactly, after a clean stop`() throws {
        let zone = Zone(secondsEastOfUTC: 7 * 3600)
        let queue = try QueueFixture.open(directory: folder.path) { $0.zone = zone }
        try fill(queue)
        queue.close()
        try check(folder.path)
    }

    @Test func `are exact after a crash, and newest times too`() throws {
        let zone = Zone(secondsEastOfUTC: 7 * 3600)
        let queue = try QueueFixture.open(directory: folder.path) { $0.zone = zone }
        try fill(queue)
        let crashed = try Folder()
        try folder.copy(to: crashed)
        queue.close()
        let again = try QueueFixture.open(directory: crashed.path) { $0.zone = zone }
        var builder = IntakeBuilder()
        builder.reading(time: Self.midnight.advanced(byMilliseconds: 2 * 60_000), value: 7)
        #expect(try again.append(&builder.intake).duplicates == 1)
        again.close()
        try check(crashed.path)
    }

    @Test func `add up over restarts`() throws {
        for start in 0..<3 {
            let queue = try QueueFixture.open(directory: folder.path)
            var intake = QueueFixture.intake(firstReading: start * 1000, count: 1000)
            _ = try queue.append(&intake)
            queue.close()
        }
        let reader = try QueueReader.open(directory: folder.path)
        #expect(try reader.seriesDays(1).map(\.count) == [300])
        #expect(try reader.seriesDays(1).first?.maximum == 299)
        #expect(try reader.seriesList()[0].newest == QueueFixture.start.advanced(byMilliseconds: 299 * 60_000))
    }
}
