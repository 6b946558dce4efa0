import HTTPTypes
import Hummingbird
import HummingbirdCore
import Queue
import ServiceLifecycle

extension API {
    private static let linesMax: Int64 = 50_000
    private static let waitSecondsMax: Int64 = 60
    /// A consumer whose filter leaves much out is moved on only after so many sequences: each move is a commit.
    private static let advanceMin: Int64 = 10_000

    /// `GET /v1/consumers/{name}/batch`.
    func batch(
        _ request: Request, over wire: Wire, _ consumer: String, _ query: QueryParameters
    ) async throws -> Response {
        var query = query
        let max = Int(try query.integer("max", in: 1...Self.linesMax, default: 10_000))
        let wait = try query.integer("wait", in: 0...Self.waitSecondsMax, default: 0)
        try query.finish()
        let form = try BodyForm(accepting: request.headers)
        let search = Search(consumer: consumer, max: max, form: form, wire: wire)
        let deadline = ContinuousClock.now + .seconds(wait)
        let seen = Seen(sequence: queue.lastSequence, moves: moves.count)
        switch try await find(search, after: nil) {
        case .found(let response): return response
        case .nothing(let scanned):
            guard wait > 0 else { return Self.noContent }
            return try await poll(request, search, after: scanned, seen: seen, until: deadline)
        }
    }

    private struct Search: Sendable {
        var consumer: String
        var max: Int
        var form: BodyForm
        var wire: Wire
    }

    /// What had happened before the last look.
    private struct Seen: Sendable {
        var sequence: Int64
        var moves: Int
    }

    private enum Outcome: Sendable {
        case found(Response)
        case nothing(Desk.Scanned)
    }

    private static var noContent: Response {
        Response(status: .noContent, headers: [.cacheControl: "no-store"])
    }

    /// Waits for commits and rewinds until there is something, the deadline, the client's going or the node's stop.
    private func poll(
        _ request: Request, _ search: Search, after first: Desk.Scanned, seen: Seen,
        until deadline: ContinuousClock.Instant
    ) async throws -> Response {
        // Without the first wrapper the wait goes on after the client has gone; without the second the daemon's end
        // waits for it.
        try await request.body.consumeWithCancellationOnInboundClose { _ in
            try await cancelWhenGracefulShutdown {
                var response = try await self.poll(search, after: first, seen: seen, until: deadline)
                // The connection's input was consumed by the wait.
                response.headers[.connection] = "close"
                return response
            }
        }
    }

    private func poll(
        _ search: Search, after first: Desk.Scanned, seen: Seen, until deadline: ContinuousClock.Instant
    ) async throws -> Response {
        var scanned = first
        var seen = seen
        while await somethingHappened(after: seen, beyond: scanned.through, until: deadline) {
            seen = Seen(sequence: queue.lastSequence, moves: moves.count)
            switch try await find(search, after: scanned) {
            case .found(let response): return response
            case .nothing(let further): scanned = further
            }
        }
        try await advance(search.consumer, past: scanned)
        return Self.noContent
    }

    private func somethingHappened(
        after seen: Seen, beyond sequence: Int64, until deadline: ContinuousClock.Instant
    ) async -> Bool {
        await withTaskGroup(of: Bool.self) { [queue, moves] group in
            group.addTask {
                await queue.waitForCommit(beyond: max(seen.sequence, sequence), until: deadline)
            }
            group.addTask { await moves.wait(beyond: seen.moves) }
            defer { group.cancelAll() }
            return await group.next() ?? false
        }
    }

    /// The current batch, or a new one; fixed before anything of it is returned.
    private func find(_ search: Search, after first: Desk.Scanned?) async throws -> Outcome {
        var scanned = first
        var overtaken = 0
        // Somebody else of the same consumer may be at work as well; it takes bad luck to be overtaken twice.
        while overtaken < 16 {
            let desk = desk()
            let hold = await budget.hold(Desk.batchBytesMax)
            switch try await desk.find(for: search.consumer, max: search.max, after: scanned, form: search.form) {
            case .open(let batch, let body):
                return .found(answer(batch, body, over: search.wire, hold))
            case .proposal(let proposal, let body):
                guard let batch = try await fix(proposal, for: search.consumer) else {
                    overtaken += 1
                    continue
                }
                if batch.first == proposal.first && batch.last == proposal.last && batch.digest == proposal.digest {
                    return .found(answer(batch, body, over: search.wire, hold))
                }
                let body = try await desk.body(of: batch, for: search.consumer, form: search.form)
                return .found(answer(batch, body, over: search.wire, hold))
            case .nothing(let further, let reachedEnd):
                scanned = further
                if reachedEnd { return .nothing(further) }
                try await advance(search.consumer, past: further)
                try Task.checkCancellation()
            }
        }
        throw HTTPProblem(.serviceUnavailable, "Too many clients of this consumer are at work at once; ask again.")
    }

    /// Makes a proposal the consumer's batch.
    ///
    /// - Returns: `nil` when the consumer has moved since the proposal was made.
    private func fix(_ proposal: BatchProposal, for consumer: String) async throws -> FixedBatch? {
        do {
            return try await write { queue in try queue.fixBatch(consumer: consumer, proposal) }
        } catch let error as QueueError where error.reason == .badArgument {
            return nil
        }
    }

    private func advance(_ consumer: String, past scanned: Desk.Scanned) async throws {
        guard scanned.through - scanned.cursor >= Self.advanceMin else { return }
        try await write { queue in
            try queue.advance(
                consumer: consumer, from: scanned.cursor, filter: scanned.filter, past: scanned.through)
        }
    }

    private func answer(_ batch: FixedBatch, _ body: LineBody, over wire: Wire, _ hold: MemoryHold) -> Response {
        hold.shrink(to: body.bytes.readableBytes)
        let headers: HTTPFields = [
            .quantracBatch: batch.id,
            .quantracFirst: String(batch.first),
            .quantracLast: String(batch.last),
            .quantracPending: String(max(0, queue.lastSequence - batch.through)),
            .quantracDigest: ContentDigest.hexadecimal(batch.digest),
            .quantracChain: ContentDigest.hexadecimal(batch.chain),
        ]
        return answer(body, headers, over: wire, hold: hold)
    }
}
