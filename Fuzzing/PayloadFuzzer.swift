import Decoding
import Formats
import Glibc
import Readings

/// libFuzzer's entry: the first byte chooses the source's side of it, the rest is the payload.
///
/// `QUANTRAC_FUZZ_FORMAT` names the format. What is looked for beside crashes and endless loops: ranges outside the batch,
/// values that are not finite, faults outside their payload, an answer that changes when the same payload is decoded again
/// by a decoder in the same state.
@_cdecl("LLVMFuzzerTestOneInput")
public func fuzzOneInput(_ start: UnsafePointer<UInt8>?, _ count: Int) -> Int32 {
    guard let start, count > 0 else { return 0 }
    let input = unsafe Array(UnsafeBufferPointer(start: start, count: count))
    check(choice: input[0], payload: Array(input.dropFirst()))
    return 0
}

private let kind: FormatKind = {
    guard let text = unsafe getenv("QUANTRAC_FUZZ_FORMAT"),
        let kind = FormatKind(rawValue: unsafe String(cString: text))
    else { fatalError("QUANTRAC_FUZZ_FORMAT names no format") }
    return kind
}()

/// The format without a `[[format]]`, and some with one.
private let definitions: [FormatDefinition] = {
    let names = ["t": "Temp", "AM2301/Temperature": "Temp", "PM2,5": "PM2.5"]
    let options: [FormatOptions] =
        switch kind {
        case .jsonMapping:
            [
                FormatOptions([
                    .station: "/device/id", .time: "/ts", .timeFormat: "unix-ms", .readings: "/data",
                    .parameter: "/name", .value: "/val", .unit: "/unit", .status: "/st", .sensor: "/no",
                ]),
                FormatOptions([.time: "/Time", .unnamed: "ignore"], names: names, units: ["Temp": "Cel"]),
                FormatOptions([.station: "/a/0", .time: "/t", .timeFormat: "unix-s", .readings: "/r", .value: "/v"]),
            ]
        case .senmlJSON, .senmlCBOR:
            [FormatOptions([.pattern: "urn:dev:*:{station}:{parameter}"], names: names), FormatOptions(names: names)]
        case .line:
            [
                FormatOptions([.pattern: "{parameter},site={station},kind=raw value,unit={unit},status={status}"]),
                FormatOptions([.pattern: "{station} {parameter}", .timeFormat: "unix-ms"], names: names),
            ]
        case .csv:
            [
                FormatOptions([.time: "when", .timeFormat: "dd/MM/yyyy HH:mm", .delimiter: ";", .decimal: ","]),
                FormatOptions([.unnamed: "ignore"], names: names, units: ["Temp": "Cel"]),
            ]
        case .stationFile: [FormatOptions([.pattern: "*_*_{station}_{time}.txt", .decimal: ","], names: names)]
        case .sparkplugB: [FormatOptions([.station: "{group}.{edge}.{device}"], names: names)]
        case .json, .value, .auto: []
        }
    let made = options.map { option in
        do { return try FormatDefinition(name: "f", kind: kind, options: option) } catch { fatalError("\(error)") }
    }
    return (kind == .jsonMapping ? [] : [FormatDefinition(kind)]) + made
}()

private let zone = Zone(secondsEastOfUTC: 25_200)
private let patterns = ["q/{station}", "q/{station}/{parameter}", "q/{station}/{parameter}/{sensor}", "#"]
    .compactMap { try? TopicPattern($0) }
private let topics =
    kind == .sparkplugB
    ? [
        "spBv1.0/G/NBIRTH/E", "spBv1.0/G/NDATA/E", "spBv1.0/G/DBIRTH/E/D", "spBv1.0/G/DDATA/E/D",
        "spBv1.0/G/DDEATH/E/D",
        "spBv1.0/G/NDEATH/E", "spBv1.0/G/NCMD/E", "other",
    ]
    : [
        "q/HN-KK-01", "q/HN-KK-01/PM2.5", "q/HN-KK-01/Nhie\u{323}\u{302}t/2", "other", "",
        "drop/HN_BKHN_KHIKXQ_20260325000500.txt",
    ]

private func check(choice: UInt8, payload: [UInt8]) {
    let definition = definitions[Int(choice) % definitions.count]
    guard let made = DecoderCatalog.make(definition) else { fatalError("no decoder") }
    let context = DecodingContext(
        topics: patterns, zone: choice & 64 == 0 ? zone : nil, missingTime: choice & 128 == 0 ? .required : .received)
    var intake = Intake(source: "fuzz")
    // A protocol that announces things gets its bytes in two messages, on topics that follow each other.
    let topic = Int(choice / 8) % topics.count
    let cut = kind == .sparkplugB ? payload.count / 2 : 0
    if cut > 0 { add(Array(payload[..<cut]), on: topics[topic], to: &intake) }
    let last = Array(payload[cut...])
    add(last, on: topics[cut > 0 ? (topic + 1) % topics.count : topic], to: &intake)

    let decoder = IntakeDecoder(decoder: made, context: context)
    var first = decoder
    first.decode(&intake)
    checkRanges(intake)
    let answer = summary(intake)
    recall(intake, decoder)
    intake.removeDecoded()
    var second = decoder
    second.decode(&intake)
    precondition(summary(intake) == answer, "the same payload gave another answer")
}

private func add(_ body: [UInt8], on topic: String, to intake: inout Intake) {
    let start = intake.bytes.count
    intake.bytes += Array(topic.utf8)
    let middle = intake.bytes.count
    intake.bytes += body
    intake.payloads.append(
        Payload(
            topic: TextRange(inBytes: start..<middle), body: TextRange(inBytes: middle..<intake.bytes.count),
            received: Timestamp(millisecondsSince1970: 1_795_392_001_204), fullLength: body.count))
}

/// What a decoder wants to be told again, it can be told, as it is and cut.
private func recall(_ intake: Intake, _ decoder: IntakeDecoder) {
    var restarted = decoder
    for memory in intake.memories where !memory.body.isNone {
        let key = Array((intake.string(memory.key) ?? "").utf8)
        let body = intake.withBytes(of: memory.body) { body in body.indices.map { body[$0] } }
        restarted.recall(key: key, body: Array(body.prefix(body.count / 2)))
        restarted.recall(key: key, body: body)
    }
}

private func summary(_ intake: Intake) -> [Int] {
    intake.faults.map(\.hashValue)
        + intake.readings.map { "\($0.station)\($0.parameter)\($0.time)\($0.value)\($0.raw)\($0.qualifiers)".hashValue }
}

private func checkRanges(_ intake: Intake) {
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
        for range in texts.dropFirst(2) where !range.isNone {
            precondition(!intake.withBytes(of: range) { TextRules.hasControl($0) }, "a text with control characters")
        }
        precondition(StationID.isValid(intake.string(reading.station) ?? ""), "a station breaks the rules")
        precondition(ParameterSymbol.isValid(intake.string(reading.parameter) ?? ""), "a parameter breaks the rules")
        precondition(reading.value.isFinite && reading.sensor > 0, "a reading that cannot be")
        precondition(Timestamp.plausible.contains(reading.time.millisecondsSince1970), "a time is not plausible")
    }
    for fault in intake.faults {
        let length = intake.payloads[Int(fault.payload)].body.count
        precondition(fault.offset >= 0 && fault.offset <= length, "a fault lies outside")
    }
    precondition(
        intake.readings.count + intake.faults.count <= 10_001 * intake.payloads.count, "more readings than the limit")
}
