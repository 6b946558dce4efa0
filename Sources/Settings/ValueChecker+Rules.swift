/// The values of quality rules.
extension ValueChecker {
    mutating func checkNumbers(
        _ nodes: [Node], _ count: Int?, _ node: Node, key: String
    ) -> CheckedTable.Checked? {
        if let count, nodes.count != count {
            faults.add(
                .wrongType, at: node.place, key: key,
                "has \(nodes.count) \(nodes.count == 1 ? "element" : "elements"), expected \(count) numbers")
            return nil
        }
        var numbers: [Double] = []
        for node in nodes {
            guard let number = number(node, key: key) else { return nil }
            numbers.append(number)
        }
        return .numbers(numbers)
    }

    /// A finite number; `nil` when a fault was noted.
    private mutating func number(_ node: Node, key: String) -> Double? {
        switch node.value {
        case .integer(let integer): return Double(integer)
        case .number(let number) where number.isFinite: return number
        case .number:
            faults.add(
                .outOfRange, at: node.place, key: key, "\(node.value.toml) is out of range, expected finite numbers")
        default: _ = refuseType(node, "numbers, without quotes", key: key)
        }
        return nil
    }

    mutating func checkTimeSpan(_ nodes: [Node], _ node: Node, key: String) -> CheckedTable.Checked? {
        guard nodes.count == 2 else {
            faults.add(
                .wrongType, at: node.place, key: key,
                "has \(nodes.count) \(nodes.count == 1 ? "element" : "elements"), expected two numbers, dates or times")
            return nil
        }
        let texts = nodes.map { node -> String? in
            switch node.value {
            case .text(let text), .moment(let text): text
            default: nil
            }
        }
        guard texts.contains(where: { $0 != nil }) else {
            guard let first = number(nodes[0], key: key), let second = number(nodes[1], key: key) else { return nil }
            return .timeSpan(.numbers(first, second))
        }
        guard let first = texts[0], let second = texts[1] else {
            faults.add(
                .wrongType, at: node.place, key: key,
                "has one number and one text, expected two numbers, dates or times")
            return nil
        }
        guard let from = checkTime(first, nodes[0], key: key), let to = checkTime(second, nodes[1], key: key) else {
            return nil
        }
        return .timeSpan(.moments(from, to))
    }

    /// Nanoseconds since 1970; `nil` when a fault was noted.
    mutating func checkTime(_ text: String, _ node: Node, key: String) -> Int64? {
        do {
            return try UTCTime.nanoseconds(text)
        } catch {
            faults.add(.badValue, at: node.place, key: key, "\"\(text)\" \(error.reason)")
            return nil
        }
    }
}
