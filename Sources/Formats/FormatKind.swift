/// The grammars that payloads are written in; each has a decoder of the same name.
public enum FormatKind: String, Sendable, Hashable, CaseIterable {
    case json
    /// A vendor's JSON, described by a `[[format]]`.
    case jsonMapping = "json-mapping"
    case senmlJSON = "senml+json"
    case senmlCBOR = "senml+cbor"
    case sparkplugB = "sparkplug-b"
    case line
    case csv
    case stationFile = "station-file"
    case value
    /// `json`, `senml+json` or `senml+cbor`, told apart by the first byte.
    case auto

    /// Those that a source may name without a `[[format]]`.
    public static var builtIn: [FormatKind] { allCases.filter { $0 != .jsonMapping } }

    /// The keys that a `[[format]]` of this kind may have, beside `name`, `kind`, `names`, `units` and the examples.
    public var keys: Set<FormatOptions.Key> {
        switch self {
        case .json, .value, .auto: []
        case .jsonMapping:
            [.station, .time, .timeFormat, .readings, .parameter, .value, .unit, .status, .sensor, .unnamed]
        case .senmlJSON, .senmlCBOR: [.pattern, .unnamed]
        case .sparkplugB: [.station, .unnamed]
        case .line: [.pattern, .timeFormat, .unnamed]
        case .csv:
            [
                .station, .time, .timeFormat, .parameter, .value, .unit, .status, .sensor, .delimiter, .decimal,
                .unnamed,
            ]
        case .stationFile: [.pattern, .decimal, .unnamed]
        }
    }
}
