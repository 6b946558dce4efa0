public import Readings

/// A picture of one series over time, its flagged points marked.
///
/// The line runs through consecutive values and breaks where one is missing or the time between two is far longer than
/// usual (``SortedPoints``). Suspect points are triangles, failed ones crosses, missing ones ticks on the bottom edge.
/// The axis follows what can be trusted (``ValueRange``); a point outside it stands at the edge with an arrow.
///
/// A series of any length becomes at most 1,200 pixel columns (``PixelColumn``) and at most 400,000 bytes. The text is
/// the same for the same input. Its colours follow the reader's light or dark setting; a page that embeds it may set
/// them by the variables of ``ChartStyle``.
public struct SeriesChart: Sendable {
    public var title: String
    public var subtitle: String?
    /// Of the values; stands above their axis.
    public var unit: String?
    /// In any order; sorted by time, points of one time in the order given.
    public var points: [ChartPoint]
    /// Of the labels of the time axis.
    public var zone: Zone
    /// In pixels, 400 … 4,000: another one is taken as the nearest of these.
    public var width: Int
    /// In pixels, 320 … 4,000: another one is taken as the nearest of these.
    public var height: Int

    public init(
        title: String, subtitle: String? = nil, unit: String? = nil, points: [ChartPoint], zone: Zone,
        width: Int = 960, height: Int = 400
    ) {
        self.title = title
        self.subtitle = subtitle
        self.unit = unit
        self.points = points
        self.zone = zone
        self.width = width
        self.height = height
    }

    /// The picture as a whole SVG document, without an XML declaration, so that it can also stand inside HTML.
    public func svg() -> String {
        let series = SortedPoints(points)
        let size = (width: min(max(width, 400), 4000), height: min(max(height, 320), 4000))
        let axis = ValueRange(series.points).map { ValueAxis($0, steps: (size.height - 140) / 45) }
        let legend = Legend(series: series, axis: axis, width: size.width, isBelowSubtitle: subtitle != nil)
        let frame = ChartFrame(
            width: size.width, height: size.height, top: legend.bottom + 30, labels: axis?.ticks.map(\.label) ?? [])
        let time = series.timeSpan.map { TimeAxis(first: $0.lowerBound, last: $0.upperBound, frame: frame) }

        var page = SVGPage(width: size.width, height: size.height)
        page.element("title", text: SVGText.clipped(title, to: 300))
        page.element("desc", text: Summary(series: series, axis: axis, unit: unit, zone: zone).text)
        page.append("<style>\n\(ChartStyle.css)\n</style>\n")
        page.append("<rect class=\"paper\" width=\"100%\" height=\"100%\"/>\n")
        appendHeadings(to: &page, width: size.width)
        legend.append(to: &page)
        frame.appendGrid(to: &page, values: axis, unit: unit, ticks: time?.ticks(in: zone) ?? [], zone: zone)
        if let time {
            let scene = Scene(series: series, axis: axis, time: time, frame: frame)
            scene.appendLine(to: &page)
            Markers(scene: scene, wording: PointWording(unit: unit, zone: zone)).append(to: &page)
        }
        if axis == nil {
            page.label(
                series.points.isEmpty ? "no readings" : "no values", class: "note", x: frame.middle.x,
                y: frame.middle.y, anchor: .middle)
        }
        return page.finished()
    }

    private func appendHeadings(to page: inout SVGPage, width: Int) {
        // A letter of 16 px is about 9 wide, one of 12 px about 7: nothing here measures a font.
        page.label(SVGText.clipped(title, to: (width - 32) / 9), class: "title", x: ChartFrame.margin, y: 28)
        if let subtitle {
            page.label(SVGText.clipped(subtitle, to: (width - 32) / 7), class: "note", x: ChartFrame.margin, y: 47)
        }
    }
}
