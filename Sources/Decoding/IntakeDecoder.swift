public import Readings

/// Decodes every payload of a batch, in order.
public struct IntakeDecoder: Sendable {
    private var decoder: any PayloadDecoder
    private let context: DecodingContext
    private let name: String

    /// - Parameter name: As the settings name the format; `nil`: as the decoder is named.
    public init(decoder: any PayloadDecoder, context: DecodingContext, name: String? = nil) {
        self.decoder = decoder
        self.context = context
        self.name = name ?? decoder.name
    }

    /// Takes up what an earlier run added to `Intake.memories`.
    public mutating func recall(key: [UInt8], body: [UInt8]) {
        decoder.recall(key: key.span, body: body.span)
    }

    /// To be called before payloads are decoded that came at some time in the past, apart from their neighbours.
    public mutating func prepareForReplay() {
        decoder.prepareForReplay()
    }

    /// Adds readings, faults and texts to the batch and names the decoder in it.
    ///
    /// Of an oversize payload only the beginning was kept: it is refused without a look.
    public mutating func decode(_ intake: inout Intake) {
        intake.decoder = name
        for payload in intake.payloads.indices {
            if intake.payloads[payload].isOversize {
                let kept = intake.payloads[payload].body.count
                intake.faults.append(Fault(payload: payload, index: nil, offset: kept, reason: .oversize))
            } else {
                decoder.decode(payload: payload, of: &intake, as: context)
            }
        }
    }
}
