import Readings
import Testing

@testable import quantrac

@Suite struct `Times for people` {
    private let hanoi = LocalTime(zone: Zone(secondsEastOfUTC: 7 * 3600))
    private let now = Timestamp(millisecondsSince1970: 1_795_392_000_000)  // 2026-11-23T00:00:00Z

    @Test func `are shown by the node's clock`() {
        #expect(hanoi.text(now) == "2026-11-23 07:00:00.000")
        #expect(hanoi.text(nil) == "–")
        #expect(LocalTime(zone: .utc).text(Timestamp(millisecondsSince1970: -1)) == "1969-12-31 23:59:59.999")
    }

    @Test(
        arguments: [
            ("2026-11-23T07:00:00+07:00", 1_795_392_000_000), ("2026-11-23T00:00:00Z", 1_795_392_000_000),
            ("2026-11-23T07:00:00", 1_795_392_000_000), ("2026-11-23 07:00:00.000", 1_795_392_000_000),
            ("2026-11-23 07:00", 1_795_392_000_000), ("2026-11-23", 1_795_366_800_000), ("2h", 1_795_384_800_000),
            ("90s", 1_795_391_910_000),
        ] as [(String, Int64)])
    func `are read as they are shown, and as ages`(text: String, milliseconds: Int64) throws {
        #expect(try hanoi.moment(text, now: now).millisecondsSince1970 == milliseconds)
    }

    @Test(arguments: ["", "yesterday", "2026-13-01", "07:00", "2026-11-23T25:00:00", "2", "h", "-2h", "99999999999d"])
    func `are refused when they are none`(text: String) {
        #expect(throws: CommandFailure.self) { try hanoi.moment(text, now: now) }
    }

    @Test(
        arguments: [
            ("250ms", 250), ("10s", 10_000), ("5m", 300_000), ("24h", 86_400_000), ("60d", 5_184_000_000), ("0s", 0),
        ] as [(String, Int64)])
    func `lengths are written as in the settings`(text: String, milliseconds: Int64) {
        #expect(TimeLength(argument: text)?.milliseconds == milliseconds)
    }

    @Test(arguments: ["", "5", "m", "5 m", "5M", "-5m", "1.5h", "5min", "9999999s"])
    func `lengths are refused otherwise`(text: String) {
        #expect(TimeLength(argument: text) == nil)
    }

    @Test(arguments: [
        ("UTC", 0), ("+07:00", 25_200), ("-03:30", -12_600), ("Asia/Ho_Chi_Minh", 25_200),
    ])
    func `zones are names or distances`(text: String, seconds: Int) throws {
        #expect(try ZoneArgument.zone(text).secondsEast(atUTCSeconds: 1_795_392_000) == seconds)
    }

    @Test(arguments: ["", "Hanoi", "../../etc/passwd", "/etc/passwd", "+7", "+25:00", "Asia/Ho_Chi_Minh\n"])
    func `zones are refused otherwise`(text: String) {
        #expect(throws: CommandFailure.self) { try ZoneArgument.zone(text) }
    }

    @Test(arguments: [
        (0, "0 s"), (119_999, "119 s"), (120_000, "2 min"), (7_200_000, "2 h"), (200_000_000, "2 d"), (-5, "ahead"),
    ])
    func `ages are as exact as it matters`(milliseconds: Int64, text: String) {
        #expect(LocalTime.age(milliseconds: milliseconds) == text)
    }
}
