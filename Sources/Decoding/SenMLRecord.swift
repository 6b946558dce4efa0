import Readings

/// One record of a SenML pack, as its grammar read it; `SenMLPack` says what it means.
///
/// What a field holds is to be used only where `has` says that it is there.
struct SenMLRecord: Sendable {
    /// Where it begins in its payload.
    private(set) var start = 0
    /// What costs this record.
    private(set) var failure: DecodingFailure?
    /// What costs the payload: a base field that is not understood would make the records after it wrong.
    private(set) var refusal: DecodingFailure?
    private var seen: UInt32 = 0
    private var present: UInt32 = 0
    /// The one value field that is there; `unknown` when there is none.
    private(set) var valueLabel = SenMLLabel.unknown
    /// A value field is there and says that there is no value.
    private(set) var isGap = false

    var name = TextRange.none
    var unit = TextRange.none
    var baseName = TextRange.none
    var baseUnit = TextRange.none
    var value = SenMLNumber()
    var sum = SenMLNumber()
    var baseValue = SenMLNumber()
    var baseSum = SenMLNumber()
    /// In nanoseconds.
    var time: Int64 = 0
    var baseTime: Int64 = 0
    var version: Int64 = 0
    /// What a text or data value is kept as.
    var text = TextRange.none
    var boolean = false
    // Where these fields begin in the payload.
    private(set) var timeOffset = 0
    private(set) var sumOffset = 0
    private(set) var versionOffset = 0

    /// Begins the next record; what its fields held stays, and means nothing any more.
    @inline(__always)
    mutating func begin(at start: Int) {
        self.start = start
        timeOffset = start
        failure = nil
        refusal = nil
        seen = 0
        present = 0
        valueLabel = .unknown
        isGap = false
        name = .none
        unit = .none
    }

    /// Whether the value of a field that begins at `offset` is to be read; else it is to be skipped.
    @inline(__always)
    mutating func takes(_ label: SenMLLabel, at offset: Int) -> Bool {
        if label.rawValue >= SenMLLabel.updateTime.rawValue || seen & label.bit != 0 {
            return takesRarer(label, at: offset)
        }
        seen |= label.bit
        return true
    }

    @inline(never)
    private mutating func takesRarer(_ label: SenMLLabel, at offset: Int) -> Bool {
        if label == .mustBeUnderstood {
            refusal = refusal ?? DecodingFailure(.unsupported, at: offset)
        } else if label != .unknown, seen & label.bit != 0 {
            fail(label, .duplicateMember, at: offset)
        } else {
            seen |= label.bit
        }
        return false
    }

    /// Notes that a field was read and understood.
    @inline(__always)
    mutating func note(_ label: SenMLLabel, at offset: Int) {
        present |= label.bit
        switch label {
        case .time: timeOffset = offset
        case .sum: sumOffset = offset
        case .baseVersion: versionOffset = offset
        case .value, .booleanValue, .textValue, .dataValue:
            // Exactly one value field (RFC 8428, 4.2): nobody knows which of two is meant.
            if valueLabel != .unknown { fail(label, .duplicateMember, at: offset) }
            valueLabel = label
        default: break
        }
    }

    /// Notes that a field is null, which is as if it were not there; a value that is null is a gap.
    mutating func noteNull(_ label: SenMLLabel) {
        if label.isValue { isGap = true }
    }

    /// Notes why a field is not as it must be; the first reason counts.
    @inline(never)
    mutating func fail(_ label: SenMLLabel, _ reason: Fault.Reason, at offset: Int) {
        if label.isBase {
            refusal = refusal ?? DecodingFailure(reason, at: offset)
        } else {
            failure = failure ?? DecodingFailure(reason, at: offset)
        }
    }

    @inline(__always)
    func has(_ label: SenMLLabel) -> Bool { present & label.bit != 0 }

    /// Whether any base field was read.
    @inline(__always)
    var hasBase: Bool { present & (SenMLLabel.name.bit &- 1) != 0 }

    /// Whether it carries base fields alone, and so makes no reading.
    var isOnlyBase: Bool { hasBase && seen & ~(SenMLLabel.name.bit &- 1) == 0 }
}
