import Delivery
import Synchronization

/// The latest counts of a pull, for the last line.
final class PullCounter: Sendable {
    private let state = Mutex<PullClient.Counts?>(nil)

    /// `nil` before the first batch.
    var counts: PullClient.Counts? { state.withLock { $0 } }

    func note(_ counts: PullClient.Counts) {
        state.withLock { $0 = counts }
    }
}
