/// Quality rules, which this version knows and does not act on.
extension Schema {
    static let quality = TableSpec(
        name: "quality", shape: .list, identity: "name", meaning: "A set of quality rules.", isSupported: false,
        keys: [
            KeySpec("name", .text(.name), .required, "Its name."),
            KeySpec("version", .text(.any), .required, "Its version, which goes with each judgement."),
            KeySpec("future_limit", .duration(0...Limits.day), .text("5m"), "A reading further ahead is marked `FUT`."),
            KeySpec(
                "late_limit", .duration(0...Limits.tenYears), .text("5m"), "A reading received later is marked `LAT`."),
        ],
        tables: [
            TableSpec(
                name: "match", shape: .inline, meaning: "Which series it is for; the most specific wins.",
                keys: [
                    KeySpec("station", .text(.stationGlob), .absent, "The station."),
                    KeySpec("parameter", .text(.parameter), .absent, "The parameter."),
                    KeySpec("sensor", .integer(1...65_535, unit: ""), .absent, "The instrument."),
                    KeySpec("domain", .text(.domain), .absent, "The domain."),
                ]),
            TableSpec(
                name: "gross_range_test", shape: .inline, meaning: "What the sensor can measure and the site has seen.",
                keys: [
                    KeySpec("fail_span", .numbers(count: 2), .required, "Outside it: fail."),
                    KeySpec("suspect_span", .numbers(count: 2), .absent, "Outside it: suspect."),
                ]),
            TableSpec(
                name: "spike_test", shape: .inline, meaning: "One value away from its neighbours.",
                keys: [
                    KeySpec("suspect_threshold", anyNumber, .absent, "In the unit."),
                    KeySpec("fail_threshold", anyNumber, .absent, "In the unit."),
                    KeySpec(
                        "method", .choice(["average", "differential"]), .text("average"), "How the spike is measured."),
                ]),
            TableSpec(
                name: "rate_of_change_test", shape: .inline, meaning: "How fast a value may change.",
                keys: [KeySpec("threshold", anyNumber, .required, "Units per second.")]),
            TableSpec(
                name: "flat_line_test", shape: .inline, meaning: "A value that does not move.",
                keys: [
                    KeySpec("tolerance", anyNumber, .required, "In the unit."),
                    KeySpec("suspect_threshold", .integer(0...31_536_000, unit: "s"), .required, "Then it is suspect."),
                    KeySpec("fail_threshold", .integer(0...31_536_000, unit: "s"), .required, "Then it fails."),
                ]),
            TableSpec(
                name: "multivariate_test", shape: .inline, meaning: "Two parameters that belong together.",
                keys: [
                    KeySpec("rule", .text(.any), .required, "What holds between them."),
                    KeySpec("tolerance", anyNumber, .number(0), "In the unit."),
                    KeySpec("wait", .duration(0...Limits.hour), .text("2m"), "For the other one."),
                ]),
            TableSpec(
                name: "neighbour_test", shape: .inline, meaning: "Two instruments that measure the same.",
                keys: [
                    KeySpec("sensor", .integer(1...65_535, unit: ""), .required, "The other instrument."),
                    KeySpec("max_difference", anyNumber, .required, "In the unit."),
                    KeySpec("wait", .duration(0...Limits.hour), .text("2m"), "For the other one."),
                ]),
            TableSpec(
                name: "extensions", shape: .inline, meaning: "Where the product may differ from the reference.",
                keys: [
                    KeySpec(
                        "rate_of_change_time", .choice(["whole", "exact"]), .text("whole"), "Whole seconds or not."),
                    KeySpec(
                        "spike_max_gap", .duration(Limits.second...Limits.day), .absent,
                        "Neighbours further away are none."),
                    KeySpec("mask_failed", .flag, .flag(false), "Values that failed before take no part."),
                    KeySpec("calendar_zone", .text(.zone), .text("UTC"), "The zone of climatology's months and hours."),
                    KeySpec("conflict_tolerance", anyNumber, .number(0), "Within it another source agrees."),
                ]),
        ])

    private static let anyNumber = ValueKind.number(-Double.infinity...Double.infinity)
}
