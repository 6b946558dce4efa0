import Quality
import Readings

/// A series as comma-separated values: `time,value` and perhaps `latitude`, `longitude`, `depth`.
struct SeriesFile {
    /// As they stand in the file, to be echoed.
    private(set) var times: [Substring] = []
    private(set) var values: [Substring] = []
    private(set) var samples: SeriesSamples

    static let columns = ["time", "value", "latitude", "longitude", "depth"]

    /// - Parameter zone: Of times that name none.
    /// - Throws: `CommandFailure` with the line and what is wrong with it.
    init(_ text: String, zone: Zone) throws {
        // By scalars: to a String, CR and LF together are one character.
        var lines = text.unicodeScalars.split(separator: "\n", omittingEmptySubsequences: false).map {
            Substring($0.last == "\r" ? $0.dropLast() : $0)
        }[...]
        while let last = lines.last, last.allSatisfy(\.isWhitespace) { lines.removeLast() }
        guard let heading = lines.popFirst() else {
            throw Self.failure(1, "is missing, expected the heading time,value")
        }
        let places = try Self.places(heading)
        var columns = [[Double]](repeating: [], count: Self.columns.count)
        var moments: [Int64] = []
        for (index, line) in zip(2..., lines) {
            let fields = line.split(
                separator: ",", omittingEmptySubsequences: false
            ).map { Self.unquoted($0) }
            guard fields.count == places.count else {
                throw Self.failure(index, "has \(fields.count) fields, expected \(places.count)")
            }
            for (field, place) in zip(fields, places) {
                if place == 0 {
                    moments.append(try Self.moment(field, zone, line: index))
                    times.append(field)
                } else {
                    if place == 1 { values.append(field) }
                    columns[place].append(try Self.number(field, Self.columns[place], line: index))
                }
            }
        }
        samples = SeriesSamples(
            times: moments, values: columns[1], latitudes: columns[2], longitudes: columns[3], depths: columns[4])
    }

    /// Which column each field of the heading is.
    private static func places(_ heading: Substring) throws -> [Int] {
        let names = heading.trimmingPrefix("\u{feff}").split(separator: ",", omittingEmptySubsequences: false).map {
            unquoted($0).filter { $0 != " " }.lowercased()
        }
        let places = names.compactMap { columns.firstIndex(of: $0) }
        guard places.count == names.count, Set(places).count == places.count, places.contains(0), places.contains(1),
            places.contains(2) == places.contains(3)
        else {
            throw failure(
                1, "is \(heading.prefix(80)), expected time,value and perhaps latitude,longitude and depth")
        }
        return places
    }

    private static func unquoted(_ field: Substring) -> Substring {
        guard field.utf8.count >= 2, field.first == "\"", field.last == "\"" else { return field }
        return field.dropFirst().dropLast()
    }

    private static func number(_ field: Substring, _ column: String, line: Int) throws -> Double {
        let text = field.filter { $0 != " " }
        switch text.lowercased() {
        case "", "nan", "null", "na": return .nan
        case "inf", "+inf", "infinity", "+infinity": return .infinity
        case "-inf", "-infinity": return -.infinity
        default:
            guard let number = Double(text), number.isFinite, !text.contains("x"), !text.contains("p") else {
                throw failure(
                    line, "\(column) `\(field.prefix(40))` is no number, expected one, or nothing for missing")
            }
            return number
        }
    }

    /// Seconds since 1970 with a fraction, or RFC 3339, in nanoseconds.
    private static func moment(_ field: Substring, _ zone: Zone, line: Int) throws -> Int64 {
        if let moment = DecimalSeconds.nanoseconds(field) { return moment }
        let milliseconds: Int64
        switch ParsedTime(rfc3339: String(field)) {
        case .moment(let time): milliseconds = time.millisecondsSince1970
        case .withoutZone(let local): milliseconds = zone.timestamp(atLocalMilliseconds: local).millisecondsSince1970
        case .invalid:
            throw failure(
                line, "time `\(field.prefix(40))` is none, expected RFC 3339 or seconds since 1970 such as 1795392000.5"
            )
        }
        // The years that fit into nanoseconds.
        guard abs(milliseconds) < 9_200_000_000_000 else {
            throw failure(line, "time \(field.prefix(40)) lies outside the years 1678 to 2261")
        }
        return milliseconds * 1_000_000 + DecimalSeconds.belowMilliseconds(field)
    }

    private static func failure(_ line: Int, _ message: String) -> CommandFailure {
        CommandFailure(.failure, "line \(line) \(message)")
    }
}

/// Decimal numbers of seconds, exact to the nanosecond.
enum DecimalSeconds {
    /// `1795392000`, `-3.25`, `1795392000.123456789`; `nil` for anything else. Digits beyond the nanosecond are cut off.
    static func nanoseconds(_ text: Substring) -> Int64? {
        let isNegative = text.first == "-"
        let digits = isNegative ? text.dropFirst() : text
        let parts = digits.split(separator: ".", maxSplits: 1, omittingEmptySubsequences: false)
        guard let whole = parts.first, !whole.isEmpty, whole.utf8.count <= 10, isDigits(whole),
            parts.count == 1 || isDigits(parts[1]), let seconds = Int64(whole), seconds < 9_200_000_000
        else { return nil }
        let fraction = parts.count == 1 ? 0 : nanoseconds(ofFraction: parts[1])
        let total = seconds * 1_000_000_000 + fraction
        return isNegative ? -total : total
    }

    /// What an RFC 3339 time says below its milliseconds.
    static func belowMilliseconds(_ text: Substring) -> Int64 {
        guard let point = text.firstIndex(of: ".") else { return 0 }
        let digits = text[text.index(after: point)...].prefix { $0.isASCII && $0.isNumber }
        return nanoseconds(ofFraction: digits) % 1_000_000
    }

    private static func isDigits(_ text: Substring) -> Bool { text.utf8.allSatisfy { (48...57).contains($0) } }

    private static func nanoseconds(ofFraction digits: Substring) -> Int64 {
        var value: Int64 = 0
        for place in 0..<9 {
            let digit = digits.utf8.dropFirst(place).first.map { Int64($0) - 48 } ?? 0
            value = value * 10 + digit
        }
        return value
    }
}
