import ArgumentParser
import Queue
import Readings

/// `quantrac queue tail`: readings as they are committed.
struct QueueTailCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "tail", abstract: "Follow readings as they are committed, until Ctrl-C.")

    @OptionGroup var node: NodeOptions
    @OptionGroup var listing: ListingOptions

    @Option(help: ArgumentHelp("A station's id, or a glob with * and ?; may be repeated.", valueName: "glob"))
    var station: [String] = []

    @Option(help: ArgumentHelp("A parameter's symbol; may be repeated.", valueName: "symbol"))
    var parameter: [String] = []

    @Option(help: ArgumentHelp("Only with this flag; may be repeated.", valueName: "flag"))
    var flag: [Int] = []

    @Option(name: [.customShort("n"), .long], help: "Begin with so many earlier ones, 0 … 50000.")
    var lines = 10

    @Option(help: "Stop after so many.")
    var limit: Int?

    /// Between two looks; a commit is seen after half of it on average.
    private static let interval = Duration.milliseconds(200)

    func validate() throws {
        guard (0...50_000).contains(lines) else { throw ValidationError("--lines is 0 … 50000, not \(lines).") }
    }

    mutating func run() async throws {
        let command = self
        _ = try await Interruption.cancelling { try await command.follow() }
    }

    private func follow() async throws {
        let node = try node.load()
        let reader = try node.openReader()
        let filter = ReadingFilter(stations: station, parameters: parameter)
        var position = max(0, try reader.summary().lastSequence - Int64(lines))
        var shown = 0
        var page = Page()
        var output = Output()
        var encoding = PageEncoding()
        while true {
            page.removeAll()
            try reader.page(after: position, through: nil, limit: 1000, filter: filter, into: &page)
            let isIdle = page.scannedThrough <= position
            position = max(position, page.scannedThrough)
            if !flag.isEmpty { page.rows.removeAll { [flag] row in !flag.contains(row.flag.rawValue) } }
            if let limit, page.rows.count > limit - shown { page.rows.removeLast(page.rows.count - (limit - shown)) }
            shown += page.rows.count
            try write(page, to: &output, &encoding, localTime: node.localTime)
            try output.flush()
            if let limit, shown >= limit { return }
            if isIdle { try await Task.sleep(for: Self.interval) }
        }
    }

    private func write(
        _ page: Page, to output: inout Output, _ encoding: inout PageEncoding, localTime: LocalTime
    ) throws {
        if listing.isJSON {
            try output.bytes(encoding.ndjson(page))
            return
        }
        for row in page.rows {
            let reading = page.reading(row)
            let cells = [
                localTime.text(reading.time), Table.printable(reading.station),
                Table.printable(reading.sensor == 1 ? reading.parameter : "\(reading.parameter) #\(reading.sensor)"),
                Table.printable(ReadingTable.value(of: reading) + " " + (reading.unit ?? "")),
                ReadingTable.flag(reading.flag), reading.qualifiers.names.joined(separator: " "),
            ]
            let widths = [23, 12, 12, 18, 15, 0]
            let line = zip(cells, widths).map { cell, width in
                cell + String(repeating: " ", count: max(0, width - cell.count))
            }
            try output.line(line.joined(separator: "  ").trimmedEnd)
        }
    }
}

extension String {
    /// Without spaces at its end.
    var trimmedEnd: String {
        var text = self[...]
        while text.last == " " { text.removeLast() }
        return String(text)
    }
}
