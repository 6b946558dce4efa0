import Foundation

/// One line of the table.
struct Row: Encodable {
    var name: String
    var work: String
    var reference: String
    var unit: String
    /// One for each repetition.
    var ours: [Double]
    /// Empty where the limit is an absolute one.
    var theirs: [Double] = []
    var must: Double?
    var aim: Double?
    /// Further figures, in words.
    var notes: [String] = []

    /// Of each pair; the median of them is the result, because the machine's mood changes between pairs, not within one.
    var ratios: [Double] { zip(ours, theirs).map { $0 / $1 } }

    /// What is compared with `must` and `aim`.
    var result: Double { theirs.isEmpty ? ours.median : ratios.median }

    /// More is better, except for what has no reference: memory and time.
    var isGoodEnough: Bool? { must.map { theirs.isEmpty ? result <= $0 : result >= $0 } }
    var isAsAimed: Bool? { aim.map { theirs.isEmpty ? result <= $0 : result >= $0 } }

    enum CodingKeys: String, CodingKey {
        case name, work, reference, unit, ours, theirs, must, aim, result, isGoodEnough = "good_enough", notes
    }

    func encode(to encoder: any Encoder) throws {
        var container = encoder.container(keyedBy: CodingKeys.self)
        try container.encode(name, forKey: .name)
        try container.encode(work, forKey: .work)
        try container.encode(reference, forKey: .reference)
        try container.encode(unit, forKey: .unit)
        try container.encode(ours, forKey: .ours)
        try container.encode(theirs, forKey: .theirs)
        try container.encode(must, forKey: .must)
        try container.encode(aim, forKey: .aim)
        try container.encode(result, forKey: .result)
        try container.encode(isGoodEnough, forKey: .isGoodEnough)
        try container.encode(notes, forKey: .notes)
    }
}

/// Prints the rows as they come: a table in Markdown, or one JSON object a line.
struct Report {
    let isJSON: Bool

    func begin(_ machine: Machine, _ options: Options) {
        guard !isJSON else { return printJSON(machine) }
        line(machine.line)
        line(
            options.isQuick
                ? "quick: small counts, \(options.repetitions)x; says that it runs, not how fast"
                : "median of \(options.repetitions) pairs in turn")
        line("")
        line("| Row | Work | Ours | Reference | Ratio (range) | Must | Aim | |")
        line("|---|---|--:|--:|--:|--:|--:|---|")
    }

    func print(_ row: Row) {
        guard !isJSON else { return printJSON(row) }
        let reference = row.theirs.isEmpty ? row.reference : "\(row.theirs.median.text) \(row.reference)"
        let ratio =
            row.theirs.isEmpty
            ? "–"
            : "\(row.ratios.median.fixed(2)) (\((row.ratios.min() ?? 0).fixed(2))–\((row.ratios.max() ?? 0).fixed(2)))"
        let verdict = row.isAsAimed == true ? "aim" : row.isGoodEnough.map { $0 ? "must" : "**below**" } ?? ""
        line(
            "| \(row.name) | \(row.work) | \(row.ours.median.text) \(row.unit) | \(reference) | \(ratio) | "
                + "\(row.must.map(\.text) ?? "–") | \(row.aim.map(\.text) ?? "–") | "
                + ([verdict] + row.notes).filter { !$0.isEmpty }.joined(separator: "; ") + " |")
    }

    /// Unbuffered: whoever waits in front of a pipe sees each row as it comes.
    private func line(_ text: String) {
        FileHandle.standardOutput.write(Data((text + "\n").utf8))
    }

    private func printJSON(_ value: some Encodable) {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
        guard let data = try? encoder.encode(value) else { return }
        line(String(decoding: data, as: UTF8.self))
    }
}

extension [Double] {
    /// The middle one; the lower of the two in the middle.
    var median: Double { isEmpty ? 0 : sorted()[(count - 1) / 2] }
}

extension Double {
    /// Three figures that count; thousands apart from 1,000 on.
    var text: String {
        if abs(self) < 10 { return fixed(abs(self) < 0.1 ? 3 : 2) }
        if abs(self) < 1000 { return fixed(1) }
        var digits = String(Int(rounded()))
        var place = digits.count - 3
        while place > 0 {
            digits.insert(",", at: digits.index(digits.startIndex, offsetBy: place))
            place -= 3
        }
        return digits
    }

    func fixed(_ decimals: Int) -> String { String(format: "%.\(decimals)f", self) }
}
