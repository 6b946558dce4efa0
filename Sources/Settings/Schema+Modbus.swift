/// Modbus, which this version knows and does not act on.
extension Schema {
    static let modbus = TableSpec(
        name: "modbus", shape: .list, identity: "name", meaning: "A Modbus bus: a serial line, or a gateway.",
        isSupported: false,
        keys: [
            KeySpec("name", .text(.name), .required, "Its name; readings come from `modbus:NAME`."),
            KeySpec("url", .text(.url(schemes: ["tcp", "rtu", "rtu+tcp"])), .required, "Where it is."),
            KeySpec(
                "every", .duration(100...Limits.day), .text("10s"), "The interval of the polls, aligned to the clock."),
            KeySpec("offset", .duration(0...Limits.day), .text("0s"), "How far after the full interval."),
            KeySpec("time", .choice(["slot", "request"]), .text("slot"), "The observed time."),
            KeySpec("com", .choice(["edges", "each"]), .text("edges"), "How silence is recorded."),
            KeySpec("timeout", .duration(10...Limits.minute), .text("1s"), "Of one request."),
            KeySpec("retries", .integer(0...10, unit: "tries"), .integer(1), "After the first try."),
            KeySpec(
                "late_response_window", .duration(0...(10 * Limits.minute)), .derived("10 x `timeout`"),
                "How long a late answer is waited for before the unit is asked again."),
        ],
        tables: [device])

    private static let device = TableSpec(
        name: "device", shape: .list, meaning: "A unit on the bus.",
        keys: [
            KeySpec("unit", .integer(0...255, unit: ""), .required, "Its unit id."),
            KeySpec("station", .text(.station), .required, "The station it belongs to."),
            KeySpec("sensor", .integer(1...65_535, unit: ""), .integer(1), "Which instrument."),
            KeySpec("model", .text(.any), .absent, "A `[model.NAME]` of `models/*.toml`."),
            KeySpec("every", .duration(100...Limits.day), .derived("the bus's"), "The interval of its polls."),
            KeySpec(
                "breaker_failures", .integer(1...1000, unit: "failures"), .integer(3),
                "Then it is left alone for a while."),
            KeySpec("breaker_max_pause", .duration(Limits.second...Limits.day), .text("10m"), "For how long at most."),
            KeySpec("max_registers", .integer(1...125, unit: "registers"), .integer(125), "In one request."),
            KeySpec("max_gap", .integer(0...124, unit: "registers"), .integer(16), "Read along to save a request."),
            KeySpec("status_register", .text(.any), .absent, "The register whose `status` gives the status of all."),
        ],
        tables: [register])

    private static let register = TableSpec(
        name: "register", shape: .list, meaning: "A value of the device.",
        keys: [
            KeySpec("name", .text(.any), .required, "Its name."),
            KeySpec("parameter", .text(.parameter), .absent, "What it measures."),
            KeySpec("kind", .choice(["holding", "input", "coil", "discrete"]), .text("holding"), "Where it is."),
            KeySpec("address", .integer(0...65_535, unit: ""), .absent, "Its address, from 0; or `register`."),
            KeySpec("register", .integer(1...465_536, unit: ""), .absent, "Its number, as 40001; or `address`."),
            KeySpec(
                "type",
                .choice([
                    "bool", "bit", "bits", "uint16", "int16", "uint32", "int32", "uint64", "int64", "float32",
                    "float64",
                    "bcd16", "bcd32", "string",
                ]), .text("uint16"), "What it holds."),
            KeySpec(
                "order",
                .choice(["ABCD", "CDAB", "BADC", "DCBA", "ABCDEFGH", "GHEFCDAB", "BADCFEHG", "HGFEDCBA"]),
                .derived("big endian"), "The order of its bytes."),
            KeySpec("bit", .integer(0...15, unit: ""), .integer(0), "The bit of type `bit`, or the first of `bits`."),
            KeySpec("width", .integer(1...16, unit: "bits"), .integer(1), "How many bits."),
            KeySpec("scale", .number(-Double.infinity...Double.infinity), .number(1), "value = raw × scale + offset."),
            KeySpec("offset", .number(-Double.infinity...Double.infinity), .number(0), "See `scale`."),
            KeySpec("unit", .text(.any), .absent, "The unit of the value."),
            KeySpec("missing", .integers(Int64.min...Int64.max), .absent, "Raw numbers that mean no value."),
            KeySpec("saturated", .integers(Int64.min...Int64.max), .absent, "The raw ends of the range."),
            KeySpec("status", .map, .absent, "Raw numbers and the status each means."),
        ])
}
