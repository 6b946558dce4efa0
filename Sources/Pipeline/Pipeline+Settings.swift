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

extension ConsumerDefinition {
    /// The consumer of one `[[sink]]`.
    init(_ settings: SinkSettings) {
        self.init(name: settings.name)
        required = settings.isRequired
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

extension FolderSourceSettings {
    /// One `[[folder]]`.
    init(_ settings: FolderSettings, dayZone: Zone) {
        self.init(name: settings.name, path: settings.path)
        settleMilliseconds = Int(settings.settleMilliseconds)
        done = settings.done == .keep ? .keep : .delete
        maxPayloadBytes = settings.payloadBytesMax
        self.dayZone = dayZone
    }
}

/// The queue keeps which topics the broker has granted, in the file beside the readings.
extension ReadingQueue: GrantedFilters {}
