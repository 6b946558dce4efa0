import HTTPTypes
import Hummingbird
import Queue
import Readings

extension API {
    /// `GET /v1/consumers`.
    func consumers(_ query: QueryParameters) async throws -> Response {
        try query.finish()
        let now = clock.now()
        let states = try await counter.consumers()
        return answer(.object([("consumers", .array(states.map { Self.document($0, now: now) }))]))
    }

    /// `GET /v1/consumers/{name}`.
    func consumer(_ name: String, _ query: QueryParameters) async throws -> Response {
        try query.finish()
        return answer(Self.document(try await counter.state(of: name), now: clock.now()))
    }

    /// `POST /v1/consumers`.
    func addConsumer(_ request: Request, _ query: QueryParameters) async throws -> Response {
        try query.finish()
        let definition = try await StrictJSON.decode(ConsumerBody.self, from: request).definition()
        try await write { queue in try queue.addConsumer(definition) }
        DeliveryEvents.consumerChanged(logger, consumer: definition.name, what: "added")
        return answer(Self.document(try await counter.state(of: definition.name), now: clock.now()), status: .created)
    }

    /// `DELETE /v1/consumers/{name}`.
    func removeConsumer(_ name: String, _ query: QueryParameters) async throws -> Response {
        try query.finish()
        try await write { queue in try queue.removeConsumer(name) }
        moves.note()
        DeliveryEvents.consumerChanged(logger, consumer: name, what: "removed")
        return Response(status: .noContent)
    }

    /// `POST /v1/consumers/{name}/rewind`.
    func rewindConsumer(_ request: Request, _ name: String, _ query: QueryParameters) async throws -> Response {
        try query.finish()
        let position = try await StrictJSON.decode(RewindBody.self, from: request).to.position
        try await write { queue in try queue.rewindConsumer(name, to: position) }
        moves.note()
        DeliveryEvents.consumerChanged(logger, consumer: name, what: "rewound to \(position)")
        return answer(Self.document(try await counter.state(of: name), now: clock.now()))
    }

    static func document(_ state: ConsumerState, now: Timestamp) -> JSONValue {
        let definition = state.definition
        var current = JSONValue.null
        if let open = state.open {
            current = .object([
                ("id", .string(open.id)), ("first", .integer(open.first)), ("last", .integer(open.last)),
                ("count", .integer(Int64(open.count))),
            ])
        }
        let oldest = state.oldestPending.map { max(0, now.milliseconds(since: $0)) / 1_000 }
        return .object([
            ("name", .string(definition.name)), ("required", .bool(definition.required)),
            ("configured", .bool(definition.isConfigured)),
            ("stations", .array(definition.stations.map { .string($0) })),
            ("domains", .array(definition.domains.map { .string($0) })),
            ("parameters", .array(definition.parameters.map { .string($0) })),
            ("max_age_seconds", .integer(definition.maxAgeMilliseconds / 1_000)),
            ("acknowledged_sequence", .integer(state.cursor)),
            ("acknowledged_lines", .integer(state.acknowledgedCount)),
            ("rejected_lines", .integer(state.rejectedCount)),
            ("last_batch", JSONValue(state.lastAcknowledgedBatch)),
            ("last_acknowledged", JSONValue(state.lastAcknowledged?.description)),
            ("chain", .string(ContentDigest.hexadecimal(state.chain))),
            ("current_batch", current),
            ("pending", .integer(state.pendingAtMost)),
            ("oldest_seconds", JSONValue(oldest)),
        ])
    }
}

/// A consumer to be added.
struct ConsumerBody: Decodable, Sendable {
    var name: String
    var required: Bool?
    var from: PositionBody?
    var stations: [String]?
    var domains: [String]?
    var parameters: [String]?
    var maxAgeSeconds: Int64?

    private enum CodingKeys: String, CodingKey, CaseIterable {
        case name, required, from, stations, domains, parameters
        case maxAgeSeconds = "max_age_seconds"
    }

    init(from decoder: any Decoder) throws {
        try StrictJSON.refuseUnknown(CodingKeys.allCases.map(\.rawValue), in: decoder)
        let container = try decoder.container(keyedBy: CodingKeys.self)
        name = try container.decode(String.self, forKey: .name)
        required = try container.decodeIfPresent(Bool.self, forKey: .required)
        from = try container.decodeIfPresent(PositionBody.self, forKey: .from)
        stations = try container.decodeIfPresent([String].self, forKey: .stations)
        domains = try container.decodeIfPresent([String].self, forKey: .domains)
        parameters = try container.decodeIfPresent([String].self, forKey: .parameters)
        maxAgeSeconds = try container.decodeIfPresent(Int64.self, forKey: .maxAgeSeconds)
    }

    /// - Throws: 400 for an age that cannot be.
    func definition() throws(HTTPProblem) -> ConsumerDefinition {
        var definition = ConsumerDefinition(name: name)
        definition.required = required ?? true
        definition.from = from?.position ?? .oldest
        definition.stations = stations ?? []
        definition.domains = domains ?? []
        definition.parameters = parameters ?? []
        // A hundred years.
        guard (0...3_155_760_000).contains(maxAgeSeconds ?? 0) else {
            throw HTTPProblem(.badRequest, "\"max_age_seconds\" must be between 0 and 3155760000.")
        }
        definition.maxAgeMilliseconds = (maxAgeSeconds ?? 0) * 1_000
        return definition
    }
}

/// Where a consumer is to go.
struct RewindBody: Decodable, Sendable {
    var to: PositionBody

    private enum CodingKeys: String, CodingKey { case to }

    init(from decoder: any Decoder) throws {
        try StrictJSON.refuseUnknown(["to"], in: decoder)
        to = try decoder.container(keyedBy: CodingKeys.self).decode(PositionBody.self, forKey: .to)
    }
}

/// `"oldest"`, `"now"`, a time, or `{"sequence": 91}`.
struct PositionBody: Decodable, Sendable {
    var position: StartPosition

    private enum CodingKeys: String, CodingKey { case sequence }

    init(from decoder: any Decoder) throws {
        let single = try decoder.singleValueContainer()
        if let text = try? single.decode(String.self) {
            switch text {
            case "oldest": position = .oldest
            case "now": position = .now
            default:
                guard case .moment(let time) = ParsedTime(rfc3339: text) else {
                    throw DecodingError.dataCorruptedError(
                        in: single,
                        debugDescription: "a position is \"oldest\", \"now\", a time with a zone or {\"sequence\": n}")
                }
                position = .time(time)
            }
            return
        }
        try StrictJSON.refuseUnknown(["sequence"], in: decoder)
        let container = try decoder.container(keyedBy: CodingKeys.self)
        position = .sequence(try container.decode(Int64.self, forKey: .sequence))
    }
}
