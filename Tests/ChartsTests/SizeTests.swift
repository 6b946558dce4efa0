import Charts
import Readings
import Testing

@Suite struct `A million points` {
    static let bytesMax = 400_000

    private func points(_ count: Int, _ make: (Int, inout SeededGenerator) -> (Double?, QualityFlag)) -> [ChartPoint] {
        var generator = SeededGenerator(seed: 1)
        return (0..<count).map { index in
            let (value, flag) = make(index, &generator)
            return ChartPoint(time: Timestamp(millisecondsSince1970: Int64(index) * 60_000), value: value, flag: flag)
        }
    }

    @Test func `stay small and quick`() throws {
        let points = points(1_000_000) { index, generator in
            let flag = QualityFlag.allCases[Int.random(in: 0..<5, using: &generator)]
            return (flag == .missing ? nil : Double.random(in: 0...1000, using: &generator), flag)
        }
        var picture: Picture?
        let elapsed = try ContinuousClock().measure { picture = try Picture(points) }
        #expect(try #require(picture).text.utf8.count < Self.bytesMax)
        #expect(try #require(picture).polylines().joined().count <= 4800)
        // Two seconds are the goal of an optimised build; this one is not.
        #expect(elapsed < .seconds(20))
    }

    @Test func `stay within the bound at the worst: every sign in every column of the widest page`() throws {
        let points = points(200_000) { index, _ in
            switch index % 8 {
            case 0: (-1e12, .fail)
            case 1: (1e12, .fail)
            case 2: (nil, .missing)
            case 3: (nil, .suspect)
            default: (Double(index % 5), index % 1600 < 800 ? .pass : .notEvaluated)
            }
        }
        let name = String(repeating: "\"", count: 10_000)
        let chart = SeriesChart(
            title: name, subtitle: name, unit: name, points: points, zone: .utc, width: .max, height: .max)
        #expect(chart.svg().utf8.count < Self.bytesMax)
    }
}
