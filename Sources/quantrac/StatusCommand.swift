import ArgumentParser
import Delivery
import FoundationEssentials
import Queue
import Readings

/// `quantrac status`: one glance.
struct StatusCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "status", abstract: "One glance: the daemon, its sources, the queue, the consumers.",
        discussion: "Works with the daemon running and stopped. --json gives one object: that of GET /v1/status.")

    @OptionGroup var node: NodeOptions
    @OptionGroup var listing: ListingOptions

    mutating func run() async throws {
        let node = try node.load()
        let document = await Self.document(of: node.directory)
        let reader = try node.openReader()
        var output = Output()
        if listing.isJSON {
            try output.line(try document.map { Self.running($0) } ?? Self.stopped(reader))
        } else {
            let buses = ModbusBusStatus.sources(in: document)
            for line in try Self.lines(node, reader, DaemonStatus(document), buses) { try output.line(line) }
        }
        try output.flush()
    }

    /// What the daemon says; `nil` when none answers.
    private static func document(of directory: String) async -> String? {
        guard let daemon = NodeControl.daemon(of: directory) else { return nil }
        // Whatever the reason is that it does not answer: the queue can still be read.
        return try? await daemon.status()
    }

    private static func running(_ document: String) -> String {
        #"{"running":true,"# + document.dropFirst().filter { $0 != "\n" }
    }

    /// The members that can be told without a daemon, named as in the daemon's document.
    private static func stopped(_ reader: QueueReader) throws -> String {
        let summary = try reader.summary()
        var queue = JSONLine()
        queue.add("uuid", summary.uuid)
        queue.add("schema_version", summary.schemaVersion)
        queue.add("created", summary.created)
        queue.add("readings_at_most", summary.readingsAtMost)
        queue.add("first_sequence", summary.firstSequence)
        queue.add("last_sequence", summary.lastSequence)
        queue.add("oldest", summary.oldest)
        queue.add("newest", summary.newest)
        queue.add("used_bytes", summary.usedBytes)
        queue.add("series", summary.series)
        queue.add("dead_letters", summary.deadLetters)
        let sources = try reader.counters().sources.map { source in
            var line = JSONLine()
            line.add("name", source.source)
            line.add("received", source.received)
            line.add("queued", source.queued)
            line.add("duplicates", source.duplicates)
            line.add("dead_letters", source.deadLetters)
            return line.finished
        }
        var line = JSONLine()
        line.add("running", false)
        line.add("node", summary.node)
        line.add("time", Timestamp.current)
        line.raw("queue", queue.finished)
        line.raw("sources", "[" + sources.joined(separator: ",") + "]")
        let now = Timestamp.current
        line.raw(
            "consumers",
            "[" + (try reader.consumers().map { ConsumerListCommand.json($0, now: now) }).joined(separator: ",") + "]")
        return line.finished
    }

    private static func lines(
        _ node: ReadNode, _ reader: QueueReader, _ daemon: DaemonStatus?,
        _ buses: [ModbusBusStatus.Source]
    ) throws -> [String] {
        let time = node.localTime
        let now = Timestamp.current
        let summary = try reader.summary()
        var lines = [
            "node         \(summary.node), times by \(node.zone.name)",
            "daemon       \(daemon?.text(time) ?? "not running")",
            "queue        \(node.directory)/queue.db, \(Grouped.bytes(summary.usedBytes)), \(Grouped.text(summary.series)) series, "
                + (summary.readingsAtMost == 0 ? "empty" : "at most \(Grouped.text(summary.readingsAtMost)) readings"),
        ]
        if let oldest = summary.oldest, let newest = summary.newest {
            lines.append(
                "             from \(time.text(oldest)) to \(time.text(newest)) "
                    + "(\(LocalTime.age(milliseconds: now.milliseconds(since: newest))) ago)")
        }
        if let health = daemon?.health, !health.canCommit {
            lines.append("NOT ACKNOWLEDGING since \(health.since): \(health.reason ?? "unknown reason")")
        }
        lines.append("dead letters \(Grouped.text(summary.deadLetters))")

        var sources = Table("SOURCE", "STATE", "LAST MESSAGE", ">RECEIVED", ">QUEUED", ">DUPLICATES", ">DEAD LETTERS")
        var counted = Dictionary(try reader.counters().sources.map { ($0.source, $0) }) { first, _ in first }
        for source in daemon?.sources ?? [] where counted[source.name] == nil {
            counted[source.name] = SourceCounters(source: source.name)
        }
        for counters in counted.values.sorted(by: { $0.source < $1.source }) {
            let live = daemon?.sources.first { $0.name == counters.source }
            // Of a bus the reason stands above its devices.
            let isBus = buses.contains { $0.name == counters.source }
            sources.add(
                counters.source, (isBus ? live?.state : live?.text) ?? "–", time.text(live?.lastMessageTime),
                Grouped.text(counters.received),
                Grouped.text(counters.queued), Grouped.text(counters.duplicates), Grouped.text(counters.deadLetters))
        }
        if !sources.isEmpty { lines += [""] + sources.lines }
        for source in buses { lines += [""] + (source.bus?.lines(of: source, time) ?? []) }

        var consumers = Table("CONSUMER", "REQUIRED", ">PENDING", "OLDEST", ">ACKNOWLEDGED", "LAST")
        for consumer in try reader.consumers() {
            consumers.add(
                consumer.definition.name, consumer.definition.required ? "yes" : "no",
                ConsumerListCommand.pendingText(consumer),
                consumer.oldestPending.map { LocalTime.age(milliseconds: now.milliseconds(since: $0)) } ?? "",
                Grouped.text(consumer.acknowledgedCount), time.text(consumer.lastAcknowledged))
        }
        if !consumers.isEmpty { lines += [""] + consumers.lines }
        return lines
    }
}
