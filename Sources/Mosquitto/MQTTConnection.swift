import CMosquitto
import Glibc
public import OwnThread

/// One connection to a broker, whose acknowledgements leave when we say so: read many, make them durable, then `write`.
///
/// libmosquitto queues the PUBACK of a message before it tells of the message, and writes it at once, unless it believes
/// that another thread does the writing (`mosquitto_threaded_set`). There is none: only `write` writes. Never subscribe
/// with quality of service 2: its PUBREC promises what stands in memory only.
///
/// It belongs to one thread, is connected once, and is freed with its last use. Freed without `write` the broker gets no
/// acknowledgement of what was read last and sends it again.
@safe public struct MQTTConnection: ~Copyable {
    private let handle: OpaquePointer
    private let inbox: Inbox
    private let options: MQTTOptions
    /// The bytes that the kernel had received when a packet was last known to be complete.
    private var bytesAtPacketEnd: UInt64 = 0
    private var packetsAtLastCheck = 0

    private init(adopting handle: OpaquePointer, inbox: Inbox, options: MQTTOptions) {
        unsafe self.handle = handle
        self.inbox = inbox
        self.options = options
    }

    deinit {
        // Closes the socket without writing what is queued.
        unsafe mosquitto_destroy(handle)
    }

    /// Prepares a connection; reads the files for password and TLS. Messages go to `batch`.
    public static func open(_ options: MQTTOptions, batch: MessageBatch) throws(MQTTError) -> MQTTConnection {
        _ = Library.isReady
        let inbox = Inbox(batch: batch, options: options)
        guard let handle = unsafe mosquitto_new(options.clientID, options.isCleanSession, nil) else {
            throw MQTTError(.badArgument, detail: "client id \"\(options.clientID)\"")
        }
        let connection = unsafe MQTTConnection(adopting: handle, inbox: inbox, options: options)
        inbox.install(on: handle)
        try connection.configure()
        return connection
    }

    private func configure() throws(MQTTError) {
        unsafe mosquitto_threaded_set(handle, options.holdsAcknowledgements)
        let version = options.version == .v5 ? MQTT_PROTOCOL_V5 : MQTT_PROTOCOL_V311
        try check(unsafe mosquitto_int_option(handle, MOSQ_OPT_PROTOCOL_VERSION, version))
        try check(unsafe mosquitto_int_option(handle, MOSQ_OPT_RECEIVE_MAXIMUM, Int32(options.receiveMaximum)))
        try check(unsafe mosquitto_int_option(handle, MOSQ_OPT_TCP_NODELAY, 1))
        if let username = options.username {
            let password = try options.passwordFile.map { path throws(MQTTError) in try SecretFile.read(path) }
            try check(unsafe mosquitto_username_pw_set(handle, username, password))
        }
        guard let tls = options.tls else { return }
        for file in [tls.authorityFile, tls.certificateFile, tls.keyFile] {
            if let file { _ = try SecretFile.read(file) }
        }
        // Debian's folder of hashed certificates, where no file of ours says whom to trust.
        let folder = tls.authorityFile == nil ? "/etc/ssl/certs" : nil
        try check(
            unsafe mosquitto_tls_set(handle, tls.authorityFile, folder, tls.certificateFile, tls.keyFile, nil),
            or: .certificate)
    }

    /// Connects and asks for the login; `read` gets the answer.
    ///
    /// Blocks while the name is looked up and until TCP is connected: minutes, when nobody answers.
    public func connect() throws(MQTTError) {
        var properties: OpaquePointer?
        defer { unsafe mosquitto_property_free_all(&properties) }
        if options.version == .v5, !options.isCleanSession {
            try check(
                unsafe mosquitto_property_add_int32(
                    &properties, Int32(MQTT_PROP_SESSION_EXPIRY_INTERVAL.rawValue), options.sessionExpirySeconds))
        }
        errno = 0
        let code = unsafe mosquitto_connect_bind_v5(
            handle, options.host, Int32(options.port), Int32(options.keepAliveSeconds), nil, properties)
        try check(code, or: .unreachable)
        try write()
    }

    /// Reads what has arrived into the batch, until nothing is left or the batch has `messages` messages or `bytes` bytes.
    ///
    /// True when a limit ended it, so that more may wait where `poll` cannot see it. When it throws, what was read before
    /// stands in the batch.
    public mutating func read(upTo messages: Int = 2000, bytes: Int = 1 << 20) throws(MQTTError) -> Bool {
        inbox.nowMicroseconds = SystemTime.wallMicroseconds()
        while inbox.batch.count < messages, inbox.batch.bytes.count < bytes {
            let before = inbox.packets
            // Each acknowledgement queued writes a byte to a socket pair that nobody reads; its EAGAIN stays in errno and
            // ends the library's own loop, even with TLS data decrypted and waiting.
            errno = 0
            // One call reads one packet, whatever the second argument says.
            try check(unsafe mosquitto_loop_read(handle, 1))
            if inbox.packets == before {
                try checkPacketSize()
                return false
            }
        }
        return true
    }

    /// Writes what is queued, acknowledgements first of all, as far as the socket takes it.
    ///
    /// Call it only when everything read is durable.
    public func write() throws(MQTTError) {
        try check(unsafe mosquitto_loop_write(handle, 1))
    }

    /// Whether something is queued; true as soon as one message was read.
    public var wantsWrite: Bool { unsafe mosquitto_want_write(handle) }

    /// Keeps the connection alive; to be called at least once a second.
    public func tend() throws(MQTTError) {
        try check(unsafe mosquitto_loop_misc(handle))
    }

    /// The answers since the last call.
    public func takeAnswers() -> [MQTTAnswer] {
        guard !inbox.answers.isEmpty else { return [] }
        defer { inbox.answers.removeAll() }
        return inbox.answers
    }

    /// Ends the logging of the library, which formats a text for each message. To be called once connected.
    public func silence() {
        unsafe mosquitto_log_callback_set(handle, nil)
    }

    /// Asks for a topic filter with quality of service 1 and returns the number of the request.
    public func subscribe(_ filter: String) throws(MQTTError) -> Int32 {
        var request: Int32 = 0
        // Retained messages that will be ignored need not be sent at all, where the protocol knows how to say so.
        let skipsRetained = options.version == .v5 && !options.keepsRetained
        let flags = skipsRetained ? Int32(MQTT_SUB_OPT_SEND_RETAIN_NEVER.rawValue) : 0
        try check(unsafe mosquitto_subscribe_v5(handle, &request, filter, 1, flags, nil))
        return request
    }

    /// Gives a topic filter back and returns the number of the request.
    public func unsubscribe(_ filter: String) throws(MQTTError) -> Int32 {
        var request: Int32 = 0
        try check(unsafe mosquitto_unsubscribe_v5(handle, &request, filter, nil))
        return request
    }

    /// Queues a message and returns the number of the request, which `published` will carry.
    public func publish(
        _ body: Span<UInt8>, to topic: String, qualityOfService: Int32, isRetained: Bool = false
    ) throws(MQTTError) -> Int32 {
        var request: Int32 = 0
        let code = unsafe body.withUnsafeBytes { bytes in
            unsafe mosquitto_publish_v5(
                handle, &request, topic, Int32(bytes.count), bytes.baseAddress, qualityOfService, isRetained, nil)
        }
        try check(code)
        return request
    }

    /// Waits until the socket can be read or written, or `wake` is signalled, at most so long.
    public func wait(reading: Bool, writing: Bool, wake: Wake?, milliseconds: Int) -> Readiness {
        let socket = reading || writing ? unsafe mosquitto_socket(handle) : -1
        return Readiness.wait(
            socket: socket, reading: reading, writing: writing, wake: wake?.descriptor ?? -1, milliseconds: milliseconds
        )
    }

    /// Ends the connection for good, so that the broker gets every acknowledgement already written.
    ///
    /// Closing a socket with unread data resets it, and the broker loses what it has not read yet: 136,053 duplicates in
    /// six stops during a drain. So we end our half, read and forget until the broker ends its own. There is no
    /// DISCONNECT packet then; a will would be published, but we never set one.
    public func endGently(within milliseconds: Int) {
        let socket = unsafe mosquitto_socket(handle)
        guard socket >= 0, shutdown(socket, Int32(SHUT_WR)) == 0 else { return }
        Readiness.discardInput(of: socket, within: milliseconds)
    }

    private mutating func checkPacketSize() throws(MQTTError) {
        let received = unsafe quantrac_tcp_bytes_received(mosquitto_socket(handle))
        if inbox.packets != packetsAtLastCheck {
            packetsAtLastCheck = inbox.packets
            bytesAtPacketEnd = received
        } else if received > bytesAtPacketEnd + UInt64(options.maxPacketBytes) {
            let size = "more than \(options.maxPacketBytes) bytes without an end"
            throw MQTTError(.packetTooLarge, detail: "\(size); set max_packet_size at the broker")
        }
    }

    /// The one place where the library's codes become errors of ours.
    private func check(_ result: Int32, or reason: MQTTError.Reason? = nil) throws(MQTTError) {
        if let code = inbox.refusal { throw MQTTError(.refused, detail: MQTTCode.text(code), code: code) }
        if let code = inbox.farewell { throw MQTTError(.ended, detail: MQTTCode.text(code), code: code) }
        guard result != 0 else { return }
        throw MQTTError(result: result, errno: errno, complaint: inbox.complaint, reason: reason)
    }
}
