import Charts
import Readings
import Testing

@Suite struct `The line` {
    @Test func `goes through every point of a short series, in proportion`() throws {
        let line = try Picture(series([10, 20, 15])).polylines()
        let corners = try #require(line.first)
        #expect(line.count == 1 && corners.count == 3)
        #expect(abs(corners[1].x - (corners[0].x + corners[2].x) / 2) <= 0.1)
        #expect(abs(corners[2].y - (corners[0].y + corners[1].y) / 2) <= 0.1)
        #expect(corners[1].y < corners[0].y)
    }

    @Test func `breaks at what is missing or no number`() throws {
        for hole in [nil, Double.nan, .infinity] {
            #expect(try Picture(series([1, 2, hole, 3, 4])).polylines().map(\.count) == [2, 2])
        }
        var points = series([1, 2, 3, 4, 5])
        points[2].flag = .missing
        #expect(try Picture(points).polylines().map(\.count) == [2, 2])
        points[2].flag = .fail
        #expect(try Picture(points).polylines().map(\.count) == [5])
    }

    @Test(arguments: [(1, 1), (2, 1), (3, 2), (50, 2)])
    func `breaks where more than two readings never came`(lost: Int, parts: Int) throws {
        var points = series((0..<100).map { Double($0 % 9) })
        points.removeSubrange(40..<(40 + lost))
        #expect(try Picture(points).polylines().count == parts)
    }

    @Test func `breaks at a gap of a billion seconds, but not in a series sampled now and then`() throws {
        let gap = series([1, 2, 3]) + series([4, 5, 6], from: 2_795_392_000_000)
        #expect(try Picture(gap).polylines().count == 2)
        let days: [Int64] = [0, 20, 55, 70, 120, 160, 171, 230, 260, 300]
        let sampled = days.map { day in
            ChartPoint(time: Timestamp(millisecondsSince1970: day * 86_400_000), value: 7, flag: .pass)
        }
        #expect(try Picture(sampled).polylines().count == 1)
        #expect(try Picture(series([1, 2], every: 1_000_000_000_000)).polylines().count == 1)
    }

    @Test func `shows a value without neighbours as a dot`() throws {
        let values: [Double?] = (0..<400).map { $0 == 200 ? 5 : (198...202).contains($0) ? nil : Double($0 % 3) }
        #expect(try Picture(series(values)).marks("dot").count == 1)
        #expect(try Picture(series([1, 2, 3])).marks("dot").count == 3)
        #expect(try Picture(series(values.map { $0 ?? 1 })).marks("dot").isEmpty)
    }

    @Test func `is dashed where nothing was evaluated beside what was`() throws {
        var points = series([1, 2, 3, 4, 5, 6])
        for index in 3..<6 { points[index].flag = .notEvaluated }
        let picture = try Picture(points)
        #expect(picture.polylines("line").map(\.count) == [3])
        #expect(picture.polylines("unjudged").map(\.count) == [4])
        for index in points.indices { points[index].flag = .notEvaluated }
        #expect(try Picture(points).polylines("line").map(\.count) == [6])
        #expect(try Picture(points).polylines("unjudged").isEmpty)
    }

    @Test func `loses no extreme of a long series`() throws {
        var generator = SeededGenerator(seed: 5)
        let calm: [Double?] = (0..<20_000).map { _ in .random(in: 40...60, using: &generator) }
        for _ in 0..<6 {
            var values = calm
            let index = Int.random(in: 0..<20_000, using: &generator)
            let isPeak = Bool.random(using: &generator)
            values[index] = isPeak ? 99 : 1
            let line = try Picture(series(values)).polylines().joined()
            let extreme = try #require(isPeak ? line.min { $0.y < $1.y } : line.max { $0.y < $1.y })
            let (left, right) = (try #require(line.first?.x), try #require(line.last?.x))
            #expect(abs(extreme.x - (left + (right - left) * Double(index) / 19_999)) <= 0.2)
            #expect(line.filter { abs($0.y - extreme.y) < 40 }.count == 1)
        }
    }
}
