internal import Readings

/// The words for a point.
struct PointWording {
    private let unit: String?
    private let zone: Zone

    init(unit: String?, zone: Zone) {
        self.unit = unit.map { SVGText.clipped($0, to: 20) }
        self.zone = zone
    }

    /// `2026-11-23 07:05 +07:00 · 35.2 µg/m³ · 4 fail`.
    ///
    /// - Parameter othersCount: How many more points the mark stands for.
    func text(_ point: ChartPoint, othersCount: Int) -> String {
        let moment = CivilClock(point.time.millisecondsSince1970, zone: zone).fullText
        let others = othersCount > 0 ? " · \(othersCount) more here" : ""
        return "\(moment) · \(value(point.value)) · \(point.flag.wording)\(others)"
    }

    private func value(_ value: Double?) -> String {
        guard let value else { return "no value" }
        guard value.isFinite else { return "not a number" }
        return Decimal.text(value) + (unit.map { " \($0)" } ?? "")
    }
}

extension QualityFlag {
    /// The number and its word, as everywhere on the command line: `4 fail`.
    var wording: String {
        switch self {
        case .pass: "1 pass"
        case .notEvaluated: "2 not evaluated"
        case .suspect: "3 suspect"
        case .fail: "4 fail"
        case .missing: "9 missing"
        }
    }
}
