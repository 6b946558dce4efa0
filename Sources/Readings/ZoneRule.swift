/// A zone's rule for the years after its last transition: a POSIX TZ string as RFC 8536 3.3 has it.
struct ZoneRule: Sendable, Hashable {
    /// Seconds east of UTC.
    var standard: Int32
    var daylight: Daylight?

    struct Daylight: Sendable, Hashable {
        var offset: Int32
        var start: Change
        var end: Change
    }

    /// A day of the year and the local time at which the clock is set.
    struct Change: Sendable, Hashable {
        var day: Day
        /// -167 h … 167 h, on the clock that is shown before the change.
        var secondsAfterMidnight: Int64
    }

    enum Day: Sendable, Hashable {
        /// `Jn`: 1 … 365, 29 February never counts.
        case julian(Int64)
        /// `n`: 0 … 365.
        case ofYear(Int64)
        /// `Mm.w.d`: weekday 0 (Sunday) … 6, the fifth week is the last.
        case weekday(month: Int64, week: Int64, weekday: Int64)
    }

    func secondsEast(atUTCSeconds seconds: Int64) -> Int {
        guard let daylight else { return Int(standard) }
        // A year is looked up by the standard clock: no rule sets the clock within hours of a new year.
        let local = min(max(seconds, -60_000_000_000_000), 60_000_000_000_000) + Int64(standard)
        let days = (local - (local < 0 ? 86_399 : 0)) / 86_400
        let year = CivilDate(daysSince1970: days).year
        let start = daylight.start.localSeconds(inYear: year) - Int64(standard)
        let end = daylight.end.localSeconds(inYear: year) - Int64(daylight.offset)
        let isDaylight = start < end ? (start..<end).contains(seconds) : !(end..<start).contains(seconds)
        return Int(isDaylight ? daylight.offset : standard)
    }
}

extension ZoneRule.Change {
    fileprivate func localSeconds(inYear year: Int64) -> Int64 {
        let newYear = CivilDate.daysSince1970(year: year, month: 1, day: 1)
        let days: Int64
        switch day {
        case .julian(let number):
            days = newYear + number - 1 + (number >= 60 && CivilDate.isLeap(year) ? 1 : 0)
        case .ofYear(let number):
            days = newYear + number
        case .weekday(let month, let week, let weekday):
            let first = CivilDate.daysSince1970(year: year, month: month, day: 1)
            // 1970-01-01 was a Thursday.
            let firstWeekday = ((first + 4) % 7 + 7) % 7
            var dayOfMonth = (weekday - firstWeekday + 7) % 7 + (week - 1) * 7
            if dayOfMonth >= CivilDate.days(inMonth: month, ofYear: year) { dayOfMonth -= 7 }
            days = first + dayOfMonth
        }
        return days * 86_400 + secondsAfterMidnight
    }
}

extension ZoneRule {
    /// Reads `<+07>-7`, `CET-1CEST,M3.5.0,M10.5.0/3`; `nil` when it is no such rule.
    init?(posix text: Span<UInt8>) {
        var reader = PosixReader()
        guard reader.skipName(text), let west = reader.time(text) else { return nil }
        standard = Int32(-west)
        guard reader.offset < text.count else { return }
        guard reader.skipName(text) else { return nil }
        var daylightOffset = standard + 3600
        if reader.offset < text.count, text[reader.offset] != UInt8(ascii: ",") {
            guard let west = reader.time(text) else { return nil }
            daylightOffset = Int32(-west)
        }
        guard let start = reader.change(text), let end = reader.change(text), reader.offset == text.count else {
            return nil
        }
        daylight = Daylight(offset: daylightOffset, start: start, end: end)
    }
}

private struct PosixReader {
    var offset = 0

    private func byte(_ text: Span<UInt8>) -> UInt8 { offset < text.count ? text[offset] : 0 }

    private mutating func take(_ expected: UInt8, _ text: Span<UInt8>) -> Bool {
        guard byte(text) == expected else { return false }
        offset += 1
        return true
    }

    mutating func skipName(_ text: Span<UInt8>) -> Bool {
        let start = offset
        if take(UInt8(ascii: "<"), text) {
            while offset < text.count, byte(text) != UInt8(ascii: ">") { offset += 1 }
            return take(UInt8(ascii: ">"), text) && offset > start + 2
        }
        while (UInt8(ascii: "a")...UInt8(ascii: "z")).contains(byte(text) | 0x20) { offset += 1 }
        return offset > start
    }

    private mutating func number(_ text: Span<UInt8>, atMost limit: Int64) -> Int64? {
        let start = offset
        var result: Int64 = 0
        while (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(byte(text)), offset < start + 4 {
            result = result * 10 + Int64(byte(text) - 48)
            offset += 1
        }
        return offset > start && result <= limit ? result : nil
    }

    /// `[+-]hh[:mm[:ss]]` in seconds.
    mutating func time(_ text: Span<UInt8>) -> Int64? {
        let isNegative = take(UInt8(ascii: "-"), text)
        if !isNegative { _ = take(UInt8(ascii: "+"), text) }
        guard var seconds = number(text, atMost: 167) else { return nil }
        seconds *= 3600
        if take(UInt8(ascii: ":"), text) {
            guard let minutes = number(text, atMost: 59) else { return nil }
            seconds += minutes * 60
            if take(UInt8(ascii: ":"), text) {
                guard let rest = number(text, atMost: 59) else { return nil }
                seconds += rest
            }
        }
        return isNegative ? -seconds : seconds
    }

    /// `,Mm.w.d[/time]`, `,Jn[/time]` or `,n[/time]`.
    mutating func change(_ text: Span<UInt8>) -> ZoneRule.Change? {
        guard take(UInt8(ascii: ","), text) else { return nil }
        let day: ZoneRule.Day
        if take(UInt8(ascii: "M"), text) {
            guard let month = number(text, atMost: 12), month >= 1, take(UInt8(ascii: "."), text),
                let week = number(text, atMost: 5), week >= 1, take(UInt8(ascii: "."), text),
                let weekday = number(text, atMost: 6)
            else { return nil }
            day = .weekday(month: month, week: week, weekday: weekday)
        } else if take(UInt8(ascii: "J"), text) {
            guard let number = number(text, atMost: 365), number >= 1 else { return nil }
            day = .julian(number)
        } else {
            guard let number = number(text, atMost: 365) else { return nil }
            day = .ofYear(number)
        }
        var seconds: Int64 = 7200
        if take(UInt8(ascii: "/"), text) {
            guard let time = time(text) else { return nil }
            seconds = time
        }
        return ZoneRule.Change(day: day, secondsAfterMidnight: seconds)
    }
}
