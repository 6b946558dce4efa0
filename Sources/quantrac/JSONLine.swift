import Readings

/// One JSON object on one line, members in the order they were added.
struct JSONLine {
    private var text = "{"

    mutating func add(_ name: String, _ value: String?) {
        key(name)
        if let value { Self.append(value, to: &text) } else { text += "null" }
    }

    mutating func add(_ name: String, _ value: Int64?) { raw(name, value.map { "\($0)" } ?? "null") }
    mutating func add(_ name: String, _ value: Int?) { add(name, value.map { Int64($0) }) }
    mutating func add(_ name: String, _ value: Bool) { raw(name, value ? "true" : "false") }
    mutating func add(_ name: String, _ value: Timestamp?) { add(name, value?.description) }
    mutating func add(_ name: String, _ values: [String]) {
        raw(name, "[" + values.map { Self.quoted($0) }.joined(separator: ",") + "]")
    }

    /// Swift writes the shortest form that reads back as the same double, as JSON may have it.
    mutating func add(_ name: String, _ value: Double?) {
        raw(name, value.flatMap { $0.isFinite ? Self.number($0) : nil } ?? "null")
    }

    /// A number as the pull line writes it: whole ones without a fraction (docs/pull-protocol.md).
    private static func number(_ value: Double) -> String {
        let text = "\(value)"
        if value == 0, value.sign == .minus { return "-0" }
        if abs(value) < 9e18, value.rounded() == value { return String(Int64(value)) }
        return text.replacing("e-0", with: "e-")
    }

    /// A value that is JSON already.
    mutating func raw(_ name: String, _ value: String) {
        key(name)
        text += value
    }

    var finished: String { text + "}" }

    private mutating func key(_ name: String) {
        if text.utf8.count > 1 { text += "," }
        Self.append(name, to: &text)
        text += ":"
    }

    /// A JSON string.
    static func quoted(_ value: String) -> String {
        var text = ""
        append(value, to: &text)
        return text
    }

    private static func append(_ value: String, to text: inout String) {
        text += "\""
        for scalar in value.unicodeScalars {
            switch scalar {
            case "\"": text += "\\\""
            case "\\": text += "\\\\"
            case "\n": text += "\\n"
            case "\r": text += "\\r"
            case "\t": text += "\\t"
            case _ where scalar.value < 0x20:
                let digits = String(scalar.value, radix: 16)
                text += "\\u" + String(repeating: "0", count: 4 - digits.count) + digits
            default: text.unicodeScalars.append(scalar)
            }
        }
        text += "\""
    }
}
