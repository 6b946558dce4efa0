import HTTPTypes
import Hummingbird
import Queue
import Readings

extension API {
    /// `GET /v1/stations/{id}/maintenance`: the windows declared for a station, those withdrawn among them.
    func maintenance(of station: String, _ query: QueryParameters) async throws -> Response {
        try query.finish()
        let windows = try await counter.maintenanceWindows(of: station)
        return answer(.object([("maintenance", .array(windows.map { Self.document($0) }))]))
    }

    /// `POST /v1/stations/{id}/maintenance`: declares a window.
    func declareMaintenance(_ request: Request, of station: String, _ query: QueryParameters) async throws -> Response {
        try query.finish()
        let body = try await StrictJSON.decode(MaintenanceBody.self, from: request)
        let window = try await write { queue in
            try queue.declareMaintenance(
                station: station, from: body.from, to: body.to, reason: body.reason, actor: body.by)
        }
        DeliveryEvents.maintenanceChanged(logger, station: station, what: "declared", window: window.id)
        return answer(Self.document(window), status: .created)
    }

    /// `POST /v1/maintenance/{id}/withdraw`: takes a window back.
    func withdrawMaintenance(_ request: Request, _ id: String, _ query: QueryParameters) async throws -> Response {
        try query.finish()
        guard let number = Int64(id) else { throw HTTPProblem(.notFound, "There is no maintenance window \"\(id)\".") }
        let body = try await StrictJSON.decode(WithdrawalBody.self, from: request)
        let window = try await write { queue in
            try queue.withdrawMaintenance(number, reason: body.reason, actor: body.by)
        }
        DeliveryEvents.maintenanceChanged(logger, station: window.station, what: "withdrawn", window: window.id)
        return answer(Self.document(window))
    }

    static func document(_ window: MaintenanceWindow) -> JSONValue {
        .object([
            ("id", .integer(window.id)), ("station", .string(window.station)),
            ("from", .string(window.from.description)), ("to", .string(window.to.description)),
            ("reason", .string(window.reason)), ("by", JSONValue(window.actor)),
            ("declared", .string(window.declared.description)),
            ("withdrawn", JSONValue(window.withdrawn?.description)), ("applied", .bool(window.isApplied)),
        ])
    }
}

/// A window to be declared.
struct MaintenanceBody: Decodable, Sendable {
    var from: Timestamp
    var to: Timestamp
    var reason: String
    var by: String?

    private enum CodingKeys: String, CodingKey, CaseIterable { case from, to, reason, by }

    init(from decoder: any Decoder) throws {
        try StrictJSON.refuseUnknown(CodingKeys.allCases.map(\.rawValue), in: decoder)
        let container = try decoder.container(keyedBy: CodingKeys.self)
        from = try Self.time(.from, container)
        to = try Self.time(.to, container)
        reason = try container.decode(String.self, forKey: .reason)
        by = try container.decodeIfPresent(String.self, forKey: .by)
    }

    private static func time(
        _ key: CodingKeys, _ container: KeyedDecodingContainer<CodingKeys>
    ) throws -> Timestamp {
        let text = try container.decode(String.self, forKey: key)
        guard case .moment(let time) = ParsedTime(rfc3339: text) else {
            throw DecodingError.dataCorruptedError(
                forKey: key, in: container, debugDescription: "\"\(key.rawValue)\" is no RFC 3339 time with a zone")
        }
        return time
    }
}

/// Why a window is taken back.
struct WithdrawalBody: Decodable, Sendable {
    var reason: String
    var by: String?

    private enum CodingKeys: String, CodingKey, CaseIterable { case reason, by }

    init(from decoder: any Decoder) throws {
        try StrictJSON.refuseUnknown(CodingKeys.allCases.map(\.rawValue), in: decoder)
        let container = try decoder.container(keyedBy: CodingKeys.self)
        reason = try container.decode(String.self, forKey: .reason)
        by = try container.decodeIfPresent(String.self, forKey: .by)
    }
}
