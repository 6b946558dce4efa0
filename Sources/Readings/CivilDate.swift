/// A day of the proleptic Gregorian calendar.
public struct CivilDate: Sendable, Hashable {
    public var year: Int64
    /// 1 … 12.
    public var month: Int64
    /// 1 … 31.
    public var day: Int64

    /// The day that begins `days` days after 1970-01-01.
    public init(daysSince1970 days: Int64) {
        // Years are counted from March, in eras of 400 years, so that the leap day ends both.
        let shifted = days + 719_468
        let era = (shifted >= 0 ? shifted : shifted - 146_096) / 146_097
        let dayOfEra = shifted - era * 146_097
        let yearOfEra = (dayOfEra - dayOfEra / 1460 + dayOfEra / 36_524 - dayOfEra / 146_096) / 365
        let dayOfYear = dayOfEra - (365 * yearOfEra + yearOfEra / 4 - yearOfEra / 100)
        let monthFromMarch = (5 * dayOfYear + 2) / 153
        day = dayOfYear - (153 * monthFromMarch + 2) / 5 + 1
        month = monthFromMarch + (monthFromMarch < 10 ? 3 : -9)
        year = yearOfEra + era * 400 + (month <= 2 ? 1 : 0)
    }

    /// Days from 1970-01-01 to a day that must exist.
    @inline(__always)
    public static func daysSince1970(year: Int64, month: Int64, day: Int64) -> Int64 {
        let shiftedYear = month <= 2 ? year - 1 : year
        let era = (shiftedYear >= 0 ? shiftedYear : shiftedYear - 399) / 400
        let yearOfEra = shiftedYear - era * 400
        let dayOfYear = (153 * (month + (month > 2 ? -3 : 9)) + 2) / 5 + day - 1
        return era * 146_097 + yearOfEra * 365 + yearOfEra / 4 - yearOfEra / 100 + dayOfYear - 719_468
    }

    /// 28 … 31.
    @inline(__always)
    public static func days(inMonth month: Int64, ofYear year: Int64) -> Int64 {
        if month == 2 { return isLeap(year) ? 29 : 28 }
        return 30 + ((month + (month >> 3)) & 1)
    }

    /// Whether the year has a 29 February.
    @inline(__always)
    public static func isLeap(_ year: Int64) -> Bool {
        year & 3 == 0 && (year % 100 != 0 || year % 400 == 0)
    }
}
