import Registers

/// Modbus: the buses, what hangs on them, and the models of instruments.
extension Schema {
    static let modbus = TableSpec(
        name: "modbus", shape: .list, identity: "name",
        meaning: "A Modbus bus: a serial line, a device on the network, or a gateway with a line behind it.",
        keys: [
            KeySpec("name", .text(.name), .required, "Its name; readings come from `modbus:NAME`."),
            KeySpec(
                "url", .text(.bus), .required,
                "Where it is; port 502 may be left out. A serial line takes "
                    + "`?baud=9600&parity=even&data_bits=8&stop_bits=1&rs485=false`; `rtu+tcp` is a serial server that "
                    + "passes RTU frames on. A tty, or host and port, stands once."),
            KeySpec(
                "every", .duration(10...Limits.day), .text("10s"),
                "The interval of the polls. They are due at its multiples since 1970-01-01T00:00:00Z."),
            KeySpec(
                "offset", .duration(0...Limits.day), .text("0s"),
                "How far after the full interval the polls are due; less than every `every` of the bus."),
            KeySpec(
                "time", .choice(BusDefinition.ObservedTime.allCases.map(\.rawValue)), .text("slot"),
                "The observed time: when the poll was due (where it begins more than 1 s and a tenth of `every` late, the "
                    + "middle of its first answered request), or the middle of the request that read the value."),
            KeySpec(
                "com", .choice(BusDefinition.SilenceRecords.allCases.map(\.rawValue)), .text("edges"),
                "How silence is recorded: one reading without value and with `COM` of each register when it begins, or "
                    + "at each poll."),
            KeySpec(
                "timeout", .duration(10...Limits.minute), .text("1s"),
                "How long an answer may take; what a serial line needs for its bytes is added."),
            KeySpec("retries", .integer(0...10, unit: "tries"), .integer(1), "Of a request, after the first try."),
            KeySpec(
                "late_response_window", .duration(0...(10 * Limits.minute)), .derived("10 x the longest `timeout`"),
                "How long after its request an answer may still arrive; until then nothing is asked of that unit that it "
                    + "could be taken to answer. At least the longest `timeout`."),
        ],
        tables: [device])

    private static let device = TableSpec(
        name: "device", shape: .list,
        meaning: "A unit on the bus. Its registers are those of its model, and its own after them.",
        keys: [
            KeySpec(
                "unit", .integer(0...255, unit: ""), .required,
                "Its unit id, once on a bus; 1 … 247 on a serial line and behind `rtu+tcp`."),
            KeySpec("station", .text(.station), .required, "The station it belongs to."),
            KeySpec(
                "sensor", .integer(1...65_535, unit: ""), .integer(1),
                "Which instrument of the station it is; tells apart two that measure the same."),
            KeySpec("model", .text(.model), .absent, "A `[model.NAME]` of `models/*.toml`, or `models/NAME.csv`."),
            KeySpec(
                "every", .duration(10...Limits.day), .derived("the model's, else the bus's"),
                "The interval of its polls."),
            KeySpec("timeout", .duration(10...Limits.minute), .derived("the bus's"), "How long an answer may take."),
            KeySpec(
                "breaker_failures", .integer(1...1000, unit: "failures"), .integer(3),
                "After so many polls in a row without any answer it is left alone, and probed at growing intervals."),
            KeySpec(
                "breaker_max_pause", .duration(Limits.second...Limits.day), .text("10m"),
                "The longest interval between two probes."),
            KeySpec(
                "max_registers", .integer(1...125, unit: "registers"), .derived("the model's, else 125"),
                "In one request."),
            KeySpec(
                "max_bits", .integer(1...2000, unit: "coils or discrete inputs"), .derived("the model's, else 2000"),
                "In one request."),
            KeySpec(
                "max_gap", .integer(0...124, unit: "registers"), .derived("the model's, else 16"),
                "How many that nobody asked for are read along to save a request."),
            KeySpec(
                "status_register", .text(.shortText), .derived("the model's"),
                "The name of the register that gives the device status of all its readings, by its `status`."),
        ],
        tables: [register])

    private static let register = TableSpec(
        name: "register", shape: .list, identity: "name", meaning: "A value of the device.",
        keys: [
            KeySpec("name", .text(.shortText), .required, "Its name, once in the device and its model."),
            KeySpec(
                "parameter", .text(.parameter), .absent,
                "What it measures; needed unless it is the `status_register`."),
            KeySpec(
                "kind", .choice(RegisterKind.allCases.map(\.rawValue)),
                .derived("what `register` says, else `holding`"),
                "The table it stands in."),
            KeySpec("address", .integer(0...65_535, unit: ""), .absent, "From 0, as it travels; or `register`."),
            KeySpec(
                "register", .integer(1...465_536, unit: ""), .absent,
                "The number of people's manuals, from 1 and with its table's digit, as 40001 or 400001; or `address`."),
            KeySpec(
                "type", .choice(RegisterType.allCases.map(\.rawValue)),
                .derived("`bool` for coils and discrete inputs, else `uint16`"), "What it holds."),
            KeySpec(
                "order", .choice(ByteOrder.allCases.map(\.rawValue)), .derived("the most significant byte first"),
                "In which order its bytes travel; A is the most significant. One register: `ABCD` or `BADC`."),
            KeySpec(
                "bit", .integer(0...15, unit: ""), .integer(0),
                "The bit of `bit`, the lowest one of `bits`; 0 has the value 1."),
            KeySpec(
                "width", .integer(1...125, unit: "bits or registers"), .integer(1),
                "How many bits `bits` has (1 … 16), how many registers `string` has."),
            KeySpec(
                "scale", .number(-Double.infinity...Double.infinity), .number(1),
                "The value is raw number × `scale` + `offset`."),
            KeySpec("offset", .number(-Double.infinity...Double.infinity), .number(0), "In `unit`; see `scale`."),
            KeySpec("unit", .text(.shortText), .absent, "The unit of the value."),
            KeySpec(
                "missing", .rawNumbers, .absent,
                "Raw numbers that mean \"no value\": compared before anything is computed, marked `SEN`."),
            KeySpec(
                "saturated", .rawNumbers, .absent,
                "The raw ends of the instrument's range: the value is kept and marked `SAT`."),
            KeySpec(
                "status", .statuses, .absent,
                "Of the `status_register`: the device status each raw number means; others keep their number."),
        ])

    /// Stands in files of its own, `models/*.toml`, and so not in `tables`.
    static let model = TableSpec(
        name: "model", shape: .named,
        meaning:
            "A map of an instrument's registers, in `models/*.toml` beside the main file, for the `model` of a device. "
            + "A table `models/NAME.csv` with the keys of a register as its columns is a model too.",
        keys: [
            KeySpec("description", .text(.any), .absent, "The instrument, for people."),
            KeySpec("source", .text(.any), .absent, "Where its register map was published: document, revision, page."),
            KeySpec("every", .duration(10...Limits.day), .derived("the bus's"), "The interval of its polls."),
            KeySpec("max_registers", .integer(1...125, unit: "registers"), .integer(125), "In one request."),
            KeySpec(
                "max_bits", .integer(1...2000, unit: "coils or discrete inputs"), .integer(2000), "In one request."),
            KeySpec(
                "max_gap", .integer(0...124, unit: "registers"), .integer(16),
                "How many that nobody asked for are read along to save a request."),
            KeySpec(
                "status_register", .text(.shortText), .absent,
                "The name of the register that gives the device status of all its readings, by its `status`."),
        ],
        tables: [register])
}
