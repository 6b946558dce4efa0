internal import Readings

/// What the calendar and the clock of a zone show at a moment.
struct CivilClock {
    /// Down to which unit a moment is written.
    enum Precision {
        case year, month, day, minute, second, millisecond
    }

    /// Days since 1970-01-01.
    let day: Int64
    let millisecondOfDay: Int64
    private let secondsEast: Int

    init(_ milliseconds: Int64, zone: Zone) {
        secondsEast = CivilClock.secondsEast(milliseconds, zone: zone)
        let local = milliseconds + Int64(secondsEast) * 1000
        day = CivilClock.floor(local, by: 86_400_000)
        millisecondOfDay = local - day * 86_400_000
    }

    /// Seconds that the clock is ahead of UTC at a moment.
    static func secondsEast(_ milliseconds: Int64, zone: Zone) -> Int {
        zone.secondsEast(atUTCSeconds: floor(milliseconds, by: 1000))
    }

    /// A quotient rounded down, below zero too.
    static func floor(_ number: Int64, by divisor: Int64) -> Int64 {
        (number - (number < 0 ? divisor - 1 : 0)) / divisor
    }

    /// `2026`, `2026-11`, `2026-11-23`; times without their date: `07:05`, `07:05:09`, `07:05:09.250`.
    func text(_ precision: Precision) -> String {
        let date = CivilDate(daysSince1970: day)
        let year = CivilClock.padded(date.year, 4)
        let month = CivilClock.padded(date.month, 2)
        let seconds = millisecondOfDay / 1000
        let minutes = CivilClock.padded(seconds / 3600, 2) + ":" + CivilClock.padded(seconds / 60 % 60, 2)
        switch precision {
        case .year: return year
        case .month: return "\(year)-\(month)"
        case .day: return "\(year)-\(month)-\(CivilClock.padded(date.day, 2))"
        case .minute: return minutes
        case .second: return minutes + ":" + CivilClock.padded(seconds % 60, 2)
        case .millisecond:
            return minutes + ":" + CivilClock.padded(seconds % 60, 2) + "."
                + CivilClock.padded(millisecondOfDay % 1000, 3)
        }
    }

    /// `2026-11-23 07:05 +07:00`, as fine as the moment is.
    var fullText: String {
        let precision: Precision =
            millisecondOfDay % 60_000 == 0 ? .minute : millisecondOfDay % 1000 == 0 ? .second : .millisecond
        let minutes = Int64(secondsEast.magnitude / 60)
        let offset = (secondsEast < 0 ? "-" : "+") + CivilClock.padded(minutes / 60, 2) + ":"
        return "\(text(.day)) \(text(precision)) \(offset)\(CivilClock.padded(minutes % 60, 2))"
    }

    private static func padded(_ number: Int64, _ width: Int) -> String {
        let digits = String(number.magnitude)
        return (number < 0 ? "-" : "") + String(repeating: "0", count: max(0, width - digits.utf8.count)) + digits
    }
}
