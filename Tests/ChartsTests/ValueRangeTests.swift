import Readings
import Testing

@testable import Charts

@Suite struct `The range of values` {
    private func range(_ points: [ChartPoint]) -> [Double]? {
        ValueRange(points).map { [$0.lowest, $0.highest] }
    }

    private let body: [Double?] = (0..<100).map { 20 + Double($0 % 10) }

    @Test(arguments: QualityFlag.allCases) func `is not stretched by one absurd value, whatever its flag`(
        flag: QualityFlag
    ) {
        for spike in [1e9, -9999, 1e308] {
            var points = series(body)
            points[50].value = spike
            points[50].flag = flag
            #expect(range(points) == [20, 29])
        }
    }

    @Test func `is not stretched by two at once, one at each end`() {
        var points = series((0..<200).map { 20 + Double($0 % 10) })
        points[50].value = 1e9
        points[60].value = -1e6
        #expect(range(points) == [20, 29])
    }

    @Test func `holds every trusted value as long as none stretches it tenfold`() {
        var points = series(body)
        points[50].value = 20 + 9 * 10
        #expect(range(points) == [20, 110])
        points[50].value = 20 + 9 * 10 + 0.1
        #expect(range(points) == [20, 29])
    }

    @Test func `holds an absurd value that is no exception`() {
        var points = series(body)
        for index in [50, 60] { points[index].value = 1e6 }
        #expect(range(points) == [20, 1e6])
    }

    @Test func `holds the first rain after dry days, and a step of what never moved`() {
        var points = series([Double?](repeating: 0, count: 100))
        points[50].value = 12.5
        #expect(range(points) == [0, 12.5])
        points = series([Double?](repeating: 20, count: 100))
        points[50].value = 150
        #expect(range(points) == [20, 150])
    }

    @Test func `follows suspect values up to tenfold, and failed ones not at all`() {
        var points = series(body)
        points[50].value = 60
        points[50].flag = .fail
        #expect(range(points) == [20, 29])
        points[50].flag = .suspect
        #expect(range(points) == [20, 60])
        points[50].value = 111
        #expect(range(points) == [20, 29])
    }

    @Test func `takes what there is when nothing can be trusted`() {
        #expect(range(series([3, 5], flag: .suspect)) == [3, 5])
        #expect(range(series([3, 5], flag: .fail)) == [3, 5])
        #expect(range(series([nil, nil])) == nil)
        #expect(range([]) == nil)
        #expect(range(series([.nan, .infinity, -.infinity, 7])) == [7, 7])
    }

    @Test func `makes no number that is not finite`() {
        let greatest = Double.greatestFiniteMagnitude
        for values in [[-greatest, greatest], [greatest, greatest], [-greatest, 0, 1, 2, 3, 4, greatest]] {
            let range = ValueRange(series(values))
            let axis = range.map { ValueAxis($0, steps: 5) }
            #expect(axis?.lowest.isFinite == true)
            #expect(axis?.highest.isFinite == true)
        }
    }
}

@Suite struct `The axis of values` {
    private func axis(_ lowest: Double, _ highest: Double, steps: Int = 5) -> ValueAxis {
        ValueAxis(ValueRange(lowest: lowest, highest: highest), steps: steps)
    }

    @Test(arguments: [
        (8.1, 60, ["0", "20", "40", "60"]), (6.2, 9.8, ["6", "7", "8", "9", "10"]),
        (0, 0.3, ["0", "0.1", "0.2", "0.3"]), (-5, 40, ["\u{2212}10", "0", "10", "20", "30", "40"]),
        (7, 7, ["6.6", "6.8", "7.0", "7.2", "7.4"]), (0, 0, ["0", "0.2", "0.4", "0.6", "0.8", "1.0"]),
        (1013.1, 1013.4, ["1013.1", "1013.2", "1013.3", "1013.4"]),
    ])
    func `has steps of 1, 2 or 5 that include the range`(lowest: Double, highest: Double, expected: [String]) {
        #expect(axis(lowest, highest).ticks.map(\.label) == expected)
    }

    @Test func `moves large and small powers of ten to its heading`() {
        #expect(axis(0, 5e9).ticks.map(\.label) == ["0", "1", "2", "3", "4", "5"])
        #expect(axis(0, 5e9).heading(unit: "µg/m³") == "×10⁹ µg/m³")
        #expect(axis(0, 2e-8).heading(unit: nil) == "×10⁻⁹")
        #expect(axis(0, 4_900_000).heading(unit: "CFU") == "CFU")
        #expect(axis(0, 1).heading(unit: nil) == nil)
    }

    @Test func `is drawable for every range`() {
        var generator = SeededGenerator(seed: 6)
        for _ in 0..<3000 {
            let low = Double(bitPattern: .random(in: .min ... .max, using: &generator))
            let near = low * (1 + Double.random(in: -1e-9...1e-9, using: &generator))
            let far = Double(bitPattern: .random(in: .min ... .max, using: &generator))
            for other in [near, far] where low.isFinite && other.isFinite {
                guard let range = ValueRange(series([low, other])) else { continue }
                let axis = ValueAxis(range, steps: .random(in: -1...90, using: &generator))
                #expect((2...13).contains(axis.ticks.count), "\(low) \(other)")
                #expect(axis.ticks.map(\.value) == axis.ticks.map(\.value).sorted())
                #expect(Set(axis.ticks.map(\.label)).count == axis.ticks.count, "\(low) \(other)")
                #expect(axis.ticks.allSatisfy { $0.label.count <= 16 }, "\(axis.ticks.map(\.label))")
                for value in [low, other, axis.lowest, axis.highest] { #expect((0...1).contains(axis.share(value))) }
            }
        }
    }
}
