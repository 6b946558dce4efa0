import Readings

/// A format as a decoder is given it: the grammar, and where in it each thing of a reading stands.
public struct FormatDefinition: Sendable, Hashable {
    /// As a source names it: `json`, or the name of a `[[format]]`.
    public let name: String
    public let kind: FormatKind
    /// As it was written.
    public let options: FormatOptions
    /// Of `json-mapping`, where each thing stands.
    public private(set) var pointers = Pointers()
    /// How times are written; `nil`: as the kind has it by itself.
    public private(set) var timeFormat: TimeFormat?
    /// Of SenML the resolved name, of a station file its file name; `nil`: as the kind has it by itself.
    public private(set) var namePattern: NamePattern?
    public private(set) var linePattern: LinePattern?
    /// Of Sparkplug B: which names of the topic make the station.
    public private(set) var stationTemplate: SparkplugStation?
    /// Between two cells of CSV.
    public private(set) var delimiter = UInt8(ascii: ",")
    /// Between whole and fraction: a point or a comma.
    public private(set) var decimal = UInt8(ascii: ".")
    /// Whether what `names` does not name is left out; else it is a parameter under its own name.
    public private(set) var ignoresUnnamed = false

    /// Pointers into a vendor's JSON.
    public struct Pointers: Sendable, Hashable {
        /// `nil`: the topic names the station.
        public var station: JSONPointer?
        /// `nil`: there is no time in it.
        public var time: JSONPointer?
        /// From the whole payload: an array of readings, or an object of names and values.
        public var readings = JSONPointer.root
        // From one reading:
        public var parameter: JSONPointer?
        public var value: JSONPointer?
        public var unit: JSONPointer?
        public var status: JSONPointer?
        public var sensor: JSONPointer?
    }

    /// A format without a `[[format]]`.
    public init(_ kind: FormatKind) {
        name = kind.rawValue
        self.kind = kind
        options = FormatOptions()
    }

    /// A `[[format]]`.
    ///
    /// - Throws: every `FormatError` there is, at once.
    public init(name: String, kind: FormatKind, options: FormatOptions) throws(FormatErrors) {
        self.name = name
        self.kind = kind
        self.options = options
        var errors: [FormatError] = []
        for key in FormatOptions.Key.allCases where options[key] != nil && !kind.keys.contains(key) {
            errors.append(FormatError(key.rawValue, "has no meaning for a format of kind \"\(kind.rawValue)\""))
        }
        func read<Result>(_ key: FormatOptions.Key, _ make: (String) throws(FormatError) -> Result) -> Result? {
            guard let text = options[key], kind.keys.contains(key) else { return nil }
            do throws(FormatError) { return try make(text) } catch {
                errors.append(FormatError(key.rawValue, error.reason))
                return nil
            }
        }
        timeFormat = read(.timeFormat) { text throws(FormatError) in try TimeFormat(text) }
        switch kind {
        case .jsonMapping: pointers = Self.pointers(options, &errors)
        case .line:
            linePattern = read(.pattern) { text throws(FormatError) in try LinePattern(text) }
            if let timeFormat, !timeFormat.isUnix {
                errors.append(
                    FormatError("time_format", "has no meaning in a line, expected unix-s, unix-ms, unix-us or unix-ns")
                )
            }
        case .senmlJSON, .senmlCBOR:
            namePattern = read(.pattern) { text throws(FormatError) in
                try NamePattern(text, mayHave: [.station, .parameter, .sensor])
            }
        case .stationFile:
            namePattern = read(.pattern) { text throws(FormatError) in
                try NamePattern(text, mayHave: [.station, .time])
            }
        case .sparkplugB:
            stationTemplate = read(.station) { text throws(FormatError) in try SparkplugStation(text) }
        case .csv, .json, .value, .auto: break
        }
        if kind == .csv { errors += Self.columnErrors(options) }
        if let cell = read(.delimiter, { text throws(FormatError) in try Self.delimiter(text) }) { delimiter = cell }
        if let point = read(.decimal, { text throws(FormatError) in try Self.decimal(text) }) { decimal = point }
        if kind == .csv, delimiter == decimal {
            errors.append(FormatError("decimal", "is the same as the delimiter, expected another one"))
        }
        ignoresUnnamed =
            read(.unnamed) { text throws(FormatError) in try Self.choice(text, ["keep", "ignore"]) == "ignore" }
            ?? false
        if ignoresUnnamed, options.names.isEmpty {
            errors.append(FormatError("unnamed", "leaves everything out, as there are no names"))
        }
        if kind == .jsonMapping, options[.timeFormat] != nil, options[.time] == nil {
            errors.append(FormatError("time_format", "has no use alone, expected time beside it"))
        }
        errors += Self.tableErrors(options)
        guard errors.isEmpty else { throw FormatErrors(errors: errors) }
    }

    /// Our symbol for a vendor's name: the one in `names`, else the name itself; `nil` when it is to be left out.
    public func symbol(for name: String) -> String? {
        options.names[name] ?? (ignoresUnnamed ? nil : name)
    }

    private static func choice(_ text: String, _ known: [String]) throws(FormatError) -> String {
        guard known.contains(text) else {
            throw FormatError("", "is \"\(text)\", expected \(known.map { "\"\($0)\"" }.joined(separator: " or "))")
        }
        return text
    }

    private static func delimiter(_ text: String) throws(FormatError) -> UInt8 {
        guard text.utf8.count == 1, let byte = text.utf8.first, [",", ";", "\t", "|"].contains(text) else {
            throw FormatError("", "is \"\(text)\", expected \",\", \";\", \"\\t\" or \"|\"")
        }
        return byte
    }

    private static func decimal(_ text: String) throws(FormatError) -> UInt8 {
        try choice(text, [".", ","]) == "," ? UInt8(ascii: ",") : UInt8(ascii: ".")
    }

    private static func pointers(_ options: FormatOptions, _ errors: inout [FormatError]) -> Pointers {
        func pointer(_ key: FormatOptions.Key) -> JSONPointer? {
            guard let text = options[key] else { return nil }
            do throws(FormatError) { return try JSONPointer(text) } catch {
                errors.append(FormatError(key.rawValue, error.reason))
                return nil
            }
        }
        var pointers = Pointers()
        // `{station}`: the topic says it, which it may do in any case.
        if options[.station] != "{station}" { pointers.station = pointer(.station) }
        pointers.time = pointer(.time)
        pointers.readings = pointer(.readings) ?? .root
        pointers.parameter = options[.parameter] == "{parameter}" ? nil : pointer(.parameter)
        pointers.value = pointer(.value)
        pointers.unit = pointer(.unit)
        pointers.status = pointer(.status)
        pointers.sensor = pointer(.sensor)
        if pointers.value == nil {
            for key in [FormatOptions.Key.parameter, .unit, .status, .sensor]
            where options[key] != nil && options[key] != "{parameter}" {
                errors.append(FormatError(key.rawValue, "points into a reading, expected value beside it"))
            }
        }
        return pointers
    }

    /// The columns of a table of CSV have different names.
    private static func columnErrors(_ options: FormatOptions) -> [FormatError] {
        var errors: [FormatError] = []
        var seen: [String: String] = [:]
        for key in [FormatOptions.Key.station, .time, .parameter, .value, .unit, .status, .sensor] {
            guard let column = options[key] else { continue }
            if column.isEmpty { errors.append(FormatError(key.rawValue, "names no column")) }
            if column.hasPrefix("/") {
                errors.append(FormatError(key.rawValue, "is a JSON pointer, expected the name of a column"))
            }
            if let other = seen[column] {
                errors.append(FormatError(key.rawValue, "names the column \"\(column)\", as \(other) does"))
            }
            seen[column] = key.rawValue
        }
        if (options[.parameter] == nil) != (options[.value] == nil) {
            let missing = options[.value] == nil ? "value" : "parameter"
            let there = options[.value] == nil ? "parameter" : "value"
            errors.append(FormatError(there, "names a column, expected \(missing) beside it"))
        }
        return errors
    }

    private static func tableErrors(_ options: FormatOptions) -> [FormatError] {
        var errors: [FormatError] = []
        for (name, symbol) in options.names.sorted(by: { $0.key < $1.key }) where !ParameterSymbol.isValid(symbol) {
            errors.append(
                FormatError("names", "gives \"\(name)\" the symbol \"\(symbol)\", expected 1-64 bytes of text in NFC"))
        }
        for (symbol, unit) in options.units.sorted(by: { $0.key < $1.key }) {
            let bytes = Array(unit.utf8)
            if bytes.isEmpty || bytes.count > TextRules.lengthMax || TextRules.hasControl(bytes.span) {
                errors.append(
                    FormatError("units", "gives \"\(symbol)\" the unit \"\(unit)\", expected 1-64 bytes of text"))
            }
        }
        return errors
    }
}

/// Everything that is wrong with a `[[format]]`.
public struct FormatErrors: Error, Sendable, Hashable, CustomStringConvertible {
    public let errors: [FormatError]

    public var description: String { errors.map(\.description).joined(separator: "; ") }
}
