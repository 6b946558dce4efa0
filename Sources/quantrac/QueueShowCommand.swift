import ArgumentParser
import Queue
import Readings

/// `quantrac queue show SEQUENCE`: one reading in full.
struct QueueShowCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "show", abstract: "Everything that is known of one reading, and its other revisions.")

    @OptionGroup var node: NodeOptions
    @OptionGroup var listing: ListingOptions

    @Argument(help: "The sequence, as `queue list` shows it.")
    var sequence: Int64

    func run() throws {
        let node = try node.load()
        let reader = try node.openReader()
        var page = Page()
        try reader.page(after: sequence - 1, through: sequence, limit: 1, filter: nil, into: &page)
        guard let row = page.rows.first, row.sequence == sequence else {
            throw CommandFailure(
                .failure,
                "there is no reading with sequence \(sequence) in \(node.directory): it left the queue, or it is one of "
                    + "the gaps between readings; `quantrac queue list` shows what is there")
        }
        let reading = page.reading(row)
        let revisions = try revisions(of: reading, series: row.series, from: reader)
        var output = Output()
        if listing.isJSON {
            var encoding = PageEncoding()
            try output.bytes(encoding.ndjson(revisions))
        } else {
            for line in Self.lines(reading, localTime: node.localTime) { try output.line(line) }
            if revisions.rows.count > 1 {
                try output.line("")
                try output.line("All revisions:")
                var table = ReadingTable(localTime: node.localTime)
                for row in revisions.rows { table.add(revisions.reading(row)) }
                for line in table.lines { try output.line(line) }
            }
        }
        try output.flush()
    }

    /// All revisions of a reading's natural key, this one among them.
    private func revisions(of reading: Reading, series: Int32, from reader: QueueReader) throws -> Page {
        var query = ReadingQuery()
        query.station = reading.station
        query.parameter = reading.parameter
        query.from = reading.time
        query.to = reading.time.advanced(byMilliseconds: 1)
        return try QueueListCommand.first(
            1000, of: query, keeping: { $0.series == series || $0.sequence == reading.sequence }, from: reader)
    }

    private static func lines(_ reading: Reading, localTime: LocalTime) -> [String] {
        let raw: String? =
            switch reading.rawValue {
            case .sameAsValue: nil
            case .integer(let integer): "\(integer)"
            case .real(let real): "\(real)"
            case .text(let text): "\"\(Table.printable(text))\""
            case .number(let text): text
            }
        let delay = reading.received.milliseconds(since: reading.time)
        var lines: [(String, String?)] = [
            ("sequence", "\(reading.sequence)"), ("station", reading.station), ("parameter", reading.parameter),
            ("sensor", "\(reading.sensor)"),
            ("time", "\(localTime.text(reading.time)) \(localTime.zone.name)"),
            ("value", [ReadingTable.value(of: reading), reading.unit ?? ""].joined(separator: " ")),
            ("raw value", raw), ("raw unit", reading.rawUnit),
            ("device status", reading.status), ("flag", ReadingTable.flag(reading.flag)),
            ("tests", "\(reading.tests.decimal)"), ("settles", reading.settles.map { ReadingTable.flag($0) }),
        ]
        for name in reading.qualifiers.names { lines.append(("qualifier", "\(name): \(QualifierText.meaning(name))")) }
        lines += [
            ("rules", reading.rules), ("revision", "\(reading.revision)"), ("cause", reading.cause?.rawValue),
            ("version", "\(reading.version)"),
            ("received", "\(localTime.text(reading.received)), \(delay) ms after it was observed"),
            ("source", reading.source), ("station sequence", reading.stationSequence.map { "\($0)" }),
        ]
        return lines.compactMap { label, text in
            guard let text else { return nil }
            return label + String(repeating: " ", count: 18 - label.count) + Table.printable(text)
        }
    }
}
