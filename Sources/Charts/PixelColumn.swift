internal import Readings

/// What is drawn of all points whose times fall on one column of pixels.
///
/// Of the values that is the first, the lowest, the highest and the last, so that no extreme disappears; of the flagged
/// points the highest and the lowest one that has the worst flag. Points are named by their index.
struct PixelColumn {
    /// The values that the line runs through.
    struct Values {
        var first: Int
        var lowest: Int
        var highest: Int
        var last: Int
        /// Whether the line begins anew here. A break within a column is narrower than a pixel and is not drawn.
        var isBroken: Bool
        /// Whether all are flagged as not evaluated.
        var isUnjudged: Bool
    }

    /// Points that share a mark, named by those which are drawn.
    struct Marked {
        var flag: QualityFlag
        var highest: Int
        var lowest: Int
        var count: Int
    }

    private(set) var values: Values?
    /// Suspect or failed points: those with the worst flag of the column.
    private(set) var flagged: Marked?
    private(set) var missing: Marked?
    /// Values above the axis.
    private(set) var above: Marked?
    /// Values below the axis.
    private(set) var below: Marked?

    /// The columns of an axis, from left to right.
    static func gather(_ series: SortedPoints, axis: ValueAxis?, time: TimeAxis) -> [PixelColumn] {
        var columns = [PixelColumn](repeating: PixelColumn(), count: Int(time.columns))
        var previous: Int64?
        for (index, point) in series.points.enumerated() {
            let moment = point.time.millisecondsSince1970
            let column = Int(time.column(moment))
            if let value = point.drawnValue {
                let isJoined = previous.map { moment - $0 <= series.longestJoin ?? .max } ?? false
                columns[column].addValue(value, of: index, in: series.points, isBroken: !isJoined)
                if let axis, axis.isOutside(value) {
                    let side = value > axis.highest ? \PixelColumn.above : \PixelColumn.below
                    columns[column].mark(index, in: series.points, at: side)
                }
            }
            previous = point.drawnValue == nil ? nil : moment
            switch point.flag {
            case .pass, .notEvaluated: break
            case .missing: columns[column].mark(index, in: series.points, at: \.missing)
            case .suspect, .fail: columns[column].markWorst(index, in: series.points)
            }
        }
        return columns
    }

    private mutating func addValue(_ value: Double, of index: Int, in points: [ChartPoint], isBroken: Bool) {
        let isUnjudged = points[index].flag == .notEvaluated
        guard var values else {
            values = Values(
                first: index, lowest: index, highest: index, last: index, isBroken: isBroken, isUnjudged: isUnjudged)
            return
        }
        if value < PixelColumn.height(points[values.lowest]) { values.lowest = index }
        if value > PixelColumn.height(points[values.highest]) { values.highest = index }
        values.last = index
        values.isUnjudged = values.isUnjudged && isUnjudged
        self.values = values
    }

    private mutating func markWorst(_ index: Int, in points: [ChartPoint]) {
        let flag = points[index].flag
        if let known = flagged, known.flag != flag {
            if known.flag.worse(than: flag) == known.flag { return }
            flagged = nil
        }
        mark(index, in: points, at: \.flagged)
    }

    private mutating func mark(
        _ index: Int, in points: [ChartPoint], at place: WritableKeyPath<PixelColumn, Marked?>
    ) {
        guard var known = self[keyPath: place] else {
            self[keyPath: place] = Marked(flag: points[index].flag, highest: index, lowest: index, count: 1)
            return
        }
        let height = PixelColumn.height(points[index])
        if height > PixelColumn.height(points[known.highest]) { known.highest = index }
        if height < PixelColumn.height(points[known.lowest]) { known.lowest = index }
        known.count += 1
        self[keyPath: place] = known
    }

    /// Flagged points without a value stand below all others.
    private static func height(_ point: ChartPoint) -> Double {
        point.drawnValue ?? -.infinity
    }
}
