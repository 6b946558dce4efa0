import Decoding
import Readings

/// libFuzzer's entry: the first byte chooses decoder and context, the rest is the payload.
///
/// What is looked for beside crashes and endless loops: ranges outside the batch, values that are not finite, faults
/// outside their payload, an answer that changes when the same payload is decoded again.
@_cdecl("LLVMFuzzerTestOneInput")
public func fuzzOneInput(_ start: UnsafePointer<UInt8>?, _ count: Int) -> Int32 {
    guard let start, count > 0 else { return 0 }
    let input = unsafe Array(UnsafeBufferPointer(start: start, count: count))
    check(choice: input[0], payload: Array(input.dropFirst()))
    return 0
}

private let zone = Zone(secondsEastOfUTC: 25_200)
private let patterns = ["q/{station}", "q/{station}/{parameter}", "q/{station}/{parameter}/{sensor}", "#"]
    .compactMap { try? TopicPattern($0) }
private let topics = ["q/HN-KK-01", "q/HN-KK-01/PM2.5", "q/HN-KK-01/Nhie\u{323}\u{302}t/2", "other", ""]

private func check(choice: UInt8, payload: [UInt8]) {
    let names = DecoderCatalog.names
    guard let made = DecoderCatalog.make(names[Int(choice) % names.count]) else { fatalError("no decoder") }
    let context = DecodingContext(
        topics: patterns, zone: choice & 64 == 0 ? zone : nil, missingTime: choice & 128 == 0 ? .required : .received)
    let topic = Array(topics[Int(choice / 8) % topics.count].utf8)
    var intake = Intake(source: "fuzz")
    intake.bytes = topic + payload
    intake.payloads = [
        Payload(
            topic: TextRange(inBytes: 0..<topic.count), body: TextRange(inBytes: topic.count..<intake.bytes.count),
            received: Timestamp(millisecondsSince1970: 1_795_392_001_204), fullLength: payload.count)
    ]
    var decoder = IntakeDecoder(decoder: made, context: context)
    decoder.decode(&intake)
    checkRanges(intake, payload.count)
    let first = summary(intake)
    intake.removeDecoded()
    decoder.decode(&intake)
    precondition(summary(intake) == first, "the same payload gave another answer")
}

private func summary(_ intake: Intake) -> [Int] {
    intake.faults.map(\.hashValue)
        + intake.readings.map { "\($0.station)\($0.parameter)\($0.time)\($0.value)\($0.raw)\($0.qualifiers)".hashValue }
}

private func checkRanges(_ intake: Intake, _ length: Int) {
    for reading in intake.readings {
        var texts = [reading.station, reading.parameter, reading.unit, reading.status]
        switch reading.raw {
        case .text(let range), .number(let range): texts.append(range)
        case .sameAsValue, .integer, .real: break
        }
        for range in texts where !range.isNone {
            let limit = range.isInText ? intake.text.count : intake.bytes.count
            precondition(range.indices.upperBound <= limit, "a text lies outside the batch")
        }
        precondition(StationID.isValid(intake.string(reading.station) ?? ""), "a station breaks the rules")
        precondition(ParameterSymbol.isValid(intake.string(reading.parameter) ?? ""), "a parameter breaks the rules")
        precondition(reading.value.isFinite && reading.sensor > 0, "a reading that cannot be")
        precondition(Timestamp.plausible.contains(reading.time.millisecondsSince1970), "a time is not plausible")
    }
    for fault in intake.faults { precondition(fault.offset >= 0 && fault.offset <= length, "a fault lies outside") }
    precondition(intake.readings.count + intake.faults.count <= 10_001, "more readings than the limit")
}
