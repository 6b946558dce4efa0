import ArgumentParser
import FoundationEssentials
import Queue
import Readings
import Registry
import Settings

/// `quantrac station maintenance STATION`: a technician was there.
struct StationMaintenanceCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "maintenance",
        abstract: "Declare, withdraw or list times in which a technician worked at a station.",
        discussion: """
            Readings observed in the window fail with MNT; those that are there already get a further revision each. \
            Without --from and --withdraw the windows are listed. Both changes stand in the audit trail.
            """)

    @OptionGroup var configuration: ConfigurationOptions
    @OptionGroup var listing: ListingOptions

    @Argument(help: "The station's id.")
    var station: String

    @Option(
        help: ArgumentHelp("When it began: RFC 3339, by the node's clock, or an age such as 2h.", valueName: "time"))
    var from: String?

    @Option(help: ArgumentHelp("When it ended or will end. (default: now)", valueName: "time"))
    var to: String?

    @Option(help: "What was done; it goes into the audit trail.")
    var reason: String?

    @Option(help: ArgumentHelp("Who says so. (default: the user)", valueName: "name"))
    var by: String?

    @Option(help: ArgumentHelp("Take this window back, as listed.", valueName: "id"))
    var withdraw: Int64?

    func validate() throws {
        guard StationID.isValid(station) else {
            throw ValidationError("`\(station)` is no station id: 1 to 64 of A-Z a-z 0-9 . _ -")
        }
        guard withdraw == nil || (from == nil && to == nil) else {
            throw ValidationError("--withdraw names a window that is there; --from and --to declare another one.")
        }
        guard to == nil || from != nil else { throw ValidationError("--to needs --from.") }
        guard reason == nil || from != nil || withdraw != nil else {
            throw ValidationError("--reason belongs to a window: declare one with --from, or name one with --withdraw.")
        }
        guard (from == nil && withdraw == nil) || reason?.isEmpty == false else {
            throw ValidationError("Say why, with --reason: it stands beside the readings for as long as they count.")
        }
    }

    mutating func run() async throws {
        let settings = try configuration.load()
        let localTime = LocalTime(zone: settings.node.zone)
        let named = by.flatMap { $0.isEmpty ? nil : $0 }
        let actor =
            named ?? ProcessInfo.processInfo.environment["SUDO_USER"] ?? ProcessInfo.processInfo.environment["USER"]
        if let withdraw {
            try checkOwner(of: withdraw, settings)
            try await NodeControl(settings).change(
                .withdrawMaintenance(withdraw, reason: reason ?? "", by: actor))
            Output.note("Maintenance \(withdraw) of \(station) was withdrawn; its readings lose their MNT.")
        } else if let from {
            let now = Timestamp.current
            let begin = try localTime.moment(from, now: now)
            let end = try to.map { try localTime.moment($0, now: now) } ?? now
            guard begin < end else {
                throw CommandFailure(
                    .usage, "the maintenance would end at \(localTime.text(end)), not after \(localTime.text(begin))")
            }
            if !settings.stations.isEmpty, !settings.stations.contains(where: { $0.id == station }) {
                Output.note("warning: no [[station]] is named \(station)")
            }
            try await NodeControl(settings).change(
                .declareMaintenance(station: station, from: begin, to: end, reason: reason ?? "", by: actor))
            Output.note(
                "Readings of \(station) observed from \(localTime.text(begin)) to \(localTime.text(end)) "
                    + "(\(localTime.zone.name)) fail with MNT; those that are there get a further revision.")
        } else {
            try list(settings, localTime)
        }
    }

    /// A mistyped number must not take back another station's window.
    private func checkOwner(of id: Int64, _ settings: Configuration) throws {
        let windows = try QueueReader.open(directory: settings.node.dataDirectory).maintenanceWindows(station: station)
        guard windows.contains(where: { $0.id == id }) else {
            throw CommandFailure(.usage, "\(station) has no maintenance window \(id); without options they are listed")
        }
    }

    private func list(_ settings: Configuration, _ localTime: LocalTime) throws {
        let windows = try QueueReader.open(directory: settings.node.dataDirectory).maintenanceWindows(station: station)
        var output = Output()
        if listing.isJSON {
            for window in windows { try output.line(Self.json(window)) }
        } else {
            var table = Table(">ID", "FROM (\(localTime.zone.name))", "TO", "STATE", "BY", "REASON")
            for window in windows {
                let state = window.withdrawn != nil ? "withdrawn" : window.isApplied ? "applied" : "being applied"
                table.add(
                    "\(window.id)", localTime.text(window.from), localTime.text(window.to), state, window.actor ?? "–",
                    window.reason)
            }
            for line in table.lines { try output.line(line) }
        }
        try output.flush()
        if windows.isEmpty, !listing.isJSON {
            let known = settings.stations.isEmpty || settings.stations.contains { $0.id == station }
            Output.note("No maintenance was declared for \(station)\(known ? "" : ", which no [[station]] names").")
        }
    }

    private static func json(_ window: MaintenanceWindow) -> String {
        var line = JSONLine()
        line.add("id", window.id)
        line.add("station", window.station)
        line.add("from", window.from)
        line.add("to", window.to)
        line.add("reason", window.reason)
        line.add("by", window.actor)
        line.add("declared", window.declared)
        line.add("withdrawn", window.withdrawn)
        line.add("applied", window.isApplied)
        return line.finished
    }
}
