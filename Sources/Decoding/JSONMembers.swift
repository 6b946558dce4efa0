/// The members that a payload may have around its readings; each may stand once.
enum PayloadMember: UInt8 {
    case station, time, sequence, status, readings
    /// Any other name: ignored.
    case unknown

    @inline(__always)
    init(packed: UInt64, count: Int) {
        // The texts, their first byte lowest.
        switch (packed, count) {
        case (0x6e_6f69_7461_7473, 7): self = .station
        case (0x656d_6974, 4): self = .time
        case (0x6563_6e65_7571_6573, 8): self = .sequence
        case (0x7375_7461_7473, 6): self = .status
        case (0x7367_6e69_6461_6572, 8): self = .readings
        default: self = .unknown
        }
    }

    /// Its place in a set of members seen.
    @inline(__always)
    var bit: UInt8 { 1 &<< rawValue }
}

/// The members that a reading may have; each may stand once.
enum ReadingMember: UInt8 {
    case parameter, value, unit, status, sensor, time
    /// Any other name: ignored.
    case unknown

    /// - Parameter last: The last byte, for the one name that is longer than what is packed.
    @inline(__always)
    init(packed: UInt64, count: Int, last: UInt8) {
        switch (packed, count) {
        case (0x6574_656d_6172_6170, 9): self = last == UInt8(ascii: "r") ? .parameter : .unknown
        case (0x65_756c_6176, 5): self = .value
        case (0x7469_6e75, 4): self = .unit
        case (0x7375_7461_7473, 6): self = .status
        case (0x726f_736e_6573, 6): self = .sensor
        case (0x656d_6974, 4): self = .time
        default: self = .unknown
        }
    }

    /// Its place in a set of members seen.
    @inline(__always)
    var bit: UInt8 { 1 &<< rawValue }
}

extension JSONName {
    /// The member of a reading that has this name; the name must have no escapes.
    @inline(__always)
    func readingMember(_ bytes: Span<UInt8>) -> ReadingMember {
        // The byte before an empty name is its opening quote, so there is a byte to look at.
        ReadingMember(packed: packed, count: text.count, last: bytes[text.end &- 1])
    }
}
