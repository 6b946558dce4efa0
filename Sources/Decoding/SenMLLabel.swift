/// The fields that a SenML record may have (RFC 8428, 4.3).
enum SenMLLabel: UInt8, Sendable {
    case baseVersion, baseName, baseTime, baseUnit, baseValue, baseSum
    case name, unit, value, textValue, booleanValue, dataValue, sum, time, updateTime
    /// Any other label: ignored.
    case unknown
    /// A label that we do not know and whose sender forbids to ignore it (RFC 8428, 4.4).
    case mustBeUnderstood

    /// - Parameters:
    ///   - packed: The first eight bytes, the first of them lowest.
    ///   - last: The last byte; of an empty label anything but `_`.
    @inline(__always)
    init(packed: UInt64, count: Int, last: UInt8) {
        switch (packed, count) {
        case (0x6e, 1): self = .name
        case (0x75, 1): self = .unit
        case (0x76, 1): self = .value
        case (0x74, 1): self = .time
        case (0x73, 1): self = .sum
        case (0x7376, 2): self = .textValue
        case (0x6276, 2): self = .booleanValue
        case (0x6476, 2): self = .dataValue
        case (0x7475, 2): self = .updateTime
        case (0x6e62, 2): self = .baseName
        case (0x7462, 2): self = .baseTime
        case (0x7562, 2): self = .baseUnit
        case (0x7662, 2): self = .baseValue
        case (0x7362, 2): self = .baseSum
        case (0x7265_7662, 4): self = .baseVersion
        default: self = last == UInt8(ascii: "_") ? .mustBeUnderstood : .unknown
        }
    }

    init(text: Span<UInt8>) {
        var packed: UInt64 = 0
        for index in 0..<min(text.count, 8) { packed |= UInt64(text[index]) << UInt64(index * 8) }
        self.init(packed: packed, count: text.count, last: text.isEmpty ? 0 : text[text.count - 1])
    }

    /// The label of a CBOR map (RFC 8428, table 4); the table is conclusive, so others mean nothing.
    @inline(__always)
    init(number: Int64) {
        switch number {
        case -1: self = .baseVersion
        case -2: self = .baseName
        case -3: self = .baseTime
        case -4: self = .baseUnit
        case -5: self = .baseValue
        case -6: self = .baseSum
        case 0: self = .name
        case 1: self = .unit
        case 2: self = .value
        case 3: self = .textValue
        case 4: self = .booleanValue
        case 5: self = .sum
        case 6: self = .time
        case 7: self = .updateTime
        case 8: self = .dataValue
        default: self = .unknown
        }
    }

    /// Whether it speaks for the records after it too.
    @inline(__always)
    var isBase: Bool { rawValue <= SenMLLabel.baseSum.rawValue }

    /// Whether it is one of the four that hold a value.
    @inline(__always)
    var isValue: Bool { rawValue >= SenMLLabel.value.rawValue && rawValue <= SenMLLabel.dataValue.rawValue }

    /// Its place in a set of labels.
    @inline(__always)
    var bit: UInt32 { 1 &<< UInt32(rawValue) }
}
