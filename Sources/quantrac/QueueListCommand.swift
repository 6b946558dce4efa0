import ArgumentParser
import Queue
import Readings

/// `quantrac queue list`: the newest readings, or those asked for.
struct QueueListCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "list", abstract: "List readings: the newest, or those asked for.",
        discussion: "Without --from, --to and --after the newest are shown; with one of them the first that fit.")

    @OptionGroup var node: NodeOptions
    @OptionGroup var filter: ReadingFilterOptions
    @OptionGroup var listing: ListingOptions

    @Option(help: "At most so many, 1 … 50000.")
    var limit = 20

    func validate() throws {
        guard (1...50_000).contains(limit) else { throw ValidationError("--limit is 1 … 50000, not \(limit).") }
    }

    func run() throws {
        let node = try node.load()
        let reader = try node.openReader()
        let query = try filter.query(in: node.localTime, now: .current)
        let page =
            filter.isBounded
            ? try Self.first(limit, of: query, keeping: filter.keeps, from: reader)
            : try Self.newest(limit, of: query, keeping: filter.keeps, from: reader)
        var output = Output()
        if listing.isJSON {
            var encoding = PageEncoding()
            try output.bytes(encoding.ndjson(page))
        } else {
            var table = ReadingTable(localTime: node.localTime)
            for row in page.rows { table.add(page.reading(row)) }
            for line in table.lines { try output.line(line) }
        }
        try output.flush()
        if filter.isBounded, page.rows.count == limit, let last = page.rows.last, !listing.isJSON {
            Output.note("There may be more: the same with --after \(last.sequence), or a higher --limit.")
        }
    }

    /// The first `limit` rows that fit, in the order of the queue.
    static func first(
        _ limit: Int, of query: ReadingQuery, keeping keep: (StoredReading) -> Bool, from reader: QueueReader
    ) throws -> Page {
        var query = query
        var result = Page()
        while result.rows.count < limit {
            query.limit = min(max(limit - result.rows.count, 1000), 5000)
            let page = try reader.readings(matching: query)
            result.append(page, keeping: keep, upTo: limit)
            guard page.rows.count == query.limit, let last = page.rows.last else { break }
            query.after = last.sequence
        }
        return result
    }

    /// The last `limit` rows that fit: looks back over ever longer stretches until it has them.
    static func newest(
        _ limit: Int, of query: ReadingQuery, keeping keep: (StoredReading) -> Bool, from reader: QueueReader
    ) throws -> Page {
        let last = try reader.summary().lastSequence
        var stretch = Int64(limit) * 4
        while true {
            var query = query
            query.after = max(0, last - stretch)
            let page = try first(.max, of: query, keeping: keep, from: reader)
            if page.rows.count >= limit || query.after == 0 {
                var newest = page
                newest.rows.removeFirst(max(0, page.rows.count - limit))
                return newest
            }
            stretch *= 8
        }
    }
}
