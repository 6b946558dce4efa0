import Formats
public import Readings

/// The format `auto`: `json`, `senml+json` or `senml+cbor`, told apart by the first byte of each payload.
public struct AutoPayloadDecoder: PayloadDecoder {
    public var name: String { FormatKind.auto.rawValue }
    private var json = JSONPayloadDecoder()
    private var senmlJSON = SenMLJSONPayloadDecoder(FormatDefinition(.senmlJSON))
    private var senmlCBOR = SenMLCBORPayloadDecoder(FormatDefinition(.senmlCBOR))

    public init() {}

    public mutating func decode(payload: Int, of intake: inout Intake, as context: DecodingContext) {
        switch Self.kind(of: intake.bytes.span.extracting(intake.payloads[payload].body.indices)) {
        case .senmlJSON: senmlJSON.decode(payload: payload, of: &intake, as: context)
        case .senmlCBOR: senmlCBOR.decode(payload: payload, of: &intake, as: context)
        default: json.decode(payload: payload, of: &intake, as: context)
        }
    }

    private static func kind(of bytes: Span<UInt8>) -> FormatKind {
        // Arrays of CBOR, of a length that is given or not (RFC 8949, 3.1); no byte that UTF-8 begins with.
        if !bytes.isEmpty, bytes[0] >= 0x80, bytes[0] <= 0x9f { return .senmlCBOR }
        var scanner = JSONScanner()
        return scanner.begin(bytes) && scanner.byte(bytes) == UInt8(ascii: "[") ? .senmlJSON : .json
    }
}
