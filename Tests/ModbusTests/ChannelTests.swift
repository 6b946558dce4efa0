import Glibc
import Modbus
import OwnThread
import Registers
import Synchronization
import Testing

@Suite(.serialized) struct `A real channel` {
    /// A master of a bus with the machine's own clock.
    private func master(_ address: BusAddress, wake: Wake) -> ModbusMaster {
        ModbusMaster(
            channel: address.makeChannel(wake: wake), framing: address.framing, line: address.serialLine,
            lateResponseWindowNanoseconds: 2_000_000_000, clock: SystemBusClock(wake: wake))
    }

    private let request = ModbusRequest(unit: 1, registers: RegisterRequest(kind: .holding, address: 5, count: 120))
    private let other = ModbusRequest(unit: 1, registers: RegisterRequest(kind: .coil, address: 5, count: 19))

    private var serialLine: SerialLine {
        var line = SerialLine()
        line.baud = 115_200
        return line
    }

    @Test(arguments: [ModbusFraming.tcp, .rtu])
    func `reads over a socket`(framing: ModbusFraming) throws {
        let server = try Wake()
        let listener = try ModbusListener(wake: server)
        let running = try RealServer.listening(on: listener, wake: server, framing: framing)
        defer { running.stop() }
        let address: BusAddress =
            framing == .tcp
            ? .tcp(host: "127.0.0.1", port: listener.port) : .rtuOverTCP(host: "localhost", port: listener.port)
        let bus = try master(address, wake: Wake())
        defer { bus.close() }
        var words: [UInt16] = []
        for _ in 0..<100 {
            #expect(bus.ask(request, timeoutNanoseconds: 1_000_000_000, into: &words) == .data)
            #expect(words == (5..<125).map { RealServer.word($0) })
            #expect(bus.ask(other, timeoutNanoseconds: 1_000_000_000, into: &words) == .data)
            #expect(words == (5..<24).map { _ in 1 })
        }
        #expect(bus.counters.connects == 1)
        #expect(bus.counters.strayBytes == 0)
    }

    @Test func `reads over a serial port`() throws {
        let far = try Wake()
        let terminal = try PseudoTerminal()
        let running = try RealServer.wired(to: terminal, wake: far)
        defer { running.stop() }
        let bus = try master(.rtu(device: terminal.path, serialLine), wake: Wake())
        defer { bus.close() }
        var words: [UInt16] = []
        for _ in 0..<20 {
            #expect(bus.ask(request, timeoutNanoseconds: 1_000_000_000, into: &words) == .data)
            #expect(words == (5..<125).map { RealServer.word($0) })
        }
        #expect(bus.counters.strayBytes == 0)
    }

    @Test(arguments: [ModbusFraming.tcp, .rtu])
    func `stops within 100 ms while a slave is silent`(framing: ModbusFraming) throws {
        let far = try Wake()
        let listener = try ModbusListener(wake: far)
        let terminal = try PseudoTerminal()
        let running =
            framing == .tcp
            ? try RealServer.listening(on: listener, wake: far, answer: { _ in [] })
            : try RealServer.wired(to: terminal, wake: far, answer: { _ in [] })
        defer { running.stop() }
        let wake = try Wake()
        let address: BusAddress =
            framing == .tcp
            ? .tcp(host: "127.0.0.1", port: listener.port) : .rtu(device: terminal.path, serialLine)
        let stopped = Mutex<Int64>(0)
        let stopper = try OwnThread.start(name: "stopper") {
            _ = SystemBusClockTests.pause(milliseconds: 100)
            stopped.withLock { $0 = SystemTime.monotonicNanoseconds() }
            wake.signal()
        }
        let bus = master(address, wake: wake)
        var words: [UInt16] = []
        let answer = bus.ask(request, timeoutNanoseconds: 60_000_000_000, into: &words)
        let ended = SystemTime.monotonicNanoseconds()
        stopper.wait()
        guard case .failed(.channel(let error)) = answer else {
            Issue.record("a stop gives \(answer)")
            return
        }
        #expect(error.reason == .stopped)
        #expect(ended - stopped.withLock { $0 } < 100_000_000)
    }

    @Test func `is unreachable where nobody listens, and says what to do`() throws {
        let wake = try Wake()
        let port = try ModbusListener(wake: wake).port
        let bus = master(.tcp(host: "127.0.0.1", port: port), wake: wake)
        var words: [UInt16] = []
        guard case .failed(.channel(let error)) = bus.ask(request, timeoutNanoseconds: 1_000_000_000, into: &words)
        else {
            Issue.record("nobody answers")
            return
        }
        #expect(error.reason == .unreachable)
        #expect(error.description.contains("127.0.0.1:\(port)"))
        #expect(error.description.contains("check the address"))
        // Nothing was sent, so nothing can be late.
        #expect(bus.earliest(for: request) == 0)
        #expect(bus.counters.requests == 0)
    }

    @Test func `finds the device again that was away`() throws {
        let far = try Wake()
        let listener = try ModbusListener(wake: far)
        let running = try RealServer.listening(on: listener, wake: far)
        let wake = try Wake()
        let bus = master(.tcp(host: "127.0.0.1", port: listener.port), wake: wake)
        var words: [UInt16] = []
        #expect(bus.ask(request, timeoutNanoseconds: 1_000_000_000, into: &words) == .data)
        running.stop()
        guard case .failed(.channel(let error)) = bus.ask(request, timeoutNanoseconds: 300_000_000, into: &words)
        else {
            Issue.record("the server is gone")
            return
        }
        #expect(error.reason == .lost)
        far.clear()
        let again = try RealServer.listening(on: listener, wake: far)
        defer { again.stop() }
        #expect(bus.ask(other, timeoutNanoseconds: 1_000_000_000, into: &words) == .data)
        #expect(bus.counters.connects == 2)
    }

    @Test func `notices that a serial port is gone`() throws {
        var terminal: PseudoTerminal? = try PseudoTerminal()
        let path = try #require(terminal?.path)
        let far = try Wake()
        let running = try RealServer.wired(to: #require(terminal), wake: far)
        let bus = master(.rtu(device: path, serialLine), wake: try Wake())
        var words: [UInt16] = []
        #expect(bus.ask(request, timeoutNanoseconds: 1_000_000_000, into: &words) == .data)
        running.stop()
        terminal = nil
        var reasons: [ChannelError.Reason] = []
        for count in 1...2 as ClosedRange<UInt16> {
            var next = request
            next.registers.count = count
            let answer = bus.ask(next, timeoutNanoseconds: 300_000_000, into: &words)
            if case .failed(.channel(let error)) = answer { reasons.append(error.reason) }
        }
        // Found out before anything is sent, and opened anew at once, where nothing is any more.
        #expect(reasons == [.unreachable, .unreachable])
        #expect(bus.counters.disconnects == 1)
    }

    @Test func `notices that a serial port goes while it waits`() throws {
        let held = Mutex<PseudoTerminal?>(try PseudoTerminal())
        let path = try #require(held.withLock { $0?.path })
        let channel = SerialChannel(device: path, line: serialLine, wake: try Wake())
        try channel.open(until: .max)
        let puller = try OwnThread.start(name: "puller") {
            _ = SystemBusClockTests.pause(milliseconds: 50)
            held.withLock { $0 = nil }
        }
        defer { puller.wait() }
        var bytes: [UInt8] = []
        do {
            let count = try channel.read(into: &bytes, until: SystemTime.monotonicNanoseconds() + 5_000_000_000)
            Issue.record("\(count) bytes from a line that is gone")
        } catch {
            #expect(error.reason == .lost)
            #expect(error.description.contains(path))
        }
        #expect(!channel.isOpen)
    }

    @Test func `says so when a name has no address`() throws {
        let channel = SocketChannel(host: "no-such-host.invalid", port: 502, wake: try Wake())
        do {
            try channel.open(until: SystemTime.monotonicNanoseconds() + 5_000_000_000)
            Issue.record("it has none")
        } catch {
            #expect(error.reason == .unreachable || error.reason == .timedOut)
        }
    }

    @Test func `does not wait for a resolver when a stop is wanted`() throws {
        let wake = try Wake()
        wake.signal()
        let channel = SocketChannel(host: "no-such-host.invalid", port: 502, wake: wake)
        let start = SystemTime.monotonicNanoseconds()
        do {
            try channel.open(until: .max)
            Issue.record("it has no address")
        } catch {
            #expect(error.reason == .stopped)
        }
        #expect(SystemTime.monotonicNanoseconds() - start < 100_000_000)
    }

    @Test func `refuses a serial port that another program polls`() throws {
        let terminal = try PseudoTerminal()
        let wake = try Wake()
        let first = SerialChannel(device: terminal.path, line: serialLine, wake: wake)
        try first.open(until: .max)
        let second = SerialChannel(device: terminal.path, line: serialLine, wake: wake)
        do {
            try second.open(until: .max)
            Issue.record("two masters on one line")
        } catch {
            #expect(error.reason == .busy)
            #expect(error.description.contains(terminal.path))
        }
        first.close()
        try second.open(until: .max)
    }

    @Test func `opens a serial port that a killed program has left as it was`() throws {
        let terminal = try PseudoTerminal()
        // With its settings made already, as after a restart without a farewell.
        for _ in 0..<3 {
            let held = unsafe open(terminal.path, O_RDWR | O_NOCTTY)
            defer { close(held) }
            let channel = SerialChannel(device: terminal.path, line: serialLine, wake: try Wake())
            try channel.open(until: .max)
            var settings = termios()
            _ = unsafe tcgetattr(held, &settings)
            channel.close()
            #expect(unsafe tcsetattr(held, TCSANOW, &settings) == 0)
        }
    }

    @Test(arguments: ["SSH-2.0-OpenSSH_9.2p1\r\n", "HTTP/1.1 400 Bad Request\r\nContent-Length: 0\r\n\r\n"])
    func `says so when the other side speaks no Modbus`(greeting: String) throws {
        for framing in [ModbusFraming.tcp, .rtu] {
            let far = try Wake()
            let listener = try ModbusListener(wake: far)
            let running = try RealServer.listening(
                on: listener, wake: far, framing: framing, answer: { _ in Array(greeting.utf8) })
            defer { running.stop() }
            let address: BusAddress =
                framing == .tcp
                ? .tcp(host: "127.0.0.1", port: listener.port) : .rtuOverTCP(host: "127.0.0.1", port: listener.port)
            let bus = master(address, wake: try Wake())
            defer { bus.close() }
            var words: [UInt16] = []
            #expect(bus.ask(request, timeoutNanoseconds: 200_000_000, into: &words) == .failed(.notModbus))
        }
    }

    @Test(arguments: ["/dev/null", "/dev/no-such-port"])
    func `refuses what is no serial port`(device: String) throws {
        let channel = SerialChannel(device: device, line: serialLine, wake: try Wake())
        #expect(throws: ChannelError.self) { try channel.open(until: .max) }
    }

    @Test func `refuses a rate that no port has`() throws {
        var line = serialLine
        line.baud = 12_345
        let terminal = try PseudoTerminal()
        let channel = SerialChannel(device: terminal.path, line: line, wake: try Wake())
        #expect(throws: ChannelError.self) { try channel.open(until: .max) }
    }
}

@Suite struct SystemBusClockTests {
    /// Waits in reality.
    static func pause(milliseconds: Int64) -> Bool {
        guard let wake = try? Wake() else { return false }
        let clock = SystemBusClock(wake: wake)
        return clock.sleep(untilMonotonic: clock.monotonicNanoseconds() + milliseconds * 1_000_000)
    }

    @Test func `sleeps to the moment, and not when a stop is wanted`() throws {
        let wake = try Wake()
        let clock = SystemBusClock(wake: wake)
        let moment = clock.monotonicNanoseconds() + 3_400_000
        #expect(clock.sleep(untilMonotonic: moment))
        let late = clock.monotonicNanoseconds() - moment
        #expect(late >= 0)
        wake.signal()
        let start = clock.monotonicNanoseconds()
        #expect(!clock.sleep(untilMonotonic: start + 5_000_000_000))
        #expect(clock.monotonicNanoseconds() - start < 1_000_000_000)
    }
}
