/// Something in a payload that could not be read, and where.
public struct Fault: Sendable, Hashable {
    /// The index of the payload in `Intake.payloads`.
    public var payload: Int32
    /// The index of the reading within the payload; `nil` when the payload as a whole was refused.
    public var index: Int32?
    /// Byte offset in the payload of the first byte that does not fit, so that a technician can look at it.
    public var offset: Int32
    public var reason: Reason

    public init(payload: Int, index: Int?, offset: Int, reason: Reason) {
        self.payload = Int32(payload)
        self.index = index.map { Int32($0) }
        self.offset = Int32(clamping: offset)
        self.reason = reason
    }

    /// The closed list of reasons; `docs/formats.md` says what to do about each.
    public enum Reason: String, Sendable, Hashable, CaseIterable {
        /// There is nothing in it.
        case empty
        /// Longer than `max_payload`; only its beginning is kept.
        case oversize
        /// The bytes are no UTF-8.
        case notText = "not-text"
        /// The bytes break the grammar of the format.
        case syntax
        /// Nested deeper than 16.
        case depth
        /// More than 10,000 readings.
        case tooManyReadings = "too-many-readings"
        /// A member stands twice.
        case duplicateMember = "duplicate-member"
        /// A member is of another type than it must be.
        case wrongType = "wrong-type"
        /// A member that must be there is not.
        case missingMember = "missing-member"
        /// Neither the payload nor its topic names a station.
        case missingStation = "missing-station"
        /// The payload names another station than its topic.
        case stationMismatch = "station-mismatch"
        /// The payload names another parameter or sensor than its topic.
        case topicMismatch = "topic-mismatch"
        /// No station id: 1-64 of `A-Z a-z 0-9 . _ -`.
        case badStation = "bad-station"
        /// No parameter symbol: 1-64 bytes of UTF-8 without control characters.
        case badParameter = "bad-parameter"
        /// No sensor index: 1-65535.
        case badSensor = "bad-sensor"
        /// The unit or the status is longer than 64 bytes or holds control characters.
        case badText = "bad-text"
        /// No time, or one outside 1970..2100.
        case badTime = "bad-time"
        /// The time names no zone and the source declares none.
        case timeWithoutZone = "time-without-zone"
        /// The value is no number, null, nor text that is kept.
        case badValue = "bad-value"
        /// A line has more or fewer columns than it must have.
        case wrongColumns = "wrong-columns"
        /// The pattern of the format does not fit the name, the line or the topic.
        case noMatch = "no-match"
        /// The format allows it, and it is no reading: a template, a data set, an extension that must be understood.
        case unsupported
        /// The metric has no name, and no birth that is known names its alias.
        case unknownAlias = "unknown-alias"
    }
}
