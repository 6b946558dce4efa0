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
            text += "\n" + section(table, path: table.name, node: node, isExample: examples.contains(table.name))
        }
        return text
    }

    /// The tables that not every node has.
    private static let examples: Set = [
        Schema.modbus.name, Schema.folder.name, Schema.format.name, Schema.station.name, Schema.quality.name,
        Schema.sink.name,
    ]

    /// A table with its keys, and those inside it.
    ///
    /// - Parameter isExample: Its headings are comments too, because not every node has one.
    private static func section(_ table: TableSpec, path: String, node: String, isExample: Bool) -> String {
        let heading = table.shape == .list ? "[[\(path)]]" : "[\(path)]"
        var text = comment(table.meaning) + (isExample ? "#" : "") + heading + "\n"
        for key in table.keys where key.isSupported {
            let line = setting(key, path: path, node: node)
            text += comment(key.meaning) + (isExample && !line.hasPrefix("#") ? "#" : "") + line + "\n"
        }
        for inner in table.tables where inner.shape == .inline {
            text += inline(inner)
        }
        for inner in table.tables where inner.shape != .inline {
            text += section(inner, path: "\(path).\(inner.name)", node: node, isExample: isExample)
        }
        return text
    }

    /// A table in one line; its keys are explained in the reference.
    private static func inline(_ table: TableSpec) -> String {
        guard let sample = inlineSamples[table.name] else { return "" }
        return comment(table.meaning) + "#\(table.name) = \(sample)\n"
    }

    /// What may stand side by side: the tests that work over files only would be refused.
    private static let inlineSamples = [
        "match": "{ domain = \"environment.ambient_air\", parameter = \"PM2.5\" }",
        "gross_range_test": "{ fail_span = [0, 1000], suspect_span = [0, 500] }",
        "climatology_test":
            "{ config = [{ period = \"month\", tspan = [11, 12], vspan = [0, 400], fspan = [0, 800] }] }",
        "spike_test": "{ suspect_threshold = 80, fail_threshold = 200, method = \"differential\" }",
        "rate_of_change_test": "{ threshold = 0.5, fail_threshold = 2 }",
        "flat_line_test": "{ tolerance = 0.06, suspect_threshold = 10800, fail_threshold = 21600 }",
        "attenuated_signal_test":
            "{ suspect_threshold = 0.5, fail_threshold = 0.1, test_period = 86400, min_obs = 24 }",
        "time_gap_test": "{ fail_span = 2 }",
        "multivariate_test": "{ rule = \"PM2.5 <= PM10\", tolerance = 5, wait = \"2m\" }",
        "neighbour_test": "{ sensor = 2, max_difference = 10, wait = \"2m\" }",
        "extensions":
            "{ rate_of_change_time = \"exact\", spike_max_gap = \"15m\", mask_failed = false, calendar_zone = \"UTC\" }",
    ]

    private static func setting(_ key: KeySpec, path: String, node: String) -> String {
        // These cannot stand beside the others: they say the same in another way, or belong to another register.
        if let alternative = alternatives["\(path).\(key.name)"] { return "# \(key.name) = \(alternative)" }
        switch key.fallback {
        case .required: return "\(key.name) = \(sample(key, of: path, node: node).toml)"
        case .value(let value): return "#\(key.name) = \(value.toml)"
        case .absent, .derived: return "#\(key.name) = \(sample(key, of: path, node: node).toml)"
        }
    }

    private static let alternatives = [
        "modbus.device.model": "\"instrument\"", "modbus.device.status_register": "\"status\"",
        "format.pattern": "\"urn:dev:ow:{station}:{parameter}\"", "format.delimiter": "\",\"",
        "format.decimal": "\".\"",
        "format.example.payload_hex": "\"7b 7d\"", "format.example.pattern": "\"acme/{station}\"",
        "modbus.device.register.register": "40001", "modbus.device.register.status": "{ 0 = \"00\", 1 = \"01\" }",
    ]

    /// A value for a key that has no default.
    private static func sample(_ key: KeySpec, of path: String, node: String) -> Value {
        switch (path, key.name) {
        case ("node", "name"): .text(node)
        case ("consumer", "name"): .text("warehouse")
        case ("mqtt", "name"): .text("field")
        case ("mqtt", "url"): .text("mqtt://127.0.0.1:1883")
        case ("mqtt", "topics"): .texts(["quantrac/v1/{station}/readings"])
        case ("mqtt", "client_id"): .text("quantrac-\(node)-field")
        case ("modbus", "name"): .text("plant")
        case ("modbus", "url"): .text("tcp://192.0.2.1:502")
        case ("modbus", "late_response_window"): .text("10s")
        case ("modbus.device", "unit"): .integer(1)
        case ("modbus.device", "every"): .text("10s")
        case ("modbus.device", "timeout"): .text("1s")
        case ("modbus.device", "max_registers"): .integer(125)
        case ("modbus.device", "max_bits"): .integer(2000)
        case ("modbus.device", "max_gap"): .integer(16)
        case ("modbus.device", "station"): .text("HN-NT-07")
        case ("station", "id"): .text("HN-KK-01")
        case ("station", "name"): .text("Trạm không khí số 1")
        case ("station", "domain"): .text("environment.ambient_air")
        case ("station", "latitude"): .number(21.05)
        case ("station", "longitude"): .number(105.88)
        case ("station", "elevation"): .number(12)
        case ("station", "every"), ("station.parameter", "every"): .text("5m")
        case ("station", "zone"): .text("Asia/Ho_Chi_Minh")
        case ("station", "valid_from"): .text("2024-01-01T00:00:00+07:00")
        case ("station.parameter", "symbol"): .text("PM2.5")
        case ("station.parameter", "unit"): .text("ug/m3")
        case ("station.parameter", "detection_limit"): .number(0.5)
        case ("quality", "name"): .text("air-pm2-5")
        case ("quality", "version"): .text("1.0.0")
        case ("quality", "missing"): .list([Node(value: .integer(-9999), place: .schema)])
        case ("quality", "saturated"): .list([Node(value: .integer(1000), place: .schema)])
        case ("modbus.device.register", "name"): .text("cod")
        case ("modbus.device.register", "parameter"): .text("COD")
        case ("modbus.device.register", "kind"): .text("holding")
        case ("modbus.device.register", "address"): .integer(0)
        case ("modbus.device.register", "type"): .text("uint16")
        case ("modbus.device.register", "unit"): .text("mg/L")
        case ("modbus.device.register", "missing"): .list([Node(value: .integer(65_535), place: .schema)])
        case ("modbus.device.register", "saturated"): .list([Node(value: .integer(65_534), place: .schema)])
        default: formatSample(key, of: path)
        }
    }

    /// The same for formats, and for what is a folder.
    private static func formatSample(_ key: KeySpec, of path: String) -> Value {
        switch (path, key.name) {
        case ("folder", "name"): .text("ftp-drop")
        case ("folder", "path"): .text("/srv/ftp/incoming")
        case ("format", "name"): .text("acme")
        case ("format", "station"): .text("/device/id")
        case ("format", "time"): .text("/ts")
        case ("format", "time_format"): .text("unix-ms")
        case ("format", "readings"): .text("/data")
        case ("format", "parameter"): .text("/name")
        case ("format", "value"): .text("/val")
        case ("format", "unit"): .text("/unit")
        case ("format", "status"): .text("/st")
        case ("format", "sensor"): .text("/no")
        case ("format", "names"): .table(["pm25": Node(value: .text("PM2.5"), place: .schema)])
        case ("format", "units"): .table(["\"PM2.5\"": Node(value: .text("ug/m3"), place: .schema)])
        case ("format.example", "topic"): .text("acme/1")
        case ("format.example", "zone"): .text("Asia/Ho_Chi_Minh")
        case ("format.example", "payload"):
            .text(#"{"device":{"id":"HN-1"},"ts":1795392000000,"data":[{"name":"pm25","val":3.5}]}"#)
        case ("format.example", "expect"): .integer(1)
        case ("sink", "name"): .text("province")
        case ("sink", "kind"): .text("station-files")
        case ("sink", "url"): .text("file:///srv/ftp/outgoing")
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
