/// Which records a reader wants.
public struct ReadingFilter: Sendable, Hashable {
    /// Globs with `*` and `?`; empty for all.
    public var stations: [String]
    /// Parameter symbols, exact; empty for all.
    public var parameters: [String]
    /// Records meant for this consumer alone are seen; `nil` sees only those meant for everybody.
    public var consumer: String?

    public init(stations: [String] = [], parameters: [String] = [], consumer: String? = nil) {
        self.stations = stations
        self.parameters = parameters
        self.consumer = consumer
    }

    /// Whether another filter lets the same through, whatever its order.
    func isSame(as other: ReadingFilter) -> Bool {
        Set(stations) == Set(other.stations) && Set(parameters) == Set(other.parameters) && consumer == other.consumer
    }

    /// Whether a series is wanted.
    public func matches(station: String, parameter: String) -> Bool {
        (parameters.isEmpty || parameters.contains(parameter))
            && (stations.isEmpty || stations.contains { Self.matches(glob: $0, station) })
    }

    /// Whether `text` is what `glob` describes: `*` for any run of characters, `?` for one.
    public static func matches(glob: String, _ text: String) -> Bool {
        let pattern = Array(glob.unicodeScalars)
        let scalars = Array(text.unicodeScalars)
        var patternIndex = 0
        var index = 0
        var star: (pattern: Int, text: Int)?
        while index < scalars.count {
            if patternIndex < pattern.count, pattern[patternIndex] == "*" {
                star = (patternIndex, index)
                patternIndex += 1
            } else if patternIndex < pattern.count,
                pattern[patternIndex] == "?" || pattern[patternIndex] == scalars[index]
            {
                patternIndex += 1
                index += 1
            } else if let back = star {
                patternIndex = back.pattern + 1
                index = back.text + 1
                star = (back.pattern, back.text + 1)
            } else {
                return false
            }
        }
        return pattern[patternIndex...].allSatisfy { $0 == "*" }
    }
}
