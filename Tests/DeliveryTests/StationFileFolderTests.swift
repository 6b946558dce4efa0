import Foundation
import QuantracTesting
import Readings
import Testing

@testable import Delivery

@Suite struct `A folder of station files` {
    private let folder: TestFolder
    private let files: StationFileFolder

    init() throws {
        folder = try TestFolder()
        files = try StationFileFolder(path: folder.path("out"))
    }

    private func reading(
        _ parameter: String, _ value: Double?, second: Double = 0, sensor: Int = 1, status: String? = "00",
        station: String = "A", revision: Int = 0
    ) -> Reading {
        // 2026-03-25T00:05:00+07:00
        let time = Timestamp(millisecondsSince1970: 1_774_371_900_000 + Int64(second * 1000))
        return Reading(
            sequence: 1, station: station, parameter: parameter, sensor: sensor, time: time, value: value, unit: "mg/L",
            rawValue: .sameAsValue, rawUnit: nil, status: status, flag: .pass, tests: .notEvaluated, settles: nil,
            qualifiers: [], revision: revision, version: Int64(revision), cause: nil, rules: nil, received: time,
            source: "mqtt:field", stationSequence: nil)
    }

    private func text(_ name: String = "A/2026/03/25/A_20260325000500.txt") throws -> [String] {
        try folder.read("out/\(name)").components(separatedBy: "\r\n").dropLast().map { line in
            let cells = line.split(separator: "\t", omittingEmptySubsequences: false)
            return "\(cells[0])=\(cells[1]) \(cells[4])"
        }
    }

    @Test func `says what there was, and done again changes nothing`() throws {
        let readings = [
            reading("pH", 7), reading("COD", nil, status: nil), reading("CO", 0, status: "02"),
            reading("T", 1, status: nil),
        ]
        let outcome = try files.write(readings)
        #expect(outcome.files == 1 && outcome.lines == 4 && outcome.withinOneSecond == 0)
        #expect(try text() == ["pH=7 00", "COD= 02", "CO=0 02", "T=1 00"])
        _ = try files.write(readings)
        #expect(try text() == ["pH=7 00", "COD= 02", "CO=0 02", "T=1 00"])
    }

    @Test func `has the last revision, in one batch or in two`() throws {
        _ = try files.write([reading("pH", 7), reading("pH", 8, revision: 1), reading("EC", 1)])
        #expect(try text() == ["pH=8 00", "EC=1 00"])
        _ = try files.write([reading("pH", 9, revision: 2)])
        #expect(try text() == ["pH=9 00", "EC=1 00"])
        // From the beginning once more, as after a rewind.
        _ = try files.write([reading("pH", 7)])
        _ = try files.write([reading("pH", 9, revision: 2)])
        #expect(try text() == ["pH=9 00", "EC=1 00"])
    }

    @Test func `has each of the readings within one second, and of sensors whose names meet`() throws {
        #expect(try files.write([reading("X", 22, second: 0.9), reading("X", 5, second: 0.5)]).withinOneSecond == 1)
        #expect(try files.write([reading("X", 11, second: 0.1)]).withinOneSecond == 1)
        #expect(try text() == ["X=22 00", "X=5 00", "X=11 00"])
        _ = try files.write([
            reading("Y", 1, second: 60.5, sensor: 2), reading("Y_2", 9, second: 60.5, sensor: 1),
        ])
        #expect(try Set(text("A/2026/03/25/A_20260325000600.txt")) == ["Y_2=1 00", "Y_2=9 00"])
    }

    @Test func `is not left by any station`() throws {
        _ = try files.write([reading("pH", 7, station: ".."), reading("pH", 8, station: ".")])
        let names = try FileManager.default.contentsOfDirectory(atPath: folder.path("out"))
        #expect(names.sorted() == ["%2E", "%2E."])
        #expect(!FileManager.default.fileExists(atPath: folder.path("2026")))
    }

    @Test func `refuses to write over what it cannot read`() throws {
        let place = folder.path("out/A/2026/03/25/A_20260325000500.txt")
        try FileManager.default.createDirectory(atPath: place, withIntermediateDirectories: true)
        #expect(throws: ClientError.self) { try files.write([reading("pH", 7)]) }
    }

    @Test(arguments: [
        (0.0, "0"), (-1.6, "-1.6"), (35.20, "35.2"), (1e16, "10000000000000000"), (1.5e-7, "0.00000015"),
        (-2.5e21, "-2500000000000000000000"), (1e-5, "0.00001"), (123_456_789.125, "123456789.125"),
    ])
    func `writes a number without an exponent`(value: Double, text: String) {
        #expect(StationFileFolder.text(value) == text)
        #expect(Double(text) == value)
    }
}
