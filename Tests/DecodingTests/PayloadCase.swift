import Decoding
import Formats
import Foundation
import QuantracTesting
import Readings
import Testing

/// One folder of `fixtures/payloads/<decoder>`: `input.bin`, the answer in `readings.json`, and where it matters the
/// source's side of it in `context.json`. docs/adding-a-decoder.md describes them.
struct PayloadCase: CustomTestStringConvertible, Sendable {
    let decoder: String
    let name: String

    var testDescription: String { "\(decoder)/\(name)" }
    private var folder: String { "payloads/\(decoder)/\(name)" }

    static let all: [PayloadCase] = contents(of: "payloads").flatMap { decoder in
        contents(of: "payloads/\(decoder)").map { PayloadCase(decoder: decoder, name: $0) }
    }

    struct Settings: Decodable {
        var topic: String?
        var patterns: [String]?
        var zone: String?
        var time: String?
        /// The keys of a `[[format]]`, without its name and kind.
        var format: Format?
        /// What the same decoder has had before, in this order.
        var before: [Earlier]?
        /// Some formats cannot tell a last line that was cut from one that is whole.
        var endsOpen: Bool?
        /// How many readings such a last line may give; 1 where it is not said.
        var lineReadings: Int?
    }

    struct Earlier: Decodable {
        var topic: String
        /// Beside `context.json`.
        var file: String
    }

    /// The keys of a `[[format]]` as JSON.
    struct Format: Decodable {
        var options = FormatOptions()

        init(from decoder: any Decoder) throws {
            let container = try decoder.container(keyedBy: Name.self)
            for key in container.allKeys {
                switch key.stringValue {
                case "names": options.names = try container.decode([String: String].self, forKey: key)
                case "units": options.units = try container.decode([String: String].self, forKey: key)
                default:
                    guard let option = FormatOptions.Key(rawValue: key.stringValue) else {
                        throw DecodingError.dataCorruptedError(
                            forKey: key, in: container, debugDescription: "\(key.stringValue) is no key of [[format]]")
                    }
                    options.texts[option] = try container.decode(String.self, forKey: key)
                }
            }
        }

        private struct Name: CodingKey {
            var stringValue: String
            var intValue: Int? { nil }
            init(stringValue: String) { self.stringValue = stringValue }
            init?(intValue: Int) { nil }
        }
    }

    func input() throws -> [UInt8] { try bytes(of: "\(folder)/input.bin") }

    func settings() throws -> Settings {
        let file = fixtures.appendingPathComponent("\(folder)/context.json")
        guard FileManager.default.fileExists(atPath: file.path) else { return Settings() }
        return try JSONDecoder().decode(Settings.self, from: Data(contentsOf: file))
    }

    func context(_ settings: Settings) throws -> DecodingContext {
        var context = DecodingContext(topics: try (settings.patterns ?? []).map { try TopicPattern($0) })
        context.missingTime = settings.time.flatMap { MissingTime(rawValue: $0) } ?? .required
        if let zone = settings.zone {
            let file = try Data(contentsOf: URL(fileURLWithPath: "/usr/share/zoneinfo/\(zone)"))
            guard let parsed = Zone(name: zone, tzif: Array(file)) else { throw CocoaError(.fileReadCorruptFile) }
            context.zone = parsed
        }
        return context
    }

    func definition(_ settings: Settings) throws -> FormatDefinition {
        guard let kind = FormatKind(rawValue: decoder) else { throw CocoaError(.featureUnsupported) }
        guard let format = settings.format else { return FormatDefinition(kind) }
        return try FormatDefinition(name: "acme", kind: kind, options: format.options)
    }

    /// A decoder as the case wants it, which has had the earlier payloads.
    func madeDecoder(_ settings: Settings) throws -> any PayloadDecoder {
        guard var made = DecoderCatalog.make(try definition(settings)) else { throw CocoaError(.featureUnsupported) }
        let context = try context(settings)
        for earlier in settings.before ?? [] {
            var intake = PayloadDecoderContract.intake(
                topic: earlier.topic, payloads: [try bytes(of: "\(folder)/\(earlier.file)")], received: receivedInTests)
            made.decode(payload: 0, of: &intake, as: context)
        }
        return made
    }

    func outcome(of input: [UInt8]) throws -> Outcome {
        let settings = try settings()
        return try outcome(of: input, settings, try madeDecoder(settings), try context(settings))
    }

    private func outcome(
        of input: [UInt8], _ settings: Settings, _ made: any PayloadDecoder, _ context: DecodingContext
    ) throws -> Outcome {
        var intake = PayloadDecoderContract.intake(
            topic: settings.topic ?? "", payloads: [input], received: receivedInTests)
        var decoder = IntakeDecoder(decoder: made, context: context)
        decoder.decode(&intake)
        return Outcome(intake)
    }

    struct Answer: Codable {
        var faults: [String]
        var readings: [String]
    }

    func answer() throws -> Answer {
        try JSONDecoder().decode(Answer.self, from: Data(bytes(of: "\(folder)/readings.json")))
    }

    /// Writes the answer as it is now; a person reads it before it is committed.
    func record(_ outcome: Outcome) throws {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.prettyPrinted, .withoutEscapingSlashes, .sortedKeys]
        let data = try encoder.encode(Answer(faults: outcome.faults, readings: outcome.readings))
        try (data + Data("\n".utf8)).write(to: fixtures.appendingPathComponent("\(folder)/readings.json"))
    }

    /// The suite of every decoder, with the case as its payload.
    func contract() throws -> PayloadDecoderContract {
        let settings = try settings()
        let made = try madeDecoder(settings)
        return PayloadDecoderContract(
            context: try context(settings), topic: settings.topic ?? "", valid: [try input()], make: { made })
    }

    /// The formats of which a cut payload may be a shorter one.
    private static let mayEndEarlier: Set = ["value", "line", "csv", "station-file", "sparkplug-b"]

    /// What is wrong with the answers to the payload cut at each byte; every cut is a fault, or fewer of the same readings.
    func violationsWhenCut() throws -> [String] {
        let input = try input()
        let settings = try settings()
        let made = try madeDecoder(settings)
        let context = try context(settings)
        let whole = try outcome(of: input, settings, made, context)
        guard whole.faults.isEmpty else { return [] }
        var found: [String] = []
        for length in 0..<min(input.count, 4000) {
            let outcome = try outcome(of: Array(input[..<length]), settings, made, context)
            // In the last line of a text without an end, a number that is cut is a shorter number.
            let isOpen = settings.endsOpen ?? (decoder == FormatKind.value.rawValue)
            let kept = isOpen ? outcome.readings.dropLast(settings.lineReadings ?? 1) : outcome.readings[...]
            let isOther = !Self.mayEndEarlier.contains(decoder) && outcome.faults.isEmpty && outcome != whole
            if isOther || outcome.readings.count > whole.readings.count || !whole.readings.starts(with: kept) {
                found.append("cut at \(length): \(outcome)")
            }
        }
        return found
    }
}
