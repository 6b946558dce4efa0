/// The tables that stand once: the node, its logs, its queue, its API.
extension Schema {
    static let node = TableSpec(
        name: "node", shape: .single, meaning: "This node.",
        keys: [
            KeySpec(
                "name", .text(.name), .required, "Its name; it becomes part of batch ids, so do not change it."),
            KeySpec(
                "data_directory", .text(.directory), .text("/var/lib/quantrac"),
                "Where the queue and the control socket are; the daemon's user must be able to write there."),
            KeySpec(
                "zone", .text(.zone), .text("Asia/Ho_Chi_Minh"),
                "The zone of civil days and of times shown to people; what is stored is UTC."),
            KeySpec(
                "check_clock", .flag, .flag(true),
                "Mark readings whose time is our own clock's with `CLK` while the kernel says that the clock follows no "
                    + "reference; `false` where something outside the kernel's knowledge keeps it right."),
        ])

    static let log = TableSpec(
        name: "log", shape: .single, meaning: "What the daemon says about itself.",
        keys: [
            KeySpec(
                "level", .choice(LogSettings.Level.allCases.map(\.rawValue)), .text("info"),
                "The least severe event that is written."),
            KeySpec(
                "format", .choice(LogSettings.Format.allCases.map(\.rawValue)), .text("auto"),
                "How; `auto`: `journald` under systemd, `text` on a terminal, else `json`."),
            KeySpec(
                "repeat_after", .duration(0...Limits.day), .text("1m"),
                "The same event of the same thing is written at most this often, with a count; `0s`: each time."),
        ])

    static let queue = TableSpec(
        name: "queue", shape: .single, meaning: "The queue file, in which readings stay until the warehouse has them.",
        keys: [
            KeySpec(
                "retain_acknowledged", .duration(0...Limits.tenYears), .text("60d"),
                "How long a reading stays after every required consumer has acknowledged it; a wish, because under "
                    + "`max_size` the oldest acknowledged rows go first."),
            KeySpec(
                "max_size", .size((1 << 20)...(64 << 40)), .text("20GiB"),
                "How large the queue may grow: used pages and write-ahead log, not the length of the file."),
            KeySpec(
                "min_free_disk", .size(0...(64 << 40)), .text("1GiB"),
                "How much of the disk stays free: with less, nothing is acknowledged to a source any more."),
            KeySpec(
                "when_full", .choice(QueueFileSettings.WhenFull.allCases.map(\.rawValue)), .text("stop-acknowledging"),
                "When unacknowledged rows alone fill `max_size`: stop acknowledging to the sources, or drop the oldest "
                    + "rows and tell the consumers as `skipped`."),
            KeySpec(
                "commit_after", .duration(0...5000), .text("20ms"),
                "The longest wait for a fuller batch at low rates."),
            KeySpec(
                "commit_readings", .integer(1...50_000, unit: "readings"), .integer(2000),
                "A batch this full is committed at once."),
        ])

    static let deadLetter = TableSpec(
        name: "dead_letter", shape: .single, meaning: "What could not be decoded, kept with its reason.",
        keys: [
            KeySpec(
                "max_size", .size((64 << 10)...(1 << 40)), .text("256MiB"),
                "How much of the queue dead letters may take; beyond it the oldest go."),
            KeySpec(
                "retain", .duration(Limits.minute...Limits.tenYears), .text("90d"), "How long a dead letter stays."),
        ])

    static let http = TableSpec(
        name: "http", shape: .single, meaning: "The API for the warehouse and for people.",
        keys: [
            KeySpec(
                "listen", .text(.listen), .text("127.0.0.1:8780"),
                "Where to listen; port 0 lets the kernel choose. All but loopback needs `insecure = true`."
            ),
            KeySpec(
                "tls_certificate_file", .text(.file), .absent, "The server's certificate chain, PEM.",
                isSupported: false),
            KeySpec("tls_key_file", .text(.file), .absent, "The certificate's private key, PEM.", isSupported: false),
            KeySpec(
                "tls_client_ca_file", .text(.file), .absent, "The authority of client certificates, PEM.",
                isSupported: false),
            KeySpec(
                "insecure", .flag, .flag(false),
                "Allow an address that is not loopback although anyone who reaches it can read and acknowledge."),
            KeySpec(
                "max_connections", .integer(1...65_535, unit: "connections"), .integer(512), "How many at once."),
            KeySpec(
                "header_timeout", .duration(100...(5 * Limits.minute)), .text("10s"),
                "How long a client may take to send the head of a request."),
        ])

    static let registry = TableSpec(
        name: "registry", shape: .single, meaning: "What is known of the stations.", isSupported: false,
        keys: [
            KeySpec(
                "unknown_stations", .choice(["accept", "dead-letter"]), .text("accept"),
                "What happens to readings of stations that are not registered."),
            KeySpec(
                "stations", .texts(.file, atLeast: 0),
                .texts(["/etc/quantrac/stations/*.toml", "/etc/quantrac/stations.csv"]), "Files of stations; globs."),
            KeySpec(
                "dictionary", .texts(.file, atLeast: 0), .texts(["/usr/share/quantrac/observed-properties.csv"]),
                "Files of parameters and units."),
            KeySpec(
                "offline_after", .integer(1...1000, unit: "intervals"), .integer(3),
                "Missed intervals after which a station counts as offline."),
        ])
}

/// Numbers that several ranges share, in milliseconds.
enum Limits {
    static let second: Int64 = 1000
    static let minute: Int64 = 60_000
    static let hour: Int64 = 3_600_000
    static let day: Int64 = 86_400_000
    static let tenYears: Int64 = 3650 * day
}
