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

    /// Logs in and out again, under a name that nobody else has; blocks for as long as that takes.
    ///
    /// - Throws: why the broker cannot be used.
    public func tryOut() throws {
        var login = self
        login.clientID = ""
        try MQTTPublisher.connect(login.options).close()
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
