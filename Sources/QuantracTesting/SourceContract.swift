public import Acquisition
import Readings
import Synchronization

/// What a contract suite needs of a kind of source: something to send with, and sources that continue each other's work.
public protocol SourceFixture: Sendable {
    /// A source for the same place as the last one, as if the daemon had been started again.
    func makeSource() throws -> any Source
    /// Sends payloads, in this order, and returns when they are on their way beyond loss.
    func send(_ bodies: [String]) async throws
}

/// The contract of `Source`, to be run first by the tests of every implementation.
public struct SourceContract: Sendable {
    private let fixture: any SourceFixture

    public init(_ fixture: any SourceFixture) {
        self.fixture = fixture
    }

    /// Runs every clause; throws a `ContractViolation` that names the one that is broken.
    public func verify() async throws {
        try await deliversInOrder()
        try await offersAgainWhatWasNotAccepted()
        try await endsWithAnErrorThatIsNotTransient()
        try await forgetsWhatWasAccepted()
    }

    /// Payloads come complete and in the order in which they were sent, and the source stops in time.
    public func deliversInOrder() async throws {
        let sink = RecordingSink()
        let run = RunningSource(try fixture.makeSource(), sink: sink)
        try await run.waitUntilConnected()
        let sent = (0..<500).map { "order \($0)" }
        try await fixture.send(sent)
        try await sink.wait(for: 500)
        try check(sink.bodies == sent, "payloads arrive once and in the order in which they were sent")
        try check(run.source.status.messages >= 500, "the status counts messages")
        try await run.stop()
        try check(!run.source.status.isConnected, "a stopped source is not connected")
    }

    /// A transient error has the same payloads offered again, before any later one.
    public func offersAgainWhatWasNotAccepted() async throws {
        let sink = RecordingSink()
        sink.refuse(3)
        let run = RunningSource(try fixture.makeSource(), sink: sink)
        try await run.waitUntilConnected()
        let sent = (0..<50).map { "again \($0)" }
        try await fixture.send(sent)
        try await sink.wait(for: 50)
        try check(sink.bodies == sent, "refused payloads are offered again, before any later one")
        try check(sink.refused == 3, "accept was called once for each refusal")
        try await run.stop()
    }

    /// Any other error ends `run`, which throws it; the payloads come again after a restart.
    public func endsWithAnErrorThatIsNotTransient() async throws {
        let failing = RunningSource(try fixture.makeSource()) { _ in throw ContractViolation("on purpose") }
        try await failing.waitUntilConnected()
        try await fixture.send(["fatal"])
        do {
            try await failing.waitForEnd()
            throw ContractViolation("run throws what accept threw")
        } catch let error as ContractViolation where error.clause == "on purpose" {}
        let sink = RecordingSink()
        let run = RunningSource(try fixture.makeSource(), sink: sink)
        try await sink.wait(for: 1)
        try check(sink.bodies == ["fatal"], "what was not accepted comes again after a restart")
        try await run.stop()
    }

    /// What was accepted does not come again after a clean stop; what is sent meanwhile does come.
    public func forgetsWhatWasAccepted() async throws {
        let first = RecordingSink()
        var run = RunningSource(try fixture.makeSource(), sink: first)
        try await run.waitUntilConnected()
        try await fixture.send(["accepted"])
        try await first.wait(for: 1)
        try await run.stop()
        try await fixture.send(["meanwhile"])
        let second = RecordingSink()
        run = RunningSource(try fixture.makeSource(), sink: second)
        try await second.wait(for: 1)
        try check(second.bodies == ["meanwhile"], "only what was not accepted comes after a restart")
        try await run.stop()
    }

    private func check(_ isKept: Bool, _ clause: String) throws {
        guard isKept else { throw ContractViolation(clause) }
    }
}

/// A clause of a contract that an implementation does not keep.
public struct ContractViolation: Error, CustomStringConvertible {
    public let clause: String

    public init(_ clause: String) {
        self.clause = clause
    }

    public var description: String { "not kept: \(clause)" }
}
