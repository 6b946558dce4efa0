import ArgumentParser
import Delivery
import Queue
import Readings

/// `quantrac queue export`: what is kept, to standard output or as station files into a folder.
struct QueueExportCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "export", abstract: "Write what is kept, in the form of the pull API or as station files.",
        discussion: """
            The daemon may run: what is committed while it exports is not part of it. Station files (Thông tư 10/2021) go \
            into a folder, STATION/yyyy/MM/dd/STATION_yyyyMMddHHmmss.txt, with the times of +07:00; of several revisions \
            of a reading the last one is in the file.
            """)

    enum Format: String, CaseIterable, ExpressibleByArgument {
        case ndjson, csv
        case stationFile = "station-file"
    }

    @OptionGroup var node: NodeOptions
    @OptionGroup var filter: ReadingFilterOptions

    @Option(help: "ndjson, csv or station-file.")
    var format = Format.ndjson

    @Option(
        name: .customLong("into"), help: ArgumentHelp("The folder for station files.", valueName: "directory"),
        completion: .directory)
    var directory: String?

    /// Rows held in memory at a time.
    private static let pageSize = 5000

    /// Readings held in memory until their files are written.
    private static let fileReadings = 50_000

    func validate() throws {
        guard (format == .stationFile) == (directory != nil) else {
            throw ValidationError(
                format == .stationFile
                    ? "Station files go into a folder: name it with --into." : "--into is for --format station-file.")
        }
    }

    func run() throws {
        let node = try node.load()
        let reader = try node.openReader()
        if let directory { return try writeFiles(reader, node, StationFileFolder(path: directory)) }
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

    private func writeFiles(_ reader: QueueReader, _ node: ReadNode, _ folder: StationFileFolder) throws {
        var query = try filter.query(in: node.localTime, now: .current)
        query.limit = Self.pageSize
        let end = try reader.summary().lastSequence
        var waiting: [Reading] = []
        var total = StationFileFolder.Outcome()
        func write() throws {
            let outcome = try folder.write(waiting)
            total.files += outcome.files
            total.lines += outcome.lines
            total.withinOneSecond += outcome.withinOneSecond
            waiting.removeAll()
        }
        while true {
            let page = try reader.readings(matching: query)
            waiting += page.rows.filter { filter.keeps($0) && $0.sequence <= end }.map { page.reading($0) }
            if waiting.count >= Self.fileReadings { try write() }
            guard let last = page.rows.last?.sequence, page.rows.count == query.limit, last < end else { break }
            query.after = last
        }
        try write()
        Output.note("\(total.lines) lines in \(total.files) files")
        if total.withinOneSecond > 0 {
            Output.note(
                "\(total.withinOneSecond) lines stand beside another one of their parameter: they lie within one second, "
                    + "which is as fine as the file is")
        }
    }
}
