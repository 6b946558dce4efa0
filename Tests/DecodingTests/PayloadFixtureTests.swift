import Decoding
import Foundation
import QuantracTesting
import Readings
import Testing

/// One folder of `fixtures/payloads/<decoder>`: `input.bin`, the answer in `readings.json`, and where it matters the
/// source's side of it in `context.json`. docs/adding-a-decoder.md describes them.
private struct PayloadCase: CustomTestStringConvertible, Sendable {
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

    func outcome(of input: [UInt8]) throws -> Outcome {
        let settings = try settings()
        return try decode(input, by: decoder, topic: settings.topic ?? "", as: try context(settings))
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
}

@Suite struct `Payload fixtures` {
    @Test(arguments: PayloadCase.all)
    fileprivate func `are decoded as their folder says`(_ payload: PayloadCase) throws {
        let outcome = try payload.outcome(of: try payload.input())
        if ProcessInfo.processInfo.environment["QUANTRAC_RECORD"] != nil { try payload.record(outcome) }
        let answer = try payload.answer()
        #expect(outcome.readings == answer.readings)
        #expect(outcome.faults == answer.faults)
    }

    @Test(arguments: DecoderCatalog.names)
    func `exist for every decoder of the catalog`(decoder: String) {
        #expect(DecoderCatalog.make(decoder)?.name == decoder)
        #expect(!contents(of: "payloads/\(decoder)").isEmpty)
    }

    @Test(arguments: contents(of: "payloads"))
    func `are those of a decoder in the catalog`(decoder: String) {
        #expect(DecoderCatalog.names.contains(decoder))
    }

    @Test(arguments: PayloadCase.all)
    fileprivate func `cut anywhere are a fault or fewer readings`(_ payload: PayloadCase) throws {
        let input = try payload.input()
        let whole = try payload.outcome(of: input)
        for length in 0..<min(input.count, 4000) {
            let outcome = try payload.outcome(of: Array(input[..<length]))
            guard outcome.faults.isEmpty, whole.faults.isEmpty else { continue }
            // A number that is cut is a shorter number; an object that is cut is none.
            if payload.decoder == "value" {
                #expect(outcome.readings.count <= whole.readings.count)
            } else {
                #expect(outcome == whole, "cut at \(length)")
            }
        }
    }

    @Test(arguments: PayloadCase.all)
    fileprivate func `keep the contract when they are damaged`(_ payload: PayloadCase) throws {
        let input = try payload.input()
        guard input.count < 4000 else { return }
        #expect(try contract(payload).damage(input, seed: seed) == [])
    }

    @Test(arguments: ["json/design-example", "value/number"])
    func `keep the contract of a payload decoder`(name: String) throws {
        let payload = try #require(PayloadCase.all.first { $0.testDescription == name })
        #expect(try contract(payload).violations(seed: seed) == [])
    }

    private func contract(_ payload: PayloadCase) throws -> PayloadDecoderContract {
        let settings = try payload.settings()
        return PayloadDecoderContract(
            context: try payload.context(settings), topic: settings.topic ?? "", valid: [try payload.input()],
            make: { [decoder = payload.decoder] in DecoderCatalog.make(decoder) ?? JSONPayloadDecoder() })
    }
}
