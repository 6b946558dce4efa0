public import Formats
public import Readings
public import Registers
public import Registry
public import Rules

/// The settings of a node: read once, every value checked, units in the names.
public struct Configuration: Sendable {
    public let node: NodeSettings
    public let log: LogSettings
    public let queue: QueueFileSettings
    public let deadLetter: DeadLetterSettings
    public let http: HTTPSettings
    /// In the order of the files.
    public let consumers: [ConsumerSettings]
    /// In the order of the files.
    public let mqtt: [MQTTSettings]
    /// In the order of the files.
    public let modbus: [BusDefinition]
    /// In the order of the files.
    public let folders: [FolderSettings]
    /// In the order of the files.
    public let formats: [FormatSettings]
    /// In the order of the files.
    public let sinks: [SinkSettings]
    /// In the order of the files.
    public let stations: [StationDefinition]
    /// The rule sets in the order of the files, with the stations and the intervals of what is polled.
    public let ruleBook: RuleBook
    /// What was read, in this order: the main file, those of `conf.d`, those of `models`.
    public let files: [String]
    let advice: [SettingsWarning]
    let serialDevices: [SerialDevice]

    /// A format by its name: built in, or a `[[format]]`; `nil` when there is none.
    public func format(named name: String) -> FormatDefinition? {
        if let kind = FormatKind(rawValue: name), FormatKind.builtIn.contains(kind) { return FormatDefinition(kind) }
        return formats.first { $0.definition.name == name }?.definition
    }

    /// The names that `format` may have here.
    public var formatNames: [String] {
        FormatKind.builtIn.map(\.rawValue) + formats.map(\.definition.name)
    }
}

/// `[node]`: this node.
public struct NodeSettings: Sendable, Hashable {
    /// `[a-z0-9-]{1,32}`.
    public let name: String
    /// An absolute path.
    public let dataDirectory: String
    /// Of civil days and of times shown to people.
    public let zone: Zone
    /// Readings whose time is our clock's are marked while that is not synchronised.
    public let checksClock: Bool
}

/// `[log]`: what the daemon says about itself.
public struct LogSettings: Sendable, Hashable {
    /// The levels of swift-log but `critical`, which nothing of ours uses.
    public enum Level: String, Sendable, Hashable, CaseIterable {
        case trace, debug, info, notice, warning, error
    }

    /// How an event is written.
    public enum Format: String, Sendable, Hashable, CaseIterable {
        /// `journald` under systemd, `text` on a terminal, else `json`.
        case auto
        case journald, text, json
    }

    public let level: Level
    public let format: Format
    /// The same event of the same thing at most this often; 0: each time.
    public let repeatAfterMilliseconds: Int64
}

/// `[queue]`: the file in which readings stay until the warehouse has them.
public struct QueueFileSettings: Sendable, Hashable {
    /// What happens when unacknowledged rows alone fill the queue.
    public enum WhenFull: String, Sendable, Hashable, CaseIterable {
        case stopAcknowledging = "stop-acknowledging"
        case dropOldest = "drop-oldest"
    }

    public let retainAcknowledgedMilliseconds: Int64
    /// Of used pages and write-ahead log.
    public let maxSizeBytes: Int64
    public let minFreeDiskBytes: Int64
    public let whenFull: WhenFull
    public let commitAfterMilliseconds: Int64
    public let commitReadings: Int64
}

/// `[dead_letter]`: what could not be decoded.
public struct DeadLetterSettings: Sendable, Hashable {
    public let maxSizeBytes: Int64
    public let retainMilliseconds: Int64
}

/// `[http]`: the API for the warehouse and for people.
public struct HTTPSettings: Sendable, Hashable {
    public let listen: NetworkAddress
    /// An address that is not loopback was allowed.
    public let isInsecureAllowed: Bool
    public let connectionsMax: Int
    public let headerTimeoutMilliseconds: Int64
}

/// One `[[consumer]]`: someone who pulls readings.
public struct ConsumerSettings: Sendable, Hashable {
    /// Where a new consumer begins.
    public enum Start: Sendable, Hashable {
        case oldest, now
        case time(Timestamp)
    }

    public let name: String
    public let isRequired: Bool
    public let start: Start
    /// Globs with `*` and `?`; at least one.
    public let stations: [String]
    /// Empty: all. This version accepts nothing else.
    public let domains: [String]
    /// In NFC; empty: all.
    public let parameters: [String]
    /// 0: none is too old.
    public let maxAgeMilliseconds: Int64
}

extension ConsumerSettings.Start {
    /// Reads `oldest`, `now`, or an RFC 3339 time with a zone; `nil` for anything else.
    public init?(text: String) {
        guard let start = try? ConsumerSettings.Start(text) else { return nil }
        self = start
    }

    init(_ text: String) throws(Misfit) {
        switch text {
        case "oldest": self = .oldest
        case "now": self = .now
        default:
            do {
                self = .time(try TextRule.moment(text))
            } catch {
                throw Misfit("\(error.reason), or \"oldest\" or \"now\"")
            }
        }
    }
}

/// One `[[mqtt]]`: a broker to read from.
public struct MQTTSettings: Sendable, Hashable {
    /// The version of MQTT.
    public enum ProtocolVersion: String, Sendable, Hashable, CaseIterable {
        case v311 = "3.1.1"
        case v5 = "5"
    }

    /// What a payload without a time means; it is stamped on receipt in both cases.
    public enum MissingTime: String, Sendable, Hashable, CaseIterable {
        /// The time was due: the reading is marked `CLK`.
        case required
        case received
    }

    /// What to do with messages that the broker had kept from before.
    public enum Retained: String, Sendable, Hashable, CaseIterable {
        case ignore, accept
    }

    public let name: String
    public let broker: BrokerAddress
    public let protocolVersion: ProtocolVersion
    public let clientID: String
    /// At least one, no two with the same filter.
    public let topics: [TopicPattern]
    public let format: FormatDefinition
    public let missingTime: MissingTime
    /// Of times that name none; `nil`: such a time is a fault.
    public let zone: Zone?
    public let username: String?
    public let passwordFile: NamedFile?
    public let caFile: NamedFile?
    public let certificateFile: NamedFile?
    public let keyFile: NamedFile?
    public let sessionExpirySeconds: UInt32
    public let keepaliveSeconds: UInt16
    public let retained: Retained
    /// 0: unlimited.
    public let messagesPerSecondMax: Int
    public let payloadBytesMax: Int

    /// As it stands in counters and readings: `mqtt:NAME`.
    public var source: String { "mqtt:\(name)" }
    /// The files it needs, in the order of the reference.
    public var files: [NamedFile] { [passwordFile, caFile, certificateFile, keyFile].compactMap(\.self) }
}
