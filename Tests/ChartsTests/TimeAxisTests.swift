import Readings
import Testing

@testable import Charts

@Suite struct `The axis of time` {
    private func ticks(_ first: String, _ last: String, in name: String = "UTC", width: Int = 960) throws -> [TimeAxis
        .Tick]
    {
        let moments = try [first, last].map { text -> Int64 in
            guard case .moment(let moment) = ParsedTime(rfc3339: text) else { throw XMLFault(reason: text, offset: 0) }
            return moment.millisecondsSince1970
        }
        let frame = ChartFrame(width: width, height: 400, top: 80, labels: ["1000"])
        return TimeAxis(first: moments[0], last: moments[1], frame: frame).ticks(in: try zone(name))
    }

    @Test(arguments: [
        ("2026-11-23T00:00:00.100Z", "2026-11-23T00:00:00.105Z", "00:00:00.100 00:00:00.101"),
        ("2026-11-23T00:00:00Z", "2026-11-23T00:00:48Z", "00:00:00 00:00:05"),
        ("2026-11-23T00:02:00Z", "2026-11-23T00:55:00Z", "00:10 00:20"),
        ("2026-11-23T00:00:00Z", "2026-11-23T23:55:00Z", "00:00 03:00"),
        ("2026-11-20T05:00:00Z", "2026-11-25T03:00:00Z", "12:00 00:00"),
        ("2026-11-03T00:00:00Z", "2026-11-12T00:00:00Z", "2026-11-03 2026-11-04"),
        ("2026-10-20T00:00:00Z", "2026-12-20T00:00:00Z", "2026-10-26 2026-11-02"),
        ("2026-01-01T00:00:00Z", "2026-12-31T00:00:00Z", "2026-01 2026-03"),
        ("2015-06-01T00:00:00Z", "2024-06-01T00:00:00Z", "2016 2017"),
        ("1900-01-01T00:00:00Z", "2100-01-01T00:00:00Z", "1900 1950"),
    ])
    func `counts as people do, from milliseconds to years`(first: String, last: String, expected: String) throws {
        let labels = try ticks(first, last).map(\.label)
        #expect(labels.prefix(2).joined(separator: " ") == expected)
        #expect(labels.count >= 2)
    }

    @Test func `says the date at its beginning and where the day changes`() throws {
        let ticks = try ticks("2026-11-22T12:00:00Z", "2026-11-24T10:00:00Z", in: "Asia/Ho_Chi_Minh")
        #expect(ticks.map(\.label) == ["00:00", "06:00", "12:00", "18:00", "00:00", "06:00", "12:00"])
        #expect(ticks.map(\.date) == ["2026-11-23", nil, nil, nil, "2026-11-24", nil, nil])
        #expect(ticks.map(\.isMidnight) == [true, false, false, false, true, false, false])
    }

    @Test func `keeps to the local clock when it is set forth and back`() throws {
        let spring = try ticks("2026-03-28T23:00:00Z", "2026-03-29T21:59:00Z", in: "Europe/Berlin")
        #expect(spring.map(\.label) == ["00:00", "03:00", "06:00", "09:00", "12:00", "15:00", "18:00", "21:00"])
        // The first three hours are two.
        #expect(spring[1].x - spring[0].x < (spring[2].x - spring[1].x) * 0.7)
        let autumn = try ticks("2026-10-25T00:10:00Z", "2026-10-25T02:10:00Z", in: "Europe/Berlin")
        #expect(autumn.map(\.label) == ["02:15", "02:30", "02:45", "02:00", "02:15", "02:30", "02:45", "03:00"])
        let gap = try ticks("2026-03-29T00:10:00Z", "2026-03-29T02:10:00Z", in: "Europe/Berlin")
        #expect(gap.map(\.label) == ["01:15", "01:30", "01:45", "03:00", "03:15", "03:30", "03:45", "04:00"])
    }

    @Test func `has ascending ticks within it for every span and zone`() throws {
        var generator = SeededGenerator(seed: 11)
        let zones = try ["UTC", "Asia/Ho_Chi_Minh", "Europe/Berlin", "Australia/Lord_Howe", "America/St_Johns"].map(
            zone)
        for round in 0..<2000 {
            let span = Int64(1) << Int64.random(in: 0...48, using: &generator)
            let first = Int64.random(in: -62_135_596_800_000...253_000_000_000_000, using: &generator)
            let last = min(first + Int64.random(in: 0...span, using: &generator), 253_370_764_799_999)
            let frame = ChartFrame(width: [400, 960, 4000][round % 3], height: 400, top: 80, labels: [])
            let axis = TimeAxis(first: first, last: last, frame: frame)
            let ticks = axis.ticks(in: zones[round % zones.count])
            #expect((1...50).contains(ticks.count), "\(first) \(last)")
            #expect(zip(ticks, ticks.dropFirst()).allSatisfy { $0.x < $1.x })
            #expect(ticks.allSatisfy { $0.x >= frame.left && $0.x <= frame.right })
            #expect((0..<axis.columns).contains(axis.column(first)) && axis.column(axis.last) == axis.columns - 1)
        }
    }
}
