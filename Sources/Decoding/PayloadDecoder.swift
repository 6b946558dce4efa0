public import Readings

/// What the bytes of one format say.
///
/// A decoder is called for one payload after the other, by one thread at a time; what it keeps between calls is scratch
/// memory and never part of the answer: the same payload gives the same readings and faults whenever it is decoded.
/// The one exception is what a protocol announces once for later payloads (Sparkplug's births): a decoder that keeps such
/// things is a value, of which a copy taken before a batch is the state before it, and says what must outlive the process.
public protocol PayloadDecoder: Sendable {
    /// The kind of format, as `DecoderCatalog` lists it.
    var name: String { get }

    /// Reads payload number `payload` of `intake` and appends its readings, faults and texts.
    ///
    /// It never throws and never traps, whatever the bytes are, and leaves `bytes`, `payloads` and what was decoded
    /// before as they are. Every range it appends lies in `bytes` or `text`. Of a payload that is refused as a whole
    /// there is one fault without index and no reading; else one fault for each reading that was not understood.
    mutating func decode(payload: Int, of intake: inout Intake, as context: DecodingContext)

    /// Takes up what an earlier run added to `Intake.memories`; called before the first payload, in any order.
    ///
    /// What cannot be understood is left aside: the protocol will announce it again.
    mutating func recall(key: Span<UInt8>, body: Span<UInt8>)

    /// The next payloads are none that follow each other: they came at some time in the past and are decoded once more.
    mutating func prepareForReplay()
}

extension PayloadDecoder {
    public mutating func recall(key: Span<UInt8>, body: Span<UInt8>) {}
    public mutating func prepareForReplay() {}
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

extension DecodingContext {
    /// A time within 1970..2100, by the source's zone where it names none; else the reason of a fault.
    @inline(__always)
    public func moment(_ parsed: ParsedTime, zone fallback: Zone? = nil) -> Result<Timestamp, FaultedTime> {
        let moment: Timestamp
        switch parsed {
        case .moment(let parsedMoment): moment = parsedMoment
        case .withoutZone(let local):
            guard let zone = zone ?? fallback else { return .failure(FaultedTime(reason: .timeWithoutZone)) }
            moment = zone.timestamp(atLocalMilliseconds: local)
        case .invalid: return .failure(FaultedTime(reason: .badTime))
        }
        guard Timestamp.plausible.contains(moment.millisecondsSince1970) else {
            return .failure(FaultedTime(reason: .badTime))
        }
        return .success(moment)
    }
}

/// Why a time is none.
public struct FaultedTime: Error, Sendable, Hashable {
    public var reason: Fault.Reason
}
