import FoundationEssentials
import Readings
import Release

/// What of `GET /v1/status` is told to people beside what the queue itself knows.
struct DaemonStatus: Decodable {
    struct Health: Decodable {
        var canCommit: Bool
        var reason: String?
        var since: String

        private enum CodingKeys: String, CodingKey {
            case canCommit = "can_commit"
            case reason, since
        }
    }

    struct Source: Decodable {
        var name: String
        var connected: Bool?
        var state: String?
        var detail: String?
        var lastMessage: String?

        private enum CodingKeys: String, CodingKey {
            case name, connected, state, detail
            case lastMessage = "last_message"
        }

        var text: String { [state, detail.map { "(\($0))" }].compactMap(\.self).joined(separator: " ") }

        var lastMessageTime: Timestamp? {
            guard let lastMessage, case .moment(let time) = ParsedTime(rfc3339: lastMessage) else { return nil }
            return time
        }
    }

    var version: String
    var commit: String
    var started: String
    var health: Health
    var sources: [Source]

    /// `nil` when there is no document.
    ///
    /// - Throws: when the daemon is of a release that says it otherwise.
    init?(_ document: String?) throws {
        guard let document else { return nil }
        do {
            self = try JSONDecoder().decode(DaemonStatus.self, from: Data(document.utf8))
        } catch {
            throw CommandFailure(
                .failure, "the daemon's status is not understood (\(error)); is it of the release \(Release.version)?")
        }
    }

    func text(_ localTime: LocalTime) -> String {
        guard case .moment(let time) = ParsedTime(rfc3339: started) else { return "running" }
        return "running since \(localTime.text(time)), \(version) (\(commit))"
    }
}
