import Decoding
import Formats
import Readings

/// Row 3f: payloads of ten readings, decoded and no more, in each format beside `json`.
struct FormatRows {
    let workplace: Workplace
    private static let perPayload = 10
    /// Payloads decoded as one batch.
    private static let batch = 128

    func rows() throws -> [Row] {
        let readings = workplace.count(2_000_000, quick: 200_000)
        return try FormatCorpus.all.map { corpus in
            let json = FormatCorpus.json
            let (ours, theirs) = try workplace.pairs { oursFirst in
                var their: Double?
                if !oursFirst { their = try rate(json, readings) }
                let our = try rate(corpus, readings)
                return (our, try their ?? rate(json, readings))
            }
            return Row(
                name: "3f", work: "decode \(corpus.name), 10 readings a payload, one core", reference: "json",
                unit: "readings/s", ours: ours, theirs: theirs, must: corpus.must, aim: nil,
                notes: ["\(corpus.payload(0, Self.perPayload).count) bytes a payload"])
        }
    }

    /// Readings decoded a second.
    private func rate(_ corpus: FormatCorpus, _ readings: Int) throws -> Double {
        guard let made = DecoderCatalog.make(corpus.definition) else {
            throw BenchError("there is no decoder \(corpus.definition.kind.rawValue)")
        }
        let patterns = try corpus.patterns.map { try TopicPattern($0) }
        var decoder = IntakeDecoder(decoder: made, context: DecodingContext(topics: patterns))
        var intake = Intake(source: "bench")
        if let birth = corpus.birth {
            Self.add(birth.body, on: birth.topic, to: &intake)
            decoder.decode(&intake)
        }
        let batches = (0..<8).map { number in
            (0..<Self.batch).map { corpus.payload(number * Self.batch + $0, Self.perPayload) }
        }
        let topic = Array(corpus.topic.utf8)
        var decoded = 0
        let start = Native.monotonicSeconds()
        while decoded < readings {
            intake.removeAll()
            for body in batches[decoded / (Self.batch * Self.perPayload) % batches.count] {
                Self.add(body, on: topic, to: &intake)
            }
            decoder.decode(&intake)
            guard intake.readings.count == Self.batch * Self.perPayload, intake.faults.isEmpty else {
                throw BenchError("\(corpus.name): \(intake.readings.count) readings, \(intake.faults.prefix(1))")
            }
            decoded += intake.readings.count
        }
        return Double(decoded) / (Native.monotonicSeconds() - start)
    }

    private static func add(_ body: [UInt8], on topic: [UInt8], to intake: inout Intake) {
        let start = intake.bytes.count
        intake.bytes.append(contentsOf: topic)
        let middle = intake.bytes.count
        intake.bytes.append(contentsOf: body)
        intake.payloads.append(
            Payload(
                topic: TextRange(inBytes: start..<middle), body: TextRange(inBytes: middle..<intake.bytes.count),
                received: Timestamp(millisecondsSince1970: 1_795_392_001_204), fullLength: body.count))
    }
}
