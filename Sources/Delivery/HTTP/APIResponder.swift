import Foundation
import HTTPTypes
import Hummingbird
import NIOHTTP1
import Queue

/// Finds who answers a request, and makes a problem of every error.
struct APIResponder: HTTPResponder {
    typealias Context = ConnectionContext

    let api: API
    let isControl: Bool

    func respond(to request: Request, context: ConnectionContext) async throws -> Response {
        do {
            let response = try await route(request, over: context.wire)
            return request.method == .head ? response.createHeadResponse() : response
        } catch let problem as HTTPProblem {
            return problem.response
        } catch let error as QueueError {
            let problem = HTTPProblem(error)
            if problem.status == .internalServerError { logFailure(request, "\(error)") }
            return problem.response
        } catch let error as HTTPParserError {
            // Hummingbird answers these with 400 and closes the connection.
            throw error
        } catch is CancellationError {
            return Self.stopping.response
        } catch {
            logFailure(request, "\(error)")
            return HTTPProblem(
                .internalServerError, "Something went wrong inside the node; its log has the error."
            ).response
        }
    }

    private static var stopping: HTTPProblem {
        var problem = HTTPProblem(.serviceUnavailable, "The node is stopping; ask again when it is back.")
        problem.headers[.retryAfter] = "5"
        return problem
    }

    private func logFailure(_ request: Request, _ error: String) {
        DeliveryEvents.failed(api.logger, method: request.method.rawValue, path: request.uri.path, error: error)
    }

    private func route(_ request: Request, over wire: Wire) async throws -> Response {
        let query = try QueryParameters(request.uri.query)
        let path = try Self.segments(request.uri.path)
        switch path.count {
        case 1 where ["healthz", "readyz", "metrics"].contains(path[0]):
            try allow(request, [.get, .head])
            return try await api.health(path[0], query)
        case 2 where path == ["v1", "status"]:
            try allow(request, [.get, .head])
            return try await api.status(query)
        case 2 where path == ["v1", "readings"]:
            try allow(request, [.get, .head])
            return try await api.readings(request, over: wire, query)
        case 2 where path == ["v1", "rules"]:
            try allow(request, [.get, .head])
            return try await api.ruleSets(query)
        case 3 where path[0] == "v1" && path[1] == "rules":
            try allow(request, [.get, .head])
            return try await api.ruleSet(path[2], query)
        case 4 where path[0] == "v1" && ["stations", "maintenance"].contains(path[1]):
            return try await routeMaintenance(request, path, query)
        case 2... where path.starts(with: ["v1", "dead_letters"]):
            return try await routeDeadLetters(request, Array(path.dropFirst(2)), query)
        case 2 where path == ["v1", "consumers"]:
            try allow(request, [.get, .head, .post])
            if request.method == .post { return try await api.addConsumer(try consumerControl(request), query) }
            return try await api.consumers(query)
        case 3 where path[0] == "v1" && path[1] == "consumers":
            try allow(request, [.get, .head, .delete])
            if request.method == .delete {
                _ = try consumerControl(request)
                return try await api.removeConsumer(path[2], query)
            }
            return try await api.consumer(path[2], query)
        case 4 where path[0] == "v1" && path[1] == "consumers":
            return try await routeConsumer(request, over: wire, path[2], path[3], query)
        default: throw notFound(request)
        }
    }

    private func routeConsumer(
        _ request: Request, over wire: Wire, _ consumer: String, _ verb: String, _ query: QueryParameters
    ) async throws -> Response {
        switch verb {
        case "batch":
            try allow(request, [.get])
            return try await api.batch(request, over: wire, consumer, query)
        case "ack":
            try allow(request, [.post])
            return try await api.acknowledge(request, consumer, query)
        case "rewind":
            try allow(request, [.post])
            return try await api.rewindConsumer(try consumerControl(request), consumer, query)
        default: throw notFound(request)
        }
    }

    private func routeMaintenance(
        _ request: Request, _ path: [String], _ query: QueryParameters
    ) async throws -> Response {
        let hint =
            "Maintenance is declared on the node itself, over its control socket: `quantrac station maintenance` "
            + "does that."
        switch (path[1], path[3]) {
        case ("stations", "maintenance"):
            try allow(request, [.get, .head, .post])
            guard request.method == .post else { return try await api.maintenance(of: path[2], query) }
            return try await api.declareMaintenance(try control(request, hint), of: path[2], query)
        case ("maintenance", "withdraw"):
            try allow(request, [.post])
            return try await api.withdrawMaintenance(try control(request, hint), path[2], query)
        default: throw notFound(request)
        }
    }

    private func routeDeadLetters(
        _ request: Request, _ path: [String], _ query: QueryParameters
    ) async throws -> Response {
        let hint =
            "Dead letters are replayed and dropped on the node itself, over its control socket: `quantrac deadletter` "
            + "does that."
        switch (path.count, path.last) {
        case (0, _):
            try allow(request, [.get, .head])
            return try await api.deadLetters(query)
        case (1, "drop"):
            try allow(request, [.post])
            return try await api.dropDeadLetters(try control(request, hint), query)
        case (1, _):
            try allow(request, [.delete])
            _ = try control(request, hint)
            return try await api.dropDeadLetter(path[0], query)
        case (2, "replay"):
            try allow(request, [.post])
            return try await api.replayDeadLetter(try control(request, hint), path[0], query)
        default: throw notFound(request)
        }
    }

    /// - Throws: 405 with `Allow`.
    private func allow(_ request: Request, _ methods: [HTTPRequest.Method]) throws(HTTPProblem) {
        guard !methods.contains(request.method) else { return }
        let list = methods.map(\.rawValue).joined(separator: ", ")
        var problem = HTTPProblem(
            .methodNotAllowed, "\(request.method.rawValue) is not possible here; \(list) is.")
        problem.headers[.allow] = list
        throw problem
    }

    /// - Throws: 403 outside the control socket.
    private func control(_ request: Request, _ hint: String) throws(HTTPProblem) -> Request {
        guard isControl else { throw HTTPProblem(.forbidden, hint) }
        return request
    }

    private func consumerControl(_ request: Request) throws(HTTPProblem) -> Request {
        try control(
            request, "Consumers are changed on the node itself, over its control socket: `quantrac consumer` does that."
        )
    }

    private func notFound(_ request: Request) -> HTTPProblem {
        HTTPProblem(.notFound, "There is nothing at \(request.uri.path); docs/pull-protocol.md has what there is.")
    }

    private static func segments(_ path: String) throws(HTTPProblem) -> [String] {
        var segments: [String] = []
        for segment in path.split(separator: "/") {
            guard let decoded = String(segment).removingPercentEncoding else {
                throw HTTPProblem(
                    .badRequest, "The path holds a percent sign that is not followed by the code of UTF-8 text.")
            }
            segments.append(decoded)
        }
        return segments
    }
}
