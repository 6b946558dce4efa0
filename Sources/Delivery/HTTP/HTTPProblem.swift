import HTTPTypes
import Hummingbird
import NIOCore
import Queue

/// A request that is not answered as asked, as `application/problem+json` (RFC 9457).
struct HTTPProblem: Error {
    var status: HTTPResponse.Status
    /// A sentence for a person: what happened, to what, what to do.
    var detail: String
    var members: [(String, JSONValue)] = []
    var headers: HTTPFields = [:]

    init(_ status: HTTPResponse.Status, _ detail: String) {
        self.status = status
        self.detail = detail
    }

    /// What an error of the queue means for the one who asked.
    init(_ error: QueueError) {
        detail = error.message
        switch error.reason {
        case .noSuchConsumer, .noSuchDeadLetter: status = .notFound
        case .consumerExists, .configuredConsumer: status = .conflict
        case .noSuchBatch(let current):
            status = .conflict
            members = [("current", JSONValue(current))]
        case .unknownSequence(let sequence):
            status = .unprocessableContent
            members = [("sequence", .integer(sequence))]
        case .notReplayable: status = .unprocessableContent
        case .badArgument: status = .badRequest
        case .diskFull, .queueFull, .io, .locked, .closed:
            status = .serviceUnavailable
            headers[.retryAfter] = "5"
        default: status = .internalServerError
        }
    }

    var response: Response {
        let document = JSONValue.object(
            [
                ("type", .string("about:blank")), ("title", .string(status.reasonPhrase)),
                ("status", .integer(Int64(status.code))), ("detail", .string(detail)),
            ] + members)
        var headers = headers
        headers[.contentType] = "application/problem+json"
        headers[.cacheControl] = "no-store"
        return Response(
            status: status, headers: headers, body: ResponseBody(byteBuffer: ByteBuffer(string: document.text + "\n")))
    }
}
