import FoundationEssentials
import Readings

/// A time zone on the command line.
enum ZoneArgument {
    /// `UTC`, `+07:00`, or a name of the zone database.
    static func zone(_ text: String) throws -> Zone {
        if text == "UTC" || text == "Z" { return .utc }
        if let seconds = offset(text) { return Zone(secondsEastOfUTC: seconds) }
        let isName = text.utf8.allSatisfy { byte in
            (0x30...0x39).contains(byte) || (0x41...0x5a).contains(byte) || (0x61...0x7a).contains(byte)
                || "/_+-".utf8.contains(byte)
        }
        guard isName, !text.hasPrefix("/"),
            let data = FileManager.default.contents(atPath: "/usr/share/zoneinfo/\(text)"),
            let zone = Zone(name: text, tzif: Array(data))
        else {
            throw CommandFailure(
                .usage, "`\(text)` is no time zone; write UTC, +07:00, or a name such as Asia/Ho_Chi_Minh")
        }
        return zone
    }

    /// `+07:00` in seconds.
    private static func offset(_ text: String) -> Int? {
        guard text.utf8.count == 6, let sign = text.first, sign == "+" || sign == "-" else { return nil }
        let parts = text.dropFirst().split(separator: ":")
        guard parts.count == 2, let hours = Int(parts[0]), let minutes = Int(parts[1]), hours < 24, minutes < 60 else {
            return nil
        }
        return (hours * 3600 + minutes * 60) * (sign == "-" ? -1 : 1)
    }
}
