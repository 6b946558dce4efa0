/// One reading as it stands in the queue and travels to the warehouse.
public struct Reading: Sendable, Equatable {
    /// The place in the queue's one order of commits; it has gaps, and a gap means nothing.
    public var sequence: Int64
    public var station: String
    /// The parameter's symbol, NFC (`PM2.5`).
    public var parameter: String
    /// The instrument's index at the station; 1 where there is one.
    public var sensor: Int
    /// When the sensor took the value, not when it was received.
    public var time: Timestamp
    /// In `unit`; `nil` when there is none: a gap, a sentinel, not a number.
    public var value: Double?
    public var unit: String?
    public var rawValue: RawValue
    /// `nil` where it is `unit`.
    public var rawUnit: String?
    /// The device status verbatim: `00` measuring, `01` calibrating, `02` error, others kept; `nil` when not told.
    public var status: String?
    public var flag: QualityFlag
    public var tests: TestDigits
    /// The settled spike digit of the previous reading of this series; `nil` when there is nothing to settle.
    public var settles: QualityFlag?
    public var qualifiers: Qualifiers
    /// 0 for the first content of a natural key; counts for people, `version` orders.
    public var revision: Int
    /// Commit time in microseconds since 1970, unique within one node.
    public var version: Int64
    public var cause: Cause?
    /// The rule set that judged it, `name@version+hash`; `nil` when none did.
    public var rules: String?
    public var received: Timestamp
    /// Where it came from: `mqtt:NAME`, `modbus:NAME`.
    public var source: String
    /// The station's own message number, when the payload had one.
    public var stationSequence: Int64?

    public init(
        sequence: Int64, station: String, parameter: String, sensor: Int, time: Timestamp, value: Double?,
        unit: String?,
        rawValue: RawValue, rawUnit: String?, status: String?, flag: QualityFlag, tests: TestDigits,
        settles: QualityFlag?, qualifiers: Qualifiers, revision: Int, version: Int64, cause: Cause?, rules: String?,
        received: Timestamp, source: String, stationSequence: Int64?
    ) {
        self.sequence = sequence
        self.station = station
        self.parameter = parameter
        self.sensor = sensor
        self.time = time
        self.value = value
        self.unit = unit
        self.rawValue = rawValue
        self.rawUnit = rawUnit
        self.status = status
        self.flag = flag
        self.tests = tests
        self.settles = settles
        self.qualifiers = qualifiers
        self.revision = revision
        self.version = version
        self.cause = cause
        self.rules = rules
        self.received = received
        self.source = source
        self.stationSequence = stationSequence
    }
}
