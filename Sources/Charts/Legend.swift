internal import Readings

/// The signs that occur, what they mean and how many there are.
struct Legend {
    private struct Item {
        var text: String
        var style: String
        var path: String
        var x: Double
        var y: Double
    }

    /// The baseline of the last row, or where it would be.
    private(set) var bottom: Double
    private var items: [Item] = []
    private let right: Double
    private let unjudgedStyle: String

    private static let rowHeight = 19.0
    private static let symbolWidth = 24.0

    init(series: SortedPoints, axis: ValueAxis?, width: Int, isBelowSubtitle: Bool) {
        bottom = isBelowSubtitle ? 69 : 50
        right = Double(width) - ChartFrame.margin
        unjudgedStyle = series.unjudgedStyle
        for flag in QualityFlag.allCases {
            guard let count = series.counts[flag] else { continue }
            append("\(flag.wording) · \(count)", flag: flag)
        }
        var outside: (above: Int, below: Int) = (0, 0)
        if let axis {
            for value in series.points.lazy.compactMap(\.drawnValue) where axis.isOutside(value) {
                if value > axis.highest { outside.above += 1 } else { outside.below += 1 }
            }
        }
        if outside.above > 0 { append("above the axis · \(outside.above)", kind: .above) }
        if outside.below > 0 { append("below the axis · \(outside.below)", kind: .below) }
    }

    func append(to page: inout SVGPage) {
        for item in items {
            page.path(item.path, class: item.style)
            page.label(item.text, class: "note", x: item.x + Self.symbolWidth, y: item.y)
        }
    }

    private mutating func append(_ text: String, flag: QualityFlag) {
        switch flag {
        case .suspect: append(text, kind: .suspect)
        case .fail: append(text, kind: .fail)
        case .missing: append(text, kind: .missing)
        case .pass: append(text, style: "line") { x, y in "M\(SVGText.coordinate(x)) \(SVGText.coordinate(y))h18" }
        case .notEvaluated:
            append(text, style: unjudgedStyle) { x, y in "M\(SVGText.coordinate(x)) \(SVGText.coordinate(y))h18" }
        }
    }

    private mutating func append(_ text: String, kind: Mark.Kind) {
        // An arrow is drawn beside its point; here there is none.
        let shift = kind == .above ? 10.0 : kind == .below ? -10.0 : 0
        append(text, style: kind.style()) { x, y in kind.path(x: x + 9, y: y + shift) }
    }

    private mutating func append(_ text: String, style: String, path: (Double, Double) -> String) {
        let width = Self.symbolWidth + SVGText.width(of: text, fontSize: 12)
        var x = ChartFrame.margin
        if let last = items.last {
            x = last.x + Self.symbolWidth + SVGText.width(of: last.text, fontSize: 12) + 16
            if x + width > right {
                x = ChartFrame.margin
                bottom += Self.rowHeight
            }
        }
        items.append(Item(text: text, style: style, path: path(x, bottom - 4), x: x, y: bottom))
    }
}
