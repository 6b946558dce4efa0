/// Reads the parts of a `LinePattern`.
struct LinePatternReader {
    private let text: String
    /// The names that stood already; each may stand once.
    private(set) var seen: Set<LinePattern.Role> = []

    init(_ text: String) {
        self.text = text
    }

    func refusal(_ reason: String) -> FormatError { FormatError("", "\(reason) in \"\(text)\"") }

    mutating func measurement(_ bytes: [UInt8]) throws(FormatError) -> LinePattern.Measurement {
        if bytes == [UInt8(ascii: "*")] { return .any }
        if let found = try role(bytes) {
            guard found == .station || found == .parameter else {
                throw refusal("has {\(found.rawValue)} as the measurement, expected {parameter} or {station}")
            }
            return .role(found)
        }
        guard !bytes.isEmpty else { throw refusal("has no measurement") }
        return .literal(Self.resolved(bytes, withEquals: false))
    }

    /// `key={name}` or `key=text`.
    mutating func part(_ bytes: [UInt8]) throws(FormatError) -> LinePattern.Part {
        let sides = Self.split(bytes, at: UInt8(ascii: "="))
        let written = String(decoding: bytes, as: UTF8.self)
        guard sides.count == 2, !sides[0].isEmpty else {
            throw refusal("has \"\(written)\", expected key={name} or key=text")
        }
        guard !sides[1].isEmpty else { throw refusal("has \"\(written)\", expected something after =") }
        let key = Self.resolved(sides[0])
        if let role = try role(sides[1]) { return LinePattern.Part(key: key, match: .role(role)) }
        return LinePattern.Part(key: key, match: .literal(Self.resolved(sides[1])))
    }

    /// The field of the value, and those beside it.
    mutating func fields(
        _ bytes: [UInt8]
    ) throws(FormatError) -> (values: LinePattern.Values, beside: [LinePattern.Part]) {
        var values: LinePattern.Values?
        var beside: [LinePattern.Part] = []
        for field in Self.split(bytes, at: UInt8(ascii: ",")) {
            let written = String(decoding: field, as: UTF8.self)
            if Self.split(field, at: UInt8(ascii: "=")).count > 1 {
                let found = try part(field)
                guard case .role(let role) = found.match, role != .station, role != .parameter else {
                    throw refusal("has the field \(written), expected {unit}, {status} or {sensor} after its =")
                }
                beside.append(found)
                continue
            }
            guard values == nil else { throw refusal("has two fields for the value") }
            if let found = try role(field) {
                guard found == .parameter else { throw refusal("has the field \(written), expected {parameter}") }
                values = .eachField
            } else {
                guard !field.isEmpty else { throw refusal("has an empty field") }
                values = .field(Self.resolved(field))
            }
        }
        guard let values else {
            throw refusal("has no field for the value, expected {parameter} or a field's name")
        }
        return (values, beside)
    }

    /// A name in braces; `nil` for other text.
    private mutating func role(_ bytes: [UInt8]) throws(FormatError) -> LinePattern.Role? {
        guard bytes.first == UInt8(ascii: "{") || bytes.last == UInt8(ascii: "}") else { return nil }
        let word = String(decoding: bytes, as: UTF8.self)
        guard word.hasPrefix("{"), word.hasSuffix("}"),
            let role = LinePattern.Role(rawValue: String(word.dropFirst().dropLast()))
        else {
            throw refusal("has \(word), expected {station}, {parameter}, {sensor}, {unit} or {status}")
        }
        guard seen.insert(role).inserted else { throw refusal("has \(word) twice") }
        return role
    }

    /// The pieces between separators that no backslash stands before; the backslashes are still in them.
    static func split(_ bytes: [UInt8], at separator: UInt8) -> [[UInt8]] {
        var pieces: [[UInt8]] = [[]]
        var isEscape = false
        for byte in bytes {
            if byte == separator, !isEscape {
                pieces.append([])
            } else {
                pieces[pieces.count - 1].append(byte)
            }
            isEscape = byte == UInt8(ascii: "\\")
        }
        return pieces
    }

    /// Without the backslashes before commas, spaces and equals signs, as in a line; others stand for themselves.
    private static func resolved(_ bytes: [UInt8], withEquals: Bool = true) -> [UInt8] {
        var result: [UInt8] = []
        for byte in bytes {
            let isEscaped =
                byte == UInt8(ascii: ",") || byte == UInt8(ascii: " ") || withEquals && byte == UInt8(ascii: "=")
            if isEscaped, result.last == UInt8(ascii: "\\") { result.removeLast() }
            result.append(byte)
        }
        return result
    }
}
