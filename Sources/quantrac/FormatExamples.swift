import Decoding
import Formats
import Pipeline
import Readings
import Settings

/// Whether a `[[format]]` reads its examples as they say.
enum FormatExamples {
    /// The examples that give something else than they expect, in the order of the files.
    static func faults(_ settings: Configuration) throws -> [SettingsFault] {
        var faults: [SettingsFault] = []
        for format in settings.formats {
            for example in format.examples {
                let intake = try decoded(example, as: format.definition)
                guard let difference = difference(intake, example) else { continue }
                faults.append(example.fault(difference))
            }
        }
        return faults
    }

    private static func decoded(
        _ example: FormatSettings.Example, as format: FormatDefinition
    ) throws -> Intake {
        var intake = Intake(source: "example")
        let topic = Array(example.topic.utf8)
        intake.bytes = topic + example.payload
        intake.payloads = [
            Payload(
                topic: TextRange(inBytes: 0..<topic.count),
                body: TextRange(inBytes: topic.count..<intake.bytes.count), received: .current,
                fullLength: example.payload.count)
        ]
        var decoder = try IntakeDecoder(format, example: example)
        decoder.decode(&intake)
        return intake
    }

    private static func difference(_ intake: Intake, _ example: FormatSettings.Example) -> String? {
        if let fault = intake.faults.first {
            let place = fault.index.map { "reading \($0), " } ?? ""
            return
                "the example has a fault: \(place)offset \(fault.offset): \(fault.reason.rawValue), "
                + "\(FaultText.meaning(fault.reason.rawValue)); expected \(example.expected) readings without fault"
        }
        guard intake.readings.count != example.expected else { return nil }
        let given = intake.readings.prefix(5).map { DraftText.line($0, in: intake) }.joined(separator: "; ")
        return "the example gives \(intake.readings.count) readings, expected \(example.expected)"
            + (given.isEmpty ? "" : ": \(given)")
    }
}
