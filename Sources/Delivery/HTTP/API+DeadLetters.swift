import HTTPTypes
import Hummingbird
import Queue
import Readings

extension API {
    /// Dead letters in one answer: with a thousand faults each, 6 MB.
    static let deadLettersMax: Int64 = 100
    /// Dead letters dropped by one request.
    static let deadLettersDroppedMax = 1000

    /// `GET /v1/dead_letters`: without their payloads, by id.
    func deadLetters(_ query: QueryParameters) async throws -> Response {
        var query = query
        let after = try query.integer("after", in: 0...Int64.max, default: 0)
        let limit = try query.integer("limit", in: 1...Self.deadLettersMax, default: Self.deadLettersMax)
        try query.finish()
        let letters = try await archive.deadLetters(after: after, limit: Int(limit))
        let next = letters.count == Int(limit) ? letters.last?.id : nil
        return answer(
            .object([
                ("dead_letters", .array(letters.map { Self.document($0) })), ("next_after", JSONValue(next)),
            ]))
    }

    /// `POST /v1/dead_letters/{id}/replay`: decodes it again with the settings of now.
    func replayDeadLetter(_ request: Request, _ id: String, _ query: QueryParameters) async throws -> Response {
        try query.finish()
        let number = try Self.number(ofDeadLetter: id)
        let body = try await StrictJSON.decode(ReplayBody.self, from: request, mayBeMissing: true)
        guard let redecode else {
            throw HTTPProblem(.notImplemented, "Replay is not available: nothing decodes payloads here.")
        }
        let outcome = try await write { queue in
            try queue.replay(deadLetter: number, keeping: body.keep ?? false, actor: body.by, decode: redecode)
        }
        DeliveryEvents.deadLetterReplayed(logger, outcome, by: body.by)
        return answer(Self.document(outcome))
    }

    /// `DELETE /v1/dead_letters/{id}`: drops one.
    func dropDeadLetter(_ id: String, _ query: QueryParameters) async throws -> Response {
        var query = query
        let actor = query.text("by")
        try query.finish()
        let number = try Self.number(ofDeadLetter: id)
        let dropped = try await write { queue in try queue.dropDeadLetters([number], actor: actor) }
        guard dropped == 1 else { throw HTTPProblem(.noDeadLetter(number)) }
        DeliveryEvents.deadLettersTaken(logger, count: 1, by: actor)
        return Response(status: .noContent)
    }

    /// `POST /v1/dead_letters/drop`: drops many; those that are not there are passed over.
    func dropDeadLetters(_ request: Request, _ query: QueryParameters) async throws -> Response {
        try query.finish()
        let body = try await StrictJSON.decode(DropBody.self, from: request)
        guard (1...Self.deadLettersDroppedMax).contains(body.ids.count) else {
            throw HTTPProblem(.badRequest, "\"ids\" must be 1 to \(Self.deadLettersDroppedMax) ids.")
        }
        let dropped = try await write { queue in try queue.dropDeadLetters(body.ids, actor: body.by) }
        if dropped > 0 { DeliveryEvents.deadLettersTaken(logger, count: dropped, by: body.by) }
        return answer(.object([("dropped", .integer(Int64(dropped)))]))
    }

    private static func number(ofDeadLetter id: String) throws(HTTPProblem) -> Int64 {
        guard let number = Int64(id) else { throw HTTPProblem(.notFound, "There is no dead letter \"\(id)\".") }
        return number
    }

    static func document(_ letter: DeadLetter) -> JSONValue {
        .object([
            ("dead_letter", .integer(letter.id)), ("received", .string(letter.received.description)),
            ("last_received", .string(letter.lastReceived.description)),
            ("occurrences", .integer(letter.occurrences)), ("source", .string(letter.source)),
            ("topic", .string(letter.topic)), ("format", .string(letter.decoder)),
            ("length", .integer(Int64(letter.fullLength))),
            ("sha256", .string(ContentDigest.hexadecimal(letter.sha256))),
            ("fault_count", .integer(Int64(letter.faultCount))),
            ("faults", .array(letter.faults.map { document($0) })),
        ])
    }

    static func document(_ outcome: ReplayOutcome) -> JSONValue {
        .object([
            ("dead_letter", .integer(outcome.deadLetter)), ("queued", .integer(Int64(outcome.queued))),
            ("duplicates", .integer(Int64(outcome.duplicates))),
            ("fault_count", .integer(Int64(outcome.faultCount))),
            ("faults", .array(outcome.faults.map { document($0) })), ("removed", .bool(outcome.isRemoved)),
        ])
    }

    private static func document(_ fault: StoredFault) -> JSONValue {
        .object([
            ("index", JSONValue(fault.index.map { Int64($0) })), ("offset", .integer(Int64(fault.offset))),
            ("reason", .string(fault.reason)),
        ])
    }
}

extension Desk {
    /// Dead letters by id, without their payloads.
    func deadLetters(after: Int64, limit: Int) throws -> [DeadLetter] {
        try currentReader().deadLetters(after: after, limit: limit)
    }
}

/// How a dead letter is to be replayed.
struct ReplayBody: Decodable, Sendable {
    /// It stays even when all of it can be read.
    var keep: Bool?
    var by: String?

    private enum CodingKeys: String, CodingKey, CaseIterable { case keep, by }

    init(from decoder: any Decoder) throws {
        try StrictJSON.refuseUnknown(CodingKeys.allCases.map(\.rawValue), in: decoder)
        let container = try decoder.container(keyedBy: CodingKeys.self)
        keep = try container.decodeIfPresent(Bool.self, forKey: .keep)
        by = try container.decodeIfPresent(String.self, forKey: .by)
    }
}

/// Which dead letters are to be dropped.
struct DropBody: Decodable, Sendable {
    var ids: [Int64]
    var by: String?

    private enum CodingKeys: String, CodingKey, CaseIterable { case ids, by }

    init(from decoder: any Decoder) throws {
        try StrictJSON.refuseUnknown(CodingKeys.allCases.map(\.rawValue), in: decoder)
        let container = try decoder.container(keyedBy: CodingKeys.self)
        ids = try container.decode([Int64].self, forKey: .ids)
        by = try container.decodeIfPresent(String.self, forKey: .by)
    }
}
