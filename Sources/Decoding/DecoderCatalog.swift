public import Formats

/// Every payload format there is.
///
/// To add one: its kind in `FormatKind`, its file, its line here, its folder in `fixtures/payloads`
/// (docs/adding-a-decoder.md).
public enum DecoderCatalog {
    private static let entries: [(kind: FormatKind, make: @Sendable (FormatDefinition) -> any PayloadDecoder)] = [
        (.json, { _ in JSONPayloadDecoder() }),
        (.jsonMapping, { MappedJSONPayloadDecoder($0) }),
        (.senmlJSON, { SenMLJSONPayloadDecoder($0) }),
        (.senmlCBOR, { SenMLCBORPayloadDecoder($0) }),
        (.sparkplugB, { SparkplugPayloadDecoder($0) }),
        (.line, { LinePayloadDecoder($0) }),
        (.csv, { CSVPayloadDecoder($0) }),
        (.stationFile, { StationFilePayloadDecoder($0) }),
        (.value, { _ in ValuePayloadDecoder() }),
        (.auto, { _ in AutoPayloadDecoder() }),
    ]

    /// The names of all kinds, each of a decoder, in the order in which they are listed.
    public static var names: [String] { entries.map(\.kind.rawValue) }

    /// The names that `format = "…"` may have without a `[[format]]`.
    public static var builtIn: [String] {
        entries.map(\.kind).filter { FormatKind.builtIn.contains($0) }.map(\.rawValue)
    }

    /// A decoder of its own for one source; `nil` when there is none of that name.
    public static func make(_ name: String) -> (any PayloadDecoder)? {
        FormatKind(rawValue: name).flatMap { make(FormatDefinition($0)) }
    }

    /// A decoder of its own for one source; `nil` when there is none of that kind.
    public static func make(_ definition: FormatDefinition) -> (any PayloadDecoder)? {
        entries.first { $0.kind == definition.kind }?.make(definition)
    }
}
