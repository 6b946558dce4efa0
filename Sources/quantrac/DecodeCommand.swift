import ArgumentParser
import Decoding
import Formats
import Foundation
import Queue
import Readings
import Settings

/// `quantrac decode FORMAT FILE`: what a payload says.
struct DecodeCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "decode", abstract: "Show what a payload says, without a broker and without a queue.",
        discussion: """
            FORMAT is \(DecoderCatalog.builtIn.joined(separator: ", ")), or a [[format]] of the settings that --config \
            names. Of several files each is one payload, in the order given, as a source would get them: a Sparkplug \
            birth before its data. Exits with 1 when something cannot be read.
            """)

    @Argument(help: "The format.")
    var format: String

    @Argument(help: ArgumentHelp("The payload, - for standard input.", valueName: "file"), completion: .file())
    var files: [String]

    @OptionGroup var settings: ConfigurationOptions

    @Option(
        help: """
            The topic it came on, or its path in a folder; what its pattern names is taken from it. With several files \
            once, or once for each.
            """)
    var topic: [String] = []

    @Option(
        help: ArgumentHelp("The pattern for --topic. (default: quantrac/v1/{station}/readings)", valueName: "pattern"))
    var pattern: String?

    @Option(
        help: ArgumentHelp(
            "Of times without a zone: UTC, +07:00, or a name such as Asia/Ho_Chi_Minh.", valueName: "zone"))
    var zone: String?

    @Option(help: ArgumentHelp("What a missing time means: required or received.", valueName: "rule"))
    var time: MissingTimeArgument?

    @OptionGroup var listing: ListingOptions

    enum MissingTimeArgument: String, CaseIterable, ExpressibleByArgument { case required, received }

    func validate() throws {
        guard !files.isEmpty else { throw ValidationError("Name a file, or - for standard input.") }
        guard topic.count <= 1 || topic.count == files.count else {
            throw ValidationError("There are \(topic.count) topics and \(files.count) files.")
        }
    }

    func run() throws {
        let intake = try decoded(as: try definition())
        var output = Output()
        if listing.isJSON {
            for reading in intake.readings { try output.line(DraftText.json(reading, in: intake)) }
            for fault in intake.faults { try output.line(DraftText.json(fault)) }
        } else {
            for line in DraftText.table(intake) { try output.line(line) }
            try report(intake, to: &output)
        }
        try output.flush()
        if !intake.faults.isEmpty { throw ExitCode(1) }
    }

    /// The format of the argument. The settings are read only where it is none that is built in.
    private func definition() throws -> FormatDefinition {
        if let kind = FormatKind(rawValue: format), FormatKind.builtIn.contains(kind) { return FormatDefinition(kind) }
        let known = DecoderCatalog.builtIn.joined(separator: ", ")
        guard settings.config != nil || ProcessInfo.processInfo.environment["QUANTRAC_CONFIG"] != nil else {
            throw CommandFailure(
                .usage, "there is no format `\(format)`; there are \(known), and the [[format]] of a --config")
        }
        let configuration = try settings.load()
        guard let definition = configuration.format(named: format) else {
            throw CommandFailure(
                .usage,
                "there is no format `\(format)` in \(settings.path); there are "
                    + configuration.formatNames.joined(separator: ", "))
        }
        return definition
    }

    private func decoded(as definition: FormatDefinition) throws -> Intake {
        guard let decoder = DecoderCatalog.make(definition) else {
            throw CommandFailure(.usage, "there is no decoder for `\(definition.kind.rawValue)`")
        }
        var intake = Intake(source: "file:\(files[0])")
        for (number, file) in files.enumerated() {
            let data = try Self.read(file)
            // A file that is named as a station file says its station itself.
            let topic = topic.isEmpty ? Self.name(of: file) : topic[min(number, topic.count - 1)]
            let start = intake.bytes.count
            intake.bytes += Array(topic.utf8)
            let middle = intake.bytes.count
            intake.bytes += data
            intake.payloads.append(
                Payload(
                    topic: TextRange(inBytes: start..<middle), body: TextRange(inBytes: middle..<intake.bytes.count),
                    received: .current, fullLength: data.count))
        }
        var patterns: [TopicPattern] = []
        if !topic.isEmpty {
            do {
                patterns = [try TopicPattern(pattern ?? Self.usualPattern)]
            } catch {
                throw CommandFailure(.usage, "\(error)")
            }
        }
        let context = DecodingContext(
            topics: patterns, zone: try zone.map { try ZoneArgument.zone($0) },
            missingTime: (time ?? (definition.kind == .value ? .received : .required)) == .required
                ? .required : .received)
        var batch = IntakeDecoder(decoder: decoder, context: context, name: definition.name)
        batch.decode(&intake)
        // These read the topic themselves, whatever a pattern says.
        let readsTopic = definition.kind == .sparkplugB || definition.kind == .stationFile
        note(intake, pattern == nil && readsTopic ? [] : patterns)
        return intake
    }

    private static let usualPattern = "quantrac/v1/{station}/readings"

    /// What is right and still not likely to be meant.
    private func note(_ intake: Intake, _ patterns: [TopicPattern]) {
        for (topic, pattern) in topic.flatMap({ topic in patterns.map { (topic, $0) } })
        where pattern.match(Array(topic.utf8).span) == nil {
            Output.note("the topic \(topic) does not fit \(pattern.text), and so names nothing; see --pattern")
        }
        // 1980-01-01: a number of seconds read as milliseconds, or of milliseconds as nanoseconds.
        let early = intake.readings.count { $0.time.millisecondsSince1970 < 315_532_800_000 }
        if early > 0 {
            Output.note(
                "\(Grouped.count(early, "reading")) observed before 1980: is the time in the unit that the format expects?"
                    + " (time_format)")
        }
    }

    private static func read(_ file: String) throws -> Data {
        let input = file == "-" ? FileHandle.standardInput : FileHandle(forReadingAtPath: file)
        guard let data = try? input?.readToEnd() ?? Data(), input != nil else {
            throw CommandFailure(.failure, "\(file) cannot be read; check the path and the permissions")
        }
        return data
    }

    private static func name(of file: String) -> String {
        file == "-" ? "" : file.split(separator: "/").last.map(String.init) ?? ""
    }

    private func report(_ intake: Intake, to output: inout Output) throws {
        for index in intake.payloads.indices {
            let faults = intake.faults.filter { $0.payload == index }.map { FaultPlace($0) }
            guard !faults.isEmpty else { continue }
            let payload = Array(intake.bytes[intake.payloads[index].body.indices])
            if !intake.readings.isEmpty { try output.line("") }
            try output.line(files.count > 1 ? "Faults in \(files[index]):" : "Faults:")
            for line in FaultText.lines(faults) { try output.line(line) }
            for line in FaultText.excerpt(payload, faults: faults) { try output.line(line) }
            for line in Hexadecimal.dump(payload, marks: Set(faults.map(\.offset)), lineLimit: 16) {
                try output.line(line)
            }
        }
    }
}
