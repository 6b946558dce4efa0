import Formats
import Readings

/// Makes the formats of the checked `[[format]]` tables, and the sources and sinks that are folders.
struct FormatReader {
    let zones: ZoneCatalog
    var faults: FaultList
    /// By name.
    private var definitions: [String: FormatDefinition] = [:]
    /// Those that have faults: a source that names one is not at fault.
    private var broken: Set<String> = []
    private(set) var advice: [SettingsWarning] = []

    init(zones: ZoneCatalog, faults: FaultList) {
        self.zones = zones
        self.faults = faults
    }

    /// The formats in the order of the files; those with faults are left out.
    mutating func read(_ tables: [CheckedTable]) -> [FormatSettings] {
        tables.compactMap { table in
            let name = table.text("name")
            let examples = (table.children["example"] ?? []).compactMap { example($0) }
            guard let definition = definition(table, name) else {
                broken.insert(name)
                return nil
            }
            definitions[name] = definition
            return FormatSettings(definition: definition, examples: examples)
        }
    }

    /// The format of a source: one that is built in, or a `[[format]]`; `nil` when a fault stands.
    mutating func format(of table: CheckedTable) -> FormatDefinition? {
        guard let name = table.textIfAny("format") else { return nil }
        if let kind = FormatKind(rawValue: name), FormatKind.builtIn.contains(kind) { return FormatDefinition(kind) }
        if let definition = definitions[name] { return definition }
        guard !broken.contains(name) else { return nil }
        let known = FormatKind.builtIn.map(\.rawValue) + definitions.keys.sorted()
        faults.add(
            .badValue, at: table.place("format"), key: "\(table.path).format",
            "\"\(name)\" is not known, expected one of \(known.map { "\"\($0)\"" }.joined(separator: ", "))",
            suggestion: Spelling.nearest(to: name, in: known))
        return nil
    }

    private mutating func definition(_ table: CheckedTable, _ name: String) -> FormatDefinition? {
        guard let kind = FormatKind(rawValue: table.text("kind")) else { return nil }
        if FormatKind.allCases.contains(where: { $0.rawValue == name }) {
            faults.add(
                .duplicate, at: table.place("name"), key: "\(table.path).name",
                "\"\(name)\" is built in, expected another name")
        }
        var options = FormatOptions(names: table.map("names"), units: table.map("units"))
        for key in FormatOptions.Key.allCases where table.isSet(key.rawValue) {
            options.texts[key] = table.text(key.rawValue)
        }
        do throws(FormatErrors) {
            return try FormatDefinition(name: name, kind: kind, options: options)
        } catch {
            for error in error.errors where table.values[error.key] != nil {
                faults.add(
                    .badValue, at: table.place(error.key), key: "\(table.path).\(error.key)", error.reason)
            }
            return nil
        }
    }

    private mutating func example(_ table: CheckedTable) -> FormatSettings.Example? {
        let payload = payload(of: table)
        guard let payload else { return nil }
        return FormatSettings.Example(
            topic: table.text("topic"), pattern: table.textIfAny("pattern").flatMap { try? TopicPattern($0) },
            zone: table.textIfAny("zone").flatMap { try? zones.zone(named: $0) }, payload: payload,
            expected: Int(table.integer("expect")), key: "\(table.path).expect", place: table.place("expect"))
    }

    private mutating func payload(of table: CheckedTable) -> [UInt8]? {
        switch (table.isSet("payload"), table.isSet("payload_hex")) {
        case (true, false): return Array(table.text("payload").utf8)
        case (false, true):
            let digits = table.text("payload_hex").filter { $0 != " " }
            var bytes: [UInt8] = []
            var rest = digits[...]
            while rest.utf8.count >= 2, let byte = UInt8(rest.prefix(2), radix: 16), rest.first != "+" {
                bytes.append(byte)
                rest = rest.dropFirst(2)
            }
            if rest.isEmpty { return bytes }
            faults.add(
                .badValue, at: table.place("payload_hex"), key: "\(table.path).payload_hex",
                "has \"\(rest.prefix(2))\" in it, expected pairs of hexadecimal digits")
        case (true, true):
            faults.add(
                .conflict, at: table.place("payload_hex"), key: "\(table.path).payload_hex",
                "stands beside payload, expected one of the two")
        case (false, false):
            faults.add(
                .missing, at: table.place, key: "\(table.path).payload", "is missing, expected it or payload_hex")
        }
        return nil
    }

    // MARK: Folders and sinks

    /// The folders in the order of the files; one that has faults is left out.
    mutating func readFolders(_ tables: [CheckedTable]) -> [FolderSettings] {
        var seen: [(path: String, place: Place)] = []
        var folders: [FolderSettings] = []
        for table in tables {
            let path = FormatReader.withoutSlash(table.text("path"))
            if let other = seen.first(where: { FormatReader.overlap($0.path, path) }) {
                faults.add(
                    .conflict, at: table.place("path"), key: "\(table.path).path",
                    "is, holds or lies in the folder at \(other.place), expected folders apart from each other")
            }
            if !path.isEmpty { seen.append((path, table.place("path"))) }
            if !path.isEmpty, FileState(path: path) == .missing {
                advice.append(
                    SettingsWarning(
                        at: table.place("path"), key: "\(table.path).path",
                        "\(path) is not there; the source waits for it"))
            }
            let format = format(of: table)
            let time = table.textIfAny("time") ?? (format?.kind == .value ? "received" : "required")
            guard let format, let done = FolderSettings.Done(rawValue: table.text("done")),
                let missingTime = MQTTSettings.MissingTime(rawValue: time)
            else { continue }
            folders.append(
                FolderSettings(
                    name: table.text("name"), path: path, format: format,
                    paths: table.texts("paths").compactMap { try? TopicPattern($0) }, missingTime: missingTime,
                    zone: table.textIfAny("zone").flatMap { try? zones.zone(named: $0) }, done: done,
                    settleMilliseconds: table.integer("settle"), payloadBytesMax: Int(table.integer("max_payload"))))
        }
        return folders
    }

    /// The sinks in the order of the files; one that has faults is left out.
    mutating func readSinks(
        _ tables: [CheckedTable], consumers: [ConsumerSettings], folders: [FolderSettings]
    ) -> [SinkSettings] {
        var seen: [(directory: String, place: Place)] = []
        return tables.compactMap { table in
            let name = table.text("name")
            if consumers.contains(where: { $0.name == name }) {
                faults.add(
                    .duplicate, at: table.place("name"), key: "\(table.path).name",
                    "\"\(name)\" is a [[consumer]] already, expected another name: a sink is a consumer of its name")
            }
            let url = table.text("url")
            guard table.text("kind") == "station-files", !url.isEmpty else { return nil }
            guard url.hasPrefix("file:///"), url.utf8.count > 8 else {
                faults.add(
                    .badValue, at: table.place("url"), key: "\(table.path).url",
                    "\"\(url)\" does not fit, expected file:// and an absolute path, such as file:///srv/ftp/outgoing")
                return nil
            }
            let directory = FormatReader.withoutSlash(String(url.dropFirst(7)))
            if directory.split(separator: "/").contains(where: { $0 == "." || $0 == ".." }) {
                faults.add(
                    .badValue, at: table.place("url"), key: "\(table.path).url",
                    "\"\(url)\" has . or .. in it, expected the path without them")
            }
            if let other = seen.first(where: { FormatReader.overlap($0.directory, directory) }) {
                faults.add(
                    .conflict, at: table.place("url"), key: "\(table.path).url",
                    "is, holds or lies in the folder of the sink at \(other.place), expected folders apart from each other"
                )
            }
            seen.append((directory, table.place("url")))
            if let folder = folders.first(where: { FormatReader.overlap($0.path, directory) }) {
                faults.add(
                    .conflict, at: table.place("url"), key: "\(table.path).url",
                    "is, holds or lies in the folder of \(folder.source), which would read what it writes")
            }
            return SinkSettings(
                name: name, kind: .stationFiles(directory: directory), isRequired: table.flag("required"),
                batchMax: Int(table.integer("max_batch")))
        }
    }

    private static func withoutSlash(_ path: String) -> String {
        var path = path
        while path.utf8.count > 1, path.hasSuffix("/") { path.removeLast() }
        return path
    }

    private static func overlap(_ one: String, _ other: String) -> Bool {
        one == other || one.hasPrefix(other + "/") || other.hasPrefix(one + "/")
    }
}
