import Modbus
import OwnThread
import Registers
import Synchronization

/// Lets masters talk to a simulated slave: over TCP, a serial port or a pseudo-terminal.
public final class SlaveServer: Sendable {
    /// Where it really is, for a master: with the port that was free, or the pseudo-terminal's path.
    public let url: String
    /// The path to give to a master, where it is a pseudo-terminal.
    public let terminalPath: String?
    private let place: Place
    private let slave: SharedSlave
    private let stop: Wake

    private enum Place: Sendable {
        case listener(ModbusListener, ModbusFraming)
        case serial(device: String, SerialLine)
        case terminal(PseudoTerminal)
    }

    /// Masters at once; further ones are turned away.
    static let connectionsMax = 64

    /// Takes the port; masters that come before `run` wait.
    ///
    /// - Parameter requestLimit: It ends after so many; `nil` for no end.
    /// - Throws: `ChannelError` when there is no such place or somebody has it, `ThreadError` without descriptors.
    public init(slave: SimulatedSlave, endpoint: SlaveEndpoint, requestLimit: Int64? = nil) throws {
        stop = try Wake()
        self.slave = SharedSlave(slave, requestLimit: requestLimit)
        var terminalPath: String?
        switch endpoint {
        case .network(let host, let port, let framing):
            let host = host == "localhost" ? "127.0.0.1" : host
            let listener = try ModbusListener(host: host, port: port, wake: stop)
            place = .listener(listener, framing)
            let address: BusAddress =
                framing == .tcp
                ? .tcp(host: host, port: listener.port) : .rtuOverTCP(host: host, port: listener.port)
            url = address.description
        case .serial(let device, let line):
            // Opened for a moment, so that what is wrong is said at once.
            let channel = SerialChannel(device: device, line: line, wake: stop)
            try channel.open(until: SystemTime.monotonicNanoseconds() + 1_000_000_000)
            channel.close()
            place = .serial(device: device, line)
            url = BusAddress.rtu(device: device, line).description
        case .pseudoTerminal:
            let terminal = try PseudoTerminal()
            place = .terminal(terminal)
            terminalPath = terminal.path
            url = "rtu://\(terminal.path)"
        }
        self.terminalPath = terminalPath
    }

    /// What was done so far.
    public var counts: SlaveCounts { slave.counts }

    /// Answers until cancelled or the limit of requests; to be called once.
    ///
    /// - Throws: `ChannelError` when the port or the tty is gone, `ThreadError` without a thread.
    public func run() async throws {
        try await withTaskCancellationHandler {
            try await withCheckedThrowingContinuation { (continuation: CheckedContinuation<Void, any Error>) in
                do {
                    _ = try OwnThread.start(name: "slave") { continuation.resume(with: Result { try self.serve() }) }
                } catch {
                    continuation.resume(throwing: error)
                }
            }
        } onCancel: {
            stop.signal()
        }
    }

    /// The thread's body.
    private func serve() throws {
        do {
            switch place {
            case .listener(let listener, let framing): try serve(listener, framing)
            case .serial(let device, let line):
                let channel = SerialChannel(device: device, line: line, wake: stop)
                try channel.open(until: SystemTime.monotonicNanoseconds() + 1_000_000_000)
                try serve(channel)
            case .terminal(let terminal): try serve(terminal.channel(wake: stop))
            }
        } catch let error as ChannelError where error.reason == .stopped {}
    }

    /// A serial line stays, whatever its master does.
    private func serve(_ channel: any ByteChannel) throws(ChannelError) {
        var line = SlaveLine(slave, framing: .rtu, wake: stop)
        while !slave.isExhausted { try line.serve(channel) }
    }

    /// One thread accepts, each connection has its own.
    private func serve(_ listener: ModbusListener, _ framing: ModbusFraming) throws {
        let lines = Lines()
        defer {
            stop.signal()
            lines.wait()
        }
        while true {
            let deadline = SystemTime.monotonicNanoseconds() + 60_000_000_000
            guard let socket = try listener.accept(until: deadline),
                let number = lines.begin(atMost: Self.connectionsMax)
            else { continue }
            slave.connected()
            let thread = try OwnThread.start(name: "slave line") {
                defer { lines.end(number) }
                var line = SlaveLine(self.slave, framing: framing, wake: self.stop)
                // However a connection ends, its master comes again if it wants to.
                do throws(ChannelError) { try line.serve(socket.channel(wake: self.stop)) } catch {}
                if self.slave.isExhausted { self.stop.signal() }
            }
            lines.note(number, thread)
        }
    }
}

/// The threads of the connections.
private final class Lines: Sendable {
    private let state = Mutex(State())

    private struct State {
        var last = 0
        var running: Set<Int> = []
        var threads: [Int: RunningThread] = [:]
    }

    /// A number for a further one; `nil` when there are enough.
    func begin(atMost limit: Int) -> Int? {
        state.withLock { state in
            guard state.running.count < limit else { return nil }
            state.last += 1
            state.running.insert(state.last)
            return state.last
        }
    }

    func note(_ number: Int, _ thread: RunningThread) {
        // It may have ended before we came here.
        state.withLock { if $0.running.contains(number) { $0.threads[number] = thread } }
    }

    func end(_ number: Int) {
        state.withLock { state in
            state.running.remove(number)
            state.threads[number] = nil
        }
    }

    func wait() {
        for thread in state.withLock({ Array($0.threads.values) }) { thread.wait() }
    }
}
