import Formats

/// Where files come from and go to, and what payloads are written in.
extension Schema {
    static let folder = TableSpec(
        name: "folder", shape: .list, identity: "name",
        meaning: "A folder in which files arrive, each one payload: of an FTP server, or copied there.",
        keys: [
            KeySpec("name", .text(.name), .required, "Its name; readings come from `folder:NAME`."),
            KeySpec(
                "path", .text(.directory), .required,
                "The folder. `done/` and `failed/` are made inside it, for files that were taken."),
            KeySpec(
                "format", .text(.format), .text("station-file"), "What the files are, or the name of a `[[format]]`."),
            KeySpec(
                "paths", .texts(.topic, atLeast: 0), .texts([]),
                "Patterns of the files' paths in the folder, written as topics: what they name holds for the file, as in "
                    + "`{station}/#`."),
            KeySpec(
                "time", .choice(MQTTSettings.MissingTime.allCases.map(\.rawValue)),
                .derived("`required`; `received` for format `value`"),
                "A file without a time is stamped on receipt; with `required` it is also marked `CLK` and suspect."),
            KeySpec(
                "zone", .optionalText(.zone), .text(""),
                "The zone of times that name none; empty: such a time is a fault, but of a station file +07:00."),
            KeySpec("done", .choice(["keep", "delete"]), .text("keep"), "What happens to a file that is on our disk."),
            KeySpec(
                "settle", .duration(0...Limits.hour), .text("2s"),
                "A file that was not renamed into place counts as complete after this silence."),
            KeySpec(
                "max_payload", .size((1 << 10)...(16 << 20)), .text("1MiB"),
                "A larger file is a dead letter, of which the first 64 KiB are kept."),
        ])

    static let format = TableSpec(
        name: "format", shape: .list, identity: "name",
        meaning: "How a vendor writes its payloads, for the `format` of a source.",
        keys: [
            KeySpec("name", .text(.name), .required, "Its name; none of the formats that are built in."),
            KeySpec(
                "kind", .choice(FormatSettings.kinds.map(\.rawValue)), .text(FormatKind.jsonMapping.rawValue),
                "What they are written in; `json-mapping`: a JSON of the vendor's own."),
            KeySpec(
                "station", .text(.any), .absent,
                "JSON: a pointer, or `{station}` of the topic. CSV: a column. Sparkplug: such as `{edge}.{device}`."),
            KeySpec("time", .text(.any), .absent, "JSON: a pointer from the whole payload. CSV: a column."),
            KeySpec(
                "time_format", .text(.any), .derived("`rfc3339`; of `line` `unix-ns`"),
                "`rfc3339` `unix-s` `unix-ms` `unix-us` `unix-ns`, or digits as in `yyyyMMddHHmmss`, `dd/MM/yyyy HH:mm`."
            ),
            KeySpec(
                "readings", .text(.content), .derived("the whole payload"),
                "JSON: a pointer to a list of readings, or to an object of names and values."),
            KeySpec("parameter", .text(.any), .absent, "JSON: a pointer inside one reading. CSV: a column."),
            KeySpec("value", .text(.any), .absent, "JSON: a pointer inside one reading. CSV: a column."),
            KeySpec("unit", .text(.any), .absent, "The same."),
            KeySpec("status", .text(.any), .absent, "The same: the device status."),
            KeySpec("sensor", .text(.any), .absent, "The same: which instrument, from 1."),
            KeySpec(
                "pattern", .text(.any), .absent,
                "SenML: of resolved names, `urn:dev:ow:{station}:{parameter}`. Line protocol: of lines, "
                    + "`*,site={station} {parameter}`. Station files: of file names, `*_*_{station}_{time}.txt`."),
            KeySpec("delimiter", .text(.content), .text(","), "CSV: between two cells, `,` `;` `|` or a tab."),
            KeySpec("decimal", .text(.any), .text("."), "CSV and station files: before the fraction, `.` or `,`."),
            KeySpec(
                "unnamed", .choice(["keep", "ignore"]), .text("keep"),
                "What becomes of parameters that `names` does not name."),
            KeySpec("names", .map, .absent, "The vendor's names of parameters, and ours."),
            KeySpec(
                "units", .map, .absent, "Our parameters, and the unit in which they come where the payload says none."),
        ],
        tables: [
            TableSpec(
                name: "example", shape: .list, meaning: "A payload that `quantrac check` decodes.",
                keys: [
                    KeySpec("topic", .text(.any), .absent, "The topic, or the path of the file, on which it comes."),
                    KeySpec(
                        "pattern", .text(.topic), .derived("none"),
                        "The pattern that a source will have for the topic."),
                    KeySpec("zone", .text(.zone), .derived("none"), "The zone that a source will have."),
                    KeySpec("payload", .text(.content), .absent, "The payload."),
                    KeySpec(
                        "payload_hex", .text(.any), .absent, "The payload in hexadecimal digits, where it is no text."),
                    KeySpec("expect", .integer(0...10_000, unit: "readings"), .required, "How many readings it gives."),
                ])
        ])

    static let sink = TableSpec(
        name: "sink", shape: .list, identity: "name",
        meaning: "Somewhere to push batches to; each is a consumer with a cursor of its own.",
        keys: [
            KeySpec("name", .text(.name), .required, "Its name, and its consumer's."),
            KeySpec(
                "kind", .limitedChoice(["station-files"], later: ["http", "postgresql", "nats", "kafka"]), .required,
                "What it is; `station-files`: one station file for each station and time, into a folder."),
            KeySpec("url", .text(.any), .required, "Where it is; of `station-files` the folder, `file:///srv/out`."),
            KeySpec("required", .flag, .flag(true), "Readings stay until it has acknowledged them."),
            KeySpec("max_batch", .integer(1...50_000, unit: "records"), .integer(10_000), "The largest batch."),
            KeySpec("token_file", .text(.file), .absent, "The file that holds the bearer token.", isSupported: false),
            KeySpec("ca_file", .text(.file), .absent, "Who signs its certificate, PEM.", isSupported: false),
            KeySpec("certificate_file", .text(.file), .absent, "Our client certificate, PEM.", isSupported: false),
            KeySpec("key_file", .text(.file), .absent, "Its private key, PEM.", isSupported: false),
            KeySpec(
                "compression", .choice(["none", "gzip", "zstd"]), .text("zstd"), "Of the body.", isSupported: false),
            KeySpec(
                "timeout", .duration(Limits.second...Limits.hour), .text("30s"), "Of one request.", isSupported: false),
            KeySpec(
                "give_up_after", .integer(1...1000, unit: "tries"), .integer(10),
                "Tries of one batch that is refused for good, before it goes aside.", isSupported: false),
        ])
}
