import Readings

/// Times of quality rules: a date is its midnight, and a time that names no zone is in UTC, as ioos_qc has it.
enum UTCTime {
    /// What 64 bits of nanoseconds hold: 1677-09-21 to 2262-04-11.
    private static let milliseconds = (Int64.min / 1_000_000)...(Int64.max / 1_000_000)

    /// Nanoseconds since 1970 of `2026-11-23`, `2026-11-23T07:00`, `2026-11-23 07:00:00` or an RFC 3339 time.
    static func nanoseconds(_ text: String) throws(Misfit) -> Int64 {
        let time: Int64
        switch ParsedTime(rfc3339: completed(text)) {
        case .moment(let moment): time = moment.millisecondsSince1970
        case .withoutZone(let milliseconds): time = milliseconds
        case .invalid:
            throw Misfit("is no date and no time, expected such as 2026-11-23 or 2026-11-23T07:00:00Z")
        }
        guard milliseconds.contains(time) else {
            throw Misfit("is too far away, expected a time between 1678 and 2262")
        }
        return time * 1_000_000
    }

    /// A whole date and time, where seconds or the time of day are left out.
    private static func completed(_ text: String) -> String {
        switch text.utf8.count {
        case 10: text + "T00:00:00"
        case 16: text + ":00"
        default: text
        }
    }

    /// As `nanoseconds` reads it, whole milliseconds: `2026-11-23T00:00:00.000Z`.
    static func text(nanoseconds: Int64) -> String {
        Timestamp(millisecondsSince1970: nanoseconds / 1_000_000).description
    }
}
