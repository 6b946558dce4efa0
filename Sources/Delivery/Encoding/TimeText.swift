/// The text of the last moment written, `2026-11-23T00:00:00.000Z`: neighbours on a page mostly share the moment, and
/// nearly always the day.
struct TimeText {
    private var milliseconds = Int64.min
    private var day = Int64.min
    private var words: (UInt64, UInt64, UInt64) = (0, 0, 0)
    /// `YYYY-MM-` and `DDT` as text.
    private var dayWords: (UInt64, UInt64) = (0, 0)

    static let byteCount = 24
    // 9999-12-31T23:59:59.999Z: a year has four digits. Only a damaged row is beyond it.
    private static let writable: ClosedRange<Int64> = 0...253_402_300_799_999

    @inline(__always)
    mutating func put(_ milliseconds: Int64, into span: inout MutableRawSpan, at position: Int) -> Int {
        if milliseconds != self.milliseconds { set(milliseconds) }
        span.put(words.0, at: position)
        span.put(words.1, at: position &+ 8)
        span.put(words.2, at: position &+ 16)
        return position &+ Self.byteCount
    }

    private mutating func set(_ newValue: Int64) {
        milliseconds = newValue
        let moment = min(max(newValue, Self.writable.lowerBound), Self.writable.upperBound)
        let (newDay, ofDay) = moment.quotientAndRemainder(dividingBy: 86_400_000)
        if newDay != day { set(day: newDay) }
        let second = ofDay / 1_000
        let fraction = ofDay % 1_000
        let hours = Self.twoDigits(second / 3_600)
        let minutes = Self.twoDigits(second / 60 % 60)
        let seconds = Self.twoDigits(second % 60)
        let colon = UInt64(UInt8(ascii: ":"))
        words.0 = dayWords.0
        // DDT, then HH:MM of which five characters fit: `DDTHH:MM`.
        words.1 = dayWords.1 | hours << 24 | colon << 40 | minutes << 48
        // `:SS.mmmZ`
        words.2 =
            colon | seconds << 8 | UInt64(UInt8(ascii: ".")) << 24 | UInt64(0x30 + fraction / 100) << 32
            | Self.twoDigits(fraction % 100) << 40 | UInt64(UInt8(ascii: "Z")) << 56
    }

    /// Days since 1970-01-01 to the civil date, by 400-year eras that begin in March.
    private mutating func set(day newDay: Int64) {
        day = newDay
        let shifted = newDay + 719_468
        let era = shifted / 146_097
        let dayOfEra = shifted % 146_097
        let yearOfEra = (dayOfEra - dayOfEra / 1_460 + dayOfEra / 36_524 - dayOfEra / 146_096) / 365
        let dayOfYear = dayOfEra - (365 * yearOfEra + yearOfEra / 4 - yearOfEra / 100)
        let monthFromMarch = (5 * dayOfYear + 2) / 153
        let dayOfMonth = dayOfYear - (153 * monthFromMarch + 2) / 5 + 1
        let month = monthFromMarch < 10 ? monthFromMarch + 3 : monthFromMarch - 9
        let year = yearOfEra + era * 400 + (month <= 2 ? 1 : 0)
        let hyphen = UInt64(UInt8(ascii: "-"))
        dayWords.0 =
            Self.twoDigits(year / 100) | Self.twoDigits(year % 100) << 16 | hyphen << 32
            | Self.twoDigits(month) << 40 | hyphen << 56
        dayWords.1 = Self.twoDigits(dayOfMonth) | UInt64(UInt8(ascii: "T")) << 16
    }

    private static func twoDigits(_ value: Int64) -> UInt64 {
        UInt64(0x3030 + value / 10 + (value % 10) << 8)
    }
}
