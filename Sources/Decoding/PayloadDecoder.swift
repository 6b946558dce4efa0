public import Readings

/// What the bytes of one format say.
///
/// A decoder is called for one payload after the other, by one thread at a time; what it keeps between calls is scratch
/// memory and never part of the answer: the same payload gives the same readings and faults whenever it is decoded.
public protocol PayloadDecoder: Sendable {
    /// As the settings name it in `format = "…"`.
    var name: String { get }

    /// Reads payload number `payload` of `intake` and appends its readings, faults and texts.
    ///
    /// It never throws and never traps, whatever the bytes are, and leaves `bytes`, `payloads` and what was decoded
    /// before as they are. Every range it appends lies in `bytes` or `text`. Of a payload that is refused as a whole
    /// there is one fault without index and no reading; else one fault for each reading that was not understood.
    mutating func decode(payload: Int, of intake: inout Intake, as context: DecodingContext)
}

/// What a decoder must know of the source beside the bytes.
public struct DecodingContext: Sendable {
    /// The patterns of the source's topics; the first one that matches a payload's topic names what it holds.
    public var topics: [TopicPattern]
    /// The clock that times without a zone are read from; without it they are faults.
    public var zone: Zone?
    public var missingTime: MissingTime

    public init(topics: [TopicPattern] = [], zone: Zone? = nil, missingTime: MissingTime = .required) {
        self.topics = topics
        self.zone = zone
        self.missingTime = missingTime
    }
}

/// What a reading without a time means; it is stamped with the time of receipt either way.
public enum MissingTime: String, Sendable, Hashable, CaseIterable {
    /// The time was due: the reading is marked `CLK`.
    case required
    /// The source sends none: the time of receipt is as good as can be.
    case received
}
