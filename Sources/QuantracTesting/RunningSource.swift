public import Acquisition
public import Readings
import Synchronization

/// A source at work in a test.
public final class RunningSource: Sendable {
    public let source: any Source
    private let task: Task<Void, any Error>

    /// Starts it. The task is the test's own: it ends with `stop`, or is cancelled when this is forgotten.
    public init(_ source: any Source, accept: @escaping @Sendable (inout Intake) throws -> Void) {
        self.source = source
        task = Task { try await source.run(accept: accept) }
    }

    public convenience init(_ source: any Source, sink: RecordingSink) {
        self.init(source) { intake in try sink.accept(&intake) }
    }

    deinit { task.cancel() }

    /// Stops it and returns how long that took; throws what `run` threw, or when it took more than 2 s.
    @discardableResult
    public func stop() async throws -> Duration {
        let started = ContinuousClock.now
        task.cancel()
        try await task.value
        let took = ContinuousClock.now - started
        guard took < .seconds(2) else { throw TestingError("the source took \(took) to stop") }
        return took
    }

    /// Waits until it ends by itself.
    public func waitForEnd() async throws {
        try await task.value
    }

    /// Waits until its status is as wanted.
    public func wait(
        _ what: String, seconds: Int = 10, until isReached: (SourceStatus) -> Bool
    ) async throws {
        try await eventually("\(source.name): \(what); it is \(source.status)", seconds: seconds) {
            isReached(source.status)
        }
    }

    /// Waits until the broker has let the source in.
    public func waitUntilConnected() async throws {
        try await wait("connected") { $0.isConnected }
    }
}

/// Accepts every batch and keeps the bodies, unless told to refuse.
public final class RecordingSink: Sendable {
    private let state = Mutex(State())

    private struct State {
        var bodies: [String] = []
        var topics: [String] = []
        var payloads: [Payload] = []
        var batches: [Int] = []
        var toRefuse = 0
        var refused = 0
    }

    public init() {}

    public func accept(_ intake: inout Intake) throws {
        try state.withLock { state in
            if state.toRefuse > 0 {
                state.toRefuse -= 1
                state.refused += 1
                throw Refusal()
            }
            state.batches.append(intake.payloads.count)
            for payload in intake.payloads {
                state.bodies.append(intake.string(payload.body) ?? "")
                state.topics.append(intake.string(payload.topic) ?? "")
            }
            state.payloads += intake.payloads
        }
    }

    /// Refuses the next `count` batches as a full disk would.
    public func refuse(_ count: Int) { state.withLock { $0.toRefuse = count } }

    public var bodies: [String] { state.withLock { $0.bodies } }
    public var topics: [String] { state.withLock { $0.topics } }
    public var payloads: [Payload] { state.withLock { $0.payloads } }
    /// The number of payloads of each batch.
    public var batches: [Int] { state.withLock { $0.batches } }
    public var refused: Int { state.withLock { $0.refused } }

    /// Waits until so many payloads were accepted.
    public func wait(for count: Int, seconds: Int = 20) async throws {
        try await eventually("\(count) payloads accepted", seconds: seconds) {
            state.withLock { $0.bodies.count >= count }
        }
    }

    /// The error of a full disk: it passes.
    public struct Refusal: TransientError {
        public var isTransient: Bool { true }

        public init() {}
    }
}

/// Granted filters in memory, kept over the restarts of a source within one test.
public final class MemoryGrants: GrantedFilters {
    private let filters = Mutex<[String: [String]]>([:])

    public init() {}

    public func granted(source: String) -> [String] { filters.withLock { $0[source] ?? [] } }

    public func setGranted(source: String, filters new: [String]) { filters.withLock { $0[source] = new } }
}

/// Waits until something is so, and fails with a sentence when it never is.
public func eventually(
    _ what: String, seconds: Int = 10, isolation: isolated (any Actor)? = #isolation, _ isReached: () throws -> Bool
) async throws {
    let deadline = ContinuousClock.now + .seconds(seconds)
    while try !isReached() {
        guard ContinuousClock.now < deadline else { throw TestingError("not within \(seconds) s: \(what)") }
        try await Task.sleep(for: .milliseconds(2))
    }
}
