/// What decides how far each reading can be trusted.
///
/// The queue's writer calls it from its one thread, in commit order, for readings it has not seen before; a duplicate
/// never reaches it. Judgements are provisional until `commit`: after `rollBack` the state is as it was after the
/// last `commit`, and the same readings will be judged again.
public protocol Judge: AnyObject {
    /// Judges one reading after those judged before it.
    func judge(_ observation: Observation) -> Judgement
    /// The readings judged since the last `commit` or `rollBack` are durable.
    func commit()
    /// The readings judged since the last `commit` or `rollBack` are not stored.
    func rollBack()
    /// The name of a rule set by the number a judgement carries, `name@version+hash`; `nil` for 0.
    func ruleSetName(_ number: Int32) -> String?
}

/// What a judge sees of a reading.
public struct Observation: Sendable {
    /// The series' number in the queue, the same for a (station, parameter, sensor) as long as the queue lives.
    public var series: Int64
    public var time: Timestamp
    public var received: Timestamp
    /// `nil` when there is no number to judge.
    public var value: Double?
    public var status: DeviceStatus
    /// What the decoder and the queue have found already.
    public var qualifiers: Qualifiers

    public init(
        series: Int64, time: Timestamp, received: Timestamp, value: Double?, status: DeviceStatus,
        qualifiers: Qualifiers
    ) {
        self.series = series
        self.time = time
        self.received = received
        self.value = value
        self.status = status
        self.qualifiers = qualifiers
    }
}

/// What a judge says of a reading.
public struct Judgement: Sendable, Equatable {
    public var flag: QualityFlag
    public var tests: TestDigits
    /// The settled spike digit of the previous reading of the series; `nil` when there is nothing to settle.
    public var settles: QualityFlag?
    public var qualifiers: Qualifiers
    /// The number of the rule set in `Judge`'s own catalogue, 0 for none.
    public var rules: Int32

    public init(
        flag: QualityFlag, tests: TestDigits, settles: QualityFlag?, qualifiers: Qualifiers, rules: Int32
    ) {
        self.flag = flag
        self.tests = tests
        self.settles = settles
        self.qualifiers = qualifiers
        self.rules = rules
    }
}

/// What an instrument says of itself, as far as the regulation knows the code.
///
/// Thông tư 10/2021/TT-BTNMT: `00` measuring, `01` calibrating, `02` error. `03` maintenance is written by loggers
/// in the field. The code itself is kept verbatim beside the reading.
public enum DeviceStatus: UInt8, Sendable, Hashable {
    case notTold, measuring, calibrating, error, maintenance, unknown

    /// The meaning of a code as it arrived.
    public init(code: Span<UInt8>) {
        guard code.count == 2, code[0] == UInt8(ascii: "0") else {
            self = code.isEmpty ? .notTold : .unknown
            return
        }
        switch code[1] {
        case UInt8(ascii: "0"): self = .measuring
        case UInt8(ascii: "1"): self = .calibrating
        case UInt8(ascii: "2"): self = .error
        case UInt8(ascii: "3"): self = .maintenance
        default: self = .unknown
        }
    }
}
