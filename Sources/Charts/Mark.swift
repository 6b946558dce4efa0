/// A sign on the chart; the shapes differ, so that nobody needs the colours.
struct Mark {
    /// What it says of its point, in the order in which the marks are drawn, the worst on top.
    enum Kind: String, CaseIterable {
        case missing, above, below, suspect, fail

        /// The class of its style.
        func style(isSmall: Bool = false) -> String {
            switch self {
            case .above, .below: "arrow"
            case .suspect where isSmall: "suspect-dot"
            case .missing, .suspect, .fail: rawValue
            }
        }

        /// The path of the sign; `y` is the middle of it, and of its point.
        func path(x: Double, y: Double) -> String {
            switch self {
            case .missing: "M\(Kind.place(x, y + 5))v-10"
            case .above: "M\(Kind.place(x, y - 6))v-8m-3.5 3.5l3.5-3.5l3.5 3.5"
            case .below: "M\(Kind.place(x, y + 6))v8m-3.5-3.5l3.5 3.5l3.5-3.5"
            case .suspect: "M\(Kind.place(x, y - 5.5))l5.5 9.5h-11z"
            case .fail: "M\(Kind.place(x - 4, y - 4))l8 8m0-8l-8 8"
            }
        }

        /// The path of the sign beside another one of its kind: too little room for the whole of it.
        func smallPath(x: Double, y: Double) -> String {
            switch self {
            case .missing: path(x: x, y: y)
            case .above: "M\(Kind.place(x, y - 8))v-4"
            case .below: "M\(Kind.place(x, y + 8))v4"
            case .suspect: "M\(Kind.place(x, y))h0.01"
            case .fail: "M\(Kind.place(x, y - 2))v4"
            }
        }

        private static func place(_ x: Double, _ y: Double) -> String {
            "\(SVGText.coordinate(x)) \(SVGText.coordinate(y))"
        }
    }

    var kind: Kind
    var x: Double
    var y: Double
    /// Of the point.
    var index: Int
    /// How many points of the kind have no other mark than this.
    var othersCount: Int
    /// Whether a whole sign of the kind is so near that this one is only hinted at.
    var isSmall = false

    var path: String { isSmall ? kind.smallPath(x: x, y: y) : kind.path(x: x, y: y) }
    var style: String { kind.style(isSmall: isSmall) }
}
