import Readings

/// The text of a station file, as Thông tư 10/2021/TT-BTNMT has it, and where it stands.
///
/// A line is a symbol, a value, a unit, a local time and a device status with tabs between them; UTF-8 without a byte
/// order mark, each line ends with CR LF. The decoder of the format `station-file` reads what is written here.
public enum StationFileText {
    /// One line.
    public struct Row: Sendable, Hashable {
        /// A parameter's symbol, which has no control characters in it.
        public var symbol: String
        /// A number with a point, as it is to be written; `nil` for a gap.
        public var value: String?
        /// Without control characters; empty where there is none.
        public var unit: String
        /// On the station's clock, since its 1970-01-01T00:00:00; from the year 0000 to 9999.
        ///
        /// The file has whole seconds: what is finer is left out.
        public var localMilliseconds: Int64
        /// Two digits, or whatever the device says; without control characters and not empty.
        public var status: String

        public init(
            symbol: String, value: String?, unit: String, localMilliseconds: Int64, status: String
        ) {
            self.symbol = symbol
            self.value = value
            self.unit = unit
            self.localMilliseconds = localMilliseconds
            self.status = status
        }
    }

    /// The bytes of a file of these lines.
    ///
    /// A value is written whatever the status beside it says: that of a device that calibrates is no measurement, and still
    /// what it said.
    public static func bytes(of rows: some Sequence<Row>) -> [UInt8] {
        var bytes: [UInt8] = []
        let tab = UInt8(ascii: "\t")
        for row in rows {
            bytes += row.symbol.utf8
            bytes.append(tab)
            bytes += (row.value ?? "").utf8
            bytes.append(tab)
            bytes += row.unit.utf8
            bytes.append(tab)
            bytes += LocalSecond(milliseconds: row.localMilliseconds).compact.utf8
            bytes.append(tab)
            bytes += row.status.utf8
            bytes += [0x0d, 0x0a]
        }
        return bytes
    }

    /// What a row does to the lines of its symbol that a file has already.
    public enum Placement: Sendable, Hashable {
        /// It takes the place of the first one: of a symbol there is one line in a second.
        case replacesFirst
        /// It takes the place of the last one.
        case replacesLast
        /// It stands beside them: another moment of the same second.
        case isFurther
    }

    /// The bytes of a file that has these lines, too. A line that stands there already, byte for byte, is left alone.
    ///
    /// - Parameter present: The bytes of the file so far.
    /// - Returns: With the bytes how many lines were put beside another one of their symbol.
    public static func bytes(
        of rows: some Sequence<(row: Row, placement: Placement)>, addedTo present: [UInt8]
    ) -> (bytes: [UInt8], further: Int) {
        var lines = present.split(separator: 0x0a, omittingEmptySubsequences: true).map { Array($0) + [0x0a] }
        var known = Set(lines)
        var places: [ArraySlice<UInt8>: [Int]] = [:]
        for place in lines.indices {
            places[lines[place].prefix { $0 != UInt8(ascii: "\t") }, default: []].append(place)
        }
        var further = 0
        for (row, placement) in rows {
            let line = bytes(of: CollectionOfOne(row))
            if known.contains(line) { continue }
            let symbol = Array(row.symbol.utf8)[...]
            let there = places[symbol] ?? []
            if let place = placement == .replacesFirst ? there.first : there.last, placement != .isFurther {
                known.remove(lines[place])
                lines[place] = line
            } else {
                if !there.isEmpty { further += 1 }
                places[symbol, default: []].append(lines.count)
                lines.append(line)
            }
            known.insert(line)
        }
        return (lines.flatMap(\.self), further)
    }

    /// `HN_BKHN_KHIKXQ_20260325000500.txt`.
    public static func name(station: String, localMilliseconds: Int64) -> String {
        "\(visible(station))_\(LocalSecond(milliseconds: localMilliseconds).compact).txt"
    }

    /// `HN_BKHN_KHIKXQ/2026/03/25`, from the folder of all stations.
    public static func folder(station: String, localMilliseconds: Int64) -> String {
        let second = LocalSecond(milliseconds: localMilliseconds)
        return "\(visible(station))/\(second.year)/\(second.month)/\(second.day)"
    }

    /// A station's id as the name of a folder: `..` would lead out of it, and `.x` be hidden.
    private static func visible(_ station: String) -> String {
        station.hasPrefix(".") ? "%2E" + station.dropFirst() : station
    }

    /// The name with its folder before it.
    public static func path(station: String, localMilliseconds: Int64) -> String {
        folder(station: station, localMilliseconds: localMilliseconds) + "/"
            + name(station: station, localMilliseconds: localMilliseconds)
    }

    /// What a local clock shows, in digits.
    private struct LocalSecond {
        var year, month, day, timeOfDay: String

        init(milliseconds: Int64) {
            // Years 0000 … 9999.
            let shown = min(max(milliseconds, -62_167_219_200_000), 253_402_300_799_999)
            let seconds = (shown - (shown < 0 ? 999 : 0)) / 1000
            let days = (seconds - (seconds < 0 ? 86_399 : 0)) / 86_400
            let second = seconds - days * 86_400
            let date = CivilDate(daysSince1970: days)
            year = Self.digits(date.year / 100) + Self.digits(date.year % 100)
            month = Self.digits(date.month)
            day = Self.digits(date.day)
            timeOfDay =
                Self.digits(second / 3600) + Self.digits(second / 60 % 60) + Self.digits(second % 60)
        }

        /// `yyyyMMddHHmmss`.
        var compact: String { year + month + day + timeOfDay }

        private static func digits(_ number: Int64) -> String {
            number < 10 ? "0\(number)" : "\(number)"
        }
    }
}
