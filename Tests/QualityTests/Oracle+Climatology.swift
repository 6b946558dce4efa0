extension Oracle {
    /// One member of a climatology: what is usual (`vspan`) and possible (`fspan`) in a season and at a depth.
    struct ClimatologyMember {
        /// In the period's unit, or, without a period, in seconds since the epoch.
        var tspan: (Double, Double)
        var vspan: (Double, Double)
        var fspan: (Double, Double)?
        /// In metres, positive down; such a member applies only to samples with a depth.
        var zspan: (Double, Double)?
        /// A field of the calendar by pandas' name, in UTC: `month`, `dayofyear`, `hour` and so on.
        var period: String?
    }

    /// Compares with what the season usually brings; QARTOD test 5 (climatology).
    ///
    /// All spans are inclusive and may be given in either order: months 11 to 2 are months 2 to 11, not the winter. The
    /// members are applied in order and a later one that covers the sample overwrites; a sample none covers is 2. A
    /// missing value is 9, an infinite one is 9 only when no member covers it.
    static func climatology(
        _ values: [Double?], times: [Int64], depths: [Double?]? = nil, members: [ClimatologyMember]
    ) -> [Int] {
        values.indices.map { i in
            guard let value = values[i], !value.isNaN else { return missing }
            var flag = value.isFinite ? unknown : missing
            for member in members where covers(member, time: times[i], depth: depths?[i]) {
                flag = good
                if isOutside(value, member.vspan) { flag = suspect }
                if let fspan = member.fspan, isOutside(value, fspan) { flag = fail }
            }
            return flag
        }
    }

    private static func covers(_ member: ClimatologyMember, time: Int64, depth: Double?) -> Bool {
        if let zspan = member.zspan {
            guard let depth = finite(depth), !isOutside(depth, zspan) else { return false }
        }
        if let period = member.period { return !isOutside(Double(calendarField(period, of: time)), member.tspan) }
        let span = ((member.tspan.0 * 1000).rounded(), (member.tspan.1 * 1000).rounded())
        return !isOutside(Double(time), span)
    }

    /// A field of the proleptic Gregorian calendar in UTC, counted as pandas does.
    static func calendarField(_ name: String, of time: Int64) -> Int {
        let second = Int(wholeSeconds(ofMilliseconds: time))
        let day = Int((Double(second) / 86400).rounded(.down))
        let secondOfDay = second - day * 86400
        let (year, month, dayOfMonth) = date(ofDay: day)
        switch name {
        case "year": return year
        case "quarter": return (month - 1) / 3 + 1
        case "month": return month
        case "week", "weekofyear": return isoWeek(ofDay: day)
        case "dayofyear", "day_of_year": return day - firstDay(ofYear: year) + 1
        case "day": return dayOfMonth
        case "dayofweek", "day_of_week", "weekday": return weekday(ofDay: day)
        case "hour": return secondOfDay / 3600
        case "minute": return secondOfDay / 60 % 60
        case "second": return secondOfDay % 60
        default: preconditionFailure("no calendar field is called \(name)")
        }
    }

    /// Monday is 0; the epoch's day was a Thursday.
    private static func weekday(ofDay day: Int) -> Int { ((day + 3) % 7 + 7) % 7 }

    /// The week of the year that holds this week's Thursday; ISO 8601.
    private static func isoWeek(ofDay day: Int) -> Int {
        let thursday = day - weekday(ofDay: day) + 3
        let (year, _, _) = date(ofDay: thursday)
        return (thursday - firstDay(ofYear: year)) / 7 + 1
    }

    private static func isLeap(_ year: Int) -> Bool { year % 4 == 0 && (year % 100 != 0 || year % 400 == 0) }

    /// The days from the epoch's to the year's first, counted year by year.
    private static func firstDay(ofYear year: Int) -> Int {
        var day = 0
        if year > 1970 { for past in 1970..<year { day += isLeap(past) ? 366 : 365 } }
        if year < 1970 { for past in year..<1970 { day -= isLeap(past) ? 366 : 365 } }
        return day
    }

    private static func date(ofDay day: Int) -> (year: Int, month: Int, day: Int) {
        var year = 1970
        while day < firstDay(ofYear: year) { year -= 1 }
        while day >= firstDay(ofYear: year + 1) { year += 1 }
        var rest = day - firstDay(ofYear: year)
        var month = 1
        for length in [31, isLeap(year) ? 29 : 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31] {
            if rest < length { break }
            rest -= length
            month += 1
        }
        return (year, month, rest + 1)
    }
}
