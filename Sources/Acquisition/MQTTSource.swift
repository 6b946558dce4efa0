public import Logging
import OwnThread
public import Readings

/// Messages from one MQTT broker, acknowledged only when they are durable.
///
/// One thread of its own, one connection, one batch at a time.
public final class MQTTSource: Source {
    public let name: String
    private let settings: MQTTSourceSettings
    private let grants: any GrantedFilters
    private let events: SourceEvents
    private let board: StatusBoard
    private let digest: (@Sendable (Span<UInt8>) -> [UInt8])?

    /// - Parameter digest: SHA-256, for the whole of a payload of which only the beginning is kept.
    public init(
        settings: MQTTSourceSettings, grants: any GrantedFilters, logger: Logger,
        digest: (@Sendable (Span<UInt8>) -> [UInt8])? = nil
    ) {
        name = "mqtt:\(settings.name)"
        self.settings = settings
        self.grants = grants
        self.digest = digest
        events = SourceEvents(logger: logger, source: name, address: settings.url.description)
        board = StatusBoard(name: name)
    }

    public var status: SourceStatus { board.snapshot }

    public func run(accept: @escaping @Sendable (inout Intake) throws -> Void) async throws {
        let stop = try StopSwitch()
        let result = await withTaskCancellationHandler {
            await withCheckedContinuation { waiter in
                stop.begin(waiter)
                start(stop: stop, accept: accept)
            }
        } onCancel: {
            stop.request()
        }
        board.pause()
        board.enter(.stopped)
        do {
            try result.get()
            events.stopped()
        } catch {
            events.failed(reason: "\(error)")
            throw error
        }
    }

    private func start(stop: StopSwitch, accept: @escaping @Sendable (inout Intake) throws -> Void) {
        do {
            _ = try OwnThread.start(name: name) { [self] in
                let loop = MQTTLoop(
                    source: name, settings: settings, grants: grants, events: events, board: board, stop: stop,
                    digest: digest, accept: accept)
                stop.end(Result { try loop.run() })
            }
        } catch {
            stop.end(.failure(error))
        }
    }
}
