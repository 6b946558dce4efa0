public import Formats
public import Readings

/// The format `json-mapping`: a vendor's JSON, of which a `[[format]]` says where each thing stands.
///
/// docs/formats.md says which shapes there are. The text is checked to its end before anything of it counts. Where no
/// pointer leads into the readings they are read on the way; else in a second pass, when station and time are known.
public struct MappedJSONPayloadDecoder: PayloadDecoder {
    public var name: String { FormatKind.jsonMapping.rawValue }
    private var reader: MappedJSONReader

    public init(_ definition: FormatDefinition) {
        reader = MappedJSONReader(definition)
    }

    public mutating func decode(payload: Int, of intake: inout Intake, as context: DecodingContext) {
        let mark = intake.decodedMark
        // The same memory, held a second time: the batch is changed while its bytes are read.
        let bytes = intake.bytes
        let body = intake.payloads[payload].body.indices
        do throws(DecodingFailure) {
            try reader.read(bytes.span.extracting(body), payload, base: body.lowerBound, &intake, context)
        } catch {
            intake.refuse(payload: payload, since: mark, error)
        }
    }
}
