/// What ended or prevented a connection, or why a request was not sent.
public struct MQTTError: Error, Sendable, Equatable, CustomStringConvertible {
    /// What went wrong, in words that a log line can carry.
    public enum Reason: String, Sendable, Hashable {
        case nameNotFound = "host name not found"
        case unreachable = "broker not reachable"
        case refused = "login refused"
        case certificate = "TLS failed"
        case timedOut = "no answer in time"
        case lost = "connection lost"
        case ended = "ended by the broker"
        case keepAlive = "broker silent for longer than the keep-alive time"
        case packetTooLarge = "packet too large"
        case protocolViolation = "protocol violation"
        case file = "file not usable"
        case badArgument = "bad argument"
        case system = "system call failed"
        /// The messages read could not be made durable in time, so that the broker has to send them again.
        case notDurable = "messages not durable in time"
    }

    public let reason: Reason
    /// What the broker, the TLS library or the system said; empty when nothing.
    public let detail: String
    /// The code of a refused login or of a disconnect as the protocol defines it.
    public let code: UInt8?

    public init(_ reason: Reason, detail: String = "", code: UInt8? = nil) {
        self.reason = reason
        self.detail = detail
        self.code = code
    }

    /// Whether the same may succeed later: all but our own mistakes; a password or a certificate is put right while we
    /// run.
    public var isTransient: Bool { reason != .badArgument }

    public var description: String {
        detail.isEmpty ? reason.rawValue : "\(reason.rawValue): \(detail)"
    }
}
