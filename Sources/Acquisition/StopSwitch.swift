import OwnThread
import Synchronization

/// Joins the task that runs a source with the thread that does the work.
final class StopSwitch: Sendable {
    /// Signalled once a stop is requested.
    let wake: Wake
    private let state = Mutex(State())

    private struct State {
        var isRequested = false
        /// In a call of the operating system that nobody can interrupt.
        var isStuck = false
        var waiter: CheckedContinuation<Result<Void, any Error>, Never>?
    }

    init() throws {
        wake = try Wake()
    }

    var isRequested: Bool { state.withLock { $0.isRequested } }

    /// The task waits for the thread's end.
    func begin(_ waiter: CheckedContinuation<Result<Void, any Error>, Never>) {
        state.withLock { $0.waiter = waiter }
    }

    /// The thread has ended.
    func end(_ result: Result<Void, any Error>) {
        let waiter = state.withLock { state in
            defer { state.waiter = nil }
            return state.waiter
        }
        waiter?.resume(returning: result)
    }

    /// Asks the thread to stop. When it is stuck in a call that cannot be interrupted, the task goes on without it: the
    /// thread holds nothing then, and ends by itself.
    func request() {
        let isStuck = state.withLock { state in
            state.isRequested = true
            return state.isStuck
        }
        wake.signal()
        if isStuck { end(.success(())) }
    }

    /// Runs a call that may block for minutes; `false` when the stop came before it.
    func withinStuckCall<Failure: Error>(_ body: () throws(Failure) -> Void) throws(Failure) -> Bool {
        let mayEnter = state.withLock { state in
            state.isStuck = !state.isRequested
            return state.isStuck
        }
        guard mayEnter else { return false }
        defer { state.withLock { $0.isStuck = false } }
        try body()
        return true
    }
}
