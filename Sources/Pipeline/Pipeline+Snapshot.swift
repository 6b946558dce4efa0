import Acquisition
import Delivery
import Queue
import Readings
import Release
import Settings

extension Pipeline {
    /// What the node says of itself, asked for at each `/metrics` and `/v1/status`.
    func snapshot(of sources: [any Source]) -> @Sendable () -> MetricsSnapshot {
        let started = SystemWallClock().now()
        return { [node = configuration.node.name] in
            MetricsSnapshot(
                node: node, version: Release.version, commit: Release.commit, started: started,
                sources: sources.map { SourceSnapshot($0.status) })
        }
    }
}

extension SourceSnapshot {
    init(_ status: SourceStatus) {
        self.init(
            name: status.name, isConnected: status.isConnected, state: status.state.rawValue, detail: status.detail,
            since: status.since, lastMessage: status.lastMessage)
        messages = status.messages
        bytes = status.bytes
        reconnects = status.reconnects
        retainedIgnored = status.retainedIgnored
        sessionsLost = status.sessionsLost
        subscriptionsRefused = status.subscriptionsRefused
        oversizeDropped = status.oversizeDropped
        bus = status.bus
    }
}
