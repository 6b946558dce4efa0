import Synchronization

/// Tasks that sleep until a sequence is committed: long polls and tails.
final class CommitWaiters: Sendable {
    private let state = Mutex(State())

    private struct State {
        var committed: Int64 = 0
        var nextID: UInt64 = 0
        var waiting: [UInt64: Waiter] = [:]
        var isClosed = false
    }

    private struct Waiter {
        var sequence: Int64
        var continuation: CheckedContinuation<Bool, Never>
    }

    var committed: Int64 { state.withLock { $0.committed } }

    /// Called by the writer after each commit.
    func publish(_ sequence: Int64) {
        let ready = state.withLock { state -> [Waiter] in
            state.committed = sequence
            guard !state.waiting.isEmpty else { return [] }
            let due = state.waiting.filter { $0.value.sequence < sequence }
            for id in due.keys { state.waiting[id] = nil }
            return Array(due.values)
        }
        for waiter in ready { waiter.continuation.resume(returning: true) }
    }

    /// Wakes everybody; nobody waits any more.
    func close() {
        let all = state.withLock { state -> [Waiter] in
            state.isClosed = true
            defer { state.waiting = [:] }
            return Array(state.waiting.values)
        }
        for waiter in all { waiter.continuation.resume(returning: false) }
    }

    /// `true` when something beyond `sequence` is committed; `false` when cancelled or closed before.
    func wait(beyond sequence: Int64) async -> Bool {
        let id = state.withLock { state -> UInt64 in
            state.nextID += 1
            return state.nextID
        }
        return await withTaskCancellationHandler {
            await withCheckedContinuation { continuation in
                let immediate = state.withLock { state -> Bool? in
                    if state.committed > sequence { return true }
                    // Cancelled before the waiter was known: the handler found nothing to remove.
                    if state.isClosed || Task.isCancelled { return false }
                    state.waiting[id] = Waiter(sequence: sequence, continuation: continuation)
                    return nil
                }
                if let immediate { continuation.resume(returning: immediate) }
            }
        } onCancel: {
            let waiter = state.withLock { $0.waiting.removeValue(forKey: id) }
            waiter?.continuation.resume(returning: false)
        }
    }
}
