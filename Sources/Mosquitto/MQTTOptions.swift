/// How to reach a broker and what to ask of it.
public struct MQTTOptions: Sendable {
    /// A name or an address; with TLS the broker's certificate must carry it.
    public var host: String
    public var port: UInt16
    public var version: Version = .v311
    /// The name under which the broker keeps the session.
    public var clientID: String
    /// Whether the broker forgets the session when the connection ends.
    public var isCleanSession = false
    /// How long the broker keeps a session without a connection; MQTT 5 only, 0 for not at all.
    public var sessionExpirySeconds: UInt32 = 30 * 86_400
    /// 5 … 65,535; a silent peer is noticed after at most twice this time.
    public var keepAliveSeconds: UInt16 = 60
    public var username: String?
    /// Read at each `open`, without a newline at its end, so that it may be exchanged at any time.
    public var passwordFile: String?
    /// `nil` for a plain connection.
    public var tls: TLS?
    /// Whether retained messages are kept; otherwise they are counted, acknowledged and forgotten.
    public var keepsRetained = false
    /// Longer bodies are cut to `cutBytes`.
    public var maxPayloadBytes = 1 << 20
    /// How much of a body is kept that is longer than `maxPayloadBytes`.
    public var cutBytes = 64 << 10
    /// A packet of more bytes ends the connection before it is read to its end.
    public var maxPacketBytes = 16 << 20
    /// How many unacknowledged messages the broker may send (MQTT 5 receive maximum).
    ///
    /// mosquitto 2.0.20 drains 106,000 messages/s with 2,000 and 147,000/s with 10,000; one batch is 2,000.
    public var receiveMaximum: UInt16 = 10_000
    /// Whether acknowledgements wait for `write`. Only a test that wants to see messages lost sets it to false.
    public var holdsAcknowledgements = true

    public init(host: String, port: UInt16, clientID: String) {
        self.host = host
        self.port = port
        self.clientID = clientID
    }

    /// The version of the protocol.
    public enum Version: String, Sendable, Hashable, CaseIterable {
        case v311 = "3.1.1"
        case v5 = "5"
    }

    /// Files in PEM form, read at each `open`.
    public struct TLS: Sendable, Hashable {
        /// Who may sign the broker's certificate; `nil` for the authorities of the system.
        public var authorityFile: String?
        public var certificateFile: String?
        public var keyFile: String?

        public init(authorityFile: String? = nil, certificateFile: String? = nil, keyFile: String? = nil) {
            self.authorityFile = authorityFile
            self.certificateFile = certificateFile
            self.keyFile = keyFile
        }
    }
}
