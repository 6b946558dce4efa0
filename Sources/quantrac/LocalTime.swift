import Readings

/// Times as people of a node read and type them.
struct LocalTime {
    let zone: Zone

    /// `2026-11-23 07:00:00.000`, by the zone's clock.
    func text(_ time: Timestamp?) -> String {
        guard let time else { return "–" }
        let seconds =
            time.millisecondsSince1970 >= 0
            ? time.millisecondsSince1970 / 1000 : (time.millisecondsSince1970 - 999) / 1000
        let local = time.advanced(byMilliseconds: Int64(zone.secondsEast(atUTCSeconds: seconds)) * 1000)
        return String(local.description.dropLast().map { $0 == "T" ? " " : $0 })
    }

    /// A moment typed by a person: RFC 3339, the same without a zone (then the node's), a date, or an age (`2h`, `3d`).
    func moment(_ text: String, now: Timestamp) throws -> Timestamp {
        if let age = TimeLength(argument: text)?.milliseconds { return now.advanced(byMilliseconds: -age) }
        let whole = text.utf8.count == 10 ? text + "T00:00:00" : text.utf8.count == 16 ? text + ":00" : text
        switch ParsedTime(rfc3339: whole) {
        case .moment(let time): return time
        case .withoutZone(let local): return zone.timestamp(atLocalMilliseconds: local)
        case .invalid:
            throw CommandFailure(
                .usage,
                "`\(text)` is no time; write 2026-11-23T07:00:00+07:00, 2026-11-23 07:00 (by the node's clock), "
                    + "2026-11-23, or an age such as 2h")
        }
    }

    /// `3 s`, `12 min`, `5 h`, `2 d`: how long ago, as far as it matters.
    static func age(milliseconds: Int64) -> String {
        switch milliseconds {
        case ..<0: "ahead"
        case ..<120_000: "\(milliseconds / 1000) s"
        case ..<7_200_000: "\(milliseconds / 60_000) min"
        case ..<172_800_000: "\(milliseconds / 3_600_000) h"
        default: "\(milliseconds / 86_400_000) d"
        }
    }
}
