internal import Readings

/// A distance between the ticks of a time axis that people count in.
enum TimeStep: Equatable {
    /// Of the running time, from a multiple on the local clock: less than an hour.
    case milliseconds(Int64)
    /// Of the local clock: 00:00, 06:00, 12:00, also when a day has 23 hours.
    case hours(Int64)
    case days(Int64)
    case months(Int64)
    case years(Int64)

    /// Each at most three times the one before, so that every span has a tick.
    private static let all: [TimeStep] =
        [1, 2, 5, 10, 20, 50, 100, 200, 500, 1000, 2000, 5000, 10_000, 15_000, 30_000].map(TimeStep.milliseconds)
        + [1, 2, 5, 10, 15, 30].map { .milliseconds($0 * 60_000) }
        + [1, 2, 3, 6, 12].map(TimeStep.hours) + [1, 2, 4, 7, 14].map(TimeStep.days)
        + [1, 2, 3, 6].map(TimeStep.months) + [1, 2, 5, 10, 20, 50, 100, 200, 500, 1000, 2000].map(TimeStep.years)

    /// The shortest step of which no more than `ticksMax` fit into a span of milliseconds.
    static func shortest(for span: Int64, ticksMax: Int64) -> TimeStep {
        all.first { span / $0.length < ticksMax } ?? .years(5000)
    }

    /// In milliseconds; of a usual month and year.
    private var length: Int64 {
        switch self {
        case .milliseconds(let count): count
        case .hours(let count): count * 3_600_000
        case .days(let count): count * 86_400_000
        case .months(let count): count * 30 * 86_400_000
        case .years(let count): count * 365 * 86_400_000
        }
    }

    /// Whether there may be several ticks a day, so that the date has to be said beside the time.
    var isWithinDay: Bool {
        switch self {
        case .milliseconds, .hours: true
        case .days, .months, .years: false
        }
    }

    /// What a tick's label says.
    var precision: CivilClock.Precision {
        switch self {
        case .milliseconds(let count): count % 60_000 == 0 ? .minute : count % 1000 == 0 ? .second : .millisecond
        case .hours: .minute
        case .days: .day
        case .months: .month
        case .years: .year
        }
    }

    /// The ticks within a span, ascending, in milliseconds since 1970.
    func moments(from first: Int64, to last: Int64, in zone: Zone) -> [Int64] {
        if case .milliseconds(let step) = self { return walk(step, from: first, to: last, in: zone) }
        // The clock may have been set back or forth by hours within the span.
        let start = first + Int64(CivilClock.secondsEast(first, zone: zone)) * 1000 - 86_400_000
        let end = last + Int64(CivilClock.secondsEast(last, zone: zone)) * 1000 + 86_400_000
        var moments: [Int64] = []
        for local in localTimes(from: start, to: end) {
            let moment = zone.timestamp(atLocalMilliseconds: local).millisecondsSince1970
            // A time that the clock skips is another one when it is read back.
            let isShown = moment + Int64(CivilClock.secondsEast(moment, zone: zone)) * 1000 == local
            if isShown, moment >= first, moment <= last, moment > moments.last ?? .min { moments.append(moment) }
        }
        return moments
    }

    /// Multiples of a step shorter than an hour; an hour that the clock shows twice has its ticks twice.
    private func walk(_ step: Int64, from first: Int64, to last: Int64, in zone: Zone) -> [Int64] {
        var moments: [Int64] = []
        var moment = first
        while moment <= last {
            let local = moment + Int64(CivilClock.secondsEast(moment, zone: zone)) * 1000
            let past = local - CivilClock.floor(local, by: step) * step
            if past == 0 { moments.append(moment) }
            moment += step - past
        }
        return moments
    }

    /// Local times from the first multiple in a span to one past its end, as milliseconds since the local 1970.
    private func localTimes(from start: Int64, to end: Int64) -> [Int64] {
        let firstDay = CivilClock.floor(start, by: 86_400_000)
        let date = CivilDate(daysSince1970: firstDay)
        switch self {
        case .milliseconds(let step):
            return Array(stride(from: CivilClock.floor(start, by: step) * step, through: end, by: Int(step)))
        case .hours(let count):
            return Array(stride(from: firstDay * 86_400_000, through: end, by: Int(count) * 3_600_000))
        case .days(let count):
            // Weeks begin on Monday; 1970-01-05 was one.
            let aligned = CivilClock.floor(firstDay - 4, by: count) * count + 4
            return Array(stride(from: aligned * 86_400_000, through: end, by: Int(count) * 86_400_000))
        case .months(let count):
            return months(every: count, from: date.year * 12 + date.month - 1, to: end)
        case .years(let count):
            return months(every: count * 12, from: date.year * 12, to: end)
        }
    }

    /// The first days of months that are counted from January of the year 0.
    private func months(every count: Int64, from start: Int64, to end: Int64) -> [Int64] {
        var times: [Int64] = []
        var month = CivilClock.floor(start, by: count) * count
        while true {
            let year = CivilClock.floor(month, by: 12)
            let day = CivilDate.daysSince1970(year: year, month: month - year * 12 + 1, day: 1)
            times.append(day * 86_400_000)
            if day * 86_400_000 > end { return times }
            month += count
        }
    }
}
