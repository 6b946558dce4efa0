import Delivery
import Pipeline
import Queue
import Readings
import Settings

/// Dead letters, taken up again or away: through the daemon when it runs, in the queue itself when it does not.
extension NodeControl {
    /// What came of one dead letter.
    enum Replayed {
        case outcome(ReplayOutcome)
        /// Nothing can be made of it, and why.
        case refused(String)
    }

    /// Replays dead letters one after the other and shows each as soon as it is on disk.
    ///
    /// - Throws: what stops all of them: no room, no daemon any more, a queue that another process has.
    func replay(
        _ ids: [Int64], keeping: Bool, by actor: String?, show: (Int64, Replayed) throws -> Void
    ) async throws {
        if let daemon = await runningDaemon() {
            for id in ids {
                do {
                    try show(id, .outcome(try await daemon.replayDeadLetter(id, keeping: keeping, actor: actor)))
                } catch let error as ClientError
                    where error.reason == .refused(status: 404) || error.reason == .refused(status: 422)
                {
                    try show(id, .refused(error.message))
                }
            }
            return
        }
        let queue = try openQueue()
        defer { queue.close() }
        let decode = ReplayDecoding.decoder(settings, queue)
        for id in ids {
            do {
                try show(
                    id, .outcome(try queue.replay(deadLetter: id, keeping: keeping, actor: actor, decode: decode)))
            } catch let error as QueueError
                where error.reason == .noSuchDeadLetter || error.reason == .notReplayable
            {
                try show(id, .refused(error.message))
            }
        }
    }

    /// Drops dead letters.
    ///
    /// - Returns: How many of them were there.
    func drop(_ ids: [Int64], by actor: String?) async throws -> Int {
        if let daemon = await runningDaemon() { return try await daemon.dropDeadLetters(ids, actor: actor) }
        let queue = try openQueue()
        defer { queue.close() }
        return try queue.dropDeadLetters(ids, actor: actor)
    }

    /// The daemon of this node; one that was killed leaves its socket behind and is not meant.
    private func runningDaemon() async -> ControlClient? {
        guard let daemon = Self.daemon(of: settings.node.dataDirectory), await daemon.isAlive() else { return nil }
        return daemon
    }
}
