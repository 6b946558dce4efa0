public import Readings

/// What the node says of itself in `/metrics` and `/v1/status`, beside what the queue knows.
public struct MetricsSnapshot: Sendable {
    public var node: String
    /// The release, `0.1.0`.
    public var version: String
    /// The commit it was built from.
    public var commit: String
    public var started: Timestamp
    public var sources: [SourceSnapshot]

    public init(node: String, version: String, commit: String, started: Timestamp, sources: [SourceSnapshot]) {
        self.node = node
        self.version = version
        self.commit = commit
        self.started = started
        self.sources = sources
    }
}

/// One source as it is now; the numbers count since the daemon's start.
public struct SourceSnapshot: Sendable {
    public var name: String
    public var isConnected: Bool
    /// One of the fixed words of the source: `connecting`, `connected`, `waiting`, `refused`.
    public var state: String
    public var detail: String?
    /// When `state` last changed.
    public var since: Timestamp
    public var lastMessage: Timestamp?
    public var messages: Int64 = 0
    public var bytes: Int64 = 0
    public var reconnects: Int64 = 0
    public var retainedIgnored: Int64 = 0
    public var sessionsLost: Int64 = 0
    public var subscriptionsRefused: Int64 = 0
    public var oversizeDropped: Int64 = 0
    /// Of a Modbus bus: how it and its devices stand.
    public var bus: BusReport?

    public init(
        name: String, isConnected: Bool, state: String, detail: String?, since: Timestamp, lastMessage: Timestamp?
    ) {
        self.name = name
        self.isConnected = isConnected
        self.state = state
        self.detail = detail
        self.since = since
        self.lastMessage = lastMessage
    }
}
