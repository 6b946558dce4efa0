import Foundation
import NIOHTTP1
public import Queue

extension ControlClient {
    /// Decodes a dead letter again with the daemon's settings.
    ///
    /// - Throws: `ClientError`; `refused` with 404 when there is none of this id, with 422 when nothing can be made of
    ///   it.
    public func replayDeadLetter(_ id: Int64, keeping: Bool, actor: String?) async throws -> ReplayOutcome {
        let body = JSONValue.object([("keep", .bool(keeping)), ("by", JSONValue(actor))])
        let answer = try await send(.POST, "/v1/dead_letters/\(id)/replay", body)
        let document = try Self.decode(ReplayDocument.self, answer)
        return ReplayOutcome(
            deadLetter: document.deadLetter, queued: document.queued, duplicates: document.duplicates,
            faults: document.faults.map { StoredFault(index: $0.index, offset: $0.offset, reason: $0.reason) },
            faultCount: document.faultCount, isRemoved: document.removed)
    }

    /// Drops dead letters; those that are not there are passed over.
    ///
    /// - Returns: How many were dropped.
    /// - Throws: `ClientError`; some of them may be dropped then.
    public func dropDeadLetters(_ ids: [Int64], actor: String?) async throws -> Int {
        var dropped = 0
        var start = 0
        while start < ids.count {
            let end = min(start + API.deadLettersDroppedMax, ids.count)
            let body = JSONValue.object([
                ("ids", .array(ids[start..<end].map { .integer($0) })), ("by", JSONValue(actor)),
            ])
            dropped += try Self.decode(DropDocument.self, try await send(.POST, "/v1/dead_letters/drop", body)).dropped
            start = end
        }
        return dropped
    }

    private static func decode<Document: Decodable>(_ type: Document.Type, _ text: String) throws -> Document {
        do {
            return try JSONDecoder().decode(type, from: Data(text.utf8))
        } catch {
            throw ClientError(
                .protocolBroken, "the daemon's answer is not understood (\(error)): is it of another release?")
        }
    }
}

/// What a replay is answered with.
private struct ReplayDocument: Decodable {
    struct FaultDocument: Decodable {
        var index: Int?
        var offset: Int
        var reason: String
    }

    var deadLetter: Int64
    var queued: Int
    var duplicates: Int
    var faultCount: Int
    var faults: [FaultDocument]
    var removed: Bool

    private enum CodingKeys: String, CodingKey {
        case queued, duplicates, faults, removed
        case deadLetter = "dead_letter"
        case faultCount = "fault_count"
    }
}

private struct DropDocument: Decodable {
    var dropped: Int
}
