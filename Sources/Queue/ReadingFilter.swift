import Readings

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
            && (stations.isEmpty || stations.contains { Glob.matches($0, station) })
    }
}
