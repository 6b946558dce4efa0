/// What a simulated slave does wrong with one answer. Times are in milliseconds; of a range, each answer takes its own.
public enum SlaveFault: Sendable, Hashable {
    /// No answer at all.
    case silence
    /// The answer leaves so long after its request; other units of the line answer meanwhile.
    case late(ClosedRange<Int64>)
    /// The same, and nothing else leaves the line until then: a gateway with one hand.
    case hold(ClosedRange<Int64>)
    /// An exception instead of the data.
    case exception(UInt8)
    /// One bit of the checksum is wrong; RTU framing only.
    case badChecksum
    /// The first half of the frame, and no more.
    case halfFrame
    /// Random bytes before the frame.
    case noise
    /// The answer names another unit, with a right checksum.
    case wrongUnit
    /// Bytes behind the frame.
    case trailing
    /// Byte after byte, with so long between two.
    case slowBytes(Int64)
    /// The answer once more, so long after the first.
    case duplicate(Int64)
    /// The connection ends instead of an answer; on a serial line the same as silence.
    case close

    /// The word for it in options and counts.
    public var kind: Kind {
        switch self {
        case .silence: .silence
        case .late: .late
        case .hold: .hold
        case .exception: .exception
        case .badChecksum: .badChecksum
        case .halfFrame: .halfFrame
        case .noise: .noise
        case .wrongUnit: .wrongUnit
        case .trailing: .trailing
        case .slowBytes: .slowBytes
        case .duplicate: .duplicate
        case .close: .close
        }
    }

    /// The kinds, by the words that options use.
    public enum Kind: String, Sendable, Hashable, CaseIterable {
        case silence, late, hold, exception
        case badChecksum = "bad-crc"
        case halfFrame = "half-frame"
        case noise
        case wrongUnit = "wrong-unit"
        case trailing
        case slowBytes = "slow-bytes"
        case duplicate, close
    }
}
