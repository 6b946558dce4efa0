/// The tables that this version knows and does not act on; each is refused, so that nothing is silently ignored.
extension Schema {
    static let token = TableSpec(
        name: "token", shape: .list, identity: "name", meaning: "Who may use the API from elsewhere.",
        isSupported: false,
        keys: [
            KeySpec("name", .text(.name), .required, "Its name."),
            KeySpec("role", .text(.role), .required, "What it allows."),
            KeySpec("sha256", .text(.sha256), .required, "Of the token; the token itself is stored nowhere."),
        ])

    static let folder = TableSpec(
        name: "folder", shape: .list, identity: "name", meaning: "A folder in which station files arrive.",
        isSupported: false,
        keys: [
            KeySpec("name", .text(.name), .required, "Its name; readings come from `folder:NAME`."),
            KeySpec("path", .text(.directory), .required, "The folder."),
            KeySpec("format", .text(.any), .text("station-file"), "What the files are."),
            KeySpec("zone", .optionalText(.zone), .text(""), "The zone of times that name none."),
            KeySpec("done", .choice(["keep", "delete"]), .text("keep"), "What happens to a file that is on our disk."),
            KeySpec(
                "settle", .duration(0...Limits.hour), .text("2s"),
                "A file that was not renamed into place counts as complete after this silence."),
        ])

    static let format = TableSpec(
        name: "format", shape: .list, identity: "name", meaning: "A vendor's JSON, described by JSON Pointers.",
        isSupported: false,
        keys: [
            KeySpec("name", .text(.name), .required, "Its name, for the `format` of a source."),
            KeySpec("station", .text(.any), .required, "A pointer, or `{station}` of the topic."),
            KeySpec("time", .text(.any), .required, "A pointer."),
            KeySpec(
                "time_format", .choice(["rfc3339", "unix-s", "unix-ms", "unix-us", "yyyyMMddHHmmss"]), .text("rfc3339"),
                "How the time is written."),
            KeySpec("readings", .text(.any), .required, "A pointer to a list, or to an object of names and values."),
            KeySpec("parameter", .text(.any), .absent, "A pointer inside one reading."),
            KeySpec("value", .text(.any), .absent, "A pointer inside one reading."),
            KeySpec("unit", .text(.any), .absent, "A pointer inside one reading."),
            KeySpec("status", .text(.any), .absent, "A pointer inside one reading."),
            KeySpec("names", .map, .absent, "The vendor's names of parameters, and ours."),
        ],
        tables: [
            TableSpec(
                name: "example", shape: .list, meaning: "A payload that `check` decodes.",
                keys: [
                    KeySpec("topic", .text(.any), .required, "Its topic."),
                    KeySpec("payload", .text(.any), .required, "The payload."),
                    KeySpec("expect", .integer(0...10_000, unit: "readings"), .required, "How many readings it gives."),
                ])
        ])

    static let sink = TableSpec(
        name: "sink", shape: .list, identity: "name", meaning: "Somewhere to push batches to.", isSupported: false,
        keys: [
            KeySpec("name", .text(.name), .required, "Its name; a consumer of this name has its cursor."),
            KeySpec(
                "kind", .choice(["http", "postgresql", "station-files", "nats", "kafka"]), .required, "What it is."),
            KeySpec("url", .text(.any), .required, "Where it is."),
            KeySpec("token_file", .text(.file), .absent, "The file that holds the bearer token."),
            KeySpec("ca_file", .text(.file), .absent, "Who signs its certificate, PEM."),
            KeySpec("certificate_file", .text(.file), .absent, "Our client certificate, PEM."),
            KeySpec("key_file", .text(.file), .absent, "Its private key, PEM."),
            KeySpec("required", .flag, .flag(true), "Readings stay until it has acknowledged them."),
            KeySpec("max_batch", .integer(1...50_000, unit: "records"), .integer(10_000), "The largest batch."),
            KeySpec("compression", .choice(["none", "gzip", "zstd"]), .text("zstd"), "Of the body."),
            KeySpec("timeout", .duration(Limits.second...Limits.hour), .text("30s"), "Of one request."),
            KeySpec(
                "give_up_after", .integer(1...1000, unit: "tries"), .integer(10),
                "Tries of one batch that is refused for good, before it goes aside."),
        ])
}
