/// Every key there is, with its type, default, range and meaning.
///
/// From this one table come the reading and its checks, the guesses at unknown keys, the environment variables, the
/// file that `quantrac init` writes, and the tables of docs/configuration.md.
enum Schema {
    static let tables: [TableSpec] = [
        node, log, queue, deadLetter, http, token, consumer, mqtt, modbus, folder, format, registry, station, quality,
        sink,
    ]

    static func table(named name: String) -> TableSpec? {
        tables.first { $0.name == name }
    }
}

/// One table of the settings.
struct TableSpec: Sendable {
    enum Shape: Sendable {
        /// There is one, `[name]`.
        case single
        /// There may be several, `[[name]]`.
        case list
        /// It stands inside another one, `name = { … }`.
        case inline
        /// There may be several inside another one, `name = [{ … }]`.
        case inlineList
        /// There may be several, `[name.NAME]`, each under a name that is no key.
        case named
    }

    let name: String
    let shape: Shape
    /// The key that tells two tables of a list apart.
    var identity: String?
    let meaning: String
    /// False: checked as far as its keys go, then refused as a whole, so that nothing is silently ignored.
    var isSupported = true
    let keys: [KeySpec]
    var tables: [TableSpec] = []

    func key(named name: String) -> KeySpec? {
        keys.first { $0.name == name }
    }

    /// As a person writes it.
    var heading: String {
        switch shape {
        case .single: "[\(name)]"
        case .list: "[[\(name)]]"
        case .inline, .inlineList: "\(name)"
        case .named: "[\(name).NAME]"
        }
    }
}

/// One key of a table.
struct KeySpec: Sendable {
    let name: String
    let kind: ValueKind
    let fallback: Fallback
    let meaning: String
    /// False: known, but an error when it is set.
    var isSupported = true

    /// `name`, what it takes, what holds without it, and what it means.
    init(_ name: String, _ kind: ValueKind, _ fallback: Fallback, _ meaning: String, isSupported: Bool = true) {
        self.name = name
        self.kind = kind
        self.fallback = fallback
        self.meaning = meaning
        self.isSupported = isSupported
    }
}

/// What holds when a key is not set.
enum Fallback: Sendable {
    /// It is a fault.
    case required
    /// Nothing.
    case absent
    case value(Value)
    /// Something that depends on other keys, in words.
    case derived(String)

    static func text(_ text: String) -> Fallback { .value(.text(text)) }
    static func texts(_ texts: [String]) -> Fallback { .value(.texts(texts)) }
    static func flag(_ flag: Bool) -> Fallback { .value(.flag(flag)) }
    static func integer(_ integer: Int64) -> Fallback { .value(.integer(integer)) }
    static func number(_ number: Double) -> Fallback { .value(.number(number)) }
}

/// What a key takes.
enum ValueKind: Sendable {
    case text(TextRule)
    /// Empty is the same as not set.
    case optionalText(TextRule)
    case choice([String])
    /// Known words first; `later` are those that this version does not act on.
    case limitedChoice([String], later: [String])
    case flag
    case integer(ClosedRange<Int64>, unit: String)
    case number(ClosedRange<Double>)
    /// An integer, which may be written as `3.0`.
    case wholeNumber(ClosedRange<Int64>, unit: String)
    /// In milliseconds; a multiple of `step`.
    case duration(ClosedRange<Int64>, step: Int64)
    /// In bytes.
    case size(ClosedRange<Int64>)
    case texts(TextRule, atLeast: Int)
    /// `nil`: any number of them.
    case numbers(count: Int?)
    /// Two numbers, or two dates or times.
    case timeSpan
    /// A date or a time; one without a zone is in UTC.
    case utcTime
    /// Integers and numbers, to compare raw values with.
    case rawNumbers
    /// A table of raw integers to device statuses.
    case statuses
    /// A table of names to texts.
    case map

    static func duration(_ range: ClosedRange<Int64>) -> ValueKind { .duration(range, step: 1) }

    /// Whether an environment variable can hold it.
    var isScalar: Bool {
        switch self {
        case .texts, .numbers, .timeSpan, .rawNumbers, .statuses, .map: false
        default: true
        }
    }

    /// For the reference: the type.
    var typeName: String {
        switch self {
        case .text, .optionalText, .choice, .limitedChoice: "text"
        case .flag: "true or false"
        case .integer, .wholeNumber: "integer"
        case .number: "number"
        case .duration: "duration"
        case .size: "size"
        case .texts: "list of texts"
        case .numbers, .rawNumbers: "list of numbers"
        case .timeSpan: "list"
        case .utcTime: "date or time"
        case .statuses, .map: "table"
        }
    }

    /// What is expected where the key is missing.
    var missingText: String {
        if case .number(let range) = self, !range.upperBound.isFinite { return "a finite number" }
        return rangeText
    }

    /// For the reference: the range, with its unit.
    var rangeText: String {
        switch self {
        case .text(let rule): rule.description
        case .optionalText(let rule): "\(rule.description), or empty"
        case .choice(let words): words.map { "`\($0)`" }.joined(separator: " ")
        case .limitedChoice(let words, let later):
            words.map { "`\($0)`" }.joined(separator: " ")
                + "; not yet: " + later.map { "`\($0)`" }.joined(separator: " ")
        case .flag: "`true` `false`"
        case .integer(let range, let unit), .wholeNumber(let range, let unit):
            "\(range.lowerBound) … \(range.upperBound)" + (unit.isEmpty ? "" : " \(unit)")
        case .number(let range):
            range.upperBound.isFinite ? "\(range.lowerBound) … \(range.upperBound)" : "finite"
        case .duration(let range, let step):
            "\(Quantity.durationText(range.lowerBound)) … \(Quantity.durationText(range.upperBound))"
                + (step == 1 ? "" : ", a multiple of \(Quantity.durationText(step))")
        case .size(let range): "\(Quantity.sizeText(range.lowerBound)) … \(Quantity.sizeText(range.upperBound))"
        case .texts(let rule, let least): "\(rule.description)" + (least > 0 ? ", at least \(least)" : "")
        case .numbers(let count): count.map { "\($0) numbers" } ?? "finite numbers"
        case .timeSpan: "2 numbers, or 2 dates or times"
        case .utcTime: "`2026-11-23`, `2026-11-23T07:00:00`, or with a zone"
        case .rawNumbers: "integers and finite numbers"
        case .statuses: "integers to texts up to 64 bytes"
        case .map: "names to texts"
        }
    }
}
