import ArgumentParser
import Decoding
import Foundation
import Queue
import Readings
import Settings

/// `quantrac decode FORMAT FILE`: what a payload says.
struct DecodeCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "decode", abstract: "Show what a payload says, without a broker and without a queue.",
        discussion: "Exits with 1 when something in it cannot be read.")

    @Argument(help: ArgumentHelp("The format: \(DecoderCatalog.names.joined(separator: ", ")).", valueName: "format"))
    var format: String

    @Argument(help: ArgumentHelp("The payload, - for standard input.", valueName: "file"), completion: .file())
    var file: String

    @Option(help: "The topic it came on; what its pattern names is taken from it.")
    var topic: String?

    @Option(help: ArgumentHelp("The pattern for --topic.", valueName: "pattern"))
    var pattern = "quantrac/v1/{station}/readings"

    @Option(
        help: ArgumentHelp(
            "Of times without a zone: UTC, +07:00, or a name such as Asia/Ho_Chi_Minh.", valueName: "zone"))
    var zone: String?

    @Option(help: ArgumentHelp("What a missing time means: required or received.", valueName: "rule"))
    var time: MissingTimeArgument?

    @OptionGroup var listing: ListingOptions

    enum MissingTimeArgument: String, CaseIterable, ExpressibleByArgument { case required, received }

    func run() throws {
        guard let decoder = DecoderCatalog.make(format) else {
            throw CommandFailure(
                .usage, "there is no format `\(format)`; there are \(DecoderCatalog.names.joined(separator: ", "))")
        }
        let intake = try decoded(by: decoder)
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

    private func decoded(by decoder: any PayloadDecoder) throws -> Intake {
        let input = file == "-" ? FileHandle.standardInput : FileHandle(forReadingAtPath: file)
        guard let data = try? input?.readToEnd() ?? Data(), input != nil else {
            throw CommandFailure(.failure, "\(file) cannot be read; check the path and the permissions")
        }
        var intake = Intake(source: "file:\(file)")
        let topicBytes = Array((topic ?? "").utf8)
        intake.bytes = topicBytes + data
        intake.payloads = [
            Payload(
                topic: TextRange(inBytes: 0..<topicBytes.count),
                body: TextRange(inBytes: topicBytes.count..<intake.bytes.count), received: .current,
                fullLength: data.count)
        ]
        var patterns: [TopicPattern] = []
        if topic != nil { patterns = [try TopicPattern(pattern)] }
        let context = DecodingContext(
            topics: patterns, zone: try zone.map { try ZoneArgument.zone($0) },
            missingTime: (time ?? (format == "value" ? .received : .required)) == .required ? .required : .received)
        var decoder = IntakeDecoder(decoder: decoder, context: context)
        decoder.decode(&intake)
        return intake
    }

    private func report(_ intake: Intake, to output: inout Output) throws {
        guard !intake.faults.isEmpty else { return }
        let faults = intake.faults.map { FaultPlace($0) }
        let payload = Array(intake.bytes[intake.payloads[0].body.indices])
        if !intake.readings.isEmpty { try output.line("") }
        try output.line("Faults:")
        for line in FaultText.lines(faults) { try output.line(line) }
        for line in FaultText.excerpt(payload, faults: faults) { try output.line(line) }
        for line in Hexadecimal.dump(payload, marks: Set(faults.map(\.offset)), lineLimit: 16) { try output.line(line) }
    }
}
