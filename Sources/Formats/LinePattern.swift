/// What a line of line protocol says, in a line's own shape: `*,station={station} {parameter}`.
///
/// Before the first comma the measurement, then the tags, after the space the fields. A name in braces gives what stands
/// in its place: `{station}`, `{parameter}`, `{sensor}`, `{unit}`, `{status}`. The measurement is a name, `*` or
/// `{parameter}` or `{station}`. A tag is `key=NAME-IN-BRACES`, or `key=text` that the line must have; other tags are
/// ignored. A field `{parameter}` makes each field without a part of its own a reading of the field's name; a field
/// written out is the value where the measurement or a tag is the parameter, and `key={unit}` gives something beside it.
/// Commas, spaces and equals signs in a name have a backslash before them, as in a line: `*,site\ name={station}`.
///
/// - `*,station={station},sensor={sensor},unit={unit},status={status} {parameter}`: the default, each field a parameter.
/// - `{parameter},site={station},nr={sensor} value,unit={unit}`: the measurement is the parameter.
public struct LinePattern: Sendable, Hashable {
    /// What a part can give.
    public enum Role: String, Sendable, Hashable {
        case station, parameter, sensor, unit, status
    }

    /// What stands before the tags.
    public enum Measurement: Sendable, Hashable {
        case any
        case literal([UInt8])
        case role(Role)
    }

    /// What a tag or a field must be.
    public enum Match: Sendable, Hashable {
        case literal([UInt8])
        case role(Role)
    }

    /// A tag, or a field beside the value.
    public struct Part: Sendable, Hashable {
        public let key: [UInt8]
        public let match: Match
    }

    /// Which fields are values.
    public enum Values: Sendable, Hashable {
        /// Each field that no part names is a parameter.
        case eachField
        /// The field of this key.
        case field([UInt8])
    }

    /// As it was written.
    public let text: String
    public let measurement: Measurement
    public let tags: [Part]
    public let values: Values
    /// Fields that say something beside the value.
    public let fields: [Part]

    public static let standard = LinePattern.known(
        "*,station={station},sensor={sensor},unit={unit},status={status} {parameter}")

    private static func known(_ text: String) -> LinePattern {
        guard let pattern = try? LinePattern(text) else { preconditionFailure("\(text) is no line pattern") }
        return pattern
    }

    public init(_ text: String) throws(FormatError) {
        var reader = LinePatternReader(text)
        let halves = LinePatternReader.split(Array(text.utf8), at: UInt8(ascii: " "))
        guard halves.count == 2, !halves[0].isEmpty, !halves[1].isEmpty else {
            throw FormatError(
                "", "is \"\(text)\", expected the shape of a line: MEASUREMENT,tag={station} {parameter}")
        }
        let head = LinePatternReader.split(halves[0], at: UInt8(ascii: ","))
        measurement = try reader.measurement(head[0])
        var tags: [Part] = []
        for bytes in head.dropFirst() { tags.append(try reader.part(bytes)) }
        let (values, fields) = try reader.fields(halves[1])
        // A tag and a field may have the same key, two tags or two fields may not.
        var fieldKeys = fields.map(\.key)
        if case .field(let key) = values { fieldKeys.append(key) }
        for keys in [tags.map(\.key), fieldKeys] where Set(keys).count != keys.count {
            throw reader.refusal("has a key twice")
        }
        guard tags.count + fields.count <= 32 else { throw reader.refusal("has more than 32 parts") }
        self.text = text
        self.tags = tags
        self.values = values
        self.fields = fields
        isParameterNamed = reader.seen.contains(.parameter)
        isStationNamed = reader.seen.contains(.station)
    }

    /// Whether the line names the parameter; else the topic must.
    public let isParameterNamed: Bool
    /// Whether the line names the station; else the topic must.
    public let isStationNamed: Bool
}
