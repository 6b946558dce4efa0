import Testing

@testable import Settings

@Suite struct `Durations and sizes` {
    @Test(arguments: [
        ("250ms", 250), ("10s", 10_000), ("5m", 300_000), ("24h", 86_400_000), ("60d", 5_184_000_000), ("0s", 0),
        ("007s", 7000),
    ])
    func `reads a duration`(text: String, milliseconds: Int64) {
        #expect(Quantity.milliseconds(text) == milliseconds)
    }

    @Test(arguments: [
        "", "10", "s", "1.5s", "-1s", "+1s", "10 s", "1h30m", "10S", "1M", "1w", "9223372036854775807d", "१s",
    ])
    func `refuses what is no duration`(text: String) {
        #expect(Quantity.milliseconds(text) == nil)
    }

    @Test(arguments: [
        ("512KiB", 524_288), ("20GiB", 21_474_836_480), ("1TiB", 1_099_511_627_776), ("7B", 7), ("0B", 0),
    ])
    func `reads a size`(text: String, bytes: Int64) {
        #expect(Quantity.bytes(text) == bytes)
    }

    @Test(arguments: ["", "20", "20GB", "20gib", "20 GiB", "1.5GiB", "-1B", "9223372036854775807KiB"])
    func `refuses what is no size`(text: String) {
        #expect(Quantity.bytes(text) == nil)
    }

    @Test(arguments: [("20GB", "20GiB"), ("5 kb", "5KiB"), ("3m", "3MiB"), ("1G", "1GiB")])
    func `guesses a size`(text: String, guess: String) {
        #expect(Quantity.likelySize(text) == guess)
    }

    @Test(arguments: [0, 1, 250, 1000, 90_000, 3_600_000, 86_400_000, 90_061_000])
    func `writes a duration that reads as the same`(milliseconds: Int64) {
        #expect(Quantity.milliseconds(Quantity.durationText(milliseconds)) == milliseconds)
    }

    @Test(arguments: [0, 1, 1023, 1024, 1536, 1 << 40])
    func `writes a size that reads as the same`(bytes: Int64) {
        #expect(Quantity.bytes(Quantity.sizeText(bytes)) == bytes)
    }
}

@Suite struct `Guesses at words` {
    @Test(arguments: [
        ("", "", 0), ("abc", "", 3), ("max_size", "max_size", 0), ("max_szie", "max_size", 1), ("kitten", "sitting", 3),
    ])
    func `counts the slips`(first: String, second: String, distance: Int) {
        #expect(Spelling.distance(from: first, to: second) == distance)
        #expect(Spelling.distance(from: second, to: first) == distance)
    }

    @Test func `guesses only what is near`() {
        let words = ["max_size", "min_free_disk", "when_full"]
        #expect(Spelling.nearest(to: "max-size", in: words) == "max_size")
        #expect(Spelling.nearest(to: "MaxSize", in: words) == "max_size")
        #expect(Spelling.nearest(to: "colour", in: words) == nil)
        #expect(Spelling.nearest(to: "x", in: words) == nil)
    }
}
