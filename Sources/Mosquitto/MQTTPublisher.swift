import OwnThread

/// Publishes messages and tells which of them the broker has taken over; for the simulator and for tests.
///
/// It belongs to one thread. At most `window` messages are without an acknowledgement at a time.
public struct MQTTPublisher: ~Copyable {
    private var connection: MQTTConnection
    private let window: Int
    private let timeoutMilliseconds: Int
    /// The ticket of each request without an answer.
    private var tickets: [Int32: Int64] = [:]
    private var acknowledged: [Int64] = []
    private var isConnected = false
    private var lastTended = SystemTime.monotonicNanoseconds()
    /// How many messages were published; the ticket of the next one.
    public private(set) var published: Int64 = 0
    /// Messages that the broker answered with a refusal; MQTT 5.
    public private(set) var refused: Int64 = 0

    private init(adopting connection: consuming MQTTConnection, window: Int, timeoutMilliseconds: Int) {
        self.connection = connection
        self.window = window
        self.timeoutMilliseconds = timeoutMilliseconds
    }

    /// Connects and waits for the login.
    public static func connect(
        _ options: MQTTOptions, window: Int = 1000, timeoutMilliseconds: Int = 10_000
    ) throws(MQTTError) -> MQTTPublisher {
        let connection = try MQTTConnection.open(options, batch: MessageBatch())
        try connection.connect()
        var publisher = MQTTPublisher(
            adopting: connection, window: window, timeoutMilliseconds: timeoutMilliseconds)
        try publisher.pump(until: { $0.isConnected })
        publisher.connection.silence()
        return publisher
    }

    /// How many messages are without an acknowledgement.
    public var outstanding: Int { tickets.count }

    /// Queues a message and returns its ticket, a number that counts from 0; waits while the window is full.
    ///
    /// With quality of service 0 the ticket counts as acknowledged when the message has been written.
    @discardableResult
    public mutating func publish(
        _ body: Span<UInt8>, to topic: String, qualityOfService: Int32 = 1, isRetained: Bool = false
    ) throws(MQTTError) -> Int64 {
        let window = window
        if tickets.count >= window { try pump(until: { $0.tickets.count < window }) }
        let request = try connection.publish(
            body, to: topic, qualityOfService: qualityOfService, isRetained: isRetained)
        let ticket = published
        published += 1
        tickets[request] = ticket
        // A flush for each message would be a system call for each; a quarter of the window keeps the broker busy.
        if published % Int64(max(1, window / 4)) == 0 { try step(milliseconds: 0) }
        return ticket
    }

    /// The tickets acknowledged since the last call, in the order of their acknowledgements.
    public mutating func takeAcknowledged() -> [Int64] {
        defer { acknowledged.removeAll(keepingCapacity: true) }
        return acknowledged
    }

    /// Writes what is queued and reads what has arrived; to be called now and then by one who publishes rarely.
    public mutating func step(milliseconds: Int = 0) throws(MQTTError) {
        if connection.wantsWrite { try connection.write() }
        let ready = connection.wait(
            reading: true, writing: connection.wantsWrite, wake: nil, milliseconds: milliseconds)
        if ready.isReadable { _ = try connection.read() }
        if connection.wantsWrite { try connection.write() }
        for answer in connection.takeAnswers() { note(answer) }
        let now = SystemTime.monotonicNanoseconds()
        if now - lastTended > 1_000_000_000 {
            lastTended = now
            try connection.tend()
        }
    }

    /// Waits until every message is acknowledged.
    public mutating func finish() throws(MQTTError) {
        try pump(until: { $0.tickets.isEmpty })
    }

    /// Ends the connection so that the broker gets all that was written.
    public consuming func close() {
        connection.endGently(within: 1000)
    }

    private mutating func note(_ answer: MQTTAnswer) {
        switch answer {
        case .connected: isConnected = true
        case .published(let request, let code):
            guard let ticket = tickets.removeValue(forKey: request) else { return }
            if code >= 128 { refused += 1 } else { acknowledged.append(ticket) }
        case .subscribed, .unsubscribed: break
        }
    }

    private mutating func pump(until isDone: (borrowing MQTTPublisher) -> Bool) throws(MQTTError) {
        let deadline = ContinuousClock.now + .milliseconds(timeoutMilliseconds)
        while !isDone(self) {
            guard ContinuousClock.now < deadline else { throw MQTTError(.timedOut) }
            try step(milliseconds: 20)
        }
    }
}
