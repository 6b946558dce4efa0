/// An MQTT topic filter whose levels may have names: `quantrac/v1/{station}/readings`.
///
/// `{station}`, `{parameter}` and `{sensor}` each match one level and give its text; `+` matches one level, `#` at the
/// end the rest; every other level stands for itself. `$share/GROUP/` before it subscribes by turns with others.
public struct TopicPattern: Sendable, Hashable {
    /// As it was written.
    public let text: String
    /// What to subscribe to: the names replaced by `+`, `$share/GROUP/` kept.
    public let filter: String

    private enum Level: Sendable, Hashable {
        /// Where the text stands in `literals`.
        case literal(Range<Int>)
        case station, parameter, sensor, any, rest
    }

    private let levels: [Level]
    private let literals: [UInt8]

    /// Whether matching gives a station.
    public var namesStation: Bool { levels.contains(.station) }
    /// Whether matching gives a parameter.
    public var namesParameter: Bool { levels.contains(.parameter) }
    /// Whether matching gives a sensor.
    public var namesSensor: Bool { levels.contains(.sensor) }

    /// - Throws: `TopicPatternError` with a sentence that says what is wrong with the pattern.
    public init(_ text: String) throws(TopicPatternError) {
        func refuse(_ reason: String) -> TopicPatternError { TopicPatternError(pattern: text, reason: reason) }
        guard !text.isEmpty else { throw refuse("is empty") }
        guard text.utf8.count <= 65_535 else { throw refuse("is longer than 65,535 bytes") }
        guard !TextRules.hasControl(Array(text.utf8).span) else { throw refuse("holds a control character") }

        var parts = text.split(separator: "/", omittingEmptySubsequences: false)
        var prefix = ""
        if parts[0] == "$share" {
            guard parts.count >= 3, !parts[1].isEmpty, !parts[1].contains(where: { "+#{}".contains($0) }) else {
                throw refuse("begins with $share/ but has no group and filter after it: $share/GROUP/FILTER")
            }
            prefix = "$share/\(parts[1])/"
            parts.removeFirst(2)
            guard parts != [""] else { throw refuse("has nothing after its $share/GROUP/") }
        }
        var levels: [Level] = []
        var literals: [UInt8] = []
        var filter: [Substring] = []
        for (index, part) in parts.enumerated() {
            let level = try Self.level(of: part, isLast: index == parts.count - 1, literals: &literals, refuse)
            switch level {
            case .station, .parameter, .sensor:
                guard !levels.contains(level) else { throw refuse("names \(part) twice") }
                filter.append("+")
            case .literal, .any, .rest: filter.append(part)
            }
            levels.append(level)
        }
        self.text = text
        self.filter = prefix + filter.joined(separator: "/")
        self.levels = levels
        self.literals = literals
    }

    private static func level(
        of part: Substring, isLast: Bool, literals: inout [UInt8], _ refuse: (String) -> TopicPatternError
    ) throws(TopicPatternError) -> Level {
        switch part {
        case "{station}": return .station
        case "{parameter}": return .parameter
        case "{sensor}": return .sensor
        case "+": return .any
        case "#":
            guard isLast else { throw refuse("has # before its last level") }
            return .rest
        default: break
        }
        if part.contains("{") || part.contains("}") {
            throw refuse("has the level \(part), but a name is {station}, {parameter} or {sensor} and fills its level")
        }
        if part.contains("+") || part.contains("#") {
            throw refuse("has the level \(part), but + and # stand alone in their level")
        }
        let start = literals.count
        literals.append(contentsOf: part.utf8)
        return .literal(start..<literals.count)
    }

    /// Where the names stand in a topic; `nil` when the topic does not match.
    ///
    /// As in MQTT, a wildcard or a name in the first level matches no topic that begins with `$`, and `a/#` matches `a`.
    public func match(_ topic: Span<UInt8>) -> TopicMatch? {
        var match = TopicMatch()
        var start = 0
        let literals = literals.span
        for index in levels.indices {
            let level = levels[index]
            if index == 0, !topic.isEmpty, topic[0] == UInt8(ascii: "$") {
                guard case .literal = level else { return nil }
            }
            if level == .rest { return match }
            guard start <= topic.count else { return nil }
            var end = start
            while end < topic.count, topic[end] != UInt8(ascii: "/") { end += 1 }
            switch level {
            case .literal(let range):
                guard range.count == end - start else { return nil }
                for offset in 0..<range.count where literals[range.lowerBound + offset] != topic[start + offset] {
                    return nil
                }
            case .station: match.station = start..<end
            case .parameter: match.parameter = start..<end
            case .sensor: match.sensor = start..<end
            case .any, .rest: break
            }
            start = end + 1
        }
        return start > topic.count ? match : nil
    }
}

/// Where a topic's names stand, as byte ranges of the topic; a level may be empty.
public struct TopicMatch: Sendable, Hashable {
    public var station: Range<Int>?
    public var parameter: Range<Int>?
    public var sensor: Range<Int>?

    public init(station: Range<Int>? = nil, parameter: Range<Int>? = nil, sensor: Range<Int>? = nil) {
        self.station = station
        self.parameter = parameter
        self.sensor = sensor
    }
}

/// Why a topic pattern was refused.
public struct TopicPatternError: Error, Sendable, Hashable, CustomStringConvertible {
    public let pattern: String
    /// What follows "the topic pattern …" in the sentence.
    public let reason: String

    public var description: String { "the topic pattern \"\(pattern)\" \(reason)" }
}
