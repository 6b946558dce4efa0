import Foundation
import NIOCore
import Readings
import Testing

@testable import Delivery
@testable import Queue

@Suite struct `Lines of readings` {
    @Test func `are the bytes of the fixture`() throws {
        let fixtures = try Fixtures()
        #expect(Self.ndjson(Self.page) == fixtures.ndjson)
        #expect(Self.csv(Self.page) == fixtures.csv)
    }

    @Test func `read back as what was stored`() throws {
        let page = Self.page
        let lines = Self.ndjson(page).split(separator: "\n")
        #expect(lines.count == page.count)
        var rows = page.rows[...]
        for line in lines {
            let object = try #require(try JSONSerialization.jsonObject(with: Data(line.utf8)) as? [String: Any])
            guard object["kind"] as? String == "reading" else {
                #expect(object["kind"] as? String == "skipped")
                continue
            }
            let first = rows.popFirst()
            let row = try #require(first)
            let reading = page.reading(row)
            #expect(object.count == 22)
            #expect(object["sequence"] as? Int64 == reading.sequence)
            #expect(object["station"] as? String == reading.station)
            #expect(object["parameter"] as? String == reading.parameter)
            #expect((object["value"] as? NSNumber)?.doubleValue == reading.value)
            #expect(object["unit"] as? String == reading.unit)
            #expect(object["status"] as? String == reading.status)
            #expect(object["tests"] as? String == String(reading.tests.decimal))
            #expect(object["settles"] as? Int == reading.settles?.rawValue)
            #expect(object["qualifiers"] as? [String] == reading.qualifiers.names)
            #expect(object["version"] as? Int64 == reading.version)
            #expect(object["cause"] as? String == reading.cause?.rawValue)
            #expect(object["station_sequence"] as? Int64 == reading.stationSequence)
            switch reading.rawValue {
            case .sameAsValue: #expect(object["raw_value"] is NSNull)
            case .integer(let value): #expect(object["raw_value"] as? Int64 == value)
            case .real(let value): #expect(object["raw_value"] as? Double == value)
            case .text(let text): #expect(object["raw_value"] as? String == text)
            case .number(let text): #expect(line.contains("\"raw_value\":\(text),"))
            }
        }
        #expect(rows.isEmpty)
    }

    @Test func `are the same whatever pages they come in`() {
        var encoder = NDJSONEncoder()
        var buffer = ByteBuffer()
        for index in Self.page.rows.indices {
            var page = Self.page
            page.rows = [Self.page.rows[index]]
            page.records = page.records.filter { record in
                record.sequence < Self.page.rows[index].sequence
                    && (index == 0 || record.sequence > Self.page.rows[index - 1].sequence)
            }
            encoder.append(page, to: &buffer)
        }
        var page = Self.page
        page.rows = []
        page.records = page.records.filter { $0.sequence > Self.page.rows[Self.page.rows.count - 1].sequence }
        encoder.append(page, to: &buffer)
        #expect(String(buffer: buffer) == Self.ndjson(Self.page))
    }

    @Test func `escape every control character`() throws {
        for byte in UInt8(0)..<0x80 {
            let character = String(UnicodeScalar(byte))
            let text = "a" + character + "ệ"
            var page = Self.page
            page.texts = Array(text.utf8)
            page.rows = [Self.row(1) { $0.raw = .text(start: 0, count: UInt32(text.utf8.count)) }]
            page.records = []
            let line = Self.ndjson(page)
            let object = try #require(try JSONSerialization.jsonObject(with: Data(line.utf8)) as? [String: Any])
            #expect(object["raw_value"] as? String == text)
            #expect(line.contains("\"raw_value\":\(JSONText.string(text)),"))
            #expect(line.utf8.count { $0 < 0x20 } == 1)
        }
    }

    @Test func `hold texts far longer than the room of a usual line`() throws {
        let text = String(repeating: "\u{1}\"", count: 100_000)
        var page = Self.page
        page.texts = Array(text.utf8)
        page.rows = (1...300).map { sequence in
            Self.row(Int64(sequence)) { if sequence == 150 { $0.raw = .text(start: 0, count: 200_000) } }
        }
        page.records = []
        let lines = Self.ndjson(page).split(separator: "\n")
        #expect(lines.count == 300)
        #expect(lines[149].utf8.count > 800_000)
        #expect(Self.csv(page).utf8.count > 300_000)
    }

    @Test(arguments: [
        ("1970-01-01T00:00:00.000Z", Int64(0)), ("2000-02-29T23:59:59.999Z", 951_868_799_999),
        ("2026-11-23T00:00:00.000Z", 1_795_392_000_000), ("2099-12-31T23:59:59.999Z", 4_102_444_799_999),
        ("2100-03-01T00:00:00.001Z", 4_107_542_400_001), ("1972-12-31T12:34:56.078Z", 94_653_296_078),
    ])
    func `have times in UTC with milliseconds`(text: String, milliseconds: Int64) {
        var page = Self.page
        page.rows = [Self.row(1) { $0.time = Timestamp(millisecondsSince1970: milliseconds) }]
        page.records = []
        #expect(Self.ndjson(page).contains("\"time\":\"\(text)\""))
    }

    static func ndjson(_ page: Page) -> String {
        var encoder = NDJSONEncoder()
        var bytes: [UInt8] = []
        encoder.append(page, to: &bytes)
        return String(decoding: bytes, as: UTF8.self)
    }

    static func csv(_ page: Page) -> String {
        var encoder = CSVEncoder()
        var bytes: [UInt8] = Array(CSVEncoder.header.utf8)
        encoder.append(page, to: &bytes)
        return String(decoding: bytes, as: UTF8.self)
    }
}

extension `Lines of readings` {
    static func row(_ sequence: Int64, _ change: (inout StoredReading) -> Void = { _ in }) -> StoredReading {
        var row = StoredReading(
            sequence: sequence, time: Timestamp(millisecondsSince1970: 1_795_392_000_000),
            received: Timestamp(millisecondsSince1970: 1_795_392_001_204), value: 35.2, version: 1_795_392_001_204_331,
            stationSequence: 0, tests: TestDigits(decimal: 22_212_111_222), raw: .sameAsValue, series: 1, context: 1,
            revision: 0, flag: .pass, settles: nil, hasValue: true, hasStationSequence: false)
        change(&row)
        return row
    }

    /// One row for every form a member has.
    static var page: Page {
        var page = Page()
        let names: [(String, String, Int)] = [
            ("HN-KK-01", "PM2.5", 1), ("HN-KK-01", "Nhiệtđộ", 2), ("a", "m,p-Xylene", 65_535), ("x.y_z-0", #"q"\ "#, 1),
        ]
        page.names.seriesByNumber = [.unknown]
        for (index, name) in names.enumerated() {
            page.names.seriesByNumber.append(
                SeriesName(
                    number: Int32(index + 1), station: name.0, parameter: name.1, sensor: name.2, isIntact: true))
        }
        page.names.contextsByNumber = [
            .unknown,
            ReadingContext(
                number: 1, status: "00", unit: "ug/m3", rawUnit: nil, source: "mqtt:field", qualifiers: [],
                rules: "air@1.2.0+3f9c0a1b2c3d", cause: nil, isIntact: true),
            ReadingContext(
                number: 2, status: nil, unit: nil, rawUnit: nil, source: "mqtt:a,b",
                qualifiers: [.notANumber, .future],
                rules: nil, cause: .corrected, isIntact: true),
            ReadingContext(
                number: 3, status: "", unit: "°C", rawUnit: "\"K\"", source: "modbus:x", qualifiers: [.calibrating],
                rules: nil, cause: .late, isIntact: true),
        ]
        page.texts = Array("NaN-99999999999999999999.5a\"b\\\n".utf8)
        page.rows = [
            row(91) {
                $0.settles = .pass; $0.stationSequence = 1_234; $0.hasStationSequence = true
            },
            row(92) {
                $0.series = 2; $0.context = 2; $0.hasValue = false; $0.value = 0; $0.flag = .missing;
                $0.raw = .text(start: 0, count: 3)
            },
            row(95) {
                $0.series = 3; $0.context = 3; $0.raw = .integer(Int64.max); $0.value = 9.223372036854776e18;
                $0.revision = 3; $0.flag = .fail
            },
            row(96) {
                $0.raw = .real(0.0352); $0.flag = .suspect; $0.settles = .notEvaluated
            },
            row(97) {
                $0.series = 4; $0.raw = .number(start: 3, count: 23); $0.value = -1e23
            },
            row(98) {
                $0.raw = .text(start: 26, count: 5); $0.value = -0.0; $0.time = Timestamp(millisecondsSince1970: 1)
            },
            row(99) {
                $0.raw = .text(start: 0, count: 0); $0.hasValue = false; $0.hasStationSequence = true;
                $0.stationSequence = -5
            },
        ]
        page.records = [
            StoredRecord(
                sequence: 90, kind: "skipped", consumer: "w", version: 1,
                body: #"{"from":1,"to":89,"reason":"max_age"}"#),
            StoredRecord(
                sequence: 94, kind: "skipped", consumer: nil, version: 2,
                body: #"{"from":93,"to":93,"reason":"dropped"}"#),
            StoredRecord(sequence: 100, kind: "skipped", consumer: nil, version: 3, body: "{}"),
        ]
        return page
    }
}

/// The files of `fixtures/delivery/lines`.
struct Fixtures {
    var ndjson: String
    var csv: String

    init() throws {
        let folder = URL(filePath: #filePath).deletingLastPathComponent().appending(
            path: "../../../fixtures/delivery/lines")
        ndjson = try String(contentsOf: folder.appending(path: "version-1.ndjson"), encoding: .utf8)
        csv = try String(contentsOf: folder.appending(path: "version-1.csv"), encoding: .utf8)
    }
}
