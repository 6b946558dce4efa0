import Readings
import Rules

/// A moment on the calendar, as pandas counts its parts.
struct CalendarMoment {
    private let days: Int64
    private let secondOfDay: Int64
    private let date: CivilDate

    /// - Parameter localSeconds: Seconds since 1970-01-01T00:00:00 of the local clock.
    init(localSeconds: Int64) {
        days = localSeconds >= 0 ? localSeconds / 86_400 : (localSeconds - 86_399) / 86_400
        secondOfDay = localSeconds - days * 86_400
        date = CivilDate(daysSince1970: days)
    }

    subscript(period: ClimatologyRule.Period) -> Int64 {
        switch period {
        case .year: date.year
        case .quarter: (date.month - 1) / 3 + 1
        case .month: date.month
        case .week: week
        case .day: date.day
        case .dayofyear: days - CivilDate.daysSince1970(year: date.year, month: 1, day: 1) + 1
        case .dayofweek: dayOfWeek
        case .hour: secondOfDay / 3600
        case .minute: secondOfDay / 60 % 60
        case .second: secondOfDay % 60
        case .daysInMonth: CivilDate.days(inMonth: date.month, ofYear: date.year)
        }
    }

    /// Monday is 0. 1970-01-01 was a Thursday.
    private var dayOfWeek: Int64 {
        let day = (days + 3) % 7
        return day < 0 ? day + 7 : day
    }

    /// ISO 8601: week 1 has the year's first Thursday.
    private var week: Int64 {
        let thursday = days - dayOfWeek + 3
        let firstOfYear = CivilDate.daysSince1970(year: CivilDate(daysSince1970: thursday).year, month: 1, day: 1)
        return (thursday - firstOfYear) / 7 + 1
    }
}
