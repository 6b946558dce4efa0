import AsyncHTTPClient
import NIOCore
import NIOHTTP1
public import Queue
public import Readings

/// What the command line asks of a running daemon, over its control socket.
public struct ControlClient: Sendable {
    private let socketPath: String

    public init(socketPath: String) {
        self.socketPath = socketPath
    }

    /// The document of `GET /v1/status`, one JSON object.
    ///
    /// - Throws: `ClientError`; `unreachable` when no daemon runs.
    public func status() async throws -> String {
        try await send(.GET, "/v1/status")
    }

    /// The document of `GET /v1/consumers`.
    public func consumers() async throws -> String {
        try await send(.GET, "/v1/consumers")
    }

    /// Adds a consumer and returns its document.
    ///
    /// - Throws: `ClientError`; `refused` with 409 when it is there already.
    public func addConsumer(_ definition: ConsumerDefinition) async throws -> String {
        let body = JSONValue.object([
            ("name", .string(definition.name)), ("required", .bool(definition.required)),
            ("from", Self.document(definition.from)),
            ("stations", .array(definition.stations.map { .string($0) })),
            ("domains", .array(definition.domains.map { .string($0) })),
            ("parameters", .array(definition.parameters.map { .string($0) })),
            ("max_age_seconds", .integer(definition.maxAgeMilliseconds / 1_000)),
        ])
        return try await send(.POST, "/v1/consumers", body)
    }

    /// Moves a consumer and returns its document.
    public func rewindConsumer(_ name: String, to position: StartPosition) async throws -> String {
        let body = JSONValue.object([("to", Self.document(position))])
        return try await send(.POST, "/v1/consumers/\(ClientExchange.segment(name))/rewind", body)
    }

    /// Forgets a consumer.
    ///
    /// - Throws: `ClientError`; `refused` with 409 for one of the configuration.
    public func removeConsumer(_ name: String) async throws {
        _ = try await send(.DELETE, "/v1/consumers/\(ClientExchange.segment(name))")
    }

    /// Declares a maintenance window and returns its document.
    public func declareMaintenance(
        station: String, from: Timestamp, to: Timestamp, reason: String, actor: String?
    ) async throws -> String {
        let body = JSONValue.object([
            ("from", .string(from.description)), ("to", .string(to.description)), ("reason", .string(reason)),
            ("by", JSONValue(actor)),
        ])
        return try await send(.POST, "/v1/stations/\(ClientExchange.segment(station))/maintenance", body)
    }

    /// Takes a maintenance window back and returns its document.
    public func withdrawMaintenance(_ id: Int64, reason: String, actor: String?) async throws -> String {
        let body = JSONValue.object([("reason", .string(reason)), ("by", JSONValue(actor))])
        return try await send(.POST, "/v1/maintenance/\(id)/withdraw", body)
    }

    /// Whether the daemon answers `/healthz`; what its own watchdog asks.
    public func isAlive() async -> Bool {
        do {
            _ = try await send(.GET, "/healthz")
            return true
        } catch {
            return false
        }
    }

    private static func document(_ position: StartPosition) -> JSONValue {
        switch position {
        case .oldest: .string("oldest")
        case .now: .string("now")
        case .time(let time): .string(time.description)
        case .sequence(let sequence): .object([("sequence", .integer(sequence))])
        }
    }

    func send(_ method: HTTPMethod, _ path: String, _ body: JSONValue? = nil) async throws -> String {
        // The HTTP client tries again for as long as its time-out lets it; nobody waits for that to learn that no daemon runs.
        guard await ControlSocket.isAnswered(socketPath) else { throw Self.notRunning(socketPath) }
        let client = HTTPClient(eventLoopGroupProvider: .singleton, configuration: ClientExchange.configuration)
        let exchange = ClientExchange(client: client, base: ClientExchange.base(socketPath: socketPath))
        let result: Result<ClientExchange.Answer, any Error>
        do {
            result = .success(
                try await exchange.send(
                    method, path, body: body?.text, timeout: .seconds(30), limit: 16 << 20))
        } catch let error as ClientError where error.reason == .unreachable {
            result = .failure(Self.notRunning(socketPath))
        } catch {
            result = .failure(error)
        }
        try await client.shutdown()
        let answer = try result.get()
        guard (200..<300).contains(answer.status) else {
            throw ClientError(.refused(status: answer.status), answer.detail)
        }
        return String(buffer: answer.body)
    }

    private static func notRunning(_ path: String) -> ClientError {
        ClientError(.unreachable, "no daemon answers on \(path): is it running?")
    }
}
