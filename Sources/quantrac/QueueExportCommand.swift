import ArgumentParser
import Queue
import Readings

/// `quantrac queue export`: what is kept, to standard output.
struct QueueExportCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "export", abstract: "Write what is kept to standard output, in the form of the pull API.",
        discussion: "The daemon may run: what is committed while it exports is not part of it.")

    enum Format: String, CaseIterable, ExpressibleByArgument { case ndjson, csv }

    @OptionGroup var node: NodeOptions
    @OptionGroup var filter: ReadingFilterOptions

    @Option(help: "ndjson or csv.")
    var format = Format.ndjson

    /// Rows held in memory at a time.
    private static let pageSize = 5000

    func run() throws {
        let node = try node.load()
        let reader = try node.openReader()
        var query = try filter.query(in: node.localTime, now: .current)
        query.limit = Self.pageSize
        let end = try reader.summary().lastSequence
        var output = Output()
        var encoding = PageEncoding()
        if format == .csv { try output.bytes(PageEncoding.csvHeading) }
        while true {
            var page = try reader.readings(matching: query)
            let last = page.rows.last?.sequence
            let isLast = page.rows.count < query.limit
            page.rows.removeAll { !filter.keeps($0) || $0.sequence > end }
            try output.bytes(format == .csv ? encoding.csv(page) : encoding.ndjson(page))
            guard let last, !isLast, last < end else { break }
            query.after = last
        }
        try output.flush()
    }
}
