/// Rows of text under headings, in columns as wide as their widest cell.
struct Table {
    enum Side { case left, right }

    private let sides: [Side]
    private var rows: [[String]]

    /// A heading that begins with `>` makes a column of numbers, set to the right.
    init(_ headings: String...) {
        self.init(headings: headings)
    }

    /// The same for headings that are known only when the table is made.
    init(headings: [String]) {
        sides = headings.map { $0.hasPrefix(">") ? .right : .left }
        rows = [headings.map { $0.hasPrefix(">") ? String($0.dropFirst()) : $0 }]
    }

    var isEmpty: Bool { rows.count == 1 }

    mutating func add(_ cells: String...) {
        add(row: cells)
    }

    mutating func add(row cells: [String]) {
        precondition(cells.count == sides.count, "a row has a cell for every heading")
        rows.append(cells.map { Self.printable($0) })
    }

    /// The lines, without spaces at their ends; none when there is no row.
    var lines: [String] {
        guard !isEmpty else { return [] }
        let widths = sides.indices.map { column in rows.map { $0[column].count }.max() ?? 0 }
        return rows.map { row in
            var line = ""
            for (column, cell) in row.enumerated() {
                let padding = String(repeating: " ", count: widths[column] - cell.count)
                line += sides[column] == .right ? padding + cell : cell + padding
                line += "  "
            }
            while line.last == " " { line.removeLast() }
            return line
        }
    }

    /// What a station sends must not move the cursor of a technician's terminal.
    static func printable(_ text: String) -> String {
        String(
            String.UnicodeScalarView(
                text.unicodeScalars.map { scalar in
                    switch scalar.properties.generalCategory {
                    case .control, .format, .lineSeparator, .paragraphSeparator, .surrogate: "\u{fffd}"
                    default: scalar
                    }
                }))
    }
}
