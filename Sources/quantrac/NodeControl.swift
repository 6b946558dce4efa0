import Delivery
import FoundationEssentials
import Pipeline
import Queue
import Readings
import Settings

/// How a command changes a node: through the daemon when it runs, in the queue itself when it does not.
struct NodeControl {
    let settings: Configuration

    init(_ settings: Configuration) {
        self.settings = settings
    }

    enum Change: Sendable {
        case add(ConsumerDefinition)
        case rewind(String, StartPosition)
        case remove(String)
        case declareMaintenance(station: String, from: Timestamp, to: Timestamp, reason: String, by: String?)
        case withdrawMaintenance(Int64, reason: String, by: String?)
    }

    /// - Throws: `ClientError` or `QueueError` with the reason; `locked` when another process has the queue, but no
    ///   daemon answers.
    func change(_ change: Change) async throws {
        if let daemon = Self.daemon(of: settings.node.dataDirectory) {
            do {
                return try await Self.send(change, to: daemon)
            } catch let error as ClientError where error.reason == .unreachable {
                // A daemon that was killed leaves its socket behind.
            }
        }
        let queue = try openQueue()
        defer { queue.close() }
        switch change {
        case .add(let definition): try queue.addConsumer(definition)
        case .rewind(let name, let position): try queue.rewindConsumer(name, to: position)
        case .remove(let name): try queue.removeConsumer(name)
        case .declareMaintenance(let station, let from, let to, let reason, let by):
            _ = try queue.declareMaintenance(station: station, from: from, to: to, reason: reason, actor: by)
        case .withdrawMaintenance(let id, let reason, let by):
            _ = try queue.withdrawMaintenance(id, reason: reason, actor: by)
        }
    }

    /// - Throws: `QueueError`; `locked` when another process has the queue.
    func openQueue() throws -> ReadingQueue {
        try Pipeline(configuration: settings, logger: LogOutput.quiet()).openQueue()
    }

    /// The control socket of the daemon that works on a data directory, when there is one.
    static func daemon(of directory: String) -> ControlClient? {
        let path = "\(directory)/control.sock"
        return FileManager.default.fileExists(atPath: path) ? ControlClient(socketPath: path) : nil
    }

    private static func send(_ change: Change, to daemon: ControlClient) async throws {
        switch change {
        case .add(let definition): _ = try await daemon.addConsumer(definition)
        case .rewind(let name, let position): _ = try await daemon.rewindConsumer(name, to: position)
        case .remove(let name): try await daemon.removeConsumer(name)
        case .declareMaintenance(let station, let from, let to, let reason, let by):
            _ = try await daemon.declareMaintenance(station: station, from: from, to: to, reason: reason, actor: by)
        case .withdrawMaintenance(let id, let reason, let by):
            _ = try await daemon.withdrawMaintenance(id, reason: reason, actor: by)
        }
    }
}
