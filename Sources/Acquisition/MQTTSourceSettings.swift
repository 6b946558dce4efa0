public import Mosquitto
public import Readings

/// One `[[mqtt]]` table of the settings.
public struct MQTTSourceSettings: Sendable {
    /// Without the kind: `field`.
    public var name: String
    public var url: MQTTAddress
    public var version: MQTTOptions.Version = .v311
    /// Fixed, because the broker keeps the session under it.
    public var clientID: String
    public var topics: [TopicPattern]
    public var username: String?
    public var passwordFile: String?
    public var authorityFile: String?
    public var certificateFile: String?
    public var keyFile: String?
    /// MQTT 5; the broker may cut it down.
    public var sessionExpirySeconds: UInt32 = 30 * 86_400
    /// 5 … 65,535.
    public var keepAliveSeconds: UInt16 = 60
    public var acceptsRetained = false
    /// 0 for no limit; over it the source is read more slowly and the broker keeps the rest.
    public var maxMessagesPerSecond = 0
    /// At most 16 MiB; a longer body is cut to its first 64 KiB.
    public var maxPayloadBytes = 1 << 20
    /// How long a batch waits for more messages at low rates.
    ///
    /// 5-20 ms make 10-25 times fewer commits. The wait is skipped when a batch is full or the last one was large.
    public var lingerMilliseconds = 20
    /// A session of its own that the broker forgets at the end: to look at what arrives without taking it from the daemon.
    public var isTrial = false
    /// Whether acknowledgements wait for the commit. Not to be reached from a settings file: a test sets it to false to
    /// see that it would notice the loss.
    package var holdsAcknowledgements = true

    public init(name: String, url: MQTTAddress, clientID: String, topics: [TopicPattern]) {
        self.name = name
        self.url = url
        self.clientID = clientID
        self.topics = topics
    }

    /// Whether MQTT 5 is spoken; otherwise 3.1.1.
    public var isVersion5: Bool {
        get { version == .v5 }
        set { version = newValue ? .v5 : .v311 }
    }

    var options: MQTTOptions {
        var options = MQTTOptions(host: url.host, port: url.port, clientID: clientID)
        options.version = version
        options.isCleanSession = isTrial
        if isTrial { options.clientID += "-trial-\(UInt32.random(in: 0 ... .max))" }
        options.sessionExpirySeconds = sessionExpirySeconds
        options.keepAliveSeconds = max(5, keepAliveSeconds)
        options.username = username
        options.passwordFile = passwordFile
        if url.isEncrypted {
            options.tls = MQTTOptions.TLS(
                authorityFile: authorityFile, certificateFile: certificateFile, keyFile: keyFile)
        }
        options.keepsRetained = acceptsRetained
        options.maxPayloadBytes = min(maxPayloadBytes, options.maxPacketBytes)
        options.holdsAcknowledgements = holdsAcknowledgements
        return options
    }
}

/// Where a broker listens: `mqtt://host:1883`, `mqtts://host:8883`, `mqtt://[::1]`.
public struct MQTTAddress: Sendable, Hashable, CustomStringConvertible {
    public var isEncrypted: Bool
    /// A name or an address, without brackets.
    public var host: String
    public var port: UInt16

    public init(isEncrypted: Bool = false, host: String, port: UInt16) {
        self.isEncrypted = isEncrypted
        self.host = host
        self.port = port
    }

    /// Reads the text of the settings; `nil` for anything else. The port is 1883, or 8883 with TLS, when it is not told.
    public init?(_ text: String) {
        let scheme: String
        if text.hasPrefix("mqtts://") { scheme = "mqtts://" } else { scheme = "mqtt://" }
        guard text.hasPrefix(scheme) else { return nil }
        isEncrypted = scheme == "mqtts://"
        var rest = text.dropFirst(scheme.count)
        if rest.hasSuffix("/") { rest.removeLast() }
        let afterHost: Substring
        if rest.hasPrefix("[") {
            guard let end = rest.firstIndex(of: "]") else { return nil }
            host = String(rest[rest.index(after: rest.startIndex)..<end])
            afterHost = rest[rest.index(after: end)...]
        } else {
            let end = rest.firstIndex(of: ":") ?? rest.endIndex
            host = String(rest[..<end])
            afterHost = rest[end...]
        }
        guard !host.isEmpty, !host.contains(where: { "/@?# ".contains($0) }) else { return nil }
        if afterHost.isEmpty {
            port = isEncrypted ? 8883 : 1883
        } else {
            guard afterHost.first == ":", let number = UInt16(afterHost.dropFirst()), number > 0 else { return nil }
            port = number
        }
    }

    public var description: String {
        let shown = host.contains(":") ? "[\(host)]" : host
        return "\(isEncrypted ? "mqtts" : "mqtt")://\(shown):\(port)"
    }
}
