import Dispatch
import Readings
import Synchronization

/// What callers leave for the writer, and where it sleeps.
///
/// Bounded by the number of callers: each blocks until its own piece of work is done.
final class Mailbox: Sendable {
    private let state = Mutex(State())
    private let wake = DispatchSemaphore(value: 0)

    private struct State {
        var work = Work()
        var isSignalled = false
        var isClosed = false
    }

    /// Everything that waited when the writer looked.
    struct Work {
        var appends: [AppendRequest] = []
        var commands: [any Command] = []
        /// No more will come.
        var isClosing = false

        var isEmpty: Bool { appends.isEmpty && commands.isEmpty }
    }

    /// - Returns: `false` when the queue is closed and the writer will not see the request.
    func post(_ request: AppendRequest) -> Bool {
        post { $0.appends.append(request) }
    }

    func post(_ command: any Command) -> Bool {
        post { $0.commands.append(command) }
    }

    /// Refuses further work; what waits is still done.
    func close() {
        state.withLock { state in
            state.isClosed = true
            state.work.isClosing = true
            state.isSignalled = true
        }
        wake.signal()
    }

    /// Waits for work, at most so long; an empty answer is no fault.
    func take(waitingNanoseconds: Int) -> Work {
        if waitingNanoseconds > 0 { _ = wake.wait(timeout: .now() + .nanoseconds(waitingNanoseconds)) }
        return state.withLock { state in
            state.isSignalled = false
            let work = state.work
            state.work = Work(isClosing: state.isClosed)
            return work
        }
    }

    private func post(_ add: (inout Work) -> Void) -> Bool {
        let outcome = state.withLock { state -> (isOpen: Bool, mustWake: Bool) in
            guard !state.isClosed else { return (false, false) }
            add(&state.work)
            defer { state.isSignalled = true }
            return (true, !state.isSignalled)
        }
        if outcome.mustWake { wake.signal() }
        return outcome.isOpen
    }
}

/// An intake on its way through the writer, and back to its owner.
final class AppendRequest: Sendable {
    /// How many the intake holds.
    let readings: Int
    private let state: Mutex<State>
    private let done = DispatchSemaphore(value: 0)

    private struct State {
        var intake: Intake
        var result: Result<AppendOutcome, QueueError>?
    }

    init(_ intake: consuming Intake) {
        readings = intake.readings.count
        state = Mutex(State(intake: intake, result: nil))
    }

    /// Called by the writer: the intake, which goes back with `finish`.
    func take() -> Intake {
        state.withLock { state in
            var intake = Intake(source: state.intake.source)
            swap(&intake, &state.intake)
            return intake
        }
    }

    func finish(_ intake: consuming Intake, _ result: Result<AppendOutcome, QueueError>) {
        let returned = intake
        state.withLock { state in
            state.intake = returned
            state.result = result
        }
        done.signal()
    }

    /// Called by the owner: blocks until the writer has finished.
    func wait() -> (Intake, Result<AppendOutcome, QueueError>) {
        done.wait()
        return state.withLock { state in
            var intake = Intake(source: "")
            swap(&intake, &state.intake)
            return (intake, state.result ?? .failure(.closed))
        }
    }
}

/// Something for the writer to do between two batches.
protocol Command: Sendable {
    func run(_ writer: inout Writer)
}

/// A command with an answer.
final class Call<Answer: Sendable>: Command {
    private let body: @Sendable (inout Writer) throws(QueueError) -> Answer
    private let result = Mutex<Result<Answer, QueueError>?>(nil)
    private let done = DispatchSemaphore(value: 0)

    init(_ body: @escaping @Sendable (inout Writer) throws(QueueError) -> Answer) {
        self.body = body
    }

    func run(_ writer: inout Writer) {
        let answer: Result<Answer, QueueError>
        do {
            answer = .success(try body(&writer))
        } catch {
            answer = .failure(error)
        }
        result.withLock { $0 = answer }
        done.signal()
    }

    func wait() throws(QueueError) -> Answer {
        done.wait()
        guard let result = result.withLock({ $0 }) else { throw .closed }
        return try result.get()
    }
}

extension QueueError {
    static let closed = QueueError(.closed, "the queue is closed: start the daemon again")
}
