import Formats
import Foundation
import OwnThread
public import Readings

/// A folder of station files, `STATION/yyyy/MM/dd/STATION_yyyyMMddHHmmss.txt`: one for each station and moment.
///
/// Whoever watches the folder sees whole files only: each is written beside its place, through to the disk, and renamed.
/// A file that stands already, of readings that came earlier, gets the further lines; a symbol that it has is replaced.
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
        /// Lines, which is readings but for those of `overwritten`.
        public var lines = 0
        /// Readings of a symbol that has another one within the same second, which the file cannot tell apart; the later
        /// one is in the file.
        public var overwritten = 0

        public init() {}
    }

    /// Writes the readings; what returns is on the disk. Of several revisions of one reading the last one counts.
    ///
    /// Done again with the same readings it changes nothing.
    /// - Throws: `ClientError.notStored`; some of the files may be there then.
    public func write(_ readings: [Reading]) throws -> Outcome {
        var files: [String: [StationFileText.Row]] = [:]
        var moments: [String: [String: Int64]] = [:]
        var outcome = Outcome()
        for reading in readings.sorted(by: Self.isEarlier) {
            let row = Self.row(reading)
            let path = StationFileText.path(station: reading.station, localMilliseconds: row.localMilliseconds)
            let earlier = moments[path, default: [:]].updateValue(row.localMilliseconds, forKey: row.symbol)
            if let earlier, earlier != row.localMilliseconds { outcome.overwritten += 1 }
            if earlier != nil { files[path]?.removeAll { $0.symbol == row.symbol } }
            files[path, default: []].append(row)
        }
        var directories: Set<URL> = []
        for (path, rows) in files.sorted(by: { $0.key < $1.key }) {
            let file = folder.appending(path: path)
            try Self.storing(in: file.path) { directories.formUnion(try write(rows, to: file)) }
            outcome.files += 1
            outcome.lines += rows.count
        }
        // A name is on disk only when its directory is.
        for directory in directories { try Self.storing(in: directory.path) { try Self.synchronize(directory) } }
        return outcome
    }

    private static func isEarlier(_ one: Reading, _ other: Reading) -> Bool {
        (one.time, one.version) < (other.time, other.version)
    }

    /// Vietnam's clock, which the format has by its own definition.
    private static let zone = Zone(secondsEastOfUTC: 25_200)

    private static func row(_ reading: Reading) -> StationFileText.Row {
        let milliseconds = reading.time.millisecondsSince1970
        return StationFileText.Row(
            symbol: reading.sensor == 1 ? reading.parameter : "\(reading.parameter)_\(reading.sensor)",
            value: reading.value.map(text), unit: reading.unit ?? "",
            localMilliseconds: milliseconds + Int64(zone.secondsEast(atUTCSeconds: milliseconds / 1000)) * 1000,
            // Without a word of the device's own: measuring where there is a value, else in error.
            status: reading.status ?? (reading.value == nil ? "02" : "00"))
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

    /// Returns the directories whose entries have changed.
    private func write(_ rows: [StationFileText.Row], to file: URL) throws -> [URL] {
        let directory = file.deletingLastPathComponent()
        var changed = [directory]
        if !FileManager.default.fileExists(atPath: directory.path) {
            try FileManager.default.createDirectory(at: directory, withIntermediateDirectories: true)
            // Those that were made on the way: day, month, year, station.
            var above = directory
            for _ in 0..<4 {
                above.deleteLastPathComponent()
                changed.append(above)
            }
        }
        let present = FileManager.default.contents(atPath: file.path)
        let text = Data(StationFileText.bytes(of: rows, addedTo: Array(present ?? Data())))
        if present == text { return [] }
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
        return changed
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
