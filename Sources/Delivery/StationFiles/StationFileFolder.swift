import Formats
import Foundation
import OwnThread
public import Readings

/// A folder of station files, `STATION/yyyy/MM/dd/STATION_yyyyMMddHHmmss.txt`: one for each station and moment.
///
/// Whoever watches the folder sees whole files only: each is written beside its place, through to the disk, and renamed.
/// A file that stands already, of readings that came earlier, gets the further lines; a revision takes the place of the
/// line that it corrects. Of readings within one second each has its line.
public struct StationFileFolder: Sendable {
    private let folder: URL

    /// - Throws: `ClientError.notStored` when the directory cannot be made.
    public init(path: String) throws {
        folder = URL(filePath: path, directoryHint: .isDirectory)
        try Self.storing(in: path) {
            try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        }
    }

    /// What a call wrote.
    public struct Outcome: Sendable, Equatable {
        public var files = 0
        /// Readings, each revision but the last left out.
        public var lines = 0
        /// Lines that were put beside another one of their symbol: the file has whole seconds and cannot tell them apart.
        public var withinOneSecond = 0

        public init() {}
    }

    /// Writes the readings; what returns is on the disk. Of several revisions of one reading the last one counts.
    ///
    /// Done again with the same readings it changes nothing.
    /// - Throws: `ClientError.notStored`; some of the files may be there then.
    public func write(_ readings: [Reading]) throws -> Outcome {
        var files: [String: [Line]] = [:]
        var places: [Moment: Int] = [:]
        var outcome = Outcome()
        for reading in readings.sorted(by: { $0.version < $1.version }) {
            let line = Self.line(reading)
            let path = StationFileText.path(station: reading.station, localMilliseconds: line.row.localMilliseconds)
            // Of the revisions of one reading the last one counts.
            if let place = places[Moment(reading)] {
                files[path]?[place] = line
            } else {
                places[Moment(reading)] = files[path]?.count ?? 0
                files[path, default: []].append(line)
            }
        }
        var directories: Set<URL> = []
        for (path, lines) in files.sorted(by: { $0.key < $1.key }) {
            let file = folder.appending(path: path)
            try Self.storing(in: file.path) { outcome.withinOneSecond += try write(lines, to: file) }
            // Those that were made on the way, now or before a power cut: day, month, year, station.
            var above = file
            for _ in 0..<5 {
                above.deleteLastPathComponent()
                directories.insert(above)
            }
            outcome.files += 1
            outcome.lines += lines.count
        }
        // A name is on disk only when its directory is.
        for directory in directories { try Self.storing(in: directory.path) { try Self.synchronize(directory) } }
        return outcome
    }

    private typealias Line = (row: StationFileText.Row, placement: StationFileText.Placement)

    /// What has one reading, in any number of revisions.
    private struct Moment: Hashable {
        var station, parameter: String
        var sensor: Int
        var time: Timestamp

        init(_ reading: Reading) {
            (station, parameter, sensor, time) =
                (reading.station, reading.parameter, Int(reading.sensor), reading.time)
        }
    }

    /// Vietnam's clock, which the format has by its own definition.
    private static let zone = Zone(secondsEastOfUTC: 25_200)

    private static func line(_ reading: Reading) -> Line {
        let milliseconds = reading.time.millisecondsSince1970
        let row = StationFileText.Row(
            symbol: reading.sensor == 1 ? reading.parameter : "\(reading.parameter)_\(reading.sensor)",
            value: reading.value.map(text), unit: reading.unit ?? "",
            localMilliseconds: milliseconds + Int64(zone.secondsEast(atUTCSeconds: milliseconds / 1000)) * 1000,
            // Without a word of the device's own: measuring where there is a value, else in error.
            status: reading.status ?? (reading.value == nil ? "02" : "00"))
        // A station that measures on the second has one reading in it, whichever revision.
        if milliseconds % 1000 == 0 { return (row, .replacesFirst) }
        return (row, reading.revision > 0 ? .replacesLast : .isFurther)
    }

    /// The shortest digits that give the value again, without an exponent, which not every reader of such files knows.
    static func text(_ value: Double) -> String {
        let text = "\(value)"
        guard let mark = text.firstIndex(of: "e"), let exponent = Int(text[text.index(after: mark)...]) else {
            return text.hasSuffix(".0") ? String(text.dropLast(2)) : text
        }
        let sign = text.hasPrefix("-") ? "-" : ""
        let mantissa = text[..<mark].drop { $0 == "-" }
        let whole = mantissa.prefix { $0 != "." }
        let fraction = mantissa.dropFirst(whole.count + 1)
        let digits = String(whole + (fraction == "0" ? "" : fraction))
        let point = whole.count + exponent
        if point <= 0 { return sign + "0." + String(repeating: "0", count: -point) + digits }
        if point >= digits.count { return sign + digits + String(repeating: "0", count: point - digits.count) }
        return sign + digits.prefix(point) + "." + digits.dropFirst(point)
    }

    /// Returns how many lines were put beside another one of their symbol.
    private func write(_ lines: [Line], to file: URL) throws -> Int {
        let directory = file.deletingLastPathComponent()
        try FileManager.default.createDirectory(at: directory, withIntermediateDirectories: true)
        var present = Data()
        if FileManager.default.fileExists(atPath: file.path) { present = try Data(contentsOf: file) }
        let made = StationFileText.bytes(of: lines, addedTo: Array(present))
        let text = Data(made.bytes)
        if present == text { return made.further }
        let partial = directory.appending(path: ".\(file.lastPathComponent).partial")
        guard FileManager.default.createFile(atPath: partial.path, contents: nil) else {
            throw CocoaError(.fileWriteUnknown)
        }
        let handle = try FileHandle(forWritingTo: partial)
        do {
            try handle.write(contentsOf: text)
            try handle.synchronize()
            try handle.close()
        } catch {
            try? handle.close()
            throw error
        }
        guard SystemFile.replace(file.path, with: partial.path) else { throw CocoaError(.fileWriteUnknown) }
        return made.further
    }

    private static func synchronize(_ directory: URL) throws {
        let handle = try FileHandle(forReadingFrom: directory)
        defer { try? handle.close() }
        try handle.synchronize()
    }

    private static func storing(in path: String, _ body: () throws -> Void) throws {
        do {
            try body()
        } catch {
            throw ClientError(.notStored, "\(path) cannot be written: \(error.localizedDescription)")
        }
    }
}
