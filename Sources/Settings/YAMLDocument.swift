import Yams

/// One file of YAML or JSON, read and parsed, every value with its place.
///
/// Plain scalars are what the core schema of YAML 1.2 and JSON make of them; the older meanings of `yes`, `010` or `1:30`
/// are none.
struct YAMLDocument {
    /// More is no file of rules: aliases multiply.
    static let nodesMax = 200_000
    static let depthMax = 64

    let root: Node

    /// Reads a file; what is wrong with it as a whole goes to `faults`, and `nil` comes back.
    static func read(path: String, faults: inout FaultList) -> YAMLDocument? {
        guard let text = Document.readText(path: path, faults: &faults) else { return nil }
        do {
            guard let root = try Parser(yaml: prepared(text), resolver: .basic, encoding: .utf8).singleRoot() else {
                return YAMLDocument(root: Node(value: .null, place: Place(file: path, line: 1, column: 1)))
            }
            var reader = YAMLNodeReader(file: path)
            let node = try reader.node(root)
            return YAMLDocument(root: node)
        } catch let obstacle as YAMLObstacle {
            faults.add(
                obstacle.kind, at: Place(file: path, line: obstacle.line, column: obstacle.column), key: "",
                obstacle.message)
        } catch let error as YamlError {
            let obstacle = YAMLObstacle(error)
            faults.add(
                obstacle.kind, at: Place(file: path, line: obstacle.line, column: obstacle.column), key: "",
                obstacle.message)
        } catch {
            faults.add(.syntax, at: Place(file: path), key: "", "\(error); expected YAML or JSON")
        }
        return nil
    }

    /// The text as the parser can take it, with every place as it was.
    ///
    /// To YAML a tab is no indentation, not even around the braces of JSON: those before and after are made spaces. Yams 6.2.2
    /// keeps the address of the text's bytes, which those of a text of up to 15 bytes have only for a moment: spaces make
    /// it longer.
    private static func prepared(_ text: String) -> String {
        func isBlank(_ byte: UInt8) -> Bool { byte == 9 || byte == 10 || byte == 13 || byte == 32 }
        var bytes = Array(text.utf8)
        while let last = bytes.last, isBlank(last) { bytes.removeLast() }
        for index in 0..<bytes.prefix(while: isBlank).count where bytes[index] == 9 { bytes[index] = 32 }
        return String(decoding: bytes + Array(repeating: 32, count: 16), as: UTF8.self)
    }
}

/// What stands against taking a text for YAML.
struct YAMLObstacle: Error {
    let kind: SettingsFault.Kind
    let line: Int?
    let column: Int?
    let message: String

    init(_ kind: SettingsFault.Kind, _ mark: Mark?, _ message: String) {
        self.init(kind, line: mark?.line, column: mark?.column, message)
    }

    private init(_ kind: SettingsFault.Kind, line: Int?, column: Int?, _ message: String) {
        self.kind = kind
        self.line = line
        self.column = column
        self.message = message
    }

    init(_ error: YamlError) {
        let expected = "expected YAML or JSON"
        switch error {
        case .composer(_, let problem, let mark, _) where problem.contains("another document"):
            self.init(.syntax, mark, "begins a second document; expected one")
        case .scanner(_, let problem, let mark, _), .parser(_, let problem, let mark, _),
            .composer(_, let problem, let mark, _):
            self.init(.syntax, mark, "\(problem); \(expected)")
        case .duplicatedKeysInMapping(let keys, let context):
            let names = keys.map { "`\($0)`" }.joined(separator: ", ")
            self.init(.duplicate, context.mark, "\(names) stands twice in one table, expected it once")
        case .reader(let problem, let offset, _, let yaml):
            let line = offset.map { offset in yaml.prefix(offset).count { $0.isNewline } + 1 }
            self.init(.syntax, line: line, column: nil, "\(problem); \(expected)")
        default: self.init(.syntax, nil, "\(error); \(expected)")
        }
    }
}

/// Turns the nodes of the parser into those of the settings.
private struct YAMLNodeReader {
    let file: String
    private var count = 0
    private var depth = 0

    init(file: String) { self.file = file }

    mutating func node(_ node: Yams.Node, at place: Place? = nil) throws(YAMLObstacle) -> Node {
        count += 1
        depth += 1
        defer { depth -= 1 }
        if count > YAMLDocument.nodesMax {
            throw YAMLObstacle(
                .syntax, node.mark, "has more than \(YAMLDocument.nodesMax) values, aliases counted; expected fewer")
        }
        if depth > YAMLDocument.depthMax {
            throw YAMLObstacle(.syntax, node.mark, "is nested deeper than \(YAMLDocument.depthMax); expected rules")
        }
        let place = place ?? self.place(node.mark)
        switch node {
        case .scalar(let scalar):
            let isText = scalar.style != .plain || scalar.tag.description == Tag.Name.str.rawValue
            return Node(value: isText ? .text(scalar.string) : YAMLScalar.value(of: scalar.string), place: place)
        case .sequence(let sequence):
            var list: [Node] = []
            for element in sequence { list.append(try self.node(element)) }
            return Node(value: .list(list), place: place)
        case .mapping(let mapping): return Node(value: .table(try table(mapping)), place: place)
        case .alias: return Node(value: .null, place: place)
        }
    }

    /// The members; those that `<<` brings in do not stand against the table's own.
    private mutating func table(_ mapping: Yams.Node.Mapping) throws(YAMLObstacle) -> [String: Node] {
        var table: [String: Node] = [:]
        var merged: [Yams.Node] = []
        for (key, value) in mapping {
            guard case .scalar(let name) = key else {
                throw YAMLObstacle(.wrongType, key.mark, "has a list or a table as a key, expected a name")
            }
            if name.string == "<<", name.style == .plain {
                if case .sequence(let sequence) = value { merged += sequence } else { merged.append(value) }
            } else {
                table[name.string] = try node(value, at: place(key.mark))
            }
        }
        for value in merged {
            guard case .mapping(let inner) = value else {
                throw YAMLObstacle(.wrongType, value.mark, "is merged by `<<` and is no table, expected one")
            }
            table.merge(try self.table(inner)) { own, _ in own }
        }
        return table
    }

    private func place(_ mark: Mark?) -> Place {
        Place(file: file, line: mark?.line, column: mark?.column)
    }
}

/// What a plain scalar is: YAML 1.2.2, 10.3.2 (core schema), and the bare words of Python's JSON.
enum YAMLScalar {
    static func value(of text: String) -> Value {
        switch text {
        case "", "~", "null", "Null", "NULL": return .null
        case "true", "True", "TRUE": return .flag(true)
        case "false", "False", "FALSE": return .flag(false)
        case ".nan", ".NaN", ".NAN", "NaN": return .number(.nan)
        case ".inf", ".Inf", ".INF", "+.inf", "+.Inf", "+.INF", "Infinity": return .number(.infinity)
        case "-.inf", "-.Inf", "-.INF", "-Infinity": return .number(-.infinity)
        default: return number(text) ?? .text(text)
        }
    }

    private static func number(_ text: String) -> Value? {
        if text.hasPrefix("0x") { return Int64(text.dropFirst(2), radix: 16).map { .integer($0) } }
        if text.hasPrefix("0o") { return Int64(text.dropFirst(2), radix: 8).map { .integer($0) } }
        guard isDecimal(text) else { return nil }
        if let integer = Int64(text) { return .integer(integer) }
        return Double(text).map { .number($0) }
    }

    /// `[-+]? ( \. [0-9]+ | [0-9]+ ( \. [0-9]* )? ) ( [eE] [-+]? [0-9]+ )?`
    private static func isDecimal(_ text: String) -> Bool {
        var rest = text.utf8[...]
        func digits() -> Int {
            let count = rest.prefix { $0 >= UInt8(ascii: "0") && $0 <= UInt8(ascii: "9") }.count
            rest = rest.dropFirst(count)
            return count
        }
        func take(_ letters: String) -> Bool {
            guard let first = rest.first, letters.utf8.contains(first) else { return false }
            rest = rest.dropFirst()
            return true
        }
        _ = take("+-")
        let whole = digits()
        let fraction = take(".") ? digits() : 0
        guard whole + fraction > 0 else { return false }
        if take("eE") {
            _ = take("+-")
            guard digits() > 0 else { return false }
        }
        return rest.isEmpty
    }
}
