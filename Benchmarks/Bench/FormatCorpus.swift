import Formats
import Readings

/// The payloads of one format: a station's ten parameters at one moment.
struct FormatCorpus: Sendable {
    var name: String
    var definition: FormatDefinition
    var topic = "quantrac/v1/HN-KK-01/readings"
    var patterns = ["quantrac/v1/{station}/readings"]
    /// Of the rate of `json`.
    var must: Double?
    /// What must come first.
    var birth: (topic: [UInt8], body: [UInt8])?
    /// The payload of a number, with so many readings.
    var payload: @Sendable (_ number: Int, _ readings: Int) -> [UInt8]

    private static let parameters = ["PM2.5", "PM10", "SO2", "NO2", "CO", "O3", "TEMP", "RH", "WS", "WD"]
    private static let start: Int64 = 1_795_392_000_000

    private static func value(_ number: Int, _ index: Int) -> String {
        let tenths = (number * 10 + index) % 1000
        return "\(tenths / 10).\(tenths % 10)"
    }

    static let json = FormatCorpus(name: "json", definition: FormatDefinition(.json)) { number, count in
        let readings = parameters.prefix(count).enumerated().map {
            "{\"parameter\":\"\($1)\",\"value\":\(value(number, $0)),\"unit\":\"ug/m3\"}"
        }
        return Array(
            "{\"time\":\(start + Int64(number) * 1000),\"readings\":[\(readings.joined(separator: ","))]}".utf8)
    }

    static var all: [FormatCorpus] {
        get throws {
            [
                senmlJSON, senmlCBOR, try sparkplug(byAlias: true), try sparkplug(byAlias: false), line, csv,
                try mapping,
                stationFile,
            ]
        }
    }

    private static let senmlJSON = FormatCorpus(
        name: "senml+json", definition: FormatDefinition(.senmlJSON), must: 0.5
    ) { number, count in
        let records = parameters.prefix(count).enumerated().map { index, name in
            let base = index == 0 ? "\"bn\":\"urn:dev:ow:HN-KK-01:\",\"bt\":\(start / 1000 + Int64(number))," : ""
            return "{\(base)\"n\":\"\(name)\",\"u\":\"ug/m3\",\"v\":\(value(number, index))}"
        }
        return Array("[\(records.joined(separator: ","))]".utf8)
    }

    private static let senmlCBOR = FormatCorpus(
        name: "senml+cbor", definition: FormatDefinition(.senmlCBOR)
    ) { number, count in
        var bytes = [UInt8](CBORText.head(major: 4, count))
        for (index, name) in parameters.prefix(count).enumerated() {
            bytes += CBORText.head(major: 5, index == 0 ? 5 : 3)
            if index == 0 {
                // Labels of RFC 8428, table 4: -2 bn, -3 bt, 0 n, 1 u, 2 v.
                bytes += [0x21] + CBORText.text("urn:dev:ow:HN-KK-01:")
                bytes += [0x22] + CBORText.head(major: 0, Int(start / 1000) + number)
            }
            bytes += [0x00] + CBORText.text(name) + [0x01] + CBORText.text("ug/m3")
            bytes += [0x02] + CBORText.double(Double(value(number, index)) ?? 0)
        }
        return bytes
    }

    private static let line = FormatCorpus(name: "line", definition: FormatDefinition(.line)) { number, count in
        let fields = parameters.prefix(count).enumerated().map { "\($1)=\(value(number, $0))" }
        return Array(
            "air,unit=ug/m3 \(fields.joined(separator: ",")) \((start + Int64(number) * 1000) * 1_000_000)\n".utf8)
    }

    private static let csv = FormatCorpus(name: "csv", definition: FormatDefinition(.csv)) { number, count in
        let time = Timestamp(millisecondsSince1970: start + Int64(number) * 1000)
        let rows = parameters.prefix(count).enumerated().map { "HN-KK-01,\(time),\($1),\(value(number, $0)),ug/m3\n" }
        return Array("station,time,parameter,value,unit\n\(rows.joined())".utf8)
    }

    private static var mapping: FormatCorpus {
        get throws {
            let options = FormatOptions([
                .station: "/device/id", .time: "/ts", .timeFormat: "unix-ms", .readings: "/data",
            ])
            return FormatCorpus(
                name: "json-mapping",
                definition: try FormatDefinition(name: "acme", kind: .jsonMapping, options: options)
            ) { number, count in
                let values = parameters.prefix(count).enumerated().map { "\"\($1)\":\(value(number, $0))" }
                let time = start + Int64(number) * 1000
                return Array(
                    "{\"device\":{\"id\":\"HN-KK-01\"},\"ts\":\(time),\"data\":{\(values.joined(separator: ","))}}".utf8
                )
            }
        }
    }

    private static let stationFile = FormatCorpus(
        name: "station-file", definition: FormatDefinition(.stationFile)
    ) { number, count in
        let seconds = number % 60
        let lines = parameters.prefix(count).enumerated().map {
            "\($1)\t\(value(number, $0))\tug/m3\t202611230700\(seconds < 10 ? "0" : "")\(seconds)\t00\r\n"
        }
        return Array(lines.joined().utf8)
    }

    private static func sparkplug(byAlias: Bool) throws -> FormatCorpus {
        var birth = ProtobufText.integer(1, UInt64(start))
        for (alias, name) in parameters.enumerated() {
            let metric =
                ProtobufText.text(1, name) + ProtobufText.integer(2, UInt64(alias)) + ProtobufText.integer(4, 10)
                + ProtobufText.double(13, 0)
            birth += ProtobufText.bytes(2, metric)
        }
        birth += ProtobufText.integer(3, 0)
        return FormatCorpus(
            name: byAlias ? "sparkplug-b by alias" : "sparkplug-b by name", definition: FormatDefinition(.sparkplugB),
            topic: "spBv1.0/HN/NDATA/HN-KK-01", patterns: ["spBv1.0/#"],
            birth: (Array("spBv1.0/HN/NBIRTH/HN-KK-01".utf8), birth)
        ) { number, count in
            var body = ProtobufText.integer(1, UInt64(start + Int64(number) * 1000))
            for (alias, name) in parameters.prefix(count).enumerated() {
                let key = byAlias ? ProtobufText.integer(2, UInt64(alias)) : ProtobufText.text(1, name)
                body += ProtobufText.bytes(
                    2,
                    key + ProtobufText.integer(3, UInt64(start + Int64(number) * 1000)) + ProtobufText.integer(4, 10)
                        + ProtobufText.double(13, Double(value(number, alias)) ?? 0))
            }
            // The first data message follows the birth's 0; 1,024 messages end where they began.
            return body + ProtobufText.integer(3, UInt64((number + 1) % 256))
        }
    }
}

/// CBOR (RFC 8949), as far as a pack of SenML needs it.
private enum CBORText {
    static func head(major: UInt8, _ count: Int) -> [UInt8] {
        if count < 24 { return [major << 5 | UInt8(count)] }
        if count < 256 { return [major << 5 | 24, UInt8(count)] }
        return [major << 5 | 26] + (0..<4).map { UInt8(truncatingIfNeeded: count >> (24 - $0 * 8)) }
    }

    static func text(_ text: String) -> [UInt8] { head(major: 3, text.utf8.count) + Array(text.utf8) }

    static func double(_ value: Double) -> [UInt8] {
        [0xfb] + (0..<8).map { UInt8(truncatingIfNeeded: value.bitPattern >> (56 - $0 * 8)) }
    }
}

/// The wire format of Protocol Buffers, as far as Sparkplug's metrics need it.
private enum ProtobufText {
    static func varint(_ value: UInt64) -> [UInt8] {
        var rest = value
        var bytes: [UInt8] = []
        while rest >= 128 {
            bytes.append(UInt8(truncatingIfNeeded: rest) | 128)
            rest >>= 7
        }
        return bytes + [UInt8(rest)]
    }

    static func integer(_ field: UInt64, _ value: UInt64) -> [UInt8] { varint(field << 3) + varint(value) }

    static func double(_ field: UInt64, _ value: Double) -> [UInt8] {
        varint(field << 3 | 1) + (0..<8).map { UInt8(truncatingIfNeeded: value.bitPattern >> ($0 * 8)) }
    }

    static func bytes(_ field: UInt64, _ value: [UInt8]) -> [UInt8] {
        varint(field << 3 | 2) + varint(UInt64(value.count)) + value
    }

    static func text(_ field: UInt64, _ text: String) -> [UInt8] { bytes(field, Array(text.utf8)) }
}
