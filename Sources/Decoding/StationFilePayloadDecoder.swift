public import Formats
public import Readings

/// The format `station-file`: the text file of Thông tư 10/2021/TT-BTNMT, a line of five fields for each parameter.
///
/// docs/formats.md says what each field may be. The file's name gives the station, unless its topic does. Local times
/// are those of Hanoi, +07:00, unless the source has a zone of its own.
public struct StationFilePayloadDecoder: PayloadDecoder {
    public var name: String { FormatKind.stationFile.rawValue }

    /// The clock of every station (Thông tư 05/2016/TT-BTNMT, Điều 4.6).
    private static let zone = Zone(secondsEastOfUTC: 25_200)
    /// The symbol as Bảng 34 of Thông tư 10/2021 spells it, and as the files and our dictionary do.
    private static let aliases = ["PM2,5": "PM2.5"]

    private let fileName: StationFileTopic
    private let names: VendorNames
    private let decimal: UInt8

    public init(_ definition: FormatDefinition) {
        fileName = StationFileTopic(pattern: definition.namePattern)
        names = VendorNames(definition, aliases: Self.aliases)
        decimal = definition.decimal
    }

    public mutating func decode(payload: Int, of intake: inout Intake, as context: DecodingContext) {
        let mark = intake.decodedMark
        // The same memory, held a second time: the batch is changed while its bytes are read.
        let bytes = intake.bytes
        let body = intake.payloads[payload].body.indices
        do throws(DecodingFailure) {
            try decode(bytes.span.extracting(body), payload, body.lowerBound, &intake, context)
        } catch {
            intake.refuse(payload: payload, since: mark, error)
        }
    }

    private func decode(
        _ bytes: Span<UInt8>, _ payload: Int, _ base: Int, _ intake: inout Intake,
        _ context: DecodingContext
    ) throws(DecodingFailure) {
        var start = 0
        if bytes.count >= 3, bytes[0] == 0xef, bytes[1] == 0xbb, bytes[2] == 0xbf { start = 3 }
        if bytes.count >= 2, bytes[0] ^ bytes[1] == 1, bytes[0] | bytes[1] == 0xff, bytes[0] >= 0xfe {
            throw DecodingFailure(.notText, at: 0)  // UTF-16, of which every line would be a fault
        }
        var topic = try TopicNames(ofPayload: payload, of: &intake, as: context)
        if topic.station.isNone { topic.station = try fileName.station(ofPayload: payload, of: intake) }
        var lines = StationFileLines(
            payload: payload, base: base, topic: topic, names: names, decimal: decimal, zone: Self.zone)
        while start < bytes.count {
            var end = start
            while end < bytes.count, bytes[end] != 0x0a { end += 1 }
            let isEnded = end < bytes.count
            let next = end + 1
            if end > start, bytes[end - 1] == 0x0d { end -= 1 }
            try lines.read(bytes, start..<end, isEnded: isEnded, &intake, context)
            start = next
        }
        guard lines.index > 0 else { throw DecodingFailure(.empty, at: 0) }
        guard !topic.station.isNone else { throw DecodingFailure(.missingStation, at: 0) }
    }
}
