import Synchronization

/// Tells waiting polls that a consumer was rewound or removed, which no commit tells them.
///
/// One count for all consumers: it happens a few times a year, and who was not meant looks once in vain.
final class ConsumerMoves: Sendable {
    private let state = Mutex(State())

    private struct State {
        var count = 0
        var nextID = 0
        var waiting: [Int: CheckedContinuation<Bool, Never>] = [:]
    }

    /// How many there have been; read it before looking, and wait for the next with it.
    var count: Int { state.withLock { $0.count } }

    func note() {
        let waiting = state.withLock { state in
            state.count += 1
            defer { state.waiting = [:] }
            return state.waiting.values
        }
        for continuation in waiting { continuation.resume(returning: true) }
    }

    /// `true` when there is one after the `seen` first; `false` when cancelled before.
    func wait(beyond seen: Int) async -> Bool {
        let id = state.withLock { state in
            state.nextID += 1
            return state.nextID
        }
        return await withTaskCancellationHandler {
            await withCheckedContinuation { continuation in
                let immediate = state.withLock { state -> Bool? in
                    if state.count > seen { return true }
                    // Cancelled before it was known: the handler found nothing to remove.
                    if Task.isCancelled { return false }
                    state.waiting[id] = continuation
                    return nil
                }
                if let immediate { continuation.resume(returning: immediate) }
            }
        } onCancel: {
            let continuation = state.withLock { $0.waiting.removeValue(forKey: id) }
            continuation?.resume(returning: false)
        }
    }
}
