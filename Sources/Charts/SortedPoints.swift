internal import Readings

/// The points of a series in the order of time, and what is counted of them.
struct SortedPoints {
    let points: [ChartPoint]
    /// How many points have a flag.
    let counts: [QualityFlag: Int]
    /// Two values further apart than this, in milliseconds, are not joined by a line.
    ///
    /// Three times what three in four intervals do not exceed. A station that measures every five minutes is joined
    /// over two readings that never came, one that is sampled by hand when somebody has time is joined throughout.
    /// `nil` with fewer than two intervals: nothing is usual yet.
    let longestJoin: Int64?

    init(_ unsorted: [ChartPoint]) {
        points = SortedPoints.sorted(unsorted)
        var counted = [Int](repeating: 0, count: 10)
        for point in points { counted[point.flag.rawValue] += 1 }
        var counts: [QualityFlag: Int] = [:]
        for flag in QualityFlag.allCases where counted[flag.rawValue] > 0 { counts[flag] = counted[flag.rawValue] }
        self.counts = counts
        longestJoin = SortedPoints.longestJoin(points)
    }

    /// In milliseconds since 1970; `nil` when there are no points.
    var timeSpan: ClosedRange<Int64>? {
        guard let first = points.first, let last = points.last else { return nil }
        return first.time.millisecondsSince1970...last.time.millisecondsSince1970
    }

    /// Of the line through what was not evaluated: dashed where some of it was, for else there is nothing to tell
    /// apart.
    var unjudgedStyle: String { counts[.pass] == nil ? "line" : "unjudged" }

    /// The years 0001 … 9998: a moment outside is drawn as the nearest one within, which keeps every sum below in
    /// range.
    private static let drawnTimes: ClosedRange<Int64> = -62_135_596_800_000...253_370_764_799_999

    private static func sorted(_ unsorted: [ChartPoint]) -> [ChartPoint] {
        var points = unsorted
        var isSorted = true
        for index in points.indices {
            let time = points[index].time.millisecondsSince1970
            if !drawnTimes.contains(time) {
                let nearest = min(max(time, drawnTimes.lowerBound), drawnTimes.upperBound)
                points[index].time = Timestamp(millisecondsSince1970: nearest)
            }
            if index > 0, points[index].time < points[index - 1].time { isSorted = false }
        }
        if isSorted { return points }
        // The library's sort does not promise to be stable.
        let order = points.indices.sorted {
            let (left, right) = (points[$0].time, points[$1].time)
            return left == right ? $0 < $1 : left < right
        }
        return order.map { points[$0] }
    }

    private static func longestJoin(_ points: [ChartPoint]) -> Int64? {
        var intervals: [Int64] = []
        intervals.reserveCapacity(points.count)
        for index in points.indices.dropFirst() {
            let interval = points[index].time.milliseconds(since: points[index - 1].time)
            if interval > 0 { intervals.append(interval) }
        }
        guard intervals.count >= 2 else { return nil }
        intervals.sort()
        return intervals[(intervals.count - 1) * 3 / 4] * 3
    }
}
