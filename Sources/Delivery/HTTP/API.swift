import Compression
import HTTPTypes
import Hummingbird
import Logging
import NIOCore
import OwnThread
import Queue
import Readings
import Synchronization

/// What the requests have in common: the queue, the threads on which it is asked, the memory for answers.
final class API: Sendable {
    let queue: ReadingQueue
    let clock: any WallClock
    let logger: Logger
    /// How dead letters are decoded that are to be replayed; `nil` when nobody can.
    let redecode: DeadLetterDecoder?
    let snapshot: @Sendable () -> MetricsSnapshot
    /// For batches.
    let budget = MemoryBudget(bytes: HTTPServiceSettings.answerBytesMax / 2)
    /// For pages: a share of their own, so that who reads them never keeps the warehouse waiting.
    let pageBudget = MemoryBudget(bytes: HTTPServiceSettings.answerBytesMax / 2)
    /// Rewinds and removals, for the polls that wait.
    let moves = ConsumerMoves()
    /// For questions with short answers, so that they never wait behind a page.
    let counter: Desk
    /// For questions over what is kept: a sparse one scans for long, and no puller waits behind it.
    let archive: Desk
    private let desks: [Desk]
    // A call blocks its thread until the commit; several share one commit when they come together.
    private let writers: [OwnThread]
    private let next = Atomic(0)

    init(
        queue: ReadingQueue, clock: any WallClock, logger: Logger, redecode: DeadLetterDecoder?,
        snapshot: @escaping @Sendable () -> MetricsSnapshot
    ) {
        self.queue = queue
        self.clock = clock
        self.logger = logger
        self.redecode = redecode
        self.snapshot = snapshot
        counter = Desk(queue: queue, name: "quantrac.http.counter", logger: logger)
        archive = Desk(queue: queue, name: "quantrac.http.archive", logger: logger)
        desks = (0..<2).map { Desk(queue: queue, name: "quantrac.http.desk.\($0)", logger: logger) }
        writers = (0..<4).map { OwnThread(name: "quantrac.http.write.\($0)") }
    }

    /// A desk for batches.
    func desk() -> Desk {
        desks[next.add(1, ordering: .relaxed).newValue & (desks.count - 1)]
    }

    /// Runs a call of the queue that blocks, away from the event loop.
    func write<Answer: Sendable>(
        _ body: @escaping @Sendable (ReadingQueue) throws -> Answer
    ) async throws -> Answer {
        let queue = queue
        let writer = writers[next.add(1, ordering: .relaxed).newValue & (writers.count - 1)]
        return try await writer.run { try body(queue) }
    }

    /// An answer with lines; `hold` is kept until all of it has left over `wire`.
    func answer(_ body: LineBody, _ headers: HTTPFields, over wire: Wire, hold: MemoryHold) -> Response {
        var headers = headers
        headers[.contentType] = body.form.format.mediaType
        if let coding = body.form.coding { headers[.contentEncoding] = coding.rawValue }
        headers[.vary] = "Accept, Accept-Encoding"
        headers[.cacheControl] = "no-store"
        headers[.contentDigest] = ContentDigest.header(body.contentDigest)
        headers[.quantracEncoding] = String(NDJSONEncoder.version)
        headers[.quantracCount] = String(body.count)
        if body.form.format == .csv { headers[.quantracOmitted] = String(body.omitted) }
        let bytes = body.bytes
        let response = ResponseBody(contentLength: bytes.readableBytes) { writer in
            defer { withExtendedLifetime(hold) {} }
            try await wire.send(bytes)
            try await writer.finish(nil)
        }
        return Response(status: .ok, headers: headers, body: response)
    }

    /// An answer with one JSON document.
    func answer(_ document: JSONValue, status: HTTPResponse.Status = .ok) -> Response {
        Response(
            status: status, headers: [.contentType: "application/json", .cacheControl: "no-store"],
            body: ResponseBody(byteBuffer: ByteBuffer(string: document.text + "\n")))
    }
}

extension HTTPField.Name {
    static let contentDigest = known("Content-Digest")
    static let quantracBatch = known("Quantrac-Batch")
    static let quantracFirst = known("Quantrac-First-Sequence")
    static let quantracLast = known("Quantrac-Last-Sequence")
    static let quantracCount = known("Quantrac-Count")
    static let quantracPending = known("Quantrac-Pending")
    static let quantracDigest = known("Quantrac-Digest")
    static let quantracChain = known("Quantrac-Chain")
    static let quantracEncoding = known("Quantrac-Encoding")
    static let quantracOmitted = known("Quantrac-Omitted")
    static let quantracNextAfter = known("Quantrac-Next-After")
    static let link = known("Link")

    private static func known(_ name: String) -> HTTPField.Name {
        guard let name = HTTPField.Name(name) else { preconditionFailure("\(name) is a token of RFC 9110") }
        return name
    }
}
