internal import Readings

/// Where the axes stand on the page.
struct ChartFrame {
    /// Between the page's edges and its text, in pixels.
    static let margin = 16.0
    /// Above the highest and below the lowest tick: the place of the arrows, and of the ticks of what is missing.
    static let strip = 16.0

    let left: Double
    let right: Double
    let top: Double
    let bottom: Double
    private let pageWidth: Double

    /// - Parameter labels: Of the vertical axis.
    init(width: Int, height: Int, top: Double, labels: [String]) {
        let widest = labels.map { SVGText.width(of: $0, fontSize: 11.5) }.max() ?? 0
        left = (Self.margin + widest + 8).rounded(.up) + 0.5
        right = Double(width) - 24.5
        self.top = top.rounded() + 0.5
        bottom = Double(height) - 46.5
        pageWidth = Double(width)
    }

    var middle: (x: Double, y: Double) { ((left + right) / 2, (top + bottom) / 2) }

    /// The height of a share of the value axis.
    func y(_ share: Double) -> Double {
        bottom - Self.strip - share * (bottom - top - 2 * Self.strip)
    }

    /// Adds the axes, their labels and the lines across.
    func appendGrid(
        to page: inout SVGPage, values axis: ValueAxis?, unit: String?, ticks: [TimeAxis.Tick], zone: Zone
    ) {
        var grid = ""
        var rules = ""
        for tick in axis?.ticks ?? [] {
            // On half a pixel, or a thin line is a grey smear two pixels wide.
            let y = self.y(axis?.share(tick.value) ?? 0).rounded(.down) + 0.5
            grid += "M\(SVGText.coordinate(left)) \(SVGText.coordinate(y))H\(SVGText.coordinate(right))"
            page.label(tick.label, class: "tick", x: left - 8, y: y + 4, anchor: .end)
        }
        for tick in ticks {
            let x = SVGText.coordinate(tick.x.rounded(.down) + 0.5)
            let across = "M\(x) \(SVGText.coordinate(top))V\(SVGText.coordinate(bottom))"
            if tick.isMidnight { rules += across } else { grid += across }
            rules += "M\(x) \(SVGText.coordinate(bottom))v5"
            appendLabel(tick.label, y: bottom + 19, at: tick.x, to: &page)
            if let date = tick.date { appendLabel(date, y: bottom + 34, at: tick.x, to: &page) }
        }
        rules += "M\(SVGText.coordinate(left)) \(SVGText.coordinate(top))V\(SVGText.coordinate(bottom))"
        rules += "H\(SVGText.coordinate(right))"
        page.path(grid, class: "grid")
        page.path(rules, class: "rule")
        if let heading = axis?.heading(unit: unit) {
            page.label(SVGText.clipped(heading, to: 40), class: "note", x: Self.margin, y: top - 9)
        }
        if !ticks.isEmpty {
            page.label(
                SVGText.clipped(zone.name, to: 60), class: "tick", x: right, y: top - 9, anchor: .end)
        }
    }

    /// A label under a tick, moved inwards where it would leave the page.
    private func appendLabel(_ text: String, y: Double, at x: Double, to page: inout SVGPage) {
        let half = SVGText.width(of: text, fontSize: 11.5) / 2 + 2
        page.label(text, class: "tick", x: max(half, min(x, pageWidth - half)), y: y, anchor: .middle)
    }
}
