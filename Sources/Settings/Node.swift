/// Where a key or value stands.
struct Place: Sendable, Hashable, CustomStringConvertible {
    var file: String
    var line: Int?
    var column: Int?
    /// The environment variable that gave the value.
    var variable: String?

    init(file: String, line: Int? = nil, column: Int? = nil) {
        self.file = file
        self.line = line
        self.column = column
    }

    init(variable: String) {
        self.file = "environment"
        self.variable = variable
    }

    /// Of a default, which cannot be wrong; a test proves it.
    static let schema = Place(file: "schema")

    var description: String {
        if let variable { return "the variable \(variable)" }
        return line.map { "\(file):\($0)" } ?? file
    }
}

/// One value of a settings file, and where it stands.
struct Node: Sendable {
    var value: Value
    var place: Place
}

/// What TOML can say, and YAML.
enum Value: Sendable {
    case text(String)
    case flag(Bool)
    case integer(Int64)
    case number(Double)
    /// A date, a time or both, in the text form of RFC 3339.
    case moment(String)
    case list([Node])
    case table([String: Node])
    /// Of YAML and JSON only; a member that is null counts as absent.
    case null

    /// A list of texts that stands in no file.
    static func texts(_ texts: [String]) -> Value {
        .list(texts.map { Node(value: .text($0), place: .schema) })
    }

    /// The word for a fault's `found …`.
    var kindName: String {
        switch self {
        case .text: "a text"
        case .flag: "true or false"
        case .integer: "an integer"
        case .number: "a number"
        case .moment: "a date or time"
        case .list(let nodes): nodes.isEmpty ? "an empty list" : "a list"
        case .table: "a table"
        case .null: "empty"
        }
    }

    /// As it is written in a file.
    var toml: String {
        switch self {
        case .text(let text): Value.quoted(text)
        case .flag(let flag): flag ? "true" : "false"
        case .integer(let integer): "\(integer)"
        case .number(let number): "\(number)"
        case .moment(let moment): moment
        case .list(let nodes): "[" + nodes.map(\.value.toml).joined(separator: ", ") + "]"
        case .table(let nodes):
            "{ " + nodes.sorted { $0.key < $1.key }.map { "\($0.key) = \($0.value.value.toml)" }.joined(separator: ", ")
                + " }"
        case .null: "null"
        }
    }

    static func quoted(_ text: String) -> String {
        var quoted = "\""
        for scalar in text.unicodeScalars {
            switch scalar {
            case "\"": quoted += "\\\""
            case "\\": quoted += "\\\\"
            case "\n": quoted += "\\n"
            case "\t": quoted += "\\t"
            default:
                if scalar.value < 0x20 || scalar.value == 0x7f {
                    let digits = String(scalar.value, radix: 16)
                    quoted += "\\u" + String(repeating: "0", count: 4 - digits.count) + digits
                } else {
                    quoted.unicodeScalars.append(scalar)
                }
            }
        }
        return quoted + "\""
    }
}
