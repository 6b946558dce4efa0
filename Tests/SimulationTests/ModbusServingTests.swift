import Modbus
import OwnThread
import Readings
import Registers
import Simulation
import Testing

/// Real sockets and a real pseudo-terminal; the master is the one that the daemon has.
@Suite(.serialized, .timeLimit(.minutes(1))) struct `Serving a simulated slave` {
    private let second: Int64 = 1_000_000_000

    private func units(_ numbers: [UInt8] = [1, 2]) -> [SimulatedUnit] {
        let registers = (0..<20).map { address in
            RegisterDefinition(
                name: "r\(address)", parameter: nil, kind: .holding, address: UInt16(address), type: .uint16)
        }
        return numbers.map { number in
            var unit = SimulatedUnit(unit: number, registers: registers)
            for address in 0..<20 {
                let setting = RegisterSetting("r\(address)", .value(Double(Int(number) * 1000 + address)))
                let isHeld = unit.hold(setting)
                #expect(isHeld)
            }
            return unit
        }
    }

    private func server(
        _ endpoint: SlaveEndpoint, faults: [String] = [], scripts: [String] = [], limit: Int64? = nil
    ) throws -> SlaveServer {
        let plan = try FaultPlan(faults: faults, scripts: scripts, seed: 1)
        return try SlaveServer(
            slave: SimulatedSlave(units: units(), plan: plan), endpoint: endpoint, requestLimit: limit)
    }

    private func master(_ url: String, window: Int64 = 0) throws -> ModbusMaster {
        let address = try BusAddress(url: url)
        let wake = try Wake()
        return ModbusMaster(
            channel: address.makeChannel(wake: wake), framing: address.framing, line: address.serialLine,
            lateResponseWindowNanoseconds: window, clock: SystemBusClock(wake: wake))
    }

    private func ask(
        _ master: ModbusMaster, _ unit: UInt8, _ address: UInt16, count: UInt16 = 2, milliseconds: Int64 = 1000
    ) -> (ModbusAnswer, [UInt16]) {
        var words: [UInt16] = []
        let answer = master.ask(
            ModbusRequest(unit: unit, registers: RegisterRequest(kind: .holding, address: address, count: count)),
            timeoutNanoseconds: milliseconds * 1_000_000, into: &words)
        return (answer, words)
    }

    /// Runs the server while `body`, which blocks, has a thread of its own.
    private func serve(_ server: SlaveServer, _ body: @escaping @Sendable () throws -> Void) async throws {
        try await withThrowingTaskGroup(of: Void.self) { group in
            group.addTask { try await server.run() }
            try await OwnThread(name: "master").run(body)
            let start = ContinuousClock.now
            group.cancelAll()
            try await group.waitForAll()
            #expect(ContinuousClock.now - start < .seconds(1))
        }
    }

    @Test(arguments: ["tcp://127.0.0.1:0", "rtu+tcp://127.0.0.1:0", "pty"])
    func `answers over`(endpoint: String) async throws {
        let server = try server(try SlaveEndpoint(text: endpoint))
        try await serve(server) {
            let master = try master(server.url)
            for address in 0..<18 as Range<UInt16> {
                let (answer, words) = ask(master, 2, address)
                #expect(answer == .data)
                #expect(words == [2000 + address, 2001 + address])
            }
            #expect(ask(master, 1, 19).0 == .exception(2))
            #expect(ask(master, 1, 0, count: 20).1.count == 20)
            master.close()
        }
        #expect(server.counts.answers == 19)
        #expect(server.counts.exceptions == [2: 1])
        #expect(server.counts.connections == (endpoint == "pty" ? 0 : 1))
    }

    @Test func `serves several masters at once`() async throws {
        let server = try server(.network(host: "127.0.0.1", port: 0, framing: .tcp))
        try await serve(server) {
            let masters = try (0..<8).map { _ in try master(server.url) }
            for address in 0..<10 as Range<UInt16> {
                for master in masters { #expect(ask(master, 1, address).1 == [1000 + address, 1001 + address]) }
            }
        }
        #expect(server.counts.connections == 8)
        #expect(server.counts.answers == 80)
    }

    @Test func `is late where told to, and serves other units meanwhile`() async throws {
        let server = try server(
            .network(host: "127.0.0.1", port: 0, framing: .rtu), scripts: ["unit=1:late=1200ms,ok"])
        try await serve(server) {
            let master = try master(server.url, window: 5 * second)
            let start = ContinuousClock.now
            #expect(ask(master, 1, 0, milliseconds: 100).0 == .failed(.noAnswer))
            #expect(ask(master, 2, 5, milliseconds: 1000).1 == [2005, 2006])
            #expect(ContinuousClock.now - start < .milliseconds(1100))
            // The late answer comes first, as it was asked first; the master tells them apart by their length.
            #expect(ask(master, 1, 7, count: 3, milliseconds: 3000).1 == [1007, 1008, 1009])
            #expect(ContinuousClock.now - start > .milliseconds(1180))
            #expect(master.counters.lateAnswers == 1)
        }
        #expect(server.counts.faults == [.late: 1])
    }

    @Test(
        arguments: [
            ("silence", .noAnswer), ("bad-crc", .badChecksum), ("half-frame", .incomplete), ("wrong-unit", .noAnswer),
        ] as [(String, ModbusFailure)])
    func `spoils an answer on the wire, and the next one is good`(fault: String, failure: ModbusFailure) async throws {
        let server = try server(.pseudoTerminal, scripts: ["\(fault),ok"])
        try await serve(server) {
            let master = try master(server.url)
            let (answer, words) = ask(master, 1, 0, milliseconds: 200)
            #expect(answer == .failed(failure) || answer == .failed(.unexpected), "\(answer)")
            #expect(words.isEmpty)
            #expect(ask(master, 1, 3, count: 1).1 == [1003])
        }
    }

    @Test(arguments: ["noise", "trailing", "slow-bytes=2ms", "duplicate", "exception=6"])
    func `leaves the master in step`(fault: String) async throws {
        let server = try server(.pseudoTerminal, scripts: ["ok,\(fault)"])
        try await serve(server) {
            let master = try master(server.url)
            for address in 0..<10 as Range<UInt16> {
                let (answer, words) = ask(master, 1, address)
                #expect(words == [1000 + address, 1001 + address] || answer == .exception(6), "\(answer)")
            }
        }
    }

    @Test func `closes the connection where told to, and takes the next`() async throws {
        let server = try server(.network(host: "127.0.0.1", port: 0, framing: .tcp), scripts: ["ok,close"])
        try await serve(server) {
            let master = try master(server.url)
            #expect(ask(master, 1, 0).0 == .data)
            guard case .failed(.channel) = ask(master, 1, 0).0 else {
                Issue.record("the connection is closed")
                return
            }
            #expect(ask(master, 1, 0, count: 3).0 == .data)
        }
        #expect(server.counts.connections == 2)
    }

    @Test func `ends after so many requests, the last one answered`() async throws {
        let server = try server(.network(host: "127.0.0.1", port: 0, framing: .tcp), limit: 3)
        async let end: Void = server.run()
        try await OwnThread(name: "master").run {
            let master = try master(server.url)
            for _ in 0..<3 { #expect(ask(master, 1, 0).0 == .data) }
        }
        try await end
        #expect(server.counts.requests == 3)
    }

    @Test func `says at once that a port is taken`() throws {
        let first = try server(.network(host: "127.0.0.1", port: 0, framing: .tcp))
        let port = try BusAddress(url: first.url)
        guard case .tcp(_, let number) = port else { return }
        let error = #expect(throws: ChannelError.self) {
            try server(.network(host: "127.0.0.1", port: number, framing: .tcp))
        }
        #expect(error?.reason == .busy)
        #expect(throws: ChannelError.self) { try server(.serial(device: "/dev/null", SerialLine())) }
    }

    @Test func `knows where it can be`() throws {
        #expect(try SlaveEndpoint(text: "pty") == .pseudoTerminal)
        #expect(try SlaveEndpoint(text: "tcp://127.0.0.1:0") == .network(host: "127.0.0.1", port: 0, framing: .tcp))
        #expect(try SlaveEndpoint(text: "rtu+tcp://host-1:502") == .network(host: "host-1", port: 502, framing: .rtu))
        #expect(try SlaveEndpoint(text: "rtu:///dev/ttyUSB0") == .serial(device: "/dev/ttyUSB0", SerialLine()))
        for text in ["", "tty", "udp://127.0.0.1:1", "tcp://", "rtu://dev/ttyUSB0", "tcp://127.0.0.1:70000"] {
            #expect(throws: FaultTextError.self) { try SlaveEndpoint(text: text) }
        }
        let plan = try FaultPlan(faults: ["bad-crc@0.1"], scripts: [], seed: 1)
        #expect(throws: FaultTextError.self) { try SlaveEndpoint(text: "tcp://127.0.0.1:0").check(plan) }
        try SlaveEndpoint(text: "rtu+tcp://127.0.0.1:0").check(plan)
    }
}
