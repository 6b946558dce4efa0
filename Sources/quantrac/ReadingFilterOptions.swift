import ArgumentParser
import Queue
import Readings

/// Which readings a command is about.
struct ReadingFilterOptions: ParsableArguments {
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

    @Option(
        help: ArgumentHelp(
            "Only with this flag: 1 pass, 2 not evaluated, 3 suspect, 4 fail, 9 missing.", valueName: "flag"))
    var flag: [Int] = []

    @Option(help: ArgumentHelp("Only sequences beyond this one.", valueName: "sequence"))
    var after: Int64?

    func validate() throws {
        for number in flag where QualityFlag(rawValue: number) == nil {
            throw ValidationError("`\(number)` is no flag; it is one of 1, 2, 3, 4 and 9.")
        }
    }

    /// The query of the queue; flags are left to `keeps`.
    func query(in localTime: LocalTime, now: Timestamp) throws -> ReadingQuery {
        var query = ReadingQuery()
        query.station = station
        query.parameter = parameter
        query.from = try from.map { try localTime.moment($0, now: now) }
        query.to = try to.map { try localTime.moment($0, now: now) }
        query.after = after ?? 0
        return query
    }

    /// Whether anything but the end of the queue is asked for.
    var isBounded: Bool { from != nil || to != nil || after != nil }

    func keeps(_ row: StoredReading) -> Bool {
        flag.isEmpty || flag.contains(row.flag.rawValue)
    }
}
