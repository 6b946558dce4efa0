import Mosquitto

/// Where simulated stations send to, and as whom.
public struct BrokerLogin: Sendable, Hashable {
    public var host: String
    public var port: UInt16
    /// Empty for one that nobody else has.
    public var clientID = ""
    public var isVersion5 = false
    public var username: String?
    public var passwordFile: String?
    public var isEncrypted: Bool
    /// Who signed the broker's certificate, in PEM; `nil` for the authorities of the system.
    public var authorityFile: String?
    public var certificateFile: String?
    public var keyFile: String?

    public init(host: String = "127.0.0.1", port: UInt16 = 1883, isEncrypted: Bool = false) {
        self.host = host
        self.port = port
        self.isEncrypted = isEncrypted
    }

    /// Reads `mqtt://host:1883` or `mqtts://host:8883`, IPv6 in brackets; the port may be left out.
    public init?(url: String) {
        let isEncrypted = url.hasPrefix("mqtts://")
        guard isEncrypted || url.hasPrefix("mqtt://") else { return nil }
        var rest = url.dropFirst(isEncrypted ? 8 : 7)
        if rest.hasSuffix("/") { rest.removeLast() }
        var end = rest.firstIndex(of: ":") ?? rest.endIndex
        var host = rest[..<end]
        if rest.hasPrefix("[") {
            guard let bracket = rest.firstIndex(of: "]") else { return nil }
            host = rest[..<bracket].dropFirst()
            end = rest.index(after: bracket)
        }
        let port = rest[end...]
        guard !host.isEmpty, !host.contains(where: { "/@?# ".contains($0) }), port.isEmpty || port.first == ":" else {
            return nil
        }
        guard let number = port.isEmpty ? (isEncrypted ? 8883 : 1883) : UInt16(port.dropFirst()), number > 0 else {
            return nil
        }
        self.init(host: String(host), port: number, isEncrypted: isEncrypted)
    }

    /// The connection of a simulator; its session ends with it, because the simulator keeps what is not acknowledged.
    var options: MQTTOptions {
        let id = clientID.isEmpty ? "quantrac-\(UInt32.random(in: 0 ... .max))" : clientID
        var options = MQTTOptions(host: host, port: port, clientID: id)
        options.version = isVersion5 ? .v5 : .v311
        options.isCleanSession = true
        options.sessionExpirySeconds = 0
        options.username = username
        options.passwordFile = passwordFile
        if isEncrypted {
            options.tls = MQTTOptions.TLS(
                authorityFile: authorityFile, certificateFile: certificateFile, keyFile: keyFile)
        }
        return options
    }
}
