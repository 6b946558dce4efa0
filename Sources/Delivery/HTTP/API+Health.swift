import Foundation
import HTTPTypes
import Hummingbird
import NIOCore
import Queue
import Readings

extension API {
    /// `/healthz`, `/readyz`, `/metrics`.
    func health(_ name: String, _ query: QueryParameters) async throws -> Response {
        try query.finish()
        switch name {
        case "metrics":
            return text(try await metrics(), as: "text/plain; version=0.0.4; charset=utf-8")
        case "readyz":
            let health = queue.health
            guard health.canCommit else {
                var problem = HTTPProblem(
                    .serviceUnavailable, health.reason ?? "The queue cannot commit; the node's log has the reason.")
                problem.headers[.retryAfter] = "5"
                throw problem
            }
            return text("ready\n", as: "text/plain; charset=utf-8")
        default:
            return text("ok\n", as: "text/plain; charset=utf-8")
        }
    }

    private func text(_ text: String, as type: String) -> Response {
        Response(
            status: .ok, headers: [.contentType: type, .cacheControl: "no-store"],
            body: ResponseBody(byteBuffer: ByteBuffer(string: text)))
    }

    /// `GET /v1/status`.
    func status(_ query: QueryParameters) async throws -> Response {
        try query.finish()
        let snapshot = snapshot()
        let now = clock.now()
        let consumers = try await counter.consumers()
        let summary = try await counter.summary()
        return answer(
            .object([
                ("node", .string(snapshot.node)), ("version", .string(snapshot.version)),
                ("commit", .string(snapshot.commit)), ("started", .string(snapshot.started.description)),
                ("time", .string(now.description)),
                ("resident_bytes", JSONValue(Self.residentBytes())),
                ("health", Self.document(queue.health)),
                ("queue", Self.document(summary)),
                ("sources", .array(Self.documents(snapshot.sources, queue.counters()))),
                ("consumers", .array(consumers.map { Self.document($0, now: now) })),
            ]))
    }

    private static func document(_ health: QueueHealth) -> JSONValue {
        .object([
            ("can_commit", .bool(health.canCommit)), ("reason", JSONValue(health.reason)),
            ("since", .string(health.since.description)), ("last_commit", JSONValue(health.lastCommit?.description)),
            ("commits", .integer(health.commits)), ("commit_failures", .integer(health.commitFailures)),
            ("used_bytes", .integer(health.usedBytes)), ("available_disk_bytes", JSONValue(health.availableDiskBytes)),
        ])
    }

    private static func document(_ summary: QueueSummary) -> JSONValue {
        .object([
            ("uuid", .string(summary.uuid)), ("schema_version", .integer(Int64(summary.schemaVersion))),
            ("created", .string(summary.created.description)), ("readings_at_most", .integer(summary.readingsAtMost)),
            ("first_sequence", JSONValue(summary.firstSequence)), ("last_sequence", .integer(summary.lastSequence)),
            ("oldest", JSONValue(summary.oldest?.description)), ("newest", JSONValue(summary.newest?.description)),
            ("used_bytes", .integer(summary.usedBytes)), ("series", .integer(summary.series)),
            ("dead_letters", .integer(summary.deadLetters)),
        ])
    }

    /// Every source that is configured or has ever sent something.
    private static func documents(_ sources: [SourceSnapshot], _ counters: QueueCounters) -> [JSONValue] {
        var counted = Dictionary(counters.sources.map { ($0.source, $0) }) { first, _ in first }
        let live = sources.map { source in
            document(source, counted.removeValue(forKey: source.name) ?? SourceCounters(source: source.name))
        }
        return live + counted.values.sorted { $0.source < $1.source }.map { document(nil, $0) }
    }

    private static func document(_ source: SourceSnapshot?, _ counters: SourceCounters) -> JSONValue {
        .object([
            ("name", .string(counters.source)), ("configured", .bool(source != nil)),
            ("connected", source.map { .bool($0.isConnected) } ?? .null), ("state", JSONValue(source?.state)),
            ("detail", JSONValue(source?.detail)), ("since", JSONValue(source?.since.description)),
            ("last_message", JSONValue(source?.lastMessage?.description)),
            ("messages", JSONValue(source?.messages)), ("reconnects", JSONValue(source?.reconnects)),
            ("received", .integer(counters.received)), ("queued", .integer(counters.queued)),
            ("duplicates", .integer(counters.duplicates)), ("dead_letters", .integer(counters.deadLetters)),
            ("bus", source?.bus.map { document($0) } ?? .null),
        ])
    }

    private static func document(_ bus: BusReport) -> JSONValue {
        .object([
            ("address", .string(bus.address)), ("utilisation", .number(bus.utilisation)),
            ("connects", .integer(bus.connects)), ("disconnects", .integer(bus.disconnects)),
            ("late_answers", .integer(bus.lateAnswers)), ("stray_bytes", .integer(bus.strayBytes)),
            ("devices", .array(bus.devices.map { document($0) })),
        ])
    }

    private static func document(_ device: DeviceReport) -> JSONValue {
        let errors = device.errors.sorted { $0.key < $1.key }.map { ($0.key, JSONValue.integer($0.value)) }
        return .object([
            ("unit", .integer(Int64(device.unit))), ("station", .string(device.station)),
            ("sensor", .integer(Int64(device.sensor))), ("state", .string(device.state.rawValue)),
            ("detail", JSONValue(device.detail)), ("since", .string(device.since.description)),
            ("last_answer", JSONValue(device.lastAnswer?.description)), ("polls", .integer(device.polls)),
            ("polls_failed", .integer(device.pollsFailed)), ("polls_partial", .integer(device.pollsPartial)),
            ("overruns", .integer(device.overruns)), ("polls_paused", .integer(device.pollsPaused)),
            ("polls_held", .integer(device.pollsHeld)), ("requests", .integer(device.requests)),
            ("retries", .integer(device.retries)), ("errors", .object(errors)),
            ("breaker_opens", .integer(device.breakerOpens)),
            ("latency_ms", device.meanLatencyMilliseconds.map { .number($0) } ?? .null),
            ("lateness_ms", .number(Double(device.latenessNanoseconds) / 1e6)),
            ("illegal_addresses", .string(device.illegalAddresses)),
        ])
    }

    /// What the process occupies of the machine's memory, from the kernel.
    static func residentBytes() -> Int64? {
        // The file's size is 0 and its length changes, so it is read and not mapped or measured.
        guard let file = FileHandle(forReadingAtPath: "/proc/self/status"),
            let data = try? file.readToEnd()
        else { return nil }
        for line in String(decoding: data, as: UTF8.self).split(separator: "\n") where line.hasPrefix("VmRSS:") {
            return line.split(separator: " ").dropFirst().first.flatMap { Int64($0) }.map { $0 * 1_024 }
        }
        return nil
    }
}
