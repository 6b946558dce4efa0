internal import Readings

/// A series on its axes: where each point stands, and what of it is drawn.
struct Scene {
    let series: SortedPoints
    let axis: ValueAxis?
    let time: TimeAxis
    let frame: ChartFrame
    let columns: [PixelColumn]

    init(series: SortedPoints, axis: ValueAxis?, time: TimeAxis, frame: ChartFrame) {
        self.series = series
        self.axis = axis
        self.time = time
        self.frame = frame
        columns = PixelColumn.gather(series, axis: axis, time: time)
    }

    func x(_ index: Int) -> Double {
        time.x(series.points[index].time.millisecondsSince1970)
    }

    /// A point without a value stands in the strip below the axis.
    func y(_ index: Int) -> Double {
        guard let axis, let value = series.points[index].drawnValue else { return frame.bottom - ChartFrame.strip / 2 }
        return frame.y(axis.share(value))
    }

    /// Adds the line through the values.
    ///
    /// It is dashed where only some of the series was evaluated and this was not, and a dot where a value has no
    /// neighbour. When the points are far enough apart to see each of them, all are dots as well.
    func appendLine(to page: inout SVGPage) {
        // Judged, and not; a path goes on as long as the line does, or its dashes would begin anew at every column.
        var paths = ["", ""]
        var dots = ""
        var pen: (index: Int, isUnjudged: Bool)?
        let columns = columns.compactMap(\.values)
        let showsAll = Double(columns.count) * 14 < frame.right - frame.left
        for (position, values) in columns.enumerated() {
            let vertices = Set([values.first, values.lowest, values.highest, values.last]).sorted()
            let isLast = position + 1 == columns.count || columns[position + 1].isBroken
            if showsAll || (values.isBroken && isLast && vertices.count == 1) {
                for vertex in vertices { dots += "M\(place(vertex))h0.01" }
            }
            let path = values.isUnjudged ? 1 : 0
            var start = "M"
            if let pen, !values.isBroken {
                start = pen.isUnjudged == values.isUnjudged ? "L" : "M\(place(pen.index))L"
            }
            paths[path] += start + vertices.map(place).joined(separator: "L")
            pen = (values.last, values.isUnjudged)
        }
        // A line that goes up and down within each pixel needs no width of its own.
        let thin = series.points.count > 2 * self.columns.count ? " thin" : ""
        page.path(paths[0], class: "line" + thin)
        page.path(paths[1], class: series.unjudgedStyle + thin)
        page.path(dots, class: "dot")
    }

    private func place(_ index: Int) -> String {
        "\(SVGText.coordinate(x(index))) \(SVGText.coordinate(y(index)))"
    }
}
