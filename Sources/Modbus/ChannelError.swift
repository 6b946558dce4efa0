/// Why a channel cannot be used.
public struct ChannelError: Error, Sendable, Hashable, CustomStringConvertible {
    /// What the caller can do about it.
    public enum Reason: Sendable, Hashable {
        /// Nobody there, refused, no such device.
        case unreachable
        /// It was open and is no more: the other side closed, the tty vanished.
        case lost
        case timedOut
        /// Somebody wants us to stop.
        case stopped
        /// Another program has the tty.
        case busy
        /// No permission, an impossible baud rate: waiting does not help.
        case refused
    }

    public let reason: Reason
    /// What happened, to what, and what to do next.
    public let description: String

    /// Makes one.
    public init(_ reason: Reason, _ description: String) {
        self.reason = reason
        self.description = description
    }
}
