import Charts
import Readings
import Testing

@Suite struct `A chart` {
    static let flags = QualityFlag.allCases

    /// Points of every flag at random times and values, absurd ones among them.
    private func random(_ count: Int, seed: UInt64) -> [ChartPoint] {
        var generator = SeededGenerator(seed: seed)
        return (0..<count).map { _ in
            let bits = UInt64.random(in: .min ... .max, using: &generator)
            let values: [Double?] = [
                nil, Double(bitPattern: bits), .random(in: -50...50, using: &generator), 1e300, 1e-300, .nan, .infinity,
            ]
            let times = [Int64(bitPattern: bits), .random(in: 0...1_000_000, using: &generator), .min, .max]
            return ChartPoint(
                time: Timestamp(millisecondsSince1970: times[Int.random(in: 0..<times.count, using: &generator)]),
                value: values[Int.random(in: 0..<values.count, using: &generator)],
                flag: Self.flags[Int.random(in: 0..<5, using: &generator)])
        }
    }

    @Test func `is well-formed and finite, whatever the points are`() throws {
        for seed in 0..<150 {
            let points = random(Int(seed % 40), seed: UInt64(seed))
            let picture = try Picture(points, width: seed % 2 == 0 ? 960 : .min)
            #expect(!picture.text.lowercased().contains("nan") && !picture.text.contains("inf"))
            for path in picture.root.all.compactMap({ $0.attributes["d"] }) {
                #expect(!path.contains("e") && numbers(in: path).allSatisfy { abs($0) <= 4000 }, "\(path)")
            }
        }
    }

    @Test(arguments: [
        [], series([5]), series([nil, nil, nil]), series([7, 7, 7]), series([1, 2, 3], every: 0),
        series([1, 2, 3], every: -60_000), series([1e-300, 1e300]), series([1, 2], every: 1_000_000_000_000),
        series([0, 0]), series([-1e300, 1e300]), series([.leastNonzeroMagnitude, .leastNonzeroMagnitude]),
    ])
    func `of an odd series is one all the same`(points: [ChartPoint]) throws {
        let picture = try Picture(points)
        #expect(picture.root.name == "svg")
        #expect(picture.labels.contains("no readings") == points.isEmpty)
        #expect(picture.labels.contains("no values") == (!points.isEmpty && points.allSatisfy { $0.value == nil }))
    }

    @Test func `is the same for the same points, in whatever order they come`() throws {
        let points = random(300, seed: 7).enumerated().map { index, point in
            ChartPoint(
                time: Timestamp(millisecondsSince1970: Int64(index) * 60_000), value: point.value, flag: point.flag)
        }
        let picture = try Picture(points)
        #expect(try Picture(points).text == picture.text)
        #expect(try Picture(points.reversed()).text == picture.text)
        var generator = SeededGenerator(seed: 8)
        #expect(try Picture(points.shuffled(using: &generator)).text == picture.text)
    }

    @Test func `leaves points of one time in the order they were given`() throws {
        let later = series([9], from: 1_795_392_060_000)
        let line = Array(try Picture(later + series([1, 5, 3, 4], every: 0)).polylines().joined())
        let ys = line.map(\.y)
        #expect(line.prefix(3).allSatisfy { $0.x == line[0].x })
        // The first, the highest, the last; 3 is neither.
        #expect(ys.count == 4 && ys[0] > ys[2] && ys[1] < ys[2] && ys[3] < ys[1])
    }

    @Test func `shows foreign text as text`() throws {
        let foreign = "</text><script>\"a\" & 'b'</script>\u{0}\u{1B}\n\u{85}\u{FFFF} Nhiệt độ nước ‮"
        let chart = SeriesChart(
            title: foreign, subtitle: foreign, unit: "<&\"'\u{7}>", points: series([1, nil, 3], flag: .fail), zone: .utc
        )
        let picture = try Picture(chart)
        let shown = "</text><script>\"a\" & 'b'</script>\u{FFFD}\u{FFFD} \u{FFFD}\u{FFFD} Nhiệt độ nước ‮"
        #expect(picture.root.children.first?.text == shown)
        #expect(picture.labels.filter { $0 == shown }.count == 2)
        #expect(picture.labels.contains("<&\"'\u{FFFD}>"))
        #expect(picture.tooltips.contains { $0.contains("1 <&\"'\u{FFFD}> · 4 fail") })
        #expect(!picture.root.all.contains { $0.name == "script" })
    }

    @Test func `cuts text that is too long for the page, accents without end too`() throws {
        for text in [
            String(repeating: "Quan trắc ", count: 10_000), "a" + String(repeating: "\u{301}", count: 100_000),
        ] {
            let chart = SeriesChart(
                title: text, subtitle: text, unit: text, points: series([1, 2], flag: .fail), zone: .utc)
            let picture = try Picture(chart)
            #expect(picture.text.utf8.count < 20_000)
            #expect(picture.labels.contains { $0.hasSuffix("…") && $0.count <= 104 })
        }
    }

    @Test func `says in words what it shows`() throws {
        var points = series([8.1, 9, nil, 12])
        points[3].flag = .fail
        let picture = try Picture(points, zone: Zone(secondsEastOfUTC: 25_200))
        #expect(
            picture.description
                == "4 readings from 2026-11-23 07:00 +07:00 to 2026-11-23 07:15 +07:00: "
                + "1 pass · 2, 4 fail · 1, 9 missing · 1. Values from 8.1 to 12 µg/m³; 1 outside the axis.")
        #expect(try Picture([]).description == "No readings.")
    }

    @Test func `has only the flags in its legend that occur, with their counts`() throws {
        let all = try Picture(Self.flags.flatMap { series([5, 6], flag: $0) })
        for entry in ["1 pass · 2", "2 not evaluated · 2", "3 suspect · 2", "4 fail · 2", "9 missing · 2"] {
            #expect(all.labels.contains(entry))
        }
        let legend = try Picture(series([5, nil])).labels.filter { $0.contains(" · ") }
        #expect(legend == ["1 pass · 1", "9 missing · 1"])
    }

    @Test func `has the unit, the zone, values, times and the date on its axes`() throws {
        let labels = try Picture(series((0..<288).map { Double($0) }), zone: zone("Asia/Ho_Chi_Minh")).labels
        for label in ["µg/m³", "Asia/Ho_Chi_Minh", "100", "200", "09:00", "2026-11-23"] {
            #expect(labels.contains(label))
        }
    }

    @Test func `follows the reader's light or dark setting, and styles nothing outside itself`() throws {
        let picture = try Picture(series([1]))
        let css = try #require(picture.root.children.first { $0.name == "style" }?.text)
        #expect(css.contains("@media (prefers-color-scheme:dark)"))
        #expect(!css.contains("&") && !css.contains("<"))
        for rule in css.split(separator: "}").map({ $0.drop { $0 == "\n" } })
        where !rule.isEmpty && !rule.hasPrefix("@") {
            #expect(rule.hasPrefix(".quantrac-chart"))
        }
        let used = picture.root.all.compactMap { $0.attributes["class"] }.flatMap { $0.split(separator: " ") }
        for name in Set(used) { #expect(css.contains(".\(name)"), "\(name)") }
    }
}
