public import Acquisition
import Decoding
import Delivery
public import Queue
import Readings
import Settings

/// What the settings say, in the words of each stage.
extension Pipeline {
    /// The queue of `[node]`, `[queue]` and `[dead_letter]`.
    var queueSettings: QueueSettings {
        var settings = QueueSettings(directory: configuration.node.dataDirectory, node: configuration.node.name)
        settings.maxSizeBytes = configuration.queue.maxSizeBytes
        settings.minFreeDiskBytes = configuration.queue.minFreeDiskBytes
        settings.retainAcknowledgedMilliseconds = configuration.queue.retainAcknowledgedMilliseconds
        settings.whenFull =
            switch configuration.queue.whenFull {
            case .stopAcknowledging: .stopAcknowledging
            case .dropOldest: .dropOldest
            }
        settings.commitAfterMilliseconds = Int(configuration.queue.commitAfterMilliseconds)
        settings.commitReadings = Int(configuration.queue.commitReadings)
        settings.deadLetterMaxSizeBytes = configuration.deadLetter.maxSizeBytes
        settings.deadLetterRetainMilliseconds = configuration.deadLetter.retainMilliseconds
        settings.zone = configuration.node.zone
        return settings
    }

    /// The API of `[http]`, and the control socket in the data directory.
    var httpSettings: HTTPServiceSettings {
        var settings = HTTPServiceSettings()
        settings.host = configuration.http.listen.host
        settings.port = Int(configuration.http.listen.port)
        settings.controlSocketPath = controlSocketPath
        settings.maxConnections = configuration.http.connectionsMax
        settings.headerTimeoutMilliseconds = configuration.http.headerTimeoutMilliseconds
        return settings
    }

    /// The system's clock, asked whether it follows a reference if `[node] check_clock` says so.
    var wallClock: SystemWallClock { SystemWallClock(checksSynchronization: configuration.node.checksClock) }

    /// Where the daemon listens for the command line.
    var controlSocketPath: String { configuration.node.dataDirectory + "/control.sock" }
}

extension ConsumerDefinition {
    /// One `[[consumer]]`.
    init(_ settings: ConsumerSettings) {
        self.init(name: settings.name)
        required = settings.isRequired
        from =
            switch settings.start {
            case .oldest: .oldest
            case .now: .now
            case .time(let time): .time(time)
            }
        stations = settings.stations
        domains = settings.domains
        parameters = settings.parameters
        maxAgeMilliseconds = settings.maxAgeMilliseconds
        isConfigured = true
    }
}

extension MQTTSourceSettings {
    /// One `[[mqtt]]`.
    init(_ settings: MQTTSettings, lingerMilliseconds: Int64) {
        self.init(
            name: settings.name,
            url: MQTTAddress(
                isEncrypted: settings.broker.isEncrypted, host: settings.broker.address.host,
                port: settings.broker.address.port),
            clientID: settings.clientID, topics: settings.topics)
        isVersion5 = settings.protocolVersion == .v5
        username = settings.username
        passwordFile = settings.passwordFile?.path
        authorityFile = settings.caFile?.path
        certificateFile = settings.certificateFile?.path
        keyFile = settings.keyFile?.path
        sessionExpirySeconds = settings.sessionExpirySeconds
        keepAliveSeconds = settings.keepaliveSeconds
        acceptsRetained = settings.retained == .accept
        maxMessagesPerSecond = settings.messagesPerSecondMax
        maxPayloadBytes = settings.payloadBytesMax
        self.lingerMilliseconds = Int(lingerMilliseconds)
    }
}

extension IntakeDecoder {
    /// The decoder of one `[[mqtt]]`.
    ///
    /// - Throws: when there is no format of that name; the settings' own check lets no such name through.
    init(_ settings: MQTTSettings) throws {
        guard let decoder = DecoderCatalog.make(settings.format) else {
            throw UnknownFormat(name: settings.format)
        }
        self.init(
            decoder: decoder,
            context: DecodingContext(
                topics: settings.topics, zone: settings.zone,
                missingTime: settings.missingTime == .required ? .required : .received))
    }
}

/// A format that no decoder is known for.
struct UnknownFormat: Error, CustomStringConvertible {
    let name: String
    var description: String {
        "there is no format \"\(name)\"; the formats are \(DecoderCatalog.names.joined(separator: ", "))"
    }
}

/// The queue keeps which topics the broker has granted, in the file beside the readings.
extension ReadingQueue: GrantedFilters {}
