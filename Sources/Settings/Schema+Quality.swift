import Rules

/// Quality rules. The tests and their keys are those of ioos_qc 3.0.0; what is ours stands beside them.
extension Schema {
    static let quality = TableSpec(
        name: "quality", shape: .list, identity: "name",
        meaning:
            "A set of quality rules, for the series that its `match` fits; of several the most specific one counts.",
        keys: [
            KeySpec("name", .text(.name), .required, "Its name, the first part of the rule id that readings carry."),
            KeySpec(
                "version", .text(.version), .required, "Its version, the second part of the rule id; yours to count."),
        ] + limits,
        tables: [match] + tests + [extensions])

    /// What a rule set has besides tests.
    static let limits: [KeySpec] = [
        KeySpec(
            "future_limit", .duration(0...Limits.day), .text("5m"),
            "A reading observed further ahead of our clock is marked `FUT` and fails."),
        KeySpec(
            "late_limit", .duration(0...Limits.tenYears), .text("5m"),
            "A reading received later after its observation is marked `LAT`."),
        KeySpec(
            "missing", .numbers(count: nil), .absent,
            "Values by which an instrument says that it has none: the value becomes null, marked `SEN`."),
        KeySpec(
            "saturated", .numbers(count: nil), .absent,
            "The ends of the instrument's range: a value that equals one is kept, marked `SAT`, and fails."),
    ]

    /// The tests, in the order of docs/configuration.md.
    static let tests: [TableSpec] = [
        grossRange, climatology, spike, rateOfChange, flatLine, attenuatedSignal, timeGap, multivariate, neighbour,
        location, speed, dataReception, duplicateTimestamp,
    ]

    private static let match = TableSpec(
        name: "match", shape: .inline,
        meaning: "Which series the rules are for; what is left out fits all. Without `match`: every series.",
        keys: [
            KeySpec(
                "station", .text(.stationGlob), .absent, "The station: `*` stands for any text, `?` for one character."),
            KeySpec("parameter", .text(.parameter), .absent, "The parameter."),
            KeySpec("sensor", .integer(1...65_535, unit: ""), .absent, "The instrument."),
            KeySpec("domain", .text(.domain), .absent, "The domain, as the `[[station]]` gives it."),
        ])

    private static let grossRange = TableSpec(
        name: "gross_range_test", shape: .inline, meaning: "What the sensor can measure, and what the site has seen.",
        keys: [
            KeySpec("fail_span", .numbers(count: 2), .required, "Outside it, in the parameter's unit: fail."),
            KeySpec("suspect_span", .numbers(count: 2), .absent, "Outside it: suspect. A part of `fail_span`."),
        ])

    private static let climatology = TableSpec(
        name: "climatology_test", shape: .inline,
        meaning: "What is usual for the season or the hour: `{ config = [ … ] }`, a list of members.",
        keys: [],
        tables: [
            TableSpec(
                name: "config", shape: .inlineList,
                meaning:
                    "A member. Of those that fit a reading the last one counts; where none fits, the test is not run.",
                keys: [
                    KeySpec(
                        "tspan", .timeSpan, .required,
                        "When it fits, both ends included: numbers of the `period`, or dates or times (UTC unless they "
                            + "name a zone)."),
                    KeySpec(
                        "period",
                        .choice(ClimatologyRule.Period.allCases.map(\.rawValue) + ClimatologyRule.Period.otherNames),
                        .absent, "What the numbers of `tspan` count; Monday is 0, a week is one of ISO 8601."),
                    KeySpec("vspan", .numbers(count: 2), .required, "Outside it, in the parameter's unit: suspect."),
                    KeySpec("fspan", .numbers(count: 2), .absent, "Outside it: fail."),
                    KeySpec(
                        "zspan", .numbers(count: 2), .absent,
                        "Depth in metres, positive down. For files only: readings carry none."),
                ])
        ])

    private static let spike = TableSpec(
        name: "spike_test", shape: .inline, meaning: "One value away from the one before and the one after.",
        keys: [
            KeySpec(
                "suspect_threshold", anyNumber, .absent, "Further away, in the parameter's unit: suspect; 0: never."),
            KeySpec("fail_threshold", anyNumber, .absent, "Further away: fail; 0: never."),
            KeySpec(
                "method", .choice(SpikeRule.Method.allCases.map(\.rawValue)), .text("average"),
                "The distance to the middle of the neighbours, which a large spike gives its neighbours too; or the "
                    + "smaller of two steps in opposite directions."),
        ])

    private static let rateOfChange = TableSpec(
        name: "rate_of_change_test", shape: .inline, meaning: "How fast a value may change.",
        keys: [
            KeySpec("threshold", anyNumber, .required, "Faster, in units per second: suspect."),
            KeySpec("fail_threshold", anyNumber, .absent, "Faster: fail."),
        ])

    private static let flatLine = TableSpec(
        name: "flat_line_test", shape: .inline,
        meaning: "A value that does not move. Needs the interval of the series, the `every` of its station or bus.",
        keys: [
            KeySpec(
                "tolerance", anyNumber, .number(0),
                "What moves by less is flat, in the parameter's unit. 0 never fires, and is refused."),
            KeySpec("suspect_threshold", anyNumber, .required, "Flat for so many seconds: suspect."),
            KeySpec("fail_threshold", anyNumber, .required, "Flat for so many seconds: fail."),
        ])

    private static let attenuatedSignal = TableSpec(
        name: "attenuated_signal_test", shape: .inline, meaning: "A signal that moves less than it should.",
        keys: [
            KeySpec("suspect_threshold", anyNumber, .required, "Below it, in the parameter's unit: suspect."),
            KeySpec("fail_threshold", anyNumber, .required, "Below it: fail."),
            KeySpec(
                "test_period", anyNumber, .absent,
                "The window, in seconds back from the reading. For files it may be left out: the whole series."),
            KeySpec(
                "min_obs", .wholeNumber(0...1_000_000, unit: "values"), .absent,
                "With fewer in the window the test is not run."),
            KeySpec(
                "min_period", anyNumber, .absent, "The same in seconds, which needs the interval; or `min_obs`."),
            KeySpec(
                "check_type", .choice(AttenuatedSignalRule.CheckType.allCases.map(\.rawValue)), .text("std"),
                "What is compared: the standard deviation (divided by n), or largest minus smallest."),
        ])

    private static let timeGap = TableSpec(
        name: "time_gap_test", shape: .inline, meaning: "How long a series may be silent.",
        keys: [KeySpec("fail_span", anyNumber, .number(2), "After a longer gap, in hours, a reading fails.")])

    private static let multivariate = TableSpec(
        name: "multivariate_test", shape: .inline,
        meaning: "What holds between two parameters of a station at one observed time; what does not is suspect.",
        keys: [
            KeySpec("rule", .text(.relation), .required, "What holds; one of the two is the series itself."),
            KeySpec("tolerance", anyNumber, .number(0), "How far an order may be broken, in the parameter's unit."),
            KeySpec("wait", .duration(0...Limits.hour), .text("2m"), "How much later the other reading may come."),
        ])

    private static let neighbour = TableSpec(
        name: "neighbour_test", shape: .inline,
        meaning: "Two instruments that measure the same: what differs by more is suspect.",
        keys: [
            KeySpec("station", .text(.station), .derived("the same"), "The station of the other instrument."),
            KeySpec("sensor", .integer(1...65_535, unit: ""), .derived("the same"), "Which instrument it is there."),
            KeySpec("max_difference", anyNumber, .required, "In the parameter's unit."),
            KeySpec("wait", .duration(0...Limits.hour), .text("2m"), "How much later the other reading may come."),
        ])

    private static let extensions = TableSpec(
        name: "extensions", shape: .inline, meaning: "Where Quantrac may differ from ioos_qc; the defaults do not.",
        keys: [
            KeySpec(
                "rate_of_change_time", .choice(RuleExtensions.RateOfChangeTime.allCases.map(\.rawValue)),
                .text("whole"),
                "The time between two readings: whole seconds, less than one counted as one; or as it is, and not run "
                    + "where it is 0."),
            KeySpec(
                "spike_max_gap", .duration(Limits.second...(366 * Limits.day)), .absent,
                "A neighbour further away in time is none, and the spike is not evaluated."),
            KeySpec(
                "mask_failed", .flag, .flag(false), "Readings that failed take no part in the judgement of later ones."),
            KeySpec(
                "calendar_zone", .text(.zone), .text("UTC"), "The zone of climatology's months, days and hours."),
            KeySpec(
                "conflict_tolerance", anyNumber, .number(0),
                "Another source that differs by no more has sent a duplicate, and no conflict (`CON`)."),
        ])

    static let anyNumber = ValueKind.number(-Double.infinity...Double.infinity)
}

/// The tests that need what a reading does not carry; `[[quality]]` refuses them with the reason.
extension Schema {
    private static let location = TableSpec(
        name: "location_test", shape: .inline,
        meaning: "Where a station can be, and how far it can have moved. For files only: readings carry no position.",
        keys: [
            KeySpec("range_max", anyNumber, .absent, "Further from the position before, in metres: suspect."),
            KeySpec(
                "range_method", .choice(LocationRule.RangeMethod.allCases.map(\.rawValue)), .text("haversine"),
                "How the distance is measured: on a sphere, or on the ellipsoid."),
        ])

    private static let speed = TableSpec(
        name: "speed_test", shape: .inline,
        meaning: "How fast a station can have moved. For files only: readings carry no position.",
        keys: [
            KeySpec("suspect_threshold", anyNumber, .required, "Faster, in metres per second: suspect."),
            KeySpec("fail_threshold", anyNumber, .required, "Faster: fail."),
        ])

    private static let dataReception = TableSpec(
        name: "data_reception_test", shape: .inline,
        meaning: "How old a value may be. For files only: `late_limit` does this when a reading comes.",
        keys: [
            KeySpec("fail_span", anyNumber, .number(6), "Older, in hours: fail."),
            KeySpec("from_time", .utcTime, .derived("now"), "From when the age is counted back."),
        ])

    private static let duplicateTimestamp = TableSpec(
        name: "duplicate_timestamp_test", shape: .inline,
        meaning: "Times that occur twice. For files only: the queue knows a duplicate by itself.", keys: [])
}
