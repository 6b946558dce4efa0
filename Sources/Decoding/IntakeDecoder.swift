public import Readings

/// Decodes every payload of a batch, in order.
public struct IntakeDecoder: Sendable {
    private var decoder: any PayloadDecoder
    private let context: DecodingContext
    private let name: String

    public init(decoder: any PayloadDecoder, context: DecodingContext) {
        self.decoder = decoder
        self.context = context
        name = decoder.name
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
