/// What is known of a station before it sends anything.
extension Schema {
    static let station = TableSpec(
        name: "station", shape: .list, identity: "id",
        meaning:
            "A station. Rules find its series by `domain`, and take the interval from `every`; the rest describes it.",
        keys: [
            KeySpec("id", .text(.station), .required, "As it stands in the payloads."),
            KeySpec("name", .text(.any), .required, "In Vietnamese."),
            KeySpec("name_en", .optionalText(.any), .text(""), "In English."),
            KeySpec("domain", .text(.domain), .required, "What it observes, for the `match` of rules."),
            KeySpec("latitude", .number(-90...90), .absent, "WGS 84, degrees; with `longitude`."),
            KeySpec("longitude", .number(-180...180), .absent, "WGS 84, degrees; with `latitude`."),
            KeySpec("elevation", .number(-500...9000), .absent, "Metres above sea level."),
            KeySpec("province", .optionalText(.any), .text(""), "The province's code."),
            KeySpec("owner", .optionalText(.any), .text(""), "Who runs it."),
            KeySpec(
                "every", .duration(Limits.second...Limits.day), .derived("a bus's, where one polls it"),
                "From one reading of a series to the next."),
            KeySpec("zone", .text(.zone), .derived("the node's"), "Its zone."),
            KeySpec("valid_from", .text(.moment), .absent, "From when this description holds."),
        ],
        tables: [
            TableSpec(
                name: "parameter", shape: .list, meaning: "What it measures: each parameter once a sensor.",
                keys: [
                    KeySpec("symbol", .text(.parameter), .required, "The parameter."),
                    KeySpec("sensor", .integer(1...65_535, unit: ""), .integer(1), "Which instrument."),
                    KeySpec("unit", .text(.any), .required, "Its unit."),
                    KeySpec(
                        "aggregation", .choice(["instant", "mean", "sum", "counter", "vector"]), .text("mean"),
                        "What a value is."),
                    KeySpec(
                        "every", .duration(Limits.second...Limits.day), .derived("the station's"),
                        "From one reading to the next."),
                    KeySpec(
                        "detection_limit", anyNumber, .absent, "A value below it, in its unit, is marked `MDL`."),
                    KeySpec("make", .optionalText(.any), .text(""), "Who made the instrument."),
                    KeySpec("model", .optionalText(.any), .text(""), "Its model."),
                    KeySpec("serial", .optionalText(.any), .text(""), "Its serial number."),
                    KeySpec("method", .optionalText(.any), .text(""), "How it measures."),
                ])
        ])
}
