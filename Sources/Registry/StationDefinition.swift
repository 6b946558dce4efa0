/// What is known of a station before it sends anything.
public struct StationDefinition: Sendable, Hashable {
    /// As it stands in the payloads.
    public var id: String
    public var name: String
    /// What it observes: `environment.ambient_air`.
    public var domain: String
    /// WGS 84, degrees.
    public var latitude: Double?
    public var longitude: Double?
    /// From one reading to the next.
    public var intervalMilliseconds: Int64?
    public var parameters: [ParameterDefinition] = []

    public init(id: String, name: String, domain: String) {
        self.id = id
        self.name = name
        self.domain = domain
    }
}

/// What a station measures.
public struct ParameterDefinition: Sendable, Hashable {
    /// NFC.
    public var symbol: String
    public var sensor: Int
    public var unit: String
    /// `nil`: the station's.
    public var intervalMilliseconds: Int64?
    /// In `unit`.
    public var detectionLimit: Double?

    public init(symbol: String, sensor: Int = 1, unit: String) {
        self.symbol = symbol
        self.sensor = sensor
        self.unit = unit
    }
}
