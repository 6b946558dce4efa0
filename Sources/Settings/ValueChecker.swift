import Readings
import Registers

/// Checks one value against what its key takes.
struct ValueChecker {
    let zones: ZoneCatalog
    var faults: FaultList

    /// The value in the units of `CheckedTable.Checked`; `nil` when a fault was noted.
    mutating func check(_ node: Node, is kind: ValueKind, key: String) -> CheckedTable.Checked? {
        switch (kind, node.value) {
        case (.text(let rule), .text(let text)): return checkText(text, node, rule, key: key)
        case (.text(.start), .moment(let text)), (.text(.moment), .moment(let text)):
            return checkText(text, node, .moment, key: key)
        case (.optionalText(let rule), .text(let text)):
            return text.isEmpty ? .text(text) : checkText(text, node, rule, key: key)
        case (.choice(let words), .text(let text)):
            return checkWord(text, node, words, later: [], key: key)
        case (.limitedChoice(let words, let later), .text(let text)):
            return checkWord(text, node, words, later: later, key: key)
        case (.flag, .flag(let flag)): return .flag(flag)
        case (.integer(let range, _), .integer(let integer)):
            return checkRange(integer, range, node, kind, key: key).map { .integer($0) }
        case (.number(let range), .number(let number)): return checkNumber(number, range, node, kind, key: key)
        case (.number(let range), .integer(let integer)):
            return checkNumber(Double(integer), range, node, kind, key: key)
        case (.duration(let range, let step), .text(let text)):
            return checkDuration(text, range, step, node, kind, key: key)
        case (.size(let range), .text(let text)): return checkSize(text, range, node, kind, key: key)
        case (.texts(let rule, let least), .list(let nodes)):
            return checkTexts(nodes, rule, least, node, key: key)
        case (.wholeNumber(let range, _), .integer(let integer)):
            return checkRange(integer, range, node, kind, key: key).map { .integer($0) }
        case (.wholeNumber(let range, _), .number(let number)) where Int64(exactly: number) != nil:
            return checkRange(Int64(number), range, node, kind, key: key).map { .integer($0) }
        case (.numbers(let count), .list(let nodes)): return checkNumbers(nodes, count, node, key: key)
        case (.timeSpan, .list(let nodes)): return checkTimeSpan(nodes, node, key: key)
        case (.utcTime, .text(let text)), (.utcTime, .moment(let text)):
            return checkTime(text, node, key: key).map { .moment($0) }
        case (.map, .table(let nodes)):
            return checkMap(nodes, key: key)
        case (.rawNumbers, .list(let nodes)): return checkRawNumbers(nodes, key: key)
        case (.statuses, .table(let nodes)): return checkStatuses(nodes, key: key)
        case (.number, .text(let text)) where ValueChecker.hasDecimalComma(text):
            let point = text.replacing(",", with: ".")
            faults.add(
                .badValue, at: node.place, key: key, "\"\(text)\" has a decimal comma, expected a point: \(point)")
            return nil
        default: return refuseType(node, ValueChecker.expectation(kind), key: key)
        }
    }

    private static func expectation(_ kind: ValueKind) -> String {
        switch kind {
        case .duration: "a duration in quotes, such as \"10s\""
        case .size: "a size in quotes, such as \"512KiB\""
        case .flag: "true or false, without quotes"
        case .integer, .wholeNumber: "an integer, without quotes"
        case .number: "a number, without quotes"
        case .texts: "a list of texts, such as [\"a\", \"b\"]"
        case .text, .optionalText: "a text in quotes"
        case .choice(let words), .limitedChoice(let words, _): "one of \(ValueChecker.list(words))"
        case .rawNumbers: "a list of numbers, such as [65535, -999.9]"
        case .statuses: "raw numbers and the status each means, such as { 0 = \"00\", 1 = \"01\" } (in CSV 0=00;1=01)"
        case .numbers(let count): count.map { "a list of \($0) numbers, such as [0, 14.5]" } ?? "a list of numbers"
        case .timeSpan: "a list of two numbers, dates or times, such as [6, 8] or [\"2026-01-01\", \"2026-06-30\"]"
        case .utcTime: "a date or a time, such as \"2026-11-23\" or \"2026-11-23T07:00:00Z\""
        case .map: "a \(kind.typeName)"
        }
    }

    private static func list(_ words: [String]) -> String {
        words.map { "\"\($0)\"" }.joined(separator: ", ")
    }

    mutating func refuseType(_ node: Node, _ expected: String, key: String) -> CheckedTable.Checked? {
        // A text is shown: in a table of models it may be anything.
        var found = "is \(node.value.kindName)"
        if case .text(let text) = node.value { found = "\"\(text.prefix(64))\" \(found)" }
        faults.add(.wrongType, at: node.place, key: key, "\(found), expected \(expected)")
        return nil
    }

    private mutating func checkText(
        _ text: String, _ node: Node, _ rule: TextRule, key: String
    ) -> CheckedTable.Checked? {
        do throws(Misfit) {
            if text.isEmpty { throw Misfit("is empty, expected \(rule.description)") }
            try rule.check(text, zones: zones)
            return .text(text)
        } catch {
            faults.add(.badValue, at: node.place, key: key, "\"\(text)\" \(error.reason)")
            return nil
        }
    }

    private mutating func checkWord(
        _ text: String, _ node: Node, _ words: [String], later: [String], key: String
    ) -> CheckedTable.Checked? {
        if words.contains(text) { return .text(text) }
        let expected = "expected \(words.count > 1 ? "one of " : "")\(ValueChecker.list(words))"
        if later.contains(text) {
            faults.add(
                .unsupported, at: node.place, key: key, "\"\(text)\" is not acted on by this version, \(expected)")
        } else {
            faults.add(
                .badValue, at: node.place, key: key, "\"\(text)\" is not known, \(expected)",
                suggestion: Spelling.nearest(to: text, in: words))
        }
        return nil
    }

    private mutating func checkRange(
        _ number: Int64, _ range: ClosedRange<Int64>, _ node: Node, _ kind: ValueKind, key: String
    ) -> Int64? {
        guard range.contains(number) else {
            faults.add(
                .outOfRange, at: node.place, key: key, "\(node.value.toml) is out of range, expected \(kind.rangeText)")
            return nil
        }
        return number
    }

    private mutating func checkNumber(
        _ number: Double, _ range: ClosedRange<Double>, _ node: Node, _ kind: ValueKind, key: String
    ) -> CheckedTable.Checked? {
        guard number.isFinite, range.contains(number) else {
            faults.add(
                .outOfRange, at: node.place, key: key, "\(node.value.toml) is out of range, expected \(kind.rangeText)")
            return nil
        }
        return .number(number)
    }

    private mutating func checkDuration(
        _ text: String, _ range: ClosedRange<Int64>, _ step: Int64, _ node: Node, _ kind: ValueKind, key: String
    ) -> CheckedTable.Checked? {
        guard let milliseconds = Quantity.milliseconds(text) else {
            faults.add(
                .badValue, at: node.place, key: key,
                "\"\(text)\" is no duration, expected a whole number and ms, s, m, h or d, such as \"10s\"")
            return nil
        }
        guard milliseconds % step == 0 else {
            faults.add(.outOfRange, at: node.place, key: key, "\"\(text)\" is too fine, expected \(kind.rangeText)")
            return nil
        }
        return checkRange(milliseconds, range, node, kind, key: key).map { .integer($0) }
    }

    private mutating func checkSize(
        _ text: String, _ range: ClosedRange<Int64>, _ node: Node, _ kind: ValueKind, key: String
    ) -> CheckedTable.Checked? {
        guard let bytes = Quantity.bytes(text) else {
            faults.add(
                .badValue, at: node.place, key: key,
                "\"\(text)\" is no size, expected a whole number and B, KiB, MiB, GiB or TiB, such as \"512KiB\"",
                suggestion: Quantity.likelySize(text))
            return nil
        }
        return checkRange(bytes, range, node, kind, key: key).map { .integer($0) }
    }

    private mutating func checkTexts(
        _ nodes: [Node], _ rule: TextRule, _ least: Int, _ node: Node, key: String
    ) -> CheckedTable.Checked? {
        guard nodes.count >= least else { return refuseType(node, "at least \(least) \(rule.description)", key: key) }
        var texts: [(text: String, place: Place)] = []
        for element in nodes {
            guard case .text(let text) = element.value else {
                _ = refuseType(element, "a text in quotes", key: key)
                continue
            }
            if case .text(let checked) = checkText(text, element, rule, key: key) {
                texts.append((checked, element.place))
            }
        }
        return texts.count == nodes.count ? .texts(texts) : nil
    }

    private mutating func checkMap(_ nodes: [String: Node], key: String) -> CheckedTable.Checked? {
        var texts: [String: String] = [:]
        for (name, node) in nodes.sorted(by: { $0.key < $1.key }) {
            guard case .text(let text) = node.value else {
                return refuseType(node, "a text in quotes for each name", key: "\(key).\(name)")
            }
            texts[name] = text
        }
        return .map(texts)
    }

    // MARK: Modbus

    private mutating func checkRawNumbers(_ nodes: [Node], key: String) -> CheckedTable.Checked? {
        var numbers: [RawNumber] = []
        for node in nodes {
            switch node.value {
            case .integer(let integer): numbers.append(.integer(integer))
            case .number(let number) where number.isFinite: numbers.append(.real(number))
            case .number:
                faults.add(
                    .outOfRange, at: node.place, key: key,
                    "\(node.value.toml) is never a value and need not be named, expected finite numbers")
                return nil
            default: return refuseType(node, "numbers, such as 65535 or -999.9", key: key)
            }
        }
        return .rawNumbers(numbers)
    }

    private mutating func checkStatuses(_ nodes: [String: Node], key: String) -> CheckedTable.Checked? {
        var statuses: [Int64: String] = [:]
        for (name, node) in nodes.sorted(by: { $0.key < $1.key }) {
            guard let raw = Quantity.integer(name) else {
                faults.add(
                    .badValue, at: node.place, key: key,
                    "\"\(name)\" is no raw number, expected integers such as 0 or 0x10")
                return nil
            }
            guard case .text(let text) = node.value else {
                return refuseType(node, "the device status as a text in quotes, such as \"00\"", key: key)
            }
            guard case .text = checkText(text, node, .shortText, key: key) else { return nil }
            if statuses.updateValue(text, forKey: raw) != nil {
                faults.add(.duplicate, at: node.place, key: key, "\(raw) stands twice, expected it once")
                return nil
            }
        }
        return .statuses(statuses)
    }

    /// `0,1`, as much of the world writes 0.1.
    private static func hasDecimalComma(_ text: String) -> Bool {
        text.split(separator: ",", omittingEmptySubsequences: false).count == 2
            && Double(text.replacing(",", with: ".")) != nil
    }
}
