import Hummingbird
import HummingbirdCore
public import Logging
import NIOCore
import NIOPosix
public import Queue
public import Readings
public import ServiceLifecycle
import Synchronization

/// The HTTP API of docs/pull-protocol.md, on a TCP address and on the control socket.
///
/// Add it to the daemon's service group: at a graceful shutdown waiting polls end at once, answers on their way have
/// `stopTimeoutMilliseconds`, and `run` returns.
public struct HTTPService: Service {
    private let settings: HTTPServiceSettings
    private let api: API
    private let logger: Logger
    private let ready: Ready

    /// - Parameters:
    ///   - redecode: Decodes dead letters that are to be replayed, away from the event loop, several at a time; without
    ///     it a replay is answered with 501.
    ///   - snapshot: What the node says of itself, asked for at each `/metrics` and `/v1/status`; it must not block.
    public init(
        settings: HTTPServiceSettings, queue: ReadingQueue, clock: any WallClock, logger: Logger,
        redecode: DeadLetterDecoder? = nil, snapshot: @escaping @Sendable () -> MetricsSnapshot
    ) {
        self.settings = settings
        self.logger = logger
        ready = Ready(listeners: (settings.host == nil ? 0 : 1) + (settings.controlSocketPath == nil ? 0 : 1))
        api = API(queue: queue, clock: clock, logger: logger, redecode: redecode, snapshot: snapshot)
    }

    /// Serves until cancelled or asked to stop.
    ///
    /// - Throws: when an address cannot be taken; nothing is served then.
    public func run() async throws {
        if let path = settings.controlSocketPath { try await ControlSocket.clear(path) }
        defer { ready.fail() }
        try await withThrowingTaskGroup(of: Bool.self) { group in
            var serving = 0
            if let host = settings.host {
                serving += 1
                group.addTask { try await serve(.hostname(host, port: settings.port), isControl: false) }
            }
            if let path = settings.controlSocketPath {
                serving += 1
                group.addTask { try await serve(.unixDomainSocket(path: path), isControl: true) }
            }
            group.addTask {
                try? await gracefulShutdown()
                // Answers that nobody takes would hold the daemon's end for the whole write time-out.
                try await Task.sleep(for: .milliseconds(settings.stopTimeoutMilliseconds))
                return false
            }
            while serving > 0, let isServer = try await group.next() {
                if !isServer { break }
                serving -= 1
            }
            group.cancelAll()
        }
        if let path = settings.controlSocketPath { try ControlSocket.remove(path) }
    }

    /// The TCP port that is served, once it is; `nil` when there is none or the service ended before.
    public func boundPort() async -> Int? {
        await ready.wait()
    }

    private func serve(_ address: BindAddress, isControl: Bool) async throws -> Bool {
        let limits = ConnectionLimits.Durations(
            request: .milliseconds(settings.headerTimeoutMilliseconds),
            idle: .milliseconds(settings.idleTimeoutMilliseconds),
            write: .milliseconds(settings.writeTimeoutMilliseconds))
        let connections = isControl ? HTTPServiceSettings.controlConnectionsMax : settings.maxConnections
        let ready = ready
        let failure = Failure()
        let path = isControl ? settings.controlSocketPath : nil
        let application = Application(
            responder: APIResponder(api: api, isControl: isControl),
            server: .http1(
                configuration: HTTP1Channel.Configuration(
                    additionalChannelHandlers: [ConnectionLimits(limits)],
                    httpDecoderConfiguration: .init(
                        maxHeaderFieldSize: HTTPServiceSettings.headerBytesMax / 2,
                        maxHeaderListSize: HTTPServiceSettings.headerBytesMax, maxHeaderFieldCount: 100))),
            configuration: ApplicationConfiguration(
                address: address,
                availableConnectionsDelegate: MaximumAvailableConnections(connections)),
            onServerRunning: { channel in
                do {
                    if let path { try ControlSocket.restrict(path) }
                    ready.report(port: channel.localAddress?.port)
                } catch {
                    // A socket that everybody may use is not served.
                    failure.set(ControlSocketError(message: "the mode of \(path ?? "") cannot be set: \(error)"))
                    channel.close(promise: nil)
                }
            },
            logger: DeliveryEvents.quiet(logger))
        try await application.run()
        if let error = failure.error { throw error }
        return true
    }
}

/// Why a listener was given up.
private final class Failure: Sendable {
    private let state = Mutex<ControlSocketError?>(nil)

    var error: ControlSocketError? { state.withLock { $0 } }

    func set(_ error: ControlSocketError) {
        state.withLock { $0 = error }
    }
}

/// Tells when all listeners are there.
private final class Ready: Sendable {
    private struct State {
        var missing: Int
        var port: Int?
        var waiting: [CheckedContinuation<Int?, Never>] = []
    }

    private let state: Mutex<State>

    init(listeners: Int) {
        state = Mutex(State(missing: listeners))
    }

    func report(port: Int?) {
        finish { state in
            state.missing -= 1
            state.port = state.port ?? port
        }
    }

    func fail() {
        finish { $0.missing = 0 }
    }

    func wait() async -> Int? {
        await withCheckedContinuation { continuation in
            let port = state.withLock { state -> Int?? in
                guard state.missing > 0 else { return .some(state.port) }
                state.waiting.append(continuation)
                return .none
            }
            if let port { continuation.resume(returning: port) }
        }
    }

    private func finish(_ change: (inout State) -> Void) {
        let (waiting, port) = state.withLock { state in
            change(&state)
            guard state.missing <= 0 else { return ([CheckedContinuation<Int?, Never>](), Int?.none) }
            defer { state.waiting = [] }
            return (state.waiting, state.port)
        }
        for continuation in waiting { continuation.resume(returning: port) }
    }
}
