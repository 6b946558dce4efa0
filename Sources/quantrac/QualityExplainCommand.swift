import ArgumentParser
import Pipeline
import Quality
import Queue
import Readings
import Rules
import Settings

/// `quantrac quality explain STATION PARAMETER`: why a reading has its flag.
struct QualityExplainCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "explain",
        abstract: "Say why a reading has its flag: each digit, the numbers compared, the rules.",
        discussion: """
            Without --time the newest reading is explained. With --rules no reading is looked at: the rule sets of the \
            settings that fit the series are shown, the one that wins first.
            """)

    @OptionGroup var node: NodeOptions
    @OptionGroup var listing: ListingOptions

    @Argument(help: "The station's id.")
    var station: String

    @Argument(help: "The parameter's symbol, such as PM2.5.")
    var parameter: String

    @Option(help: "Which instrument.")
    var sensor = 1

    @Option(
        help: ArgumentHelp(
            "The observed time: RFC 3339, or by the node's clock. (default: the newest)", valueName: "time"))
    var time: String?

    @Flag(help: "Show the rules of the series, and which others fit.")
    var rules = false

    func run() throws {
        guard let symbol = ParameterSymbol.normalized(Array(parameter.utf8).span) else {
            throw CommandFailure(.usage, "`\(parameter)` is no parameter symbol: 1 to 64 bytes of UTF-8")
        }
        let series = SeriesKey(
            station: station, parameter: String(decoding: symbol, as: UTF8.self), sensor: sensor)
        let node = try node.load()
        if rules {
            guard let settings = node.configuration else {
                throw CommandFailure(.usage, "--rules are those of the settings: name them with --config, not --data")
            }
            return try showRules(of: series, settings.ruleBook)
        }
        try explain(series, node)
    }

    // MARK: --rules

    private func showRules(of series: SeriesKey, _ book: RuleBook) throws {
        let fitting = book.fitting(series).reversed()
        var output = Output()
        guard let effective = book.rules(of: series) else {
            Output.note(
                "No [[quality]] fits \(series.station) \(series.parameter); its readings are judged by device and clock."
            )
            return
        }
        if listing.isJSON {
            try output.line(effective.json)
        } else {
            try output.line("Rules     \(effective.id)")
            let interval = effective.intervalMilliseconds.map { "\(RuleText.number(Double($0) / 1000)) s" }
            try output.line("Interval  \(interval ?? "not known: give [[station]] every")")
            if let limit = effective.detectionLimit { try output.line("Detection limit  \(RuleText.number(limit))") }
            let set = effective.set
            for (key, numbers) in [("missing", set.missing), ("saturated", set.saturated)] where !numbers.isEmpty {
                try output.line("  \(key)  \(numbers.map { RuleText.number($0) }.joined(separator: ", "))")
            }
            for test in set.tests { try output.line("  \(test.key)  \(test.jsonText)") }
            try output.line("  future_limit  \(RuleText.number(Double(set.futureLimitMilliseconds) / 1000)) s")
            try output.line("  late_limit  \(RuleText.number(Double(set.lateLimitMilliseconds) / 1000)) s")
            for text in Self.extensions(set.extensions) { try output.line("  \(text)") }
            try output.line("")
            var table = Table("", "NAME", "VERSION", "MATCH")
            for (place, entry) in fitting.enumerated() {
                table.add(place == 0 ? "wins" : "", entry.set.name, entry.set.version, entry.match.description)
            }
            for line in table.lines { try output.line(line) }
        }
        try output.flush()
    }

    /// Those that differ from the reference.
    private static func extensions(_ extensions: RuleExtensions) -> [String] {
        var texts: [String] = []
        if extensions.rateOfChangeTime != .whole {
            texts.append("rate_of_change_time  \(extensions.rateOfChangeTime.rawValue)")
        }
        if let gap = extensions.spikeMaxGapMilliseconds {
            texts.append("spike_max_gap  \(RuleText.number(Double(gap) / 1000)) s")
        }
        if extensions.masksFailed { texts.append("mask_failed  true") }
        if extensions.conflictTolerance > 0 {
            texts.append("conflict_tolerance  \(RuleText.number(extensions.conflictTolerance))")
        }
        if extensions.calendarZone.name != "UTC" { texts.append("calendar_zone  \(extensions.calendarZone.name)") }
        return texts
    }

    // MARK: one reading

    private func explain(_ series: SeriesKey, _ node: ReadNode) throws {
        let reader = try node.openReader()
        let localTime = node.localTime
        let asked = try time.map { try localTime.moment($0, now: .current) }
        guard let moment = try asked ?? reader.newestTime(of: series),
            let reading = try reader.revisions(of: series, at: moment).last
        else {
            let when = asked.map { " at \(localTime.text($0))" } ?? ""
            throw CommandFailure(
                .failure, "there is no reading of \(series.station) \(series.parameter) #\(series.sensor)\(when)")
        }
        let effective = try rules(of: reading, series, reader, node.configuration)
        let explanation = try effective.map { rules in
            var explanation = FlagExplanation(
                rules,
                neighbours: try reader.neighbours(
                    of: series, around: moment, before: FlagExplanation.historyNeeded(rules), after: 1), at: moment,
                isIsolated: reading.qualifiers.contains(.future))
            for partner in FlagExplanation.partners(rules, of: series) {
                let other = try reader.revisions(of: partner.key, at: moment).last
                explanation.add(Self.text(of: other, partner.key, beside: reading), to: partner.test)
            }
            return explanation
        }
        var output = Output()
        let lines = listing.isJSON ? json(reading, explanation) : text(reading, explanation, localTime)
        for line in lines { try output.line(line) }
        try output.flush()
        if reading.rules != nil, effective == nil {
            Output.note("The rules \(reading.rules ?? "") cannot be read any more; the digits are those of the time.")
        }
    }

    /// What the series that a reading is compared with has now.
    private static func text(of other: Reading?, _ key: SeriesKey, beside reading: Reading) -> String {
        let name = key.station == reading.station ? "" : "\(key.station) "
        let series = "\(name)\(key.parameter)\(key.sensor == reading.sensor ? "" : " #\(key.sensor)")"
        guard let other else { return "\(series) has no reading of this time" }
        let text = "\(series) is \(ReadingTable.value(of: other)), \(ReadingTable.flag(other.flag))"
        guard let value = reading.value, let otherValue = other.value else { return text }
        return "\(text); the difference is \(ReadingTable.number(abs(value - otherValue)))"
    }

    /// The rules that judged the reading, as they are stored.
    private func rules(
        of reading: Reading, _ series: SeriesKey, _ reader: QueueReader, _ settings: Configuration?
    ) throws -> EffectiveRules? {
        guard let id = reading.rules, let stored = try reader.ruleSet(id) else { return nil }
        return StoredRules.effective(stored, parameter: series.parameter)
    }

    private func text(_ reading: Reading, _ explanation: FlagExplanation?, _ localTime: LocalTime) -> [String] {
        var lines = [
            "Reading    \(reading.station) \(reading.parameter) #\(reading.sensor), observed \(localTime.text(reading.time)) "
                + "(\(localTime.zone.name))",
            "Value      \(ReadingTable.value(of: reading)) \(reading.unit ?? "")",
            "Flag       \(ReadingTable.flag(reading.flag))"
                + (reading.revision > 0 ? ", revision \(reading.revision) (\(reading.cause?.rawValue ?? ""))" : ""),
            "Rules      \(reading.rules ?? "none fitted")",
        ]
        for code in reading.qualifiers.names { lines.append("\(code)        \(QualifierText.meaning(code))") }
        if reading.status != nil { lines.append("Status     \(reading.status ?? "")") }
        lines.append("")
        var table = Table("TEST", ">DIGIT", "COMPARED")
        for line in explanation?.lines ?? [] {
            let stored = reading.tests[line.digit]
            // A spike is settled on the next row, and other readings may have come since.
            let since = line.flag.map { $0 == stored ? "" : " (now \($0.rawValue))" } ?? ""
            table.add(line.test, "\(stored.rawValue)\(since)", line.text)
        }
        lines += table.lines
        if explanation == nil { lines.append("Tests      \(reading.tests.decimal)") }
        return lines
    }

    private func json(_ reading: Reading, _ explanation: FlagExplanation?) -> [String] {
        (explanation?.lines ?? []).map { line in
            var json = JSONLine()
            json.add("station", reading.station)
            json.add("parameter", reading.parameter)
            json.add("sensor", reading.sensor)
            json.add("time", reading.time)
            json.add("flag", reading.flag.rawValue)
            json.add("rules", reading.rules)
            json.add("test", line.test)
            json.add("digit", reading.tests[line.digit].rawValue)
            json.add("now", line.flag?.rawValue)
            json.add("compared", line.text)
            return json.finished
        }
    }
}
