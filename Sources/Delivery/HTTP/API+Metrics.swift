import Queue
import Readings

extension API {
    /// The Prometheus text of `/metrics`; docs/operating.md lists the names.
    func metrics() async throws -> String {
        let snapshot = snapshot()
        let consumers = try await counter.consumers()
        let summary = try await counter.summary()
        var text = MetricsText()
        addNode(snapshot, to: &text)
        addSources(snapshot.sources, to: &text)
        text.add(buses: snapshot.sources)
        addCounters(queue.counters().with(snapshot.sources.map(\.name)), to: &text)
        addQueue(queue.health, summary, to: &text)
        addConsumers(consumers, to: &text)
        return text.text
    }

    private func addNode(_ snapshot: MetricsSnapshot, to text: inout MetricsText) {
        text.family("quantrac_build_info", .gauge, "The release and the commit it was built from; always 1.")
        text.sample(1, labels: [("node", snapshot.node), ("version", snapshot.version), ("commit", snapshot.commit)])
        text.family("process_start_time_seconds", .gauge, "When the process began, in seconds since 1970.")
        text.sample(Double(snapshot.started.millisecondsSince1970) / 1_000)
        if let bytes = Self.residentBytes() {
            text.family("process_resident_memory_bytes", .gauge, "Memory that the process occupies.")
            text.sample(Double(bytes))
        }
    }

    private func addSources(_ sources: [SourceSnapshot], to text: inout MetricsText) {
        func family(_ name: String, _ kind: MetricsText.Kind, _ help: String, _ value: (SourceSnapshot) -> Double) {
            text.family(name, kind, help)
            for source in sources { text.sample(value(source), labels: [("source", source.name)]) }
        }
        family("quantrac_source_connected", .gauge, "1 while the source is connected.") { $0.isConnected ? 1 : 0 }
        family("quantrac_source_messages_total", .counter, "Messages since the start.") { Double($0.messages) }
        family("quantrac_source_bytes_total", .counter, "Bytes of payloads since the start.") { Double($0.bytes) }
        family("quantrac_source_reconnects_total", .counter, "Connections made after one was lost.") {
            Double($0.reconnects)
        }
        family("quantrac_source_sessions_lost_total", .counter, "Reconnects at which the broker had forgotten us.") {
            Double($0.sessionsLost)
        }
        family("quantrac_source_subscriptions_refused_total", .counter, "Topics that the broker did not grant.") {
            Double($0.subscriptionsRefused)
        }
        family("quantrac_source_retained_ignored_total", .counter, "Retained messages that were ignored.") {
            Double($0.retainedIgnored)
        }
        family("quantrac_source_oversize_dropped_total", .counter, "Links dropped at a payload beyond 16 MiB.") {
            Double($0.oversizeDropped)
        }
    }

    private func addCounters(_ counters: QueueCounters, to text: inout MetricsText) {
        func family(_ name: String, _ help: String, _ value: (SourceCounters) -> Int64) {
            text.family(name, .counter, help)
            for source in counters.sources { text.sample(Double(value(source)), labels: [("source", source.source)]) }
        }
        family("quantrac_readings_received_total", "Items that arrived, since the queue was made.") { $0.received }
        family("quantrac_readings_queued_total", "Items that were queued.") { $0.queued }
        family("quantrac_readings_duplicate_total", "Items that were known already.") { $0.duplicates }
        text.family("quantrac_dead_letters_total", .counter, "Payloads that could not be decoded in full.")
        for source in counters.sources {
            for (reason, count) in source.deadLetterReasons.sorted(by: { $0.key.rawValue < $1.key.rawValue }) {
                text.sample(Double(count), labels: [("source", source.source), ("reason", reason.rawValue)])
            }
        }
        text.family("quantrac_records_generated_total", .counter, "Records that the daemon itself made.")
        for (cause, count) in counters.generated.sorted(by: { $0.key < $1.key }) {
            text.sample(Double(count), labels: [("cause", cause)])
        }
        text.family("quantrac_readings_retired_total", .counter, "Readings deleted after their acknowledgement.")
        text.sample(Double(counters.retired))
        text.family("quantrac_readings_dropped_total", .counter, "Readings dropped unacknowledged by a full queue.")
        text.sample(Double(counters.dropped))
    }

    private func addQueue(_ health: QueueHealth, _ summary: QueueSummary, to text: inout MetricsText) {
        text.family("quantrac_queue_readings", .gauge, "Rows kept, at most: from the first sequence to the last.")
        text.sample(Double(summary.readingsAtMost))
        text.family("quantrac_queue_bytes", .gauge, "Used pages and write-ahead log.")
        text.sample(Double(summary.usedBytes))
        text.family("quantrac_queue_series", .gauge, "Series that were ever heard of.")
        text.sample(Double(summary.series))
        text.family("quantrac_queue_ready", .gauge, "1 while the queue can commit.")
        text.sample(health.canCommit ? 1 : 0)
        if let bytes = health.availableDiskBytes {
            text.family("quantrac_disk_available_bytes", .gauge, "Free room on the queue's file system.")
            text.sample(Double(bytes))
        }
        text.family("quantrac_commit_failures_total", .counter, "Commits that failed.")
        text.sample(Double(health.commitFailures))
        text.family("quantrac_commit_seconds", .histogram, "How long commits took.")
        var below: Int64 = 0
        for (bound, count) in zip(QueueHealth.commitBucketBounds, health.commitBuckets) {
            below += count
            text.sample(Double(below), suffix: "_bucket", labels: [("le", "\(bound)")])
        }
        text.sample(Double(health.commits), suffix: "_bucket", labels: [("le", "+Inf")])
        text.sample(health.commitSeconds, suffix: "_sum")
        text.sample(Double(health.commits), suffix: "_count")
    }

    private func addConsumers(_ consumers: [ConsumerState], to text: inout MetricsText) {
        let now = clock.now()
        func family(_ name: String, _ kind: MetricsText.Kind, _ help: String, _ value: (ConsumerState) -> Double) {
            text.family(name, kind, help)
            for state in consumers { text.sample(value(state), labels: [("consumer", state.definition.name)]) }
        }
        family("quantrac_consumer_pending_readings", .gauge, "Records beyond the cursor, at most: filters not applied.")
        {
            Double($0.pendingAtMost)
        }
        family("quantrac_consumer_oldest_seconds", .gauge, "Age of the oldest record beyond the cursor, 0 for none.") {
            Double(max(0, $0.oldestPending.map { now.milliseconds(since: $0) } ?? 0)) / 1_000
        }
        family("quantrac_consumer_acknowledged_total", .counter, "Lines acknowledged.") { Double($0.acknowledgedCount) }
        family("quantrac_consumer_rejected_total", .counter, "Lines acknowledged but rejected.") {
            Double($0.rejectedCount)
        }
    }
}

/// Prometheus' text format, version 0.0.4.
struct MetricsText {
    private(set) var text = ""
    private var name = ""

    enum Kind: String {
        case counter, gauge, histogram, summary
    }

    mutating func family(_ name: String, _ kind: Kind, _ help: String) {
        self.name = name
        text += "# HELP \(name) \(help)\n# TYPE \(name) \(kind.rawValue)\n"
    }

    mutating func sample(_ value: Double, suffix: String = "", labels: [(String, String)] = []) {
        let pairs = labels.map { "\($0.0)=\"\(Self.escaped($0.1))\"" }.joined(separator: ",")
        let number = value == value.rounded() && abs(value) < 1e15 ? String(Int64(value)) : "\(value)"
        text += "\(name)\(suffix)\(pairs.isEmpty ? "" : "{\(pairs)}") \(number)\n"
    }

    private static func escaped(_ text: String) -> String {
        var result = ""
        for character in text.unicodeScalars {
            switch character {
            case "\\": result += "\\\\"
            case "\"": result += "\\\""
            case "\n": result += "\\n"
            default: result.unicodeScalars.append(character)
            }
        }
        return result
    }
}

extension QueueCounters {
    /// These, and zeros for sources that nothing has come from yet: a rate needs a first value to begin at.
    fileprivate func with(_ names: [String]) -> QueueCounters {
        var counters = self
        for name in names where !counters.sources.contains(where: { $0.source == name }) {
            counters.sources.append(SourceCounters(source: name))
        }
        return counters
    }
}
