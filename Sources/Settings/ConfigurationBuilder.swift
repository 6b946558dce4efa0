import Formats
import Readings
import Registers
import Registry
import Rules

/// Makes the structs from the checked tables, and checks what only shows when keys are seen together.
struct ConfigurationBuilder {
    private let tables: [String: [CheckedTable]]
    private let zones: ZoneCatalog
    private let models: ModelReader
    private let mainFile: String
    private let credentials: String?
    private(set) var faults: FaultList

    init(reader: SchemaReader, models: ModelReader, mainFile: String, credentials: String?) {
        tables = reader.tables
        zones = reader.checker.zones
        faults = reader.faults
        self.models = models
        self.mainFile = mainFile
        self.credentials = credentials
    }

    /// `nil` only when faults stand already.
    mutating func build(files: [String]) -> Configuration? {
        var busReader = BusReader(models: models, faults: faults)
        let buses = busReader.read(tables["modbus"] ?? [])
        faults = busReader.faults
        let (stations, ruleBook, ruleAdvice) = rules(buses)
        guard let node = tables["node"]?.first, let log = tables["log"]?.first, let queue = tables["queue"]?.first,
            let deadLetter = tables["dead_letter"]?.first, let http = tables["http"]?.first
        else { return nil }
        // The sections are checked one by one even where an earlier one is wrong: all faults at once.
        let httpSettings = self.http(http)
        let consumers = (tables["consumer"] ?? []).map { consumer($0) }
        var formatReader = FormatReader(zones: zones, faults: faults)
        let formats = formatReader.read(tables["format"] ?? [])
        let sourceFormats = (tables["mqtt"] ?? []).map { formatReader.format(of: $0) }
        let folders = formatReader.readFolders(tables["folder"] ?? [])
        let sinks = formatReader.readSinks(tables["sink"] ?? [], consumers: consumers, folders: folders)
        faults = formatReader.faults
        let sources = zip(tables["mqtt"] ?? [], sourceFormats).map { mqtt($0, $1, node: node.text("name")) }
        checkSessions(tables["mqtt"] ?? [], sources)
        guard let nodeSettings = self.node(node), let logSettings = self.log(log),
            let queueSettings = self.queue(queue), let httpSettings
        else { return nil }
        let present = sources.compactMap(\.self)
        guard present.count == sources.count else { return nil }
        return Configuration(
            node: nodeSettings, log: logSettings, queue: queueSettings,
            deadLetter: DeadLetterSettings(
                maxSizeBytes: deadLetter.integer("max_size"), retainMilliseconds: deadLetter.integer("retain")),
            http: httpSettings, consumers: consumers, mqtt: present, modbus: buses, folders: folders, formats: formats,
            sinks: sinks, stations: stations, ruleBook: ruleBook, files: files,
            advice: busReader.advice + formatReader.advice + ruleAdvice,
            serialDevices: busReader.serialDevices)
    }

    private mutating func rules(
        _ buses: [BusDefinition]
    ) -> (stations: [StationDefinition], book: RuleBook, advice: [SettingsWarning]) {
        var stationReader = StationReader(faults: faults)
        let stations = stationReader.read(tables["station"] ?? [])
        var ruleReader = RuleReader(zones: zones, faults: stationReader.faults)
        let entries = ruleReader.read(tables["quality"] ?? [])
        faults = ruleReader.faults
        let polled = StationReader.polledMilliseconds(buses)
        let book = RuleBook(
            entries: entries.map(\.entry), stations: StationCatalog(stations, polledMilliseconds: polled))
        let advice = RuleAdvice(entries, book: book, stations: stations, polled: polled.keys)
        return (stations, book, advice.warnings)
    }

    private func node(_ table: CheckedTable) -> NodeSettings? {
        guard let zone = zone(table) else { return nil }
        return NodeSettings(
            name: table.text("name"), dataDirectory: table.text("data_directory"), zone: zone,
            checksClock: table.flag("check_clock"))
    }

    private func zone(_ table: CheckedTable) -> Zone? {
        table.textIfAny("zone").flatMap { try? zones.zone(named: $0) }
    }

    private func log(_ table: CheckedTable) -> LogSettings? {
        guard let level = LogSettings.Level(rawValue: table.text("level")),
            let format = LogSettings.Format(rawValue: table.text("format"))
        else { return nil }
        return LogSettings(
            level: level, format: format, repeatAfterMilliseconds: table.integer("repeat_after"))
    }

    private func queue(_ table: CheckedTable) -> QueueFileSettings? {
        guard let whenFull = QueueFileSettings.WhenFull(rawValue: table.text("when_full")) else { return nil }
        return QueueFileSettings(
            retainAcknowledgedMilliseconds: table.integer("retain_acknowledged"),
            maxSizeBytes: table.integer("max_size"), minFreeDiskBytes: table.integer("min_free_disk"),
            whenFull: whenFull, commitAfterMilliseconds: table.integer("commit_after"),
            commitReadings: table.integer("commit_readings"))
    }

    private mutating func http(_ table: CheckedTable) -> HTTPSettings? {
        guard let listen = NetworkAddress(table.text("listen")) else { return nil }
        if !listen.isLoopback, !table.flag("insecure") {
            faults.add(
                .conflict, at: table.place("listen"), key: "http.listen",
                "\(listen) is reached from elsewhere, and this version has neither TLS nor tokens; "
                    + "expected 127.0.0.1, [::1] or localhost, or insecure = true")
        }
        return HTTPSettings(
            listen: listen, isInsecureAllowed: table.flag("insecure"),
            connectionsMax: Int(table.integer("max_connections")),
            headerTimeoutMilliseconds: table.integer("header_timeout"))
    }

    private mutating func consumer(_ table: CheckedTable) -> ConsumerSettings {
        if table.flag("required"), table.integer("max_age") > 0 {
            faults.add(
                .conflict, at: table.place("max_age"), key: "\(table.path).max_age",
                "skips records, but the consumer is required to get all of them; expected required = false beside it")
        }
        if !table.texts("domains").isEmpty {
            faults.add(
                .unsupported, at: table.place("domains"), key: "\(table.path).domains",
                "is not acted on by this version, expected an empty list")
        }
        let symbols = table.texts("parameters").compactMap { ParameterSymbol.normalized(Array($0.utf8).span) }
        return ConsumerSettings(
            name: table.text("name"), isRequired: table.flag("required"),
            start: ConsumerSettings.Start(text: table.text("from")) ?? .oldest, stations: table.texts("stations"),
            domains: table.texts("domains"), parameters: symbols.map { String(decoding: $0, as: UTF8.self) },
            maxAgeMilliseconds: table.integer("max_age"))
    }

    // MARK: MQTT

    private mutating func mqtt(
        _ table: CheckedTable, _ format: FormatDefinition?, node: String
    ) -> MQTTSettings? {
        let topics = topics(table, format)
        let broker = try? BrokerAddress(url: table.text("url"))
        if let broker { checkCredentials(table, broker) }
        let time = table.textIfAny("time") ?? (format?.kind == .value ? "received" : "required")
        guard let broker, let format, let version = MQTTSettings.ProtocolVersion(rawValue: table.text("protocol")),
            let missingTime = MQTTSettings.MissingTime(rawValue: time),
            let retained = MQTTSettings.Retained(rawValue: table.text("retained"))
        else { return nil }
        return MQTTSettings(
            name: table.text("name"), broker: broker, protocolVersion: version,
            clientID: table.textIfAny("client_id") ?? "quantrac-\(node)-\(table.text("name"))", topics: topics,
            format: format, missingTime: missingTime, zone: zone(table), username: table.textIfAny("username"),
            passwordFile: file("password_file", table), caFile: file("ca_file", table),
            certificateFile: file("certificate_file", table), keyFile: file("key_file", table),
            sessionExpirySeconds: UInt32(clamping: table.integer("session_expiry") / 1000),
            keepaliveSeconds: UInt16(clamping: table.integer("keepalive") / 1000), retained: retained,
            messagesPerSecondMax: Int(table.integer("max_messages_per_second")),
            payloadBytesMax: Int(table.integer("max_payload")))
    }

    private func file(_ key: String, _ table: CheckedTable) -> NamedFile? {
        table.textIfAny(key).map {
            NamedFile(
                $0, key: "\(table.path).\(key)", place: table.place(key), mainFile: mainFile, credentials: credentials)
        }
    }

    private mutating func topics(_ table: CheckedTable, _ format: FormatDefinition?) -> [TopicPattern] {
        var patterns: [TopicPattern] = []
        for (text, place) in table.placedTexts("topics") {
            guard let pattern = try? TopicPattern(text) else { continue }
            if let first = patterns.first(where: { $0.filter == pattern.filter }) {
                faults.add(
                    .duplicate, at: place, key: "\(table.path).topics",
                    "\"\(text)\" matches the same topics as \"\(first.text)\", expected one of the two")
            }
            if format?.kind == .value, !pattern.namesStation || !pattern.namesParameter {
                faults.add(
                    .conflict, at: place, key: "\(table.path).topics",
                    "\"\(text)\" must name what the format \"value\" cannot, expected {station} and {parameter} in it")
            }
            if let format, format.kind == .jsonMapping, format.pointers.station == nil, !pattern.namesStation {
                faults.add(
                    .conflict, at: place, key: "\(table.path).topics",
                    "\"\(text)\" must name what the format \"\(format.name)\" does not, expected {station} in it")
            }
            patterns.append(pattern)
        }
        return patterns
    }

    private mutating func checkCredentials(_ table: CheckedTable, _ broker: BrokerAddress) {
        for key in ["ca_file", "certificate_file", "key_file"] where table.isSet(key) && !broker.isEncrypted {
            faults.add(
                .conflict, at: table.place(key), key: "\(table.path).\(key)",
                "has no use without TLS, expected an mqtts:// URL beside it")
        }
        for (key, other) in [("certificate_file", "key_file"), ("key_file", "certificate_file")]
        where table.isSet(key) && !table.isSet(other) {
            faults.add(
                .conflict, at: table.place(key), key: "\(table.path).\(key)",
                "stands alone, expected \(other) beside it")
        }
        // MQTT 3.1.1, 3.1.2.9: no password without a user name.
        if table.isSet("password_file"), table.textIfAny("username") == nil, table.text("protocol") == "3.1.1" {
            faults.add(
                .conflict, at: table.place("password_file"), key: "\(table.path).password_file",
                "has no use without a user, expected username beside it, or protocol = \"5\"")
        }
    }

    /// Two sources with one session at one broker would disconnect each other for ever.
    private mutating func checkSessions(_ tables: [CheckedTable], _ sources: [MQTTSettings?]) {
        var seen: [String: CheckedTable] = [:]
        for (table, source) in zip(tables, sources) {
            guard let source else { continue }
            let session = "\(source.broker.address) \(source.clientID)"
            // Of two sources with the same name, that is the fault.
            if let first = seen[session], first.text("name") != source.name {
                faults.add(
                    .duplicate, at: table.place("client_id"), key: "\(table.path).client_id",
                    "\"\(source.clientID)\" is already used at this broker by the source at \(first.place), "
                        + "expected another one")
            }
            seen[session] = seen[session] ?? table
        }
    }
}
