/// What a `[[format]]` says, as it was written; `FormatDefinition` is what it means.
public struct FormatOptions: Sendable, Hashable {
    /// Each key with its text. `names` and `units` are apart, being tables.
    public var texts: [Key: String]
    /// The vendor's names of parameters, and ours.
    public var names: [String: String]
    /// Our symbols, and the unit in which their values come where the payload names none.
    public var units: [String: String]

    public init(_ texts: [Key: String] = [:], names: [String: String] = [:], units: [String: String] = [:]) {
        self.texts = texts
        self.names = names
        self.units = units
    }

    /// The keys that are texts.
    public enum Key: String, Sendable, Hashable, CaseIterable {
        case station, time
        case timeFormat = "time_format"
        case readings, parameter, value, unit, status, sensor, pattern, delimiter, decimal, unnamed
    }

    public subscript(key: Key) -> String? { texts[key] }
}

/// What is wrong with one key of a `[[format]]`.
public struct FormatError: Error, Sendable, Hashable, CustomStringConvertible {
    /// `pattern`, `names`.
    public let key: String
    /// What follows the key in the sentence.
    public let reason: String

    public init(_ key: String, _ reason: String) {
        self.key = key
        self.reason = reason
    }

    public var description: String { "\(key) \(reason)" }
}
