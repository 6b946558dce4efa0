import Glibc
import OwnThread
import Synchronization

/// A small MQTT 3.1.1 and 5 server for one client at a time, which does what a good broker never does: refuse, withhold,
/// claim too much; and which notes when each acknowledgement arrived.
public final class FakeBroker: Sendable {
    public let port: UInt16
    private let socket: Int32
    private let wake: Wake
    private let shared: Shared
    private let thread: RunningThread

    /// How it answers.
    public struct Behaviour: Sendable {
        /// The code of the CONNACK: 5 (3.1.1) or 135 (5) for a refused login.
        public var connectCode: UInt8 = 0
        public var hasSession = false
        /// The code of every SUBACK: 128 for a refusal.
        public var subscribeCode: UInt8 = 1
        /// Accepts the connection and says nothing.
        public var isSilent = false

        public init() {}
    }

    /// What it saw.
    public struct Seen: Sendable {
        /// Logins, accepted or not.
        public var logins = 0
        public var subscribed: [String] = []
        public var unsubscribed: [String] = []
        /// The packet ids of PUBACKs with monotonic nanoseconds, in the order of their arrival.
        public var acknowledged: [(id: UInt16, at: Int64)] = []
        /// Connections that the client ended.
        public var ended = 0
        public var isConnected = false
    }

    fileprivate final class Shared: Sendable {
        let state: Mutex<State>
        init(_ behaviour: Behaviour) { state = Mutex(State(behaviour: behaviour)) }

        struct State {
            var behaviour: Behaviour
            var seen = Seen()
            var outbox: [UInt8] = []
            var lastID: UInt16 = 0
            var isVersion5 = false
            var isStopped = false
            var dropsClient = false
        }
    }

    public init(_ behaviour: Behaviour = Behaviour()) throws {
        (socket, port) = try LoopbackSocket.listen()
        wake = try Wake()
        shared = Shared(behaviour)
        thread = try OwnThread.start(name: "fake-broker") { [socket, wake, shared] in
            var session = FakeBrokerSession(listener: socket, wake: wake, shared: shared)
            session.run()
        }
    }

    public var seen: Seen { shared.state.withLock { $0.seen } }

    /// Changes its behaviour from the next packet on.
    public func behave(_ behaviour: Behaviour) {
        shared.state.withLock { $0.behaviour = behaviour }
    }

    /// Sends a message with quality of service 1 and returns its packet id.
    @discardableResult
    public func publish(_ body: [UInt8], to topic: String, isRetained: Bool = false) -> UInt16 {
        let id = shared.state.withLock { state in
            state.lastID = state.lastID == .max ? 1 : state.lastID + 1
            var rest = Self.string(topic) + [UInt8(state.lastID >> 8), UInt8(state.lastID & 255)]
            if state.isVersion5 { rest.append(0) }
            rest += body
            state.outbox += [isRetained ? 0x33 : 0x32] + Self.length(rest.count) + rest
            return state.lastID
        }
        wake.signal()
        return id
    }

    /// Sends bytes as they are.
    public func send(_ bytes: [UInt8]) {
        shared.state.withLock { $0.outbox += bytes }
        wake.signal()
    }

    /// The beginning of a message that claims `length` bytes, at most 268,435,455.
    public static func claim(of length: Int, topic: String) -> [UInt8] {
        [0x32] + Self.length(length) + string(topic) + [0, 1]
    }

    /// Ends the client's connection.
    public func dropClient() {
        shared.state.withLock { $0.dropsClient = true }
        wake.signal()
    }

    public func stop() {
        shared.state.withLock { $0.isStopped = true }
        wake.signal()
        thread.wait()
    }

    deinit {
        stop()
        close(socket)
    }

    fileprivate static func string(_ text: String) -> [UInt8] {
        [UInt8(text.utf8.count >> 8), UInt8(text.utf8.count & 255)] + Array(text.utf8)
    }

    fileprivate static func length(_ value: Int) -> [UInt8] {
        var bytes: [UInt8] = []
        var rest = value
        repeat {
            bytes.append(UInt8(rest % 128) | (rest > 127 ? 0x80 : 0))
            rest /= 128
        } while rest > 0
        return bytes
    }
}

/// The thread of a fake broker.
private struct FakeBrokerSession {
    let listener: Int32
    let wake: Wake
    let shared: FakeBroker.Shared
    var client: Int32 = -1
    var input: [UInt8] = []

    mutating func run() {
        while !shared.state.withLock({ $0.isStopped }) {
            let hasOutput = shared.state.withLock { !$0.outbox.isEmpty }
            var entries = [
                pollfd(fd: client < 0 ? listener : -1, events: Int16(POLLIN), revents: 0),
                pollfd(fd: client, events: Int16(POLLIN) | (hasOutput ? Int16(POLLOUT) : 0), revents: 0),
                pollfd(fd: wake.descriptor, events: Int16(POLLIN), revents: 0),
            ]
            _ = unsafe poll(&entries, 3, 1000)
            wake.clear()
            if entries[0].revents != 0 { accept() }
            if client >= 0, entries[1].revents & Int16(POLLIN | POLLHUP | POLLERR) != 0 { receive() }
            if client >= 0 { flush() }
            if client >= 0, shared.state.withLock({ take(&$0.dropsClient) }) { end() }
        }
        if client >= 0 { end() }
    }

    private func take(_ flag: inout Bool) -> Bool {
        defer { flag = false }
        return flag
    }

    private mutating func accept() {
        client = Glibc.accept(listener, nil, nil)
        input = []
        shared.state.withLock {
            $0.outbox = []
            $0.seen.isConnected = client >= 0
        }
    }

    private mutating func end() {
        close(client)
        client = -1
        shared.state.withLock {
            $0.seen.isConnected = false
            $0.outbox = []
        }
    }

    private mutating func receive() {
        var piece = [UInt8](repeating: 0, count: 64 << 10)
        let (count, isOver) = LoopbackSocket.receive(from: client, into: &piece, milliseconds: 0)
        if isOver {
            shared.state.withLock { $0.seen.ended += 1 }
            return end()
        }
        input += piece[..<count]
        while let (header, body) = nextPacket() { handle(header: header, body: body) }
    }

    private mutating func flush() {
        // Taken out piece by piece: the client may read slowly, and the test may go on adding.
        let piece = shared.state.withLock { Array($0.outbox.prefix(256 << 10)) }
        guard !piece.isEmpty else { return }
        let flags = Int32(MSG_NOSIGNAL) | Int32(MSG_DONTWAIT)
        let sent = unsafe Glibc.send(client, piece, piece.count, flags)
        if sent > 0 { shared.state.withLock { $0.outbox.removeFirst(min(sent, $0.outbox.count)) } }
    }

    private mutating func nextPacket() -> (header: UInt8, body: [UInt8])? {
        var length = 0
        var index = 1
        while true {
            guard index < input.count else { return nil }
            length |= Int(input[index] & 127) << (7 * (index - 1))
            index += 1
            if input[index - 1] & 128 == 0 { break }
        }
        guard input.count >= index + length else { return nil }
        let packet = (input[0], Array(input[index..<(index + length)]))
        input.removeFirst(index + length)
        return packet
    }

    private func handle(header: UInt8, body: [UInt8]) {
        shared.state.withLock { state in
            guard !state.behaviour.isSilent else { return }
            let properties: [UInt8] = state.isVersion5 ? [0] : []
            switch header >> 4 {
            case 1:
                state.isVersion5 = body.count > 6 && body[6] == 5
                state.seen.logins += 1
                let code = state.behaviour.connectCode
                let answer = [state.behaviour.hasSession && code == 0 ? 1 : 0, code] + (state.isVersion5 ? [0] : [])
                state.outbox += [0x20, UInt8(answer.count)] + answer
            case 4: state.seen.acknowledged.append((number(body), SystemTime.monotonicNanoseconds()))
            case 8:
                state.seen.subscribed.append(filter(in: body, isVersion5: state.isVersion5))
                let answer = body[..<2] + properties + [state.behaviour.subscribeCode]
                state.outbox += [0x90, UInt8(answer.count)] + answer
            case 10:
                state.seen.unsubscribed.append(filter(in: body, isVersion5: state.isVersion5))
                let answer = body[..<2] + properties + (state.isVersion5 ? [0] : [])
                state.outbox += [0xb0, UInt8(answer.count)] + answer
            case 12: state.outbox += [0xd0, 0]
            default: break
            }
        }
    }

    private func number(_ body: [UInt8]) -> UInt16 {
        body.count < 2 ? 0 : UInt16(body[0]) << 8 | UInt16(body[1])
    }

    /// The first filter of a SUBSCRIBE or UNSUBSCRIBE; our own client sends one at a time and short properties.
    private func filter(in body: [UInt8], isVersion5: Bool) -> String {
        let start = isVersion5 ? 3 + Int(body[2]) : 2
        let length = Int(number(Array(body[start...])))
        return String(decoding: body[(start + 2)...].prefix(length), as: UTF8.self)
    }
}
