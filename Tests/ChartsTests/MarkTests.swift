import Charts
import Readings
import Testing

@Suite struct `Marks` {
    /// Places of all that is drawn for a flag, the small signs too.
    private func places(_ picture: Picture, _ flag: QualityFlag) -> [(x: Double, y: Double)] {
        switch flag {
        case .suspect: picture.marks("suspect") + picture.marks("suspect-dot")
        case .fail: picture.marks("fail")
        case .missing: picture.marks("missing")
        case .pass, .notEvaluated: []
        }
    }

    @Test(arguments: [QualityFlag.suspect, .fail, .missing], [10, 1000, 10_000])
    func `show a single flagged point, wherever it is`(flag: QualityFlag, count: Int) throws {
        let clean = series((0..<count).map { 20 + Double($0 % 7) })
        #expect(places(try Picture(clean), flag).isEmpty)
        let step = max(1, count / 10)
        for index in Swift.stride(from: 0, to: count, by: step) {
            var points = clean
            points[index].flag = flag
            let picture = try Picture(points)
            let expected = 68.5 + (Double(index) / Double(count - 1)) * 860
            let marks = places(picture, flag)
            #expect(marks.count == 1)
            #expect(abs((marks.first?.x ?? 0) - expected) < 30, "point \(index) of \(count)")
            #expect(
                !picture.tooltips.isEmpty && picture.tooltips.allSatisfy { $0.hasSuffix("\(flag.rawValue) \(flag)") })
        }
    }

    @Test func `leave no column with a flagged point bare`() throws {
        var generator = SeededGenerator(seed: 3)
        for share in [1, 5, 50, 100] {
            var points = series((0..<8000).map { _ in Double.random(in: 10...30, using: &generator) })
            for index in points.indices where Int.random(in: 0..<100, using: &generator) < share {
                points[index].flag = [.suspect, .fail, .missing][index % 3]
            }
            let picture = try Picture(points)
            let marked = picture.marks("suspect") + picture.marks("suspect-dot") + picture.marks("fail")
            for flag in [QualityFlag.suspect, .fail, .missing] {
                let xs = (flag == .missing ? picture.marks("missing") : marked).map(\.x).sorted()
                let (left, right) = (try #require(try Picture(points).polylines().joined().first?.x), 925.5)
                for (index, point) in points.enumerated() where point.flag == flag {
                    let x = left + (right - left) * Double(index) / 7999
                    // A sign starts at most 5.5 px beside its point, and stands for one pixel.
                    #expect(xs.contains { abs($0 - x) < 7 }, "\(flag) at \(x)")
                }
            }
        }
    }

    @Test func `of a column are those of its worst flag, the highest and the lowest`() throws {
        var points = series((0..<100_000).map { 20 + Double($0 % 7) })
        points[50_000].flag = .suspect
        points[50_001].flag = .fail
        points[50_002].flag = .fail
        points[50_003].flag = .suspect
        (points[50_001].value, points[50_002].value) = (20, 26)
        let picture = try Picture(points)
        #expect(picture.marks("suspect").isEmpty && picture.marks("suspect-dot").isEmpty)
        #expect(picture.marks("fail").count == 2)
        #expect(picture.tooltips.allSatisfy { $0.hasSuffix("4 fail · 1 more here") } && picture.tooltips.count == 2)
    }

    @Test func `show a flagged point without a value below the axis`() throws {
        for value in [nil, Double.nan, .infinity] {
            var points = series([20, 21, 22])
            points[1].value = value
            points[1].flag = .fail
            let picture = try Picture(points)
            let mark = try #require(picture.marks("fail").first)
            #expect(picture.marks("fail").count == 1)
            #expect(mark.y > picture.polylines().joined().map(\.y).max() ?? .infinity)
            #expect(picture.tooltips.first?.contains(value == nil ? "no value" : "not a number") == true)
        }
    }

    @Test(arguments: [(1e9, "above the axis · 1", -1.0), (-9999, "below the axis · 1", 1)])
    func `put a value outside the axis at its edge, with an arrow`(value: Double, entry: String, side: Double) throws {
        for flag in [QualityFlag.pass, .fail] {
            var points = series((0..<100).map { 20 + Double($0 % 7) })
            points[30].value = value
            points[30].flag = flag
            let picture = try Picture(points)
            let ys = picture.polylines().joined().map(\.y).sorted()
            let edge = try #require(side < 0 ? ys.first : ys.last)
            let arrow = try #require(picture.marks("arrow").first)
            #expect(picture.marks("arrow").count == 1)
            #expect((arrow.y - edge) * side == 6)
            #expect(picture.marks("fail").count == (flag == .fail ? 1 : 0))
            #expect(picture.labels.contains(entry))
            // The others still fill half of the height.
            #expect((ys.dropLast().last ?? 0) - (ys.dropFirst().first ?? 0) > 100)
            let told = value > 0 ? "1000000000 µg/m³" : "\u{2212}9999 µg/m³"
            #expect(picture.tooltips.allSatisfy { $0.contains(told) } && !picture.tooltips.isEmpty)
        }
    }

    @Test func `draw nothing outside the page when all are`() throws {
        var points = series((0..<5000).map { 20 + Double($0 % 7) })
        for index in points.indices where index % 3 > 0 {
            points[index].flag = .fail
            points[index].value = index % 3 == 1 ? 1e12 : -1e12
        }
        let picture = try Picture(points)
        for name in ["line", "fail", "arrow"] {
            #expect(picture.marks(name).allSatisfy { (0...960).contains($0.x) && (0...400).contains($0.y) })
        }
    }

    @Test func `say what they are, the worst first, up to a limit`() throws {
        let time = try Picture(series([20, nil], flag: .suspect), zone: zone("Asia/Ho_Chi_Minh")).tooltips
        #expect(time.contains("2026-11-23 07:00 +07:00 · 20 µg/m³ · 3 suspect"))
        #expect(time.contains("2026-11-23 07:05 +07:00 · no value · 9 missing"))
        var points = series((0..<880).map { Double($0 % 5) }, flag: .suspect)
        for index in 400..<450 { points[index].flag = .fail }
        let picture = try Picture(points)
        #expect(picture.tooltips.count == 300)
        #expect(picture.tooltips.filter { $0.hasSuffix("4 fail") }.count >= 45)
        #expect(picture.marks("suspect").count + picture.marks("suspect-dot").count > 700)
    }

    @Test func `of one kind side by side stay readable: whole signs with hints between`() throws {
        let picture = try Picture(series([Double?](repeating: 21, count: 288), flag: .suspect))
        let whole = picture.marks("suspect").map(\.x)
        #expect(zip(whole, whole.dropFirst()).allSatisfy { $1 - $0 >= 12.9 })
        #expect(whole.count > 50)
        #expect(whole.count + picture.marks("suspect-dot").count == 288)
    }
}
