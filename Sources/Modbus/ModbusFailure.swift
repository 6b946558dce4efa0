/// Why there is no answer.
public enum ModbusFailure: Sendable, Hashable {
    /// Nothing of this unit came in time.
    case noAnswer
    /// Bytes came, but no whole frame.
    case incomplete
    /// A frame with a wrong checksum.
    case badChecksum
    /// A frame that answers another question: another unit, function or length.
    case unexpected
    /// An exception that may be a late answer to an earlier request, and proves nothing.
    case doubtfulException(UInt8)
    /// What came is no Modbus at all.
    case notModbus
    /// The channel.
    case channel(ChannelError)
    /// Not asked: its answer could be confused with a late one until that moment (monotonic nanoseconds).
    case ambiguous(until: Int64)
}
