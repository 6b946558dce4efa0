internal import Readings

/// The marks of flagged points and of values outside the axis.
struct Markers {
    /// How many marks say under the pointer what they are, the worst first: each takes some 200 bytes.
    static let tooltipsMax = 300
    /// Two marks of one column closer than this in height are one, in pixels.
    private static let heightMin = 9.0
    /// Of whole signs of one kind, in pixels.
    private static let spacing = 13.0

    private let scene: Scene
    private let wording: PointWording
    private let marks: [Mark.Kind: [Mark]]

    init(scene: Scene, wording: PointWording) {
        self.scene = scene
        self.wording = wording
        var marks: [Mark.Kind: [Mark]] = [:]
        for column in scene.columns {
            for mark in Markers.marks(of: column, scene: scene) { marks[mark.kind, default: []].append(mark) }
        }
        self.marks = marks.mapValues(Markers.thinned)
    }

    /// Adds them, one path for each kind and one element for each mark with a tooltip.
    func append(to page: inout SVGPage) {
        var tooltips: [Mark.Kind: Int] = [:]
        var left = Markers.tooltipsMax
        for kind in Mark.Kind.allCases.reversed() {
            tooltips[kind] = min(left, marks[kind]?.count ?? 0)
            left -= tooltips[kind] ?? 0
        }
        for kind in Mark.Kind.allCases {
            guard let marks = marks[kind] else { continue }
            if kind == .fail { page.path(marks.filter { !$0.isSmall }.map(\.path).joined(), class: "halo") }
            let told = tooltips[kind] ?? 0
            for isSmall in [true, false] {
                let untold = marks[told...].filter { $0.isSmall == isSmall }
                page.path(untold.map(\.path).joined(), class: kind.style(isSmall: isSmall))
            }
            for mark in marks[..<told] { append(mark, to: &page) }
        }
    }

    /// Whole signs on top of each other are a smudge: those near another whole one become small.
    private static func thinned(_ marks: [Mark]) -> [Mark] {
        var marks = marks
        var whole: [Mark] = []
        for index in marks.indices {
            let mark = marks[index]
            whole.removeAll { mark.x - $0.x >= spacing }
            marks[index].isSmall = whole.contains { abs(mark.y - $0.y) < spacing }
            if !marks[index].isSmall { whole.append(mark) }
        }
        return marks
    }

    private func append(_ mark: Mark, to page: inout SVGPage) {
        let place = "cx=\"\(SVGText.coordinate(mark.x))\" cy=\"\(SVGText.coordinate(mark.y))\""
        page.append("<g>")
        page.element("title", text: wording.text(scene.series.points[mark.index], othersCount: mark.othersCount))
        page.append("<circle class=\"hit\" \(place) r=\"7\"/>")
        page.path(mark.path, class: mark.style)
        page.append("</g>\n")
    }

    private static func marks(of column: PixelColumn, scene: Scene) -> [Mark] {
        var marks: [Mark] = []
        if let missing = column.missing {
            marks.append(
                Mark(
                    kind: .missing, x: scene.x(missing.highest), y: scene.frame.bottom - 5, index: missing.highest,
                    othersCount: missing.count - 1))
        }
        if let above = column.above { marks.append(mark(.above, at: above.highest, of: above, scene: scene)) }
        if let below = column.below { marks.append(mark(.below, at: below.lowest, of: below, scene: scene)) }
        if let flagged = column.flagged {
            let kind: Mark.Kind = flagged.flag == .fail ? .fail : .suspect
            marks.append(mark(kind, at: flagged.highest, of: flagged, scene: scene))
            if scene.y(flagged.lowest) - scene.y(flagged.highest) >= heightMin {
                marks.append(mark(kind, at: flagged.lowest, of: flagged, scene: scene))
            }
        }
        return marks
    }

    private static func mark(_ kind: Mark.Kind, at index: Int, of marked: PixelColumn.Marked, scene: Scene) -> Mark {
        Mark(kind: kind, x: scene.x(index), y: scene.y(index), index: index, othersCount: marked.count - 1)
    }
}
