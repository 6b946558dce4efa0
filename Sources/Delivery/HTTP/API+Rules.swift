import HTTPTypes
import Hummingbird
import NIOCore
import Queue
import Readings

extension API {
    /// `GET /v1/rules`: every rule set that a reading of this queue was judged by.
    func ruleSets(_ query: QueryParameters) async throws -> Response {
        try query.finish()
        let sets = try await counter.ruleSets()
        // The stored texts are JSON already.
        let documents = sets.map { "{\"id\":\(JSONText.string($0.id)),\"rules\":\($0.json)}" }
        return Self.json("{\"rules\":[\(documents.joined(separator: ","))]}")
    }

    /// `GET /v1/rules/{id}`: one rule set.
    func ruleSet(_ id: String, _ query: QueryParameters) async throws -> Response {
        try query.finish()
        guard let set = try await counter.ruleSet(id) else {
            throw HTTPProblem(.notFound, "No reading of this queue was judged by rules \"\(id)\".")
        }
        return Self.json("{\"id\":\(JSONText.string(set.id)),\"rules\":\(set.json)}")
    }

    private static func json(_ text: String) -> Response {
        Response(
            status: .ok, headers: [.contentType: "application/json", .cacheControl: "no-store"],
            body: ResponseBody(byteBuffer: ByteBuffer(string: text + "\n")))
    }
}

extension Desk {
    /// Every rule set, in the order of first use.
    func ruleSets() throws -> [RuleSetText] { try currentReader().ruleSets() }

    /// One rule set; `nil` when there is none of this id.
    func ruleSet(_ id: String) throws -> RuleSetText? { try currentReader().ruleSet(id) }

    /// The maintenance windows of a station.
    func maintenanceWindows(of station: String) throws -> [MaintenanceWindow] {
        try currentReader().maintenanceWindows(station: station)
    }
}
