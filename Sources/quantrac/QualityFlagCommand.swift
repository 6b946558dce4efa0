import ArgumentParser
import Charts
import Foundation
import Quality
import Readings
import Rules
import Settings

/// `quantrac quality flag --rules FILE < series.csv`: judges a series that is there as a whole.
struct QualityFlagCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "flag", abstract: "Judge a series from standard input by a file of rules.",
        discussion: """
            Input: comma-separated with the heading time,value[,latitude,longitude][,depth]; times in RFC 3339 or in seconds \
            since 1970, an empty value is missing. Output: time,value,flag,tests and a column for each test. The flags are \
            final, and those of ioos_qc 3.0.0. A rule that makes no sense exits with 78.
            """)

    @Option(
        help: "Rules: ioos_qc's JSON or YAML, or TOML.", completion: .file(extensions: ["json", "yaml", "yml", "toml"]))
    var rules: String

    @Option(
        help: ArgumentHelp(
            "Seconds from one sample to the next. (default: the median of the series)", valueName: "seconds"))
    var interval: Double?

    @Option(help: ArgumentHelp("Which stream of the rules. (default: the only one)", valueName: "name"))
    var stream: String?

    @Option(
        help: ArgumentHelp("Of times without a zone, and of the drawing: UTC, +07:00, or a name.", valueName: "zone"))
    var zone = "UTC"

    @Option(help: "Draw the series with its flagged points into this file.", completion: .file(extensions: ["svg"]))
    var plot: String?

    @Option(help: ArgumentHelp("The unit, for the drawing.", valueName: "unit"))
    var unit: String?

    func validate() throws {
        if let interval, !(interval > 0 && interval <= 31_622_400) {
            throw ValidationError("--interval is more than 0 seconds and at most a year, not \(interval).")
        }
    }

    func run() throws {
        let stream = try RuleStreams.stream(stream, of: rules)
        if stream.set.extensions.masksFailed {
            Output.note("warning: mask_failed holds for readings as they come; over a file nothing is masked")
        }
        let zone = try ZoneArgument.zone(zone)
        guard let data = try FileHandle.standardInput.readToEnd() ?? Data() as Data?,
            let text = String(validating: data, as: UTF8.self)
        else { throw CommandFailure(.failure, "standard input is not UTF-8") }
        let series = try SeriesFile(text, zone: zone)
        let flags: SeriesFlags
        do throws(SeriesFault) {
            flags = try SeriesFlags(
                series.samples, rules: stream.set, intervalNanoseconds: interval.map { Int64($0 * 1e9) },
                now: Timestamp.current.millisecondsSince1970 * 1_000_000)
        } catch {
            throw CommandFailure(.configuration, "\(rules): \(error.test) \(error.message)")
        }
        try write(series, flags, stream.testNames)
        if let plot { try draw(series, flags, zone, to: plot) }
    }

    private func write(_ series: SeriesFile, _ flags: SeriesFlags, _ names: [String]) throws {
        var output = Output()
        try output.line((["time", "value", "flag", "tests"] + names).joined(separator: ","))
        var line = ""
        for index in series.times.indices {
            line.removeAll(keepingCapacity: true)
            line += series.times[index]
            line += ","
            line += series.values[index]
            line += ",\(flags.flags[index].rawValue),\(flags.tests[index].decimal)"
            for column in flags.columns { line += ",\(column.flags[index].rawValue)" }
            try output.line(line)
        }
        try output.flush()
    }

    private func draw(_ series: SeriesFile, _ flags: SeriesFlags, _ zone: Zone, to path: String) throws {
        let points = series.samples.times.indices.map { index in
            let value = series.samples.values[index]
            return ChartPoint(
                time: Timestamp(millisecondsSince1970: series.samples.times[index] / 1_000_000),
                value: value.isFinite ? value : nil, flag: flags.flags[index])
        }
        let chart = SeriesChart(
            title: stream ?? "Series", subtitle: "\(rules.split(separator: "/").last ?? "")", unit: unit,
            points: points,
            zone: zone)
        do {
            // Not by a rename: the path may be a pipe or a device.
            try Data(chart.svg().utf8).write(to: URL(filePath: path))
        } catch {
            throw CommandFailure(
                .failure,
                "\(path) cannot be written: it must be a file, in a folder that is there and may be written to")
        }
    }
}

/// The streams of a file of rules.
enum RuleStreams {
    /// One stream of a file; its warnings go to standard error.
    ///
    /// - Throws: `SettingsFaults`, or a failure with 78 when it is not clear which one.
    static func stream(_ name: String?, of path: String) throws -> RuleFile.Stream {
        let file = try RuleFile.load(path: path).get()
        for warning in file.warnings { Output.note("warning: \(warning)") }
        let names = file.streams.map { $0.name ?? "(unnamed)" }.joined(separator: ", ")
        if let name {
            guard let stream = file.streams.first(where: { $0.name == name }) else {
                throw CommandFailure(.configuration, "\(path) has no stream \(name), but \(names)")
            }
            return stream
        }
        guard let stream = file.streams.first, file.streams.count == 1 else {
            throw CommandFailure(.configuration, "\(path) has several streams, name one with --stream: \(names)")
        }
        return stream
    }
}
