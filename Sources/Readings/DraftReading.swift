/// One reading as the decoder understood it: not yet known, judged or numbered. Its texts stand in the `Intake`.
public struct DraftReading: Sendable {
    /// The index of its payload in `Intake.payloads`.
    public var payload: Int32
    /// 1 … 65535; 1 where the payload names none.
    public var sensor: UInt16 = 1
    public var raw: Raw = .sameAsValue
    /// `.notANumber`, `.clock` and the like, when the decoder has seen the reason.
    public var qualifiers: Qualifiers = []
    public var station: TextRange
    public var parameter: TextRange
    public var unit: TextRange = .none
    public var rawUnit: TextRange = .none
    public var status: TextRange = .none
    public var time: Timestamp
    /// Finite; 0 and not to be used when `hasValue` is false.
    public var value: Double = 0
    public var hasValue: Bool = false
    public var hasStationSequence: Bool = false
    /// Its time is from our own clock: the payload had none, or the daemon asked at a moment of its own.
    public var hasOurTime: Bool = false
    /// The daemon made it to show that a device does not answer; it counts as generated, not as received.
    public var isSilenceRecord: Bool = false
    public var stationSequence: Int64 = 0

    /// The raw value, where it is not the value.
    public enum Raw: Sendable, Hashable {
        case sameAsValue
        case integer(Int64)
        case real(Double)
        /// A string or a token that is no finite number.
        case text(TextRange)
        /// An exact number that fits neither a double nor a 64-bit signed integer.
        case number(TextRange)
    }

    @inlinable
    public init(payload: Int, station: TextRange, parameter: TextRange, time: Timestamp) {
        self.payload = Int32(payload)
        self.station = station
        self.parameter = parameter
        self.time = time
    }
}
