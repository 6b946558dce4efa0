public import Readings

/// Somewhere payloads come from.
public protocol Source: Sendable {
    /// The kind and the name in the settings: `mqtt:field`.
    var name: String { get }

    /// Runs until cancelled, handing payloads over in the order in which they arrived.
    ///
    /// `accept` is called on the source's own thread, never twice at a time, and blocks it. When it returns, the payloads
    /// are durable and the source may forget them (acknowledge the broker, move its cursor). When it throws, they are
    /// not, and the source offers the same payloads again, as long as the error is a `TransientError` that says so; any
    /// other error ends `run`, which throws it, and nothing of that batch is acknowledged. Cancelled, `run` returns
    /// within 2 s, plus the time that `accept` takes once.
    func run(accept: @escaping @Sendable (inout Intake) throws -> Void) async throws

    /// How it stands; may be asked from any thread at any time.
    var status: SourceStatus { get }
}
