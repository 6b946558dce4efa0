/// What names a series: one instrument's measurement of one thing at one station.
public struct SeriesKey: Sendable, Hashable {
    public var station: String
    /// NFC.
    public var parameter: String
    /// 1 … 65535; 1 where there is one instrument.
    public var sensor: Int

    public init(station: String, parameter: String, sensor: Int = 1) {
        self.station = station
        self.parameter = parameter
        self.sensor = sensor
    }
}
