import HTTPTypes
import Hummingbird
import HummingbirdCore
import Logging
import NIOCore
import NIOHTTP1
import Queue

/// A node's HTTP seen through somebody who acknowledges a part of the first batch just before the client does.
struct PullThief: HTTPResponder {
    let node: PullNode
    /// Where the part ends.
    let through: Int64
    let stolen = Box<PullNode.Answer>()

    func respond(to request: Request, context: BasicRequestContext) async throws -> Response {
        let path = request.uri.string
        guard request.method == .post else {
            return Self.response(try await node.get(path))
        }
        let body = String(buffer: try await request.body.collect(upTo: 1 << 20))
        if stolen.value == nil {
            let batch = try node.queue.makeReader().consumers().first?.open?.id
            stolen.set(try await node.acknowledge(batch, ",\"through\":\(through)"))
        }
        return Self.response(try await node.send(.POST, path, body))
    }

    /// Runs `body` with the address.
    func run(_ body: @escaping @Sendable (String) async throws -> Void) async throws {
        let port = Box<Int>()
        var logger = Logger(label: "thief")
        logger.logLevel = .error
        let application = Application(
            responder: self, configuration: ApplicationConfiguration(address: .hostname("127.0.0.1", port: 0)),
            onServerRunning: { channel in port.set(channel.localAddress?.port ?? 0) }, logger: logger)
        try await withThrowingTaskGroup(of: Void.self) { group in
            group.addTask { try await application.run() }
            while port.value == nil { try await Task.sleep(for: .milliseconds(10)) }
            try await body("http://127.0.0.1:\(port.value ?? 0)")
            group.cancelAll()
        }
    }

    private static func response(_ answer: PullNode.Answer) -> Response {
        var headers = HTTPFields()
        for (name, value) in answer.headers {
            guard let field = HTTPField.Name(name), field != .contentLength, field != .connection else { continue }
            headers[field] = value
        }
        return Response(
            status: HTTPResponse.Status(code: answer.status), headers: headers,
            body: ResponseBody(byteBuffer: answer.body))
    }
}
