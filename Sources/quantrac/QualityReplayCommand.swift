import ArgumentParser
import Quality
import Queue
import Readings
import Rules
import Settings

/// `quantrac quality replay --rules NEW`: what other rules would say of what is kept.
struct QualityReplayCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "replay", abstract: "Judge kept readings by other rules, and compare: nothing is written.",
        discussion: """
            --rules names settings with the new [[quality]] and [[station]] tables (a quantrac.toml that need not be in use). \
            Shown is how many readings go from which flag to which. Readings before --from only lead up to it.
            """)

    @OptionGroup var node: NodeOptions
    @OptionGroup var listing: ListingOptions

    @Option(help: "Settings with the new rules.", completion: .file(extensions: ["toml"]))
    var rules: String

    @Option(help: ArgumentHelp("A station's id, or a glob with * and ?.", valueName: "glob"))
    var station: String?

    @Option(help: ArgumentHelp("A parameter's symbol, such as PM2.5.", valueName: "symbol"))
    var parameter: String?

    @Option(
        help: ArgumentHelp("Observed at or after this time: RFC 3339, a date, or an age such as 2h.", valueName: "time")
    )
    var from: String?

    @Option(help: ArgumentHelp("Observed before this time.", valueName: "time"))
    var to: String?

    @Option(help: "Also list so many readings whose flag changes.")
    var show = 0

    func validate() throws {
        guard show >= 0 else { throw ValidationError("--show is a number of readings, 0 or more.") }
    }

    func run() throws {
        let node = try node.load()
        let now = Timestamp.current
        let range = ReplayRange(
            from: try from.map { try node.localTime.moment($0, now: now) },
            to: try to.map { try node.localTime.moment($0, now: now) })
        let settings = try Configuration.load(path: rules, environment: [:]).get()
        if settings.files.count > 1 {
            Output.note("The rules were read from \(settings.files.joined(separator: ", ")).")
        }
        let replay = try Replay.run(
            node.openReader(), book: settings.ruleBook, station: station, parameter: parameter, range: range)
        var output = Output()
        if listing.isJSON {
            for change in replay.counts { try output.line(change.json) }
            for change in replay.changes.prefix(show) { try output.line(change.json) }
        } else {
            for line in replay.table { try output.line(line) }
            if show > 0, !replay.changes.isEmpty { try output.line("") }
            for line in replay.list(show, node.localTime) { try output.line(line) }
        }
        try output.flush()
        if !listing.isJSON {
            let total = replay.counts.reduce(0) { $0 + $1.count }
            Output.note("\(replay.changes.count) of \(total) readings would have another flag. Nothing was written.")
        }
    }
}

/// The observed times in question.
struct ReplayRange {
    var from: Timestamp?
    var to: Timestamp?

    func contains(_ time: Timestamp) -> Bool {
        (from.map { time >= $0 } ?? true) && (to.map { time < $0 } ?? true)
    }
}

/// Old flags beside new ones.
struct Replay {
    struct Count {
        var old: QualityFlag
        var new: QualityFlag
        var count: Int

        var json: String {
            var line = JSONLine()
            line.add("old", old.rawValue)
            line.add("new", new.rawValue)
            line.add("count", count)
            return line.finished
        }
    }

    struct Change {
        var series: SeriesKey
        var time: Timestamp
        var value: Double?
        var old: QualityFlag
        var new: QualityFlag

        var json: String {
            var line = JSONLine()
            line.add("station", series.station)
            line.add("parameter", series.parameter)
            line.add("sensor", series.sensor)
            line.add("time", time)
            line.add("value", value)
            line.add("old", old.rawValue)
            line.add("new", new.rawValue)
            return line.finished
        }
    }

    private(set) var counts: [Count] = []
    /// In the order of stations, parameters and times.
    private(set) var changes: [Change] = []

    /// What stands in the queue of one key: the newest revision.
    private struct Kept {
        var flag: QualityFlag
        var value: Double?
        var qualifiers: Qualifiers
    }

    static func run(
        _ reader: QueueReader, book: RuleBook, station: String?, parameter: String?, range: ReplayRange
    ) throws -> Replay {
        var names: [Int64: SeriesKey] = [:]
        var kept: [RuleReplay.Key: Kept] = [:]
        let shared = SeriesNames()
        let replay = RuleReplay(book: book) { shared.names[$0] ?? SeriesKey(station: "", parameter: "") }
        var filter = ReadingFilter()
        filter.stations = station.map { [$0] } ?? []
        filter.parameters = parameter.map { [$0] } ?? []
        // Where rules compare series, those that are not asked for lead up to those that are.
        let pageFilter = book.comparesSeries ? nil : filter
        var page = Page()
        repeat {
            try reader.page(after: page.scannedThrough, limit: 5000, filter: pageFilter, into: &page)
            for row in page.rows {
                let number = Int64(row.series)
                if names[number] == nil {
                    let name = page.names.series(row.series)
                    let key = SeriesKey(station: name.station, parameter: name.parameter, sensor: name.sensor)
                    names[number] = key
                    shared.names[number] = key
                }
                let context = page.names.context(row.context)
                let name = names[number] ?? SeriesKey(station: "", parameter: "")
                let isCounted =
                    range.contains(row.time) && filter.matches(station: name.station, parameter: name.parameter)
                let key = RuleReplay.Key(series: number, time: row.time)
                if isCounted {
                    kept[key] = Kept(
                        flag: row.flag, value: row.hasValue ? row.value : nil, qualifiers: context.qualifiers)
                }
                // The daemon's own revisions follow from the readings; a maintenance window is no rule.
                guard context.cause == nil || context.cause == .corrected || context.cause == .conflict else {
                    continue
                }
                replay.offer(
                    Observation(
                        series: number, time: row.time, received: row.received, value: row.hasValue ? row.value : nil,
                        status: DeviceStatus(code: Array((context.status ?? "").utf8).span),
                        qualifiers: context.qualifiers), isCounted: isCounted)
            }
        } while !page.reachedEnd
        return Replay(kept, replay.finals, names)
    }

    private init(
        _ kept: [RuleReplay.Key: Kept], _ finals: [RuleReplay.Key: RuleReplay.Final], _ names: [Int64: SeriesKey]
    ) {
        var counted: [QualityFlag: [QualityFlag: Int]] = [:]
        for (key, old) in kept {
            guard let final = finals[key], let series = names[key.series] else { continue }
            // Maintenance that was declared afterwards fails a reading by any rules.
            let isMaintained = old.qualifiers.contains(.maintenance) && final.hasValue
            let new = isMaintained ? final.flag.worse(than: .fail) : final.flag
            counted[old.flag, default: [:]][new, default: 0] += 1
            if new != old.flag {
                changes.append(
                    Change(series: series, time: key.time, value: old.value, old: old.flag, new: new))
            }
        }
        for old in QualityFlag.allCases {
            for new in QualityFlag.allCases {
                if let count = counted[old]?[new] { counts.append(Count(old: old, new: new, count: count)) }
            }
        }
        changes.sort {
            ($0.series.station, $0.series.parameter, $0.series.sensor, $0.time)
                < ($1.series.station, $1.series.parameter, $1.series.sensor, $1.time)
        }
    }

    /// Old flags down, new flags across.
    var table: [String] {
        let flags = QualityFlag.allCases.filter { flag in counts.contains { $0.old == flag || $0.new == flag } }
        var table = Table(headings: ["OLD \\ NEW"] + flags.map { ">" + ReadingTable.flag($0) })
        for old in flags {
            table.add(
                row: [ReadingTable.flag(old)]
                    + flags.map { new in counts.first { $0.old == old && $0.new == new }.map { "\($0.count)" } ?? "·" })
        }
        return table.lines
    }

    func list(_ limit: Int, _ localTime: LocalTime) -> [String] {
        var table = Table("TIME (\(localTime.zone.name))", "STATION", "PARAMETER", ">VALUE", "OLD", "NEW")
        for change in changes.prefix(limit) {
            table.add(
                localTime.text(change.time), change.series.station,
                change.series.sensor == 1
                    ? change.series.parameter : "\(change.series.parameter) #\(change.series.sensor)",
                change.value.map { ReadingTable.number($0) } ?? "–", ReadingTable.flag(change.old),
                ReadingTable.flag(change.new))
        }
        return table.lines
    }
}

/// Names that are learnt while the queue is read.
private final class SeriesNames {
    var names: [Int64: SeriesKey] = [:]
}
