/// The tables that may stand several times and that this version acts on: who gets readings, and where they come from.
extension Schema {
    static let consumer = TableSpec(
        name: "consumer", shape: .list, identity: "name",
        meaning:
            "Someone who pulls readings, with a cursor of its own. `quantrac consumer add` makes one too; what stands "
            + "here wins.",
        keys: [
            KeySpec("name", .text(.name), .required, "Its name; part of the pull URL and of batch ids."),
            KeySpec(
                "required", .flag, .flag(true),
                "Readings stay until it has acknowledged them; `false`: it holds nothing back."),
            KeySpec(
                "from", .text(.start), .text("oldest"), "Where a new consumer begins."),
            KeySpec(
                "stations", .texts(.stationGlob, atLeast: 1), .texts(["*"]),
                "Which stations: `*` stands for any text, `?` for one character."),
            KeySpec(
                "domains", .texts(.domain, atLeast: 0), .texts([]),
                "Which domains, as `[[station]]` gives them; empty: all. Anything else is not acted on by this version."
            ),
            KeySpec("parameters", .texts(.parameter, atLeast: 0), .texts([]), "Which parameters; empty: all."),
            KeySpec(
                "max_age", .duration(0...Limits.tenYears), .text("0s"),
                "Older records are skipped and told as `skipped`, which needs `required = false`; `0s`: none are."),
        ])

    static let mqtt = TableSpec(
        name: "mqtt", shape: .list, identity: "name", meaning: "An MQTT broker to read from.",
        keys: [
            KeySpec("name", .text(.name), .required, "Its name; readings come from `mqtt:NAME`."),
            KeySpec(
                "url", .text(.broker), .required,
                "The broker; the ports 1883 and 8883 may be left out. `mqtts` is TLS, with the certificate checked."),
            KeySpec(
                "protocol", .choice(MQTTSettings.ProtocolVersion.allCases.map(\.rawValue)), .text("3.1.1"),
                "The version."),
            KeySpec(
                "client_id", .optionalText(.mqttText), .derived("quantrac-<node>-<name>"),
                "The broker keeps the session under it: the same one twice at a broker disconnects the other."),
            KeySpec(
                "topics", .texts(.topic, atLeast: 1), .required,
                "What to subscribe to; `{station}`, `{parameter}`, `{sensor}` each match a level and give its value."),
            KeySpec(
                "format", .text(.format), .text("json"),
                "What the payloads are, or the name of a `[[format]]`."),
            KeySpec(
                "time", .choice(MQTTSettings.MissingTime.allCases.map(\.rawValue)),
                .derived("`required`; `received` for format `value`"),
                "A payload without a time is stamped on receipt; with `required` it is also marked `CLK` and suspect."),
            KeySpec(
                "zone", .optionalText(.zone), .text(""),
                "The zone of times that name none; empty: such a time is a fault."),
            KeySpec("username", .optionalText(.mqttText), .text(""), "Empty: none is sent."),
            KeySpec("password_file", .text(.file), .absent, "The file that holds the password and nothing else."),
            KeySpec(
                "ca_file", .text(.file), .derived("the system's authorities"),
                "Who signs the broker's certificate, PEM."),
            KeySpec("certificate_file", .text(.file), .absent, "Our client certificate, PEM; goes with `key_file`."),
            KeySpec("key_file", .text(.file), .absent, "Our client certificate's private key, PEM."),
            KeySpec(
                "session_expiry", .duration(Limits.second...(49_710 * Limits.day), step: Limits.second), .text("30d"),
                "How long the broker keeps our session and its messages while we are away; MQTT 5 only."),
            KeySpec(
                "keepalive", .duration((5 * Limits.second)...(65_535 * Limits.second), step: Limits.second),
                .text("60s"),
                "The longest silence before a ping."),
            KeySpec(
                "retained", .choice(MQTTSettings.Retained.allCases.map(\.rawValue)), .text("ignore"),
                "What to do with retained messages."),
            KeySpec(
                "max_messages_per_second", .integer(0...1_000_000, unit: "messages per second"), .integer(0),
                "Beyond it the source is read more slowly, nothing is dropped; 0: unlimited."),
            KeySpec(
                "max_payload", .size((1 << 10)...(16 << 20)), .text("1MiB"),
                "A larger payload is a dead letter, of which the first 64 KiB are kept."),
            KeySpec(
                "acknowledge", .limitedChoice(["disk"], later: ["replicated"]), .text("disk"),
                "When the broker gets its acknowledgement: when the readings are on our disk."),
        ])
}
