import CModbusPeer
import Glibc
import Modbus
import QuantracTesting
import Registers
import Testing

/// Our frames against libmodbus's slave, over each way there is to it.
@Suite(.serialized) struct `Modbus master and libmodbus` {
    private static func bench(_ address: BusAddress, _ peer: ModbusPeer) throws -> ModbusMasterBench {
        try ModbusMasterBench(
            address, peer: peer, isCounting: true, timeoutMilliseconds: 1000, windowMilliseconds: 5000)
    }

    private static var settings: modbus_peer_settings {
        var settings = modbus_peer_settings()
        settings.is_counting = true
        settings.illegal_first = 20_000
        settings.illegal_count = 5
        return settings
    }

    /// Every table, at both ends of the addresses, with the smallest and the largest count.
    private static let requests: [RegisterRequest] = RegisterKind.allCases.flatMap { kind -> [RegisterRequest] in
        let largest: UInt16 = kind.isBit ? 2000 : 125
        return [
            RegisterRequest(kind: kind, address: 0, count: 17),
            RegisterRequest(kind: kind, address: 1000, count: largest),
            RegisterRequest(kind: kind, address: UInt16(65_536 - 33), count: 33),
            RegisterRequest(kind: kind, address: 300, count: largest - 1),
        ]
    }

    private static func verify(_ bench: ModbusMasterBench, unit: UInt8) throws {
        for request in requests {
            let outcome = try bench.poll(unit: unit, request, spare: 0)
            #expect(outcome == .right, "\(request)")
        }
        let refused = try bench.poll(unit: unit, RegisterRequest(kind: .input, address: 19_990, count: 11))
        #expect(refused == .exception(2))
        #expect(try bench.poll(unit: unit, RegisterRequest(kind: .input, address: 19_990, count: 10)) == .right)
        #expect(bench.misattributed == [])
        #expect(bench.master.counters.requests == Int64(requests.count) + 2)
        #expect(bench.master.counters.strayBytes == 0)
    }

    @Test func `reads every table over TCP, each unit its own`() throws {
        let peer = try ModbusPeer.serveTCP(Self.settings)
        let bench = try Self.bench(.tcp(host: "127.0.0.1", port: peer.port), peer)
        try Self.verify(bench, unit: 1)
        for unit: UInt8 in [0, 17, 247, 255] {
            let request = RegisterRequest(kind: .holding, address: 7, count: 20)
            #expect(try bench.poll(unit: unit, request) == .right, "unit \(unit)")
        }
        #expect(peer.connections == 1)
    }

    @Test func `reads every table over a tty pair`() throws {
        let pair = try TerminalPair()
        let peer = try ModbusPeer.serveTTY(pair.slave, unit: 9, Self.settings)
        try Self.verify(try Self.bench(try ModbusMasterBench.tty(pair.master, baud: 19200), peer), unit: 9)
    }

    @Test func `reads every table through a transparent serial server`() throws {
        let server = try SerialServer()
        let peer = try ModbusPeer.serveTTY(server.slave, unit: 9, Self.settings)
        try Self.verify(try Self.bench(.rtuOverTCP(host: "127.0.0.1", port: server.port), peer), unit: 9)
    }

    @Test func `descriptors beyond those that select can watch are as good as others`() throws {
        // libmodbus itself ends the process there: FD_SET of a descriptor of 1,024 or more.
        let slaves = [try ModbusPeer.scriptTTY(Self.counting), try ModbusPeer.scriptTCP(isRTU: false, Self.counting)]
        let holders = try Descriptors(beyond: 1100)
        let addresses: [BusAddress] = [
            try ModbusMasterBench.tty(slaves[0].device), .tcp(host: "127.0.0.1", port: slaves[1].port),
        ]
        for (address, slave) in zip(addresses, slaves) {
            let bench = try Self.bench(address, slave)
            for _ in 0..<3 {
                #expect(try bench.poll(RegisterRequest(kind: .holding, address: 7, count: 20)) == .right, "\(address)")
            }
        }
        #expect(holders.highest > 1100)
    }

    @Test func `a tty has one owner`() throws {
        let slave = try ModbusPeer.scriptTTY(Self.counting)
        let address = try ModbusMasterBench.tty(slave.device)
        let request = RegisterRequest(kind: .holding, address: 7, count: 20)
        let first = try Self.bench(address, slave)
        #expect(try first.poll(request) == .right)
        let second = try Self.bench(address, slave)
        guard case .failed(.channel(let error)) = try second.poll(request) else {
            Issue.record("the second one was let in: \(second.story)")
            return
        }
        #expect(error.reason == .busy, "\(error)")
        #expect(try first.poll(request) == .right)
        first.master.close()
        #expect(try second.poll(request) == .right)
        second.master.close()
    }

    @Test func `a serial line has its silence of three and a half characters before each request`() throws {
        let slave = try ModbusPeer.scriptTTY(Self.counting)
        let bench = try Self.bench(try ModbusMasterBench.tty(slave.device, baud: 9600), slave)
        for _ in 0..<50 { try bench.poll(RegisterRequest(kind: .holding, address: 7, count: 20)) }
        #expect(bench.outcomes == [ModbusMasterBench.Outcome](repeating: .right, count: 50))
        let requests = slave.requests
        let silences = zip(requests, requests.dropFirst()).map { $1.at_nanoseconds - $0.sending_nanoseconds }
        // 3.5 characters of start, 8 bits and stop at 9,600 baud are 3.65 ms. A terminal that is none has no wire time.
        let shortest = try #require(silences.min())
        #expect(shortest > 3_600_000, "\(shortest) ns")
    }

    private static var counting: modbus_peer_settings {
        var settings = modbus_peer_settings()
        settings.is_counting = true
        return settings
    }
}

/// Holds so many descriptors that the next ones are beyond a number.
private final class Descriptors {
    private var held: [Int32] = []
    private var before = rlimit()
    var highest: Int32 { held.last ?? -1 }

    init(beyond number: Int32) throws {
        var limit = rlimit()
        guard unsafe getrlimit(Int32(RLIMIT_NOFILE.rawValue), &limit) == 0 else {
            throw TestingError("getrlimit: \(errno)")
        }
        before = limit
        limit.rlim_cur = min(limit.rlim_max, 4096)
        guard unsafe setrlimit(Int32(RLIMIT_NOFILE.rawValue), &limit) == 0 else {
            throw TestingError("setrlimit: \(errno)")
        }
        while highest <= number {
            let descriptor = unsafe open("/dev/null", O_RDONLY | O_CLOEXEC)
            guard descriptor >= 0 else { throw TestingError("open: \(errno)") }
            held.append(descriptor)
        }
    }

    deinit {
        for descriptor in held { close(descriptor) }
        _ = unsafe setrlimit(Int32(RLIMIT_NOFILE.rawValue), &before)
    }
}
