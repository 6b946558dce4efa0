internal import Readings

/// The values that the axis has to show, so that one absurd value does not squash all others.
///
/// Values flagged pass or not evaluated are shown, except a few that would stretch the axis more than tenfold: at most
/// one in a hundred (at least one, when there are five or more), parted from all others by such a jump. Suspect values
/// are shown as long as they stretch it no more than tenfold, failed values only when there are no others. What is not
/// shown is drawn at the edge.
struct ValueRange: Equatable {
    var lowest: Double
    var highest: Double

    private static let stretchMax = 10.0
    /// Beyond this, sums and differences of two values, or of an axis rounded up, would not be finite.
    private static let limit = 4e307

    /// `nil` when no point has a value that can be drawn.
    init?(_ points: [ChartPoint]) {
        var trusted: [Double] = []
        var suspect: [Double] = []
        var failed: [Double] = []
        trusted.reserveCapacity(points.count)
        for point in points {
            guard let value = point.drawnValue else { continue }
            switch point.flag {
            case .pass, .notEvaluated, .missing: trusted.append(value)
            case .suspect: suspect.append(value)
            case .fail: failed.append(value)
            }
        }
        let base = [trusted, suspect, failed].first { !$0.isEmpty }
        guard var sorted = base else { return nil }
        sorted.sort()
        (lowest, highest) = ValueRange.withoutOutliers(sorted)
        if !trusted.isEmpty { include(suspect) }
        lowest = min(max(lowest, -Self.limit), Self.limit)
        highest = min(max(highest, -Self.limit), Self.limit)
    }

    init(lowest: Double, highest: Double) {
        self.lowest = lowest
        self.highest = highest
    }

    private mutating func include(_ values: [Double]) {
        let scale = Self.scale(highest - lowest, at: highest)
        let (base, top) = (lowest, highest)
        for value in values
        where scale == 0 || (value - base <= scale * Self.stretchMax && top - value <= scale * Self.stretchMax) {
            lowest = min(lowest, value)
            highest = max(highest, value)
        }
    }

    private static func withoutOutliers(_ sorted: [Double]) -> (Double, Double) {
        let count = sorted.count
        let outliersMax = count < 5 ? 0 : max(1, count / 100)
        // Measured from the inner values, or an outlier at one end would hide one at the other.
        let (innerLow, innerHigh) = (sorted[outliersMax], sorted[count - 1 - outliersMax])
        var (low, high) = (0, count - 1)
        for index in (count - outliersMax)..<count {
            let below = sorted[index - 1]
            let scale = scale(below - innerLow, at: below)
            if scale > 0, sorted[index] - innerLow > scale * stretchMax {
                high = index - 1
                break
            }
        }
        for index in (0..<outliersMax).reversed() {
            let above = sorted[index + 1]
            let scale = scale(innerHigh - above, at: above)
            if scale > 0, innerHigh - sorted[index] > scale * stretchMax {
                low = index + 1
                break
            }
        }
        return (sorted[low], sorted[high])
    }

    /// What a stretch is measured by: the extent, or the size of the values when all are equal.
    ///
    /// 0 when all are 0, as a rain gauge's on a dry day: the first drop is no outlier.
    private static func scale(_ extent: Double, at value: Double) -> Double {
        extent > 0 ? extent : abs(value)
    }
}
