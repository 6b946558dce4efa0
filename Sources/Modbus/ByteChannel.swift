/// Where bytes to and from a bus travel: a socket, a tty, or a test's own line.
///
/// Owned by one thread. Every wait ends at its deadline (monotonic nanoseconds; one that is over does not wait), and with
/// `ChannelError.Reason.stopped` once somebody wants us to stop. Any error but that one leaves the channel closed.
public protocol ByteChannel: AnyObject {
    /// Whether the last opening succeeded and nothing has ended it since, as far as we were told.
    var isOpen: Bool { get }
    /// Opens it, at most until `deadline`; nothing to do when it is open.
    func open(until deadline: Int64) throws(ChannelError)
    /// Sends all of it.
    func write(_ bytes: [UInt8], until deadline: Int64) throws(ChannelError)
    /// Appends what has arrived to `buffer`, waiting for the first byte until `deadline`; 0: nothing came.
    func read(into buffer: inout [UInt8], until deadline: Int64) throws(ChannelError) -> Int
    /// Closes it; nothing to do when it is closed.
    func close()
}
