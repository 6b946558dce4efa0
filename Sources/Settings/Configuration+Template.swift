extension Configuration {
    /// The settings of a new node, with every key this version acts on and what it means; it passes the check.
    ///
    /// - Parameter node: The node's name, `[a-z0-9-]{1,32}`.
    public static func template(node: String) -> String {
        var text = """
            # Quantrac, node \(node). Lines that begin with #key show what holds without them.
            # Durations: 250ms 10s 5m 24h 60d. Sizes: 512KiB 20GiB. Secrets only by *_file.
            # `quantrac check` says what is wrong with this file; docs/configuration.md has all keys and ranges.

            """
        for table in Schema.tables where table.isSupported {
            text += "\n" + comment(table.meaning) + table.heading + "\n"
            for key in table.keys where key.isSupported {
                text += comment(key.meaning) + setting(key, of: table, node: node) + "\n"
            }
        }
        return text
    }

    private static func setting(_ key: KeySpec, of table: TableSpec, node: String) -> String {
        switch key.fallback {
        case .required: "\(key.name) = \(sample(key, of: table, node: node).toml)"
        case .value(let value): "#\(key.name) = \(value.toml)"
        case .absent, .derived: "#\(key.name) = \(sample(key, of: table, node: node).toml)"
        }
    }

    /// A value for a key that has no default.
    private static func sample(_ key: KeySpec, of table: TableSpec, node: String) -> Value {
        switch (table.name, key.name) {
        case ("node", "name"): .text(node)
        case ("consumer", "name"): .text("warehouse")
        case ("mqtt", "name"): .text("field")
        case ("mqtt", "url"): .text("mqtt://127.0.0.1:1883")
        case ("mqtt", "topics"): .texts(["quantrac/v1/{station}/readings"])
        case ("mqtt", "client_id"): .text("quantrac-\(node)-field")
        default:
            if case .choice(let words) = key.kind { .text(words[0]) } else { .text("/etc/quantrac/\(key.name)") }
        }
    }

    /// A comment in lines of at most 100 characters.
    private static func comment(_ text: String) -> String {
        var lines = ["#"]
        for word in text.split(separator: " ") {
            if lines[lines.count - 1].count + word.count >= 100 { lines.append("#") }
            lines[lines.count - 1] += " " + word
        }
        return lines.map { $0 + "\n" }.joined()
    }
}
