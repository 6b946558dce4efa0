import Foundation
import Readings
import Testing

@Suite struct `Zones` {
    private func zone(_ name: String) throws -> Zone {
        let bytes = try Data(contentsOf: URL(fileURLWithPath: "/usr/share/zoneinfo/\(name)"))
        return try #require(Zone(name: name, tzif: Array(bytes)))
    }

    /// Seconds since 1970-01-01T00:00:00 of the clock the text was read from.
    private func seconds(_ text: String) throws -> Int64 {
        guard case .withoutZone(let local) = ParsedTime(rfc3339: text) else { throw CocoaError(.formatting) }
        return local / 1000
    }

    @Test(arguments: [
        ("Asia/Ho_Chi_Minh", "2026-11-23T07:00:00", 25_200), ("Asia/Ho_Chi_Minh", "2099-12-31T23:59:59", 25_200),
        ("Asia/Ho_Chi_Minh", "1974-01-01T00:00:00", 28_800), ("Asia/Ho_Chi_Minh", "1975-06-14T00:00:00", 25_200),
        ("Europe/Berlin", "2026-01-15T12:00:00", 3600), ("Europe/Berlin", "2026-07-15T12:00:00", 7200),
        ("Europe/Berlin", "2026-03-29T01:59:59", 3600), ("Europe/Berlin", "2026-03-29T03:00:00", 7200),
        ("Europe/Berlin", "2026-10-25T01:59:59", 7200), ("Europe/Berlin", "2026-10-25T03:00:00", 3600),
        ("Europe/Berlin", "2099-07-15T12:00:00", 7200), ("Europe/Berlin", "2099-10-25T03:00:00", 3600),
        ("America/New_York", "2050-03-13T01:59:59", -18_000), ("America/New_York", "2050-03-13T03:00:00", -14_400),
        ("America/New_York", "2050-11-06T02:00:00", -18_000), ("America/New_York", "2050-12-31T23:59:59", -18_000),
        ("Australia/Sydney", "2050-12-31T23:59:59", 39_600), ("Australia/Sydney", "2050-07-01T00:00:00", 36_000),
    ])
    func `know how far the local clock is ahead`(name: String, local: String, expected: Int) throws {
        #expect(try zone(name).secondsEast(atLocalSeconds: seconds(local)) == expected)
    }

    @Test(arguments: ["2026", "2050"])
    func `take the first of a time shown twice, and a skipped one by the clock before`(year: String) throws {
        let berlin = try zone("Europe/Berlin")
        let (spring, autumn) = year == "2026" ? ("03-29", "10-25") : ("03-27", "10-30")
        for time in ["02:00:00", "02:30:00", "02:59:59"] {
            #expect(try berlin.secondsEast(atLocalSeconds: seconds("\(year)-\(autumn)T\(time)")) == 7200)
            #expect(try berlin.secondsEast(atLocalSeconds: seconds("\(year)-\(spring)T\(time)")) == 3600)
        }
    }

    @Test(arguments: [
        "Asia/Ho_Chi_Minh", "Europe/Berlin", "America/New_York", "Australia/Lord_Howe", "Africa/Casablanca",
        "Asia/Kathmandu", "Europe/Dublin", "Pacific/Chatham", "America/Nuuk", "Asia/Tehran", "UTC", "Asia/Gaza",
    ])
    func `agree with Foundation from 1970 to 2100`(name: String) throws {
        let zone = try zone(name)
        let reference = try #require(TimeZone(identifier: name))
        var generator = SeededGenerator(seed: 1970)
        // ICU and the compiled files part in 2037, where zones that follow the moon have no rule.
        let end: Int64 = ["Africa/Casablanca", "Asia/Gaza"].contains(name) ? 2_100_000_000 : 4_102_444_800
        for _ in 0..<2000 {
            let seconds = Int64.random(in: 0..<end, using: &generator)
            let expected = reference.secondsFromGMT(for: Date(timeIntervalSince1970: Double(seconds)))
            #expect(zone.secondsEast(atUTCSeconds: seconds) == expected, "\(name) at \(seconds)")
        }
    }

    @Test func `lead from the local clock back to the moment, except where it is shown twice`() throws {
        let zone = try zone("Europe/Berlin")
        var generator = SeededGenerator(seed: 3)
        for _ in 0..<5000 {
            let moment = Int64.random(in: 0..<4_102_444_800, using: &generator)
            let local = moment + Int64(zone.secondsEast(atUTCSeconds: moment))
            let back = zone.timestamp(atLocalMilliseconds: local * 1000 + 7)
            #expect([0, 3600].contains(moment * 1000 + 7 - back.millisecondsSince1970))
        }
    }

    @Test func `of a fixed offset have a name`() {
        #expect(Zone(secondsEastOfUTC: 25_200).name == "+07:00")
        #expect(Zone(secondsEastOfUTC: -12_600).name == "-03:30")
        #expect(Zone(secondsEastOfUTC: -12_600).secondsEast(atLocalSeconds: 0) == -12_600)
        #expect(Zone.utc.timestamp(atLocalMilliseconds: -1) == Timestamp(millisecondsSince1970: -1))
    }

    @Test func `are refused when the file is none, cut short, or counts leap seconds`() throws {
        let bytes = Array(try Data(contentsOf: URL(fileURLWithPath: "/usr/share/zoneinfo/Europe/Berlin")))
        #expect(Zone(name: "x", tzif: []) == nil)
        for length in 0..<bytes.count { #expect(Zone(name: "x", tzif: Array(bytes[..<length])) == nil) }
        if let leap = try? Data(contentsOf: URL(fileURLWithPath: "/usr/share/zoneinfo/right/Europe/Berlin")) {
            #expect(Zone(name: "x", tzif: Array(leap)) == nil)
        }
    }

    @Test func `never trap, whatever the file holds`() throws {
        let seed = Array(try Data(contentsOf: URL(fileURLWithPath: "/usr/share/zoneinfo/America/New_York")))
        var generator = SeededGenerator(seed: 11)
        for _ in 0..<3000 {
            var bytes = seed
            for _ in 0..<Int.random(in: 1...8, using: &generator) {
                let isFooter = Bool.random(using: &generator)
                let place = Int.random(in: (isFooter ? bytes.count - 30 : 0)..<bytes.count, using: &generator)
                bytes[place] = UInt8.random(in: 0...255, using: &generator)
            }
            guard let zone = Zone(name: "x", tzif: bytes) else { continue }
            for seconds in [Int64.min, -1, 0, 1_795_392_000, 4_102_444_800, .max] {
                _ = zone.secondsEast(atUTCSeconds: seconds)
                _ = zone.secondsEast(atLocalSeconds: seconds)
            }
        }
    }
}
