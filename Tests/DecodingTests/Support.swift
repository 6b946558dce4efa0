import Decoding
import Foundation
import Readings

/// SplitMix64: the same numbers for the same seed on every run and machine.
struct SeededGenerator: RandomNumberGenerator {
    private var state: UInt64

    init(seed: UInt64) { state = seed }

    mutating func next() -> UInt64 {
        state &+= 0x9e37_79b9_7f4a_7c15
        var mixed = state
        mixed = (mixed ^ mixed >> 30) &* 0xbf58_476d_1ce4_e5b9
        mixed = (mixed ^ mixed >> 27) &* 0x94d0_49bb_1331_11eb
        return mixed ^ mixed >> 31
    }
}

/// `QUANTRAC_SEED` when it is set, to repeat a run; else the same seed every time.
let seed = ProcessInfo.processInfo.environment["QUANTRAC_SEED"].flatMap { UInt64($0) } ?? 20_261_123

let fixtures = URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
    .deletingLastPathComponent().appendingPathComponent("fixtures")

func contents(of folder: String) -> [String] {
    let names = try? FileManager.default.contentsOfDirectory(atPath: fixtures.appendingPathComponent(folder).path)
    return (names ?? []).filter { !$0.hasPrefix(".") }.sorted()
}

func bytes(of file: String) throws -> [UInt8] {
    Array(try Data(contentsOf: fixtures.appendingPathComponent(file)))
}

/// Scans one JSON text as strictly as the scanner does.
func scan(_ bytes: [UInt8]) throws(DecodingFailure) {
    var scanner = JSONScanner()
    guard scanner.begin(bytes.span) else { throw DecodingFailure(.empty, at: 0) }
    try scanner.skipValue(bytes.span)
    try scanner.finish(bytes.span)
}

func number(_ text: String) throws(DecodingFailure) -> JSONNumber {
    let bytes = Array(text.utf8)
    var scanner = JSONScanner()
    let number = try scanner.readNumber(bytes.span)
    try scanner.finish(bytes.span)
    return number
}

/// A decoded batch in words, so that a difference can be read.
struct Outcome: Equatable, CustomStringConvertible {
    var readings: [String]
    var faults: [String]

    init(_ intake: Intake) {
        readings = intake.readings.map { reading in
            var words = [
                intake.string(reading.station) ?? "-", intake.string(reading.parameter) ?? "-", "\(reading.sensor)",
                reading.time.description, reading.hasValue ? "\(reading.value)" : "null",
                intake.string(reading.unit) ?? "-", intake.string(reading.status) ?? "-",
            ]
            switch reading.raw {
            case .sameAsValue: break
            case .integer(let integer): words.append("integer=\(integer)")
            case .real(let real): words.append("real=\(real)")
            case .text(let range): words.append("text=\(intake.string(range) ?? "")")
            case .number(let range): words.append("number=\(intake.string(range) ?? "")")
            }
            words += reading.qualifiers.names
            if reading.hasStationSequence { words.append("sequence=\(reading.stationSequence)") }
            return words.joined(separator: " ")
        }
        faults = intake.faults.map { "\($0.index.map { "\($0)" } ?? "all") \($0.offset) \($0.reason.rawValue)" }
    }

    var description: String { (readings + faults).joined(separator: "\n") }
}

let receivedInTests = Timestamp(millisecondsSince1970: 1_795_392_001_204)

func decode(
    _ bytes: [UInt8], by name: String = "json", topic: String = "q/S", as context: DecodingContext = .init()
) throws -> Outcome {
    var intake = Intake(source: "mqtt:test")
    intake.bytes = Array(topic.utf8) + bytes
    let topicEnd = topic.utf8.count
    intake.payloads = [
        Payload(
            topic: TextRange(inBytes: 0..<topicEnd), body: TextRange(inBytes: topicEnd..<intake.bytes.count),
            received: receivedInTests, fullLength: bytes.count)
    ]
    guard let made = DecoderCatalog.make(name) else { throw CocoaError(.featureUnsupported) }
    var decoder = IntakeDecoder(decoder: made, context: context)
    decoder.decode(&intake)
    return Outcome(intake)
}
