import Dispatch
import Glibc

/// Ctrl-C and SIGTERM, for commands that have something to put in order before they end.
@MainActor final class Interruption {
    private var sources: [any DispatchSourceSignal] = []
    /// One element a signal.
    let signals: AsyncStream<Int32>

    /// From here on the two signals no longer end the process by themselves.
    init() {
        let (stream, continuation) = AsyncStream.makeStream(of: Int32.self)
        signals = stream
        for number in [SIGINT, SIGTERM] {
            signal(number, SIG_IGN)
            let source = DispatchSource.makeSignalSource(signal: number, queue: .global())
            source.setEventHandler(handler: Self.handler(number, continuation))
            source.resume()
            sources.append(source)
        }
    }

    /// Made outside the main actor: it is called on a queue of Dispatch.
    private nonisolated static func handler(
        _ number: Int32, _ continuation: AsyncStream<Int32>.Continuation
    ) -> @Sendable () -> Void {
        { continuation.yield(number) }
    }

    /// Runs `body` until it returns or a signal comes, which cancels it; `true` when a signal came.
    nonisolated static func cancelling(_ body: @escaping @Sendable () async throws -> Void) async throws -> Bool {
        let interruption = await Interruption()
        return try await withThrowingTaskGroup(of: Bool.self) { group in
            group.addTask {
                for await _ in interruption.signals { return true }
                return false
            }
            group.addTask {
                do { try await body() } catch is CancellationError {}
                return false
            }
            let first = try await group.next() ?? false
            group.cancelAll()
            try await group.waitForAll()
            return first
        }
    }
}
