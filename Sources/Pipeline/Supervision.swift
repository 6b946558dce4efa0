import Acquisition
import Delivery
import Logging
import OwnThread
import Queue
import Readings
import Release
import ServiceLifecycle
import Synchronization
import Systemd

/// Tells systemd how the daemon is doing, and that it is alive only while it makes progress.
///
/// The watchdog is fed while the writer, every source's loop and the HTTP service have shown themselves within
/// `stallSeconds`: a daemon that hangs is restarted, one that waits for a broker, a disk or a warehouse is not.
struct Supervision: Service {
    /// How long a part may be silent before the watchdog is no longer fed.
    static let stallSeconds: Int64 = 20

    let notifier: ServiceNotifier
    let queue: ReadingQueue
    let sources: [any Source]
    let delivery: HTTPService
    /// Where it listens, for the log.
    let host: String
    /// Asks the HTTP service for its health over the control socket; `true` when it answered.
    let probe: @Sendable () async -> Bool
    let logger: Logger

    func run() async throws {
        guard let port = await delivery.boundPort() else { return }
        PipelineEvents.ready(
            logger, version: "\(Release.version) (\(Release.commit))", http: "\(host):\(port)",
            queue: queue.settings.directory,
            sequence: queue.lastSequence)
        let started = statusLine
        tell { () throws(NotifyError) in try notifier.ready(status: started) }
        await cancelWhenGracefulShutdown { await watch() }
        tell { () throws(NotifyError) in try notifier.stopping(status: "stopping") }
    }

    private func watch() async {
        let interval = notifier.watchdogInterval.map { min($0 / 3, .seconds(5)) } ?? .seconds(5)
        var delivered = SystemTime.monotonicNanoseconds()
        var known: Set<String> = []
        var isStarting = true
        while !Task.isCancelled {
            if await probe() { delivered = SystemTime.monotonicNanoseconds() }
            let silent = Set(silentParts(deliveryProgress: delivered))
            for part in silent.subtracting(known) {
                PipelineEvents.stalled(logger, part: part, seconds: Self.stallSeconds)
            }
            for part in known.subtracting(silent) { PipelineEvents.resumed(logger, part: part) }
            known = silent
            let status = silent.isEmpty ? statusLine : "no progress: \(silent.sorted().joined(separator: ", "))"
            tell { () throws(NotifyError) in
                if silent.isEmpty { try notifier.watchdog() }
                try notifier.status(status)
            }
            if isStarting { ProgramText.releaseUnused() }
            isStarting = false
            do { try await Task.sleep(for: interval) } catch { return }
        }
    }

    /// Everything that has not shown itself for `stallSeconds`.
    private func silentParts(deliveryProgress: Int64) -> [String] {
        let oldest = SystemTime.monotonicNanoseconds() - Self.stallSeconds * 1_000_000_000
        var parts: [String] = []
        if queue.health.writerProgressNanoseconds < oldest { parts.append("writer") }
        if deliveryProgress < oldest { parts.append("delivery") }
        for source in sources {
            // No progress is expected of a source that is stopped or that the system lets wait for a connection.
            if let progress = source.status.lastProgress, progress < oldest { parts.append(source.name) }
        }
        return parts
    }

    /// One line for `systemctl status`.
    private var statusLine: String {
        let health = queue.health
        let connected = sources.count { $0.status.isConnected }
        let state = health.canCommit ? "committing" : "not acknowledging: \(health.reason ?? "the queue cannot commit")"
        return "\(connected) of \(sources.count) sources connected, sequence \(queue.lastSequence), \(state)"
    }

    private func tell(_ message: () throws(NotifyError) -> Void) {
        do {
            try message()
        } catch {
            // The manager itself restarts a daemon it no longer hears from; there is nothing better to do here.
            PipelineEvents.managerUnreachable(logger, error: error)
        }
    }
}
