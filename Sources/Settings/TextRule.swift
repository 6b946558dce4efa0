import Formats
import Readings
import Registers
import Rules

/// What a text must be.
enum TextRule: Sendable, Hashable {
    /// Anything without control characters.
    case any
    /// Anything, line ends and tabs too, at most 64 KiB.
    case content
    /// The name of a format; whether there is one is asked later.
    case format
    /// `[a-z0-9-]{1,32}`.
    case name
    /// An absolute path.
    case directory
    /// A path, absolute or beside the settings file, or the name of a systemd credential.
    case file
    case zone
    case listen
    case broker
    case url(schemes: [String])
    /// `oldest`, `now`, or a time.
    case start
    case moment
    case station
    case stationGlob
    /// A parameter symbol.
    case parameter
    case domain
    case topic
    case role
    /// 64 hexadecimal digits.
    case sha256
    /// MQTT: a string of at most 65,535 bytes of UTF-8; we allow 256.
    case mqttText
    /// 1 to 64 bytes.
    case shortText
    /// Where a Modbus bus is.
    case bus
    /// Of a `[model.NAME]`.
    case model
    /// Of a rule set: it becomes a part of ids that stand in URLs.
    case version
    /// What holds between two parameters.
    case relation

    /// For the reference.
    var description: String {
        switch self {
        case .any, .content: "text"
        case .format: FormatKind.builtIn.map { "`\($0.rawValue)`" }.joined(separator: " ") + ", or a `[[format]]`"
        case .name: "name `[a-z0-9-]{1,32}`"
        case .directory: "absolute path"
        case .file: "path"
        case .zone: "time zone"
        case .listen: "`host:port`"
        case .broker: "`mqtt://host:port` or `mqtts://host:port`"
        case .url(let schemes): "URL (\(schemes.map { "`\($0)`" }.joined(separator: " ")))"
        case .start: "`oldest`, `now` or an RFC 3339 time"
        case .moment: "RFC 3339 time"
        case .station: "station id"
        case .stationGlob: "station glob"
        case .parameter: "parameter symbol"
        case .domain: "domain"
        case .topic: "topic pattern"
        case .role: "`read`, `consume:NAME`, `technician` or `admin`"
        case .sha256: "64 hexadecimal digits"
        case .mqttText: "text up to 256 bytes"
        case .shortText: "text up to 64 bytes"
        case .bus: "`tcp://host:port`, `rtu:///dev/…` or `rtu+tcp://host:port`"
        case .model: "model's name: 1 to 64 of `A-Z a-z 0-9 . _ -`"
        case .version: "version: 1 to 64 of `A-Z a-z 0-9 . _ -`"
        case .relation:
            "`A <= B` (or `<`, `>=`, `>`, with spaces around it) or `moves with A`, A and B being parameters"
        }
    }

    /// Throws what is wrong with `text`, as the end of a sentence; an empty text is the caller's business.
    func check(_ text: String, zones: ZoneCatalog) throws(Misfit) {
        let hasControls = text.unicodeScalars.contains { $0.value < 0x20 || (0x7f...0x9f).contains($0.value) }
        if hasControls, self != .content { throw Misfit("holds a control character, expected \(description)") }
        switch self {
        case .any, .format: try expect(text.utf8.count <= 4096, "at most 4096 bytes of text")
        case .content: try expect(text.utf8.count <= 65_536, "at most 64 KiB of text")
        case .name: try expect(SettingsName.isValid(text), "1 to 32 of a-z, 0-9 and -")
        case .directory: try expect(text.hasPrefix("/"), "an absolute path, such as /var/lib/quantrac")
        case .file: try expect(text.utf8.count < 4096, "a path shorter than 4096 bytes")
        case .zone: _ = try zones.zone(named: text)
        case .listen: try expect(NetworkAddress(text) != nil, "host:port, such as 127.0.0.1:8780 or [::1]:8780")
        case .broker: _ = try BrokerAddress(url: text)
        case .url(let schemes):
            let fits = schemes.contains { text.hasPrefix("\($0)://") && text.utf8.count > $0.utf8.count + 3 }
            try expect(fits, "a URL of the scheme \(schemes.joined(separator: ", "))")
        case .start: _ = try ConsumerSettings.Start(text)
        case .moment: _ = try TextRule.moment(text)
        case .station: try expect(StationID.isValid(text), "1 to 64 of A-Z a-z 0-9 . _ -")
        case .stationGlob:
            let literal = text.filter { $0 != "*" && $0 != "?" }
            let fits = text.utf8.count <= StationID.lengthMax && (literal.isEmpty || StationID.isValid(literal))
            try expect(fits, "1 to 64 of A-Z a-z 0-9 . _ - * ?")
        case .parameter:
            try expect(TextRule.symbol(text) != nil, "1 to 64 bytes")
        case .domain: try expect(StationID.isValid(text), "a domain such as environment.ambient_air")
        case .topic: _ = try TextRule.topic(text)
        case .role:
            let words = text.split(separator: ":", maxSplits: 1, omittingEmptySubsequences: false).map(String.init)
            let consumes = words.count == 2 && words[0] == "consume" && SettingsName.isValid(words[1])
            try expect(["read", "technician", "admin"].contains(text) || consumes, description)
        case .sha256: try expect(text.count == 64 && text.allSatisfy(\.isHexDigit), description)
        case .mqttText: try expect(text.utf8.count <= 256, "at most 256 bytes")
        case .shortText: try expect(text.utf8.count <= TextRules.lengthMax, "at most 64 bytes")
        case .bus: _ = try TextRule.bus(text)
        case .model, .version: try expect(StationID.isValid(text), "1 to 64 of A-Z a-z 0-9 . _ -")
        case .relation: try expect(TextRule.relation(text) != nil, description)
        }
    }

    private func expect(_ fits: Bool, _ expected: String) throws(Misfit) {
        guard fits else { throw Misfit("does not fit, expected \(expected)") }
    }

    /// A moment of the years in which readings can be.
    static func moment(_ text: String) throws(Misfit) -> Timestamp {
        switch ParsedTime(rfc3339: text) {
        case .moment(let moment) where Timestamp.plausible.contains(moment.millisecondsSince1970): return moment
        case .moment: throw Misfit("is not between 1970 and 2100, expected a time such as 2026-11-23T00:00:00+07:00")
        case .withoutZone: throw Misfit("names no zone, expected a time such as \(text)+07:00")
        case .invalid: throw Misfit("is no time, expected one such as 2026-11-23T00:00:00+07:00")
        }
    }

    /// A parameter symbol in NFC; `nil` when the text is none.
    static func symbol(_ text: String) -> String? {
        ParameterSymbol.normalized(Array(text.utf8).span).map { String(decoding: $0, as: UTF8.self) }
    }

    /// The rule with its parameters in NFC; `nil` for another text.
    static func relation(_ text: String) -> MultivariateRule.Relation? {
        switch MultivariateRule.Relation(text: text) {
        case .order(let left, let comparison, let right):
            guard let left = symbol(left), let right = symbol(right) else { return nil }
            return .order(left: left, comparison, right: right)
        case .movesWith(let other): return symbol(other).map { .movesWith($0) }
        case nil: return nil
        }
    }

    static func bus(_ text: String) throws(Misfit) -> BusAddress {
        do {
            return try BusAddress(url: text)
        } catch {
            let reason = error.reason
            throw Misfit(reason.contains("expected") ? reason : "\(reason), expected \(TextRule.bus.description)")
        }
    }

    static func topic(_ text: String) throws(Misfit) -> TopicPattern {
        do {
            return try TopicPattern(text)
        } catch {
            throw Misfit("\(error.reason), expected a pattern such as quantrac/v1/{station}/readings")
        }
    }
}

/// The names an operator gives: of the node, the consumers, the sources.
public enum SettingsName {
    /// `[a-z0-9-]{1,32}`: they become part of batch ids, URLs and metric labels.
    public static func isValid(_ name: String) -> Bool {
        (1...32).contains(name.utf8.count)
            && name.utf8.allSatisfy {
                switch $0 {
                case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "-"):
                    true
                default: false
                }
            }
    }
}
