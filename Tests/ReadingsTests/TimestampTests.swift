import Foundation
import Readings
import Testing

@Suite struct `Times in RFC 3339` {
    @Test(arguments: [
        ("2026-11-23T07:00:00+07:00", 1_795_392_000_000),
        ("2026-11-23T00:00:00Z", 1_795_392_000_000),
        ("2026-11-23t00:00:00z", 1_795_392_000_000),
        ("2026-11-23 00:00:00Z", 1_795_392_000_000),
        ("2026-11-22T16:30:00-07:30", 1_795_392_000_000),
        ("2026-11-23T00:00:00-00:00", 1_795_392_000_000),
        ("2026-11-23T00:00:00.9Z", 1_795_392_000_900),
        ("2026-11-23T00:00:00.9999999999999999Z", 1_795_392_000_999),
        ("2024-02-29T23:59:59.001Z", 1_709_251_199_001),
        ("1969-12-31T23:59:59.9999Z", -1),
        ("0000-01-01T00:00:00Z", -62_167_219_200_000),
        ("9999-12-31T23:59:59.999Z", 253_402_300_799_999),
        ("2016-12-31T23:59:60Z", 1_483_228_799_999),
        ("2017-01-01T06:59:60.5+07:00", 1_483_228_799_999),
        ("2017-01-01T05:29:60+05:30", 1_483_228_799_999),
    ])
    func `gives the moment in milliseconds, truncated`(text: String, expected: Int64) {
        #expect(ParsedTime(rfc3339: text) == .moment(Timestamp(millisecondsSince1970: expected)))
    }

    @Test(arguments: [
        "", "2026", "2026-11-23", "2026-11-23T07:00Z", "2026-11-23T07:00:00.Z", "2026-11-23T07:00:00+0700",
        "2026-11-23T07:00:00+07", "2026-11-23T07:00:00+07:0", "2026-11-23T07:00:00+07:000",
        "2026-11-23T07:00:00+24:00", "2026-11-23T07:00:00+07:60", "2026-11-23T07:00:00ZZ", "2026-11-23T07:00:00Z ",
        "2026-11-23T24:00:00Z", "2026-11-23T07:60:00Z", "2026-11-23T07:00:61Z", "2026-11-23T07:00:60Z",
        "2026-13-01T00:00:00Z", "2026-00-01T00:00:00Z", "2026-01-00T00:00:00Z", "2026-04-31T00:00:00Z",
        "2026-02-29T00:00:00Z", "2100-02-29T00:00:00Z", "2026/11/23T07:00:00Z", "2026-11-23_07:00:00Z",
        "2026-11-23T07-00-00Z", "+026-11-23T07:00:00Z", "2026-1a-23T07:00:00Z", "2026-11-23T07:00:00,5Z",
        " 2026-11-23T07:00:00Z", "2026-11-23T07:00:60", "12026-11-23T07:00:00Z",
    ])
    func `refuses what is just not one`(text: String) {
        #expect(ParsedTime(rfc3339: text) == .invalid)
    }

    @Test(arguments: [
        ("2026-11-23T07:00:00", 1_795_417_200_000), ("2026-11-23 07:00:00.25", 1_795_417_200_250),
        ("2017-01-01T06:59:60", 1_483_253_999_999),
    ])
    func `tells a time without a zone apart`(text: String, expected: Int64) {
        #expect(ParsedTime(rfc3339: text) == .withoutZone(localMilliseconds: expected))
    }

    @Test func `is written as it was read, on every day of 700 years`() {
        var bytes: [UInt8] = []
        for day in stride(from: Int64(-100_000), to: 160_000, by: 1) {
            let time = Timestamp(millisecondsSince1970: day * 86_400_000 + (day & 0xffff) * 1317)
            bytes.removeAll(keepingCapacity: true)
            time.appendRFC3339(to: &bytes)
            let parsed = ParsedTime(rfc3339: bytes.span)
            if parsed != .moment(time) { Issue.record("\(time) was read as \(parsed)") }
        }
    }

    @Test func `agrees with Foundation on random moments`() {
        var generator = SeededGenerator(seed: 20_261_123)
        let formatter = ISO8601DateFormatter()
        formatter.formatOptions = [.withInternetDateTime]
        for _ in 0..<2000 {
            let seconds = Int64.random(in: -2_000_000_000...4_102_444_799, using: &generator)
            let text = formatter.string(from: Date(timeIntervalSince1970: Double(seconds)))
            let time = Timestamp(millisecondsSince1970: seconds * 1000)
            #expect(ParsedTime(rfc3339: text) == .moment(time))
            #expect(time.description == text.dropLast() + ".000Z")
        }
    }

    @Test func `never traps, whatever the bytes are`() {
        var generator = SeededGenerator(seed: 7)
        let seed = Array("2026-11-23T07:00:00.123+07:00".utf8)
        for _ in 0..<100_000 {
            var bytes = seed
            for _ in 0..<Int.random(in: 1...4, using: &generator) {
                bytes[Int.random(in: 0..<bytes.count, using: &generator)] = UInt8.random(in: 0...255, using: &generator)
            }
            bytes.removeLast(Int.random(in: 0...bytes.count, using: &generator))
            _ = ParsedTime(rfc3339: bytes.span)
        }
        for extreme in [Int64.min, .max] { _ = Timestamp(millisecondsSince1970: extreme).description }
    }

    @Test func `comes from microseconds truncated towards the past`() {
        #expect(Timestamp(microsecondsSince1970: 1999).millisecondsSince1970 == 1)
        #expect(Timestamp(microsecondsSince1970: -1).millisecondsSince1970 == -1)
    }
}

/// SplitMix64: the same numbers for the same seed on every run and machine.
struct SeededGenerator: RandomNumberGenerator {
    private var state: UInt64

    init(seed: UInt64) { state = seed }

    mutating func next() -> UInt64 {
        state &+= 0x9e37_79b9_7f4a_7c15
        var mixed = state
        mixed = (mixed ^ mixed >> 30) &* 0xbf58_476d_1ce4_e5b9
        mixed = (mixed ^ mixed >> 27) &* 0x94d0_49bb_1331_11eb
        return mixed ^ mixed >> 31
    }
}
