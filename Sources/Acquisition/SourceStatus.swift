public import Readings

/// How a source stands, for `status`, the metrics and the watchdog.
public struct SourceStatus: Sendable, Equatable {
    public var name: String
    /// Whether payloads can arrive.
    public var isConnected = false
    public var state: State = .stopped
    /// Why it is so, in a few words; `nil` when there is nothing to say.
    public var detail: String?
    /// When the state began.
    public var since: Timestamp
    /// Connections after the first.
    public var reconnects: Int64 = 0
    public var messages: Int64 = 0
    /// Topics and bodies, as received.
    public var bytes: Int64 = 0
    public var retainedIgnored: Int64 = 0
    /// How often the broker had forgotten the session that we had: what was published meanwhile is lost.
    public var sessionsLost: Int64 = 0
    public var subscriptionsRefused: Int64 = 0
    /// Connections ended because of a packet beyond every limit.
    public var oversizeDropped: Int64 = 0
    /// Batches offered again because they could not be made durable.
    public var batchesHeld: Int64 = 0
    public var lastMessage: Timestamp?
    /// Monotonic nanoseconds of the last turn of the loop; `nil` while nothing is expected to turn: stopped, or waiting
    /// for the operating system to look up a name or to connect, which may rightly take minutes.
    public var lastProgress: Int64?
    /// Of a Modbus bus: how it and its devices stand.
    public var bus: BusReport?

    public init(name: String, since: Timestamp) {
        self.name = name
        self.since = since
    }

    /// The fixed words of a source's state.
    public enum State: String, Sendable, Hashable, CaseIterable {
        case stopped
        /// On the way to the first or the next connection.
        case connecting
        case connected
        /// Connected, but a subscription was refused; it is tried again.
        case subscriptionRefused = "subscription-refused"
        /// The other side refused our login; it is tried again.
        case refused
        /// The other side is away; it is tried again.
        case waiting
        /// The batch cannot be made durable; it is offered again, and nothing is read meanwhile.
        case holding
    }
}
