/// What is usual for the season, the hour or the depth.
///
/// IOOS QARTOD, test 5; `climatology_test` of ioos_qc. Of the members that fit a sample the last one counts; where none
/// fits, the test is not run.
public struct ClimatologyRule: Sendable, Hashable {
    public var members: [Member]

    public init(members: [Member]) {
        self.members = members
    }

    /// One span of time, with the values that are usual in it.
    public struct Member: Sendable, Hashable {
        /// When the member fits; both ends belong to it.
        public var time: TimeSpan
        /// Outside it, in the parameter's unit: suspect.
        public var valueSpan: NumberSpan
        /// Outside it: fail.
        public var failSpan: NumberSpan?
        /// The depth in metres, positive down, in which the member fits; both ends belong to it.
        public var depthSpan: NumberSpan?

        public init(
            time: TimeSpan, valueSpan: NumberSpan, failSpan: NumberSpan? = nil, depthSpan: NumberSpan? = nil
        ) {
            self.time = time
            self.valueSpan = valueSpan
            self.failSpan = failSpan
            self.depthSpan = depthSpan
        }
    }

    /// When a member fits.
    public enum TimeSpan: Sendable, Hashable {
        /// A part of the calendar that comes again. The span is sorted: 11 to 2 is 2 to 11, and no winter.
        case recurring(Period, NumberSpan, isReversed: Bool)
        /// From one moment to another, in nanoseconds since 1970.
        case absolute(ClosedRange<Int64>)
    }

    /// A part of the calendar, as pandas counts it.
    public enum Period: String, Sendable, Hashable, CaseIterable {
        case year, quarter, month, week, day, dayofyear, dayofweek, hour, minute, second
        case daysInMonth = "days_in_month"

        private static let aliases: [(name: String, period: Period)] = [
            ("weekofyear", .week), ("day_of_year", .dayofyear), ("day_of_week", .dayofweek), ("weekday", .dayofweek),
            ("daysinmonth", .daysInMonth),
        ]
        /// Names that the reference knows besides the raw values.
        public static let otherNames = aliases.map(\.name)

        /// By the reference's name, or one of its other names.
        public init?(name: String) {
            if let alias = Period.aliases.first(where: { $0.name == name }) {
                self = alias.period
            } else {
                self.init(rawValue: name)
            }
        }

        /// What the calendar has.
        var range: ClosedRange<Double> {
            switch self {
            case .year: 1677...2262
            case .quarter: 1...4
            case .month: 1...12
            case .week: 1...53
            case .day: 1...31
            case .dayofyear: 1...366
            case .dayofweek: 0...6
            case .hour: 0...23
            case .minute, .second: 0...59
            case .daysInMonth: 28...31
            }
        }
    }

    var faults: [RuleFault] {
        let key = "climatology_test"
        var faults: [RuleFault] = []
        if members.isEmpty {
            faults.append(RuleFault(key, "config", .idle, "has no member and never fires, expected at least one"))
        }
        for (index, member) in members.enumerated() {
            let place = "config[\(index)]"
            if member.depthSpan != nil {
                faults.append(
                    RuleFault(
                        key, "\(place).zspan", .offline,
                        "needs depths, which readings do not carry, expected it for files only"))
            }
            guard case .recurring(let period, let span, let isReversed) = member.time else { continue }
            if isReversed {
                faults.append(
                    RuleFault(
                        key, "\(place).tspan", .idle,
                        "runs backwards, and means \(span) of the \(period.rawValue), not across the turn; "
                            + "expected two members for a span across the turn"))
            }
            if span.maximum < period.range.lowerBound || span.minimum > period.range.upperBound {
                faults.append(
                    RuleFault(
                        key, "\(place).tspan", .idle,
                        "\(span) never comes, expected \(RuleText.number(period.range.lowerBound)) to "
                            + "\(RuleText.number(period.range.upperBound)) for \(period.rawValue)"))
            }
        }
        return faults
    }
}
