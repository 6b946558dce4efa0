/// What a name says: `urn:dev:ow:{station}:{parameter}`, `*_{station}_{time}.txt`.
///
/// `*` stands for any text, also none, as much as the rest allows. `{station}` matches 1-64 of `A-Z a-z 0-9 . _ -`,
/// `{sensor}` digits, `{time}` 14 digits, `{parameter}` any text. Everything else stands for itself. Where several ways
/// fit, what stands first in the pattern takes as much as it can.
public struct NamePattern: Sendable, Hashable {
    /// What a pattern can give.
    public enum Name: String, Sendable, Hashable {
        case station, parameter, sensor, time
    }

    private enum Part: Sendable, Hashable {
        case literal([UInt8])
        case name(Name)
        case any
    }

    /// Tries of one part at one place; a name that needs more does not match.
    static let stepsMax = 100_000

    /// As it was written.
    public let text: String
    private let parts: [Part]

    public init(_ text: String, mayHave names: Set<Name>) throws(FormatError) {
        var parts: [Part] = []
        var literal: [UInt8] = []
        var seen: Set<Name> = []
        var rest = text[...]
        while let character = rest.first {
            if character == "*" || character == "{" {
                if !literal.isEmpty { parts.append(.literal(literal)) }
                literal = []
                if parts.last.map({ if case .literal = $0 { false } else { true } }) == true {
                    throw FormatError("", "has nothing between two parts that match any text in \"\(text)\"")
                }
            }
            if character == "*" {
                parts.append(.any)
                rest.removeFirst()
            } else if character == "{" {
                guard let end = rest.firstIndex(of: "}"),
                    let name = Name(rawValue: String(rest[rest.index(after: rest.startIndex)..<end])),
                    names.contains(name)
                else {
                    let known = names.map { "{\($0.rawValue)}" }.sorted().joined(separator: ", ")
                    throw FormatError("", "is \"\(text)\", expected no other names than \(known)")
                }
                guard seen.insert(name).inserted else {
                    throw FormatError("", "has {\(name.rawValue)} twice in \"\(text)\"")
                }
                parts.append(.name(name))
                rest = rest[rest.index(after: end)...]
            } else {
                literal += Array(character.utf8)
                rest.removeFirst()
            }
        }
        if !literal.isEmpty { parts.append(.literal(literal)) }
        guard !seen.isEmpty else { throw FormatError("", "is \"\(text)\", expected a name such as {station} in it") }
        guard parts.count <= 16 else { throw FormatError("", "has more than 16 parts") }
        self.text = text
        self.parts = parts
    }

    /// A pattern that is known to be one.
    public static func known(_ text: String, _ names: Set<Name>) -> NamePattern {
        guard let pattern = try? NamePattern(text, mayHave: names) else {
            preconditionFailure("\(text) is no name pattern")
        }
        return pattern
    }

    /// Whether it gives such a name.
    public func has(_ name: Name) -> Bool { parts.contains(.name(name)) }

    /// Where the names stand, as byte ranges of `text`; `nil` when it does not match as a whole.
    public func match(_ text: Span<UInt8>) -> NameMatch? {
        guard text.count <= 1024 else { return nil }
        var match = NameMatch()
        var steps = 0
        return matches(text, from: 0, part: 0, &match, &steps) ? match : nil
    }

    private func matches(
        _ text: Span<UInt8>, from start: Int, part: Int, _ match: inout NameMatch, _ steps: inout Int
    ) -> Bool {
        guard part < parts.count else { return start == text.count }
        // A hostile name against a pattern of many `*` would be tried for hours; none in the field takes a thousand.
        steps += 1
        guard steps <= Self.stepsMax else { return false }
        switch parts[part] {
        case .literal(let bytes):
            guard text.count - start >= bytes.count else { return false }
            for index in 0..<bytes.count where text[start + index] != bytes[index] { return false }
            return matches(text, from: start + bytes.count, part: part + 1, &match, &steps)
        case .any:
            var end = text.count
            while end >= start {
                if matches(text, from: end, part: part + 1, &match, &steps) { return true }
                end -= 1
            }
            return false
        case .name(let name):
            var end = start
            while end < text.count, Self.fits(text[end], name) { end += 1 }
            if name == .station { end = min(end, start + 64) }
            if name == .time {
                guard end - start >= 14 else { return false }
                end = start + 14
            }
            while end > start {
                match[name] = start..<end
                if matches(text, from: end, part: part + 1, &match, &steps) { return true }
                if name == .time { break }
                end -= 1
            }
            match[name] = nil
            return false
        }
    }

    private static func fits(_ byte: UInt8, _ name: Name) -> Bool {
        switch name {
        case .station:
            byte &- 48 <= 9 || (byte | 0x20) &- 97 <= 25 || byte == UInt8(ascii: ".") || byte == UInt8(ascii: "_")
                || byte == UInt8(ascii: "-")
        case .sensor, .time: byte &- 48 <= 9
        case .parameter: true
        }
    }
}

/// Where the names of a pattern stand in a text.
public struct NameMatch: Sendable, Hashable {
    public var station: Range<Int>?
    public var parameter: Range<Int>?
    public var sensor: Range<Int>?
    public var time: Range<Int>?

    subscript(name: NamePattern.Name) -> Range<Int>? {
        get {
            switch name {
            case .station: station
            case .parameter: parameter
            case .sensor: sensor
            case .time: time
            }
        }
        set {
            switch name {
            case .station: station = newValue
            case .parameter: parameter = newValue
            case .sensor: sensor = newValue
            case .time: time = newValue
            }
        }
    }
}
