public import Readings

/// The stations of the settings, by id, and the intervals at which series come.
public struct StationCatalog: Sendable {
    private let stations: [String: StationDefinition]
    /// Of series that are polled: the polling's interval.
    private let polled: [SeriesKey: Int64]

    public init(_ stations: [StationDefinition] = [], polledMilliseconds: [SeriesKey: Int64] = [:]) {
        self.stations = Dictionary(stations.map { ($0.id, $0) }, uniquingKeysWith: { first, _ in first })
        polled = polledMilliseconds
    }

    public func station(_ id: String) -> StationDefinition? { stations[id] }

    public func parameter(of series: SeriesKey) -> ParameterDefinition? {
        stations[series.station]?.parameters.first { $0.symbol == series.parameter && $0.sensor == series.sensor }
    }

    /// From one reading of a series to the next: as its parameter says, else its station, else the bus that polls it.
    public func intervalMilliseconds(of series: SeriesKey) -> Int64? {
        parameter(of: series)?.intervalMilliseconds ?? stations[series.station]?.intervalMilliseconds ?? polled[series]
    }
}
