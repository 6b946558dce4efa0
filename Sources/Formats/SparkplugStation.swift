/// Which names of a Sparkplug topic make the station: `{device}`, `{edge}.{device}`.
///
/// Of a message of the edge node itself, which has no device, `{device}` gives nothing, and neither does the text
/// before it. A template without `{device}` gives all devices of an edge node one station.
public struct SparkplugStation: Sendable, Hashable {
    /// A piece of the station's id.
    public enum Part: Sendable, Hashable {
        case group, edge, device
        case literal([UInt8])
    }

    /// As it was written.
    public let text: String
    public let parts: [Part]

    public init(_ text: String) throws(FormatError) {
        var parts: [Part] = []
        var literal: [UInt8] = []
        var rest = text[...]
        while let character = rest.first {
            if character == "{" {
                if !literal.isEmpty { parts.append(.literal(literal)) }
                literal = []
                guard let end = rest.firstIndex(of: "}") else {
                    throw FormatError("", "has { without } in \"\(text)\"")
                }
                let part: Part
                switch rest[rest.index(after: rest.startIndex)..<end] {
                case "group": part = .group
                case "edge": part = .edge
                case "device": part = .device
                default: throw FormatError("", "is \"\(text)\", expected no other names than {group}, {edge}, {device}")
                }
                guard !parts.contains(part) else { throw FormatError("", "has a name twice in \"\(text)\"") }
                parts.append(part)
                rest = rest[rest.index(after: end)...]
            } else {
                literal += Array(character.utf8)
                rest.removeFirst()
            }
        }
        if !literal.isEmpty { parts.append(.literal(literal)) }
        guard parts.contains(.device) || parts.contains(.edge) else {
            throw FormatError("", "is \"\(text)\", expected {edge} or {device} in it")
        }
        self.text = text
        self.parts = parts
    }
}
