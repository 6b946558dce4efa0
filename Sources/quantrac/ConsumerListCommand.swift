import ArgumentParser
import Queue
import Readings

/// `quantrac consumer list`: how far each has come.
struct ConsumerListCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "list", abstract: "List the consumers, what waits for each, and since when.")

    @OptionGroup var node: NodeOptions
    @OptionGroup var listing: ListingOptions

    func run() throws {
        let node = try node.load()
        let reader = try node.openReader()
        let now = Timestamp.current
        var output = Output()
        var table = Table("CONSUMER", "REQUIRED", "TAKES", ">PENDING", "OLDEST", "OPEN BATCH", ">ACKNOWLEDGED", "LAST")
        for consumer in try reader.consumers() {
            if listing.isJSON {
                try output.line(Self.json(consumer, now: now))
            } else {
                table.add(
                    consumer.definition.name, consumer.definition.required ? "yes" : "no",
                    Self.filterText(consumer.definition), Self.pendingText(consumer),
                    consumer.oldestPending.map { LocalTime.age(milliseconds: now.milliseconds(since: $0)) } ?? "",
                    consumer.open.map { "\($0.number) (\($0.count))" } ?? "", "\(consumer.acknowledgedCount)",
                    node.localTime.text(consumer.lastAcknowledged))
            }
        }
        for line in table.lines { try output.line(line) }
        try output.flush()
    }

    /// The count is an upper bound wherever the consumer's filter or gaps leave something out.
    static func pendingText(_ consumer: ConsumerState) -> String {
        consumer.pendingAtMost == 0 ? "0" : "≤ \(consumer.pendingAtMost)"
    }

    static func filterText(_ definition: ConsumerDefinition) -> String {
        var parts: [String] = []
        if !definition.stations.isEmpty, definition.stations != ["*"] {
            parts.append(definition.stations.joined(separator: ","))
        }
        if !definition.parameters.isEmpty { parts.append(definition.parameters.joined(separator: ",")) }
        if definition.maxAgeMilliseconds > 0 {
            parts.append(
                "younger than \(TimeLength(milliseconds: definition.maxAgeMilliseconds).defaultValueDescription)")
        }
        return parts.isEmpty ? "all" : parts.joined(separator: "; ")
    }

    /// The members of `GET /v1/consumers`.
    static func json(_ consumer: ConsumerState, now: Timestamp) -> String {
        var line = JSONLine()
        line.add("name", consumer.definition.name)
        line.add("required", consumer.definition.required)
        line.add("configured", consumer.definition.isConfigured)
        line.add("stations", consumer.definition.stations)
        line.add("domains", consumer.definition.domains)
        line.add("parameters", consumer.definition.parameters)
        line.add("max_age_seconds", consumer.definition.maxAgeMilliseconds / 1000)
        line.add("acknowledged_sequence", consumer.cursor)
        line.add("acknowledged_lines", consumer.acknowledgedCount)
        line.add("rejected_lines", consumer.rejectedCount)
        line.add("last_batch", consumer.lastAcknowledgedBatch)
        line.add("last_acknowledged", consumer.lastAcknowledged)
        line.add("chain", Hexadecimal.text(consumer.chain))
        let batch = consumer.open.map { open in
            var batch = JSONLine()
            batch.add("id", open.id)
            batch.add("first", open.first)
            batch.add("last", open.last)
            batch.add("count", open.count)
            return batch.finished
        }
        line.raw("current_batch", batch ?? "null")
        line.add("pending", consumer.pendingAtMost)
        line.add("oldest_seconds", consumer.oldestPending.map { max(0, now.milliseconds(since: $0)) / 1000 })
        return line.finished
    }
}
