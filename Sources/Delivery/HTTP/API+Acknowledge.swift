import HTTPTypes
import Hummingbird
import Queue

extension API {
    /// `POST /v1/consumers/{name}/ack`.
    func acknowledge(_ request: Request, _ consumer: String, _ query: QueryParameters) async throws -> Response {
        try query.finish()
        let body = try await StrictJSON.decode(AcknowledgeBody.self, from: request)
        let rejected = try body.rejections()
        var prefix: PrefixDigest?
        if let through = body.through {
            prefix = try await desk().prefix(of: consumer, batch: body.batch, through: through)
        }
        let answer = try await write { [prefix] queue in
            try queue.acknowledge(
                consumer: consumer, batch: body.batch, through: body.through, prefix: prefix, rejected: rejected)
        }
        if !rejected.isEmpty && !answer.already {
            DeliveryEvents.lineRejected(logger, consumer: consumer, batch: body.batch, count: rejected.count)
        }
        return self.answer(
            .object([
                ("batch", .string(answer.batch)), ("already", .bool(answer.already)),
                ("acknowledged_sequence", .integer(answer.cursor)),
                ("chain", .string(ContentDigest.hexadecimal(answer.chain))),
            ]))
    }
}

/// What an acknowledgement says.
struct AcknowledgeBody: Decodable, Sendable {
    var batch: String
    var through: Int64?
    var rejected: [Rejected]

    static let rejectedMax = 10_000
    static let reasonBytesMax = 1_024

    struct Rejected: Decodable, Sendable {
        var sequence: Int64
        var reason: String

        private enum CodingKeys: String, CodingKey, CaseIterable { case sequence, reason }

        init(from decoder: any Decoder) throws {
            try StrictJSON.refuseUnknown(CodingKeys.allCases.map(\.rawValue), in: decoder)
            let container = try decoder.container(keyedBy: CodingKeys.self)
            sequence = try container.decode(Int64.self, forKey: .sequence)
            reason = try container.decode(String.self, forKey: .reason)
        }
    }

    private enum CodingKeys: String, CodingKey, CaseIterable { case batch, through, rejected }

    init(from decoder: any Decoder) throws {
        try StrictJSON.refuseUnknown(CodingKeys.allCases.map(\.rawValue), in: decoder)
        let container = try decoder.container(keyedBy: CodingKeys.self)
        batch = try container.decode(String.self, forKey: .batch)
        through = try container.decodeIfPresent(Int64.self, forKey: .through)
        rejected = try container.decodeIfPresent([Rejected].self, forKey: .rejected) ?? []
    }

    /// - Throws: 400 for too many, or a reason that is empty or too long.
    func rejections() throws(HTTPProblem) -> [Rejection] {
        guard rejected.count <= Self.rejectedMax else {
            throw HTTPProblem(.badRequest, "At most \(Self.rejectedMax) lines can be rejected at once.")
        }
        for line in rejected where line.reason.isEmpty || line.reason.utf8.count > Self.reasonBytesMax {
            throw HTTPProblem(
                .badRequest, "The reason for rejecting \(line.sequence) must have 1 to \(Self.reasonBytesMax) bytes.")
        }
        return rejected.map { Rejection(sequence: $0.sequence, reason: $0.reason) }
    }
}
