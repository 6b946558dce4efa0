internal import Readings

/// What the picture shows, in words for who cannot see it.
struct Summary {
    private let series: SortedPoints
    private let axis: ValueAxis?
    private let unit: String?
    private let zone: Zone

    init(series: SortedPoints, axis: ValueAxis?, unit: String?, zone: Zone) {
        self.series = series
        self.axis = axis
        self.unit = unit.map { SVGText.clipped($0, to: 40) }
        self.zone = zone
    }

    /// `288 readings from 2026-11-23 00:00 +07:00 to …: 1 pass · 276, 4 fail · 12. Values from 8.1 to 985 µg/m³.`
    var text: String {
        guard let span = series.timeSpan else { return "No readings." }
        let first = CivilClock(span.lowerBound, zone: zone).fullText
        let last = CivilClock(span.upperBound, zone: zone).fullText
        let counts = QualityFlag.allCases.compactMap { flag in
            series.counts[flag].map { "\(flag.wording) · \($0)" }
        }
        let readings = series.points.count == 1 ? "1 reading" : "\(series.points.count) readings"
        return "\(readings) from \(first) to \(last): \(counts.joined(separator: ", ")). \(values)"
    }

    private var values: String {
        var lowest = Double.infinity
        var highest = -Double.infinity
        var outside = 0
        for point in series.points {
            guard let value = point.drawnValue else { continue }
            lowest = min(lowest, value)
            highest = max(highest, value)
            if axis?.isOutside(value) == true { outside += 1 }
        }
        guard lowest <= highest else { return "No values." }
        let unit = unit.map { " \($0)" } ?? ""
        let beyond = outside > 0 ? "; \(outside) outside the axis" : ""
        return "Values from \(Decimal.text(lowest)) to \(Decimal.text(highest))\(unit)\(beyond)."
    }
}
