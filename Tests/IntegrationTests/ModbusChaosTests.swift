import CModbusPeer
import Foundation
import OwnThread
import QuantracTesting
import Testing

/// The whole daemon on three lines whose slaves are late, mute and broken at random, killed now and then: what stands on
/// the pull line is what a slave said of that register, in time, in that slot.
@Suite(.serialized) struct `Modbus daemon among faults` {
    private static let timeout = 30
    private static let window = 300
    private static let addresses = (1000..<1010).map { $0 } + (1100..<1110).map { $0 }
    private static let isProof = ProcessInfo.processInfo.environment["QUANTRAC_PROVE"] != nil

    private static func peer(_ way: ModbusWay, seed: UInt64) throws -> ModbusPeer {
        var settings = modbus_peer_settings()
        settings.is_counting = true
        settings.is_overlapping = way != .tty
        settings.late_share = 0.2
        settings.lost_share = 0.03
        settings.late_milliseconds_min = 6
        settings.late_milliseconds_max = 270
        settings.seed = seed
        let peer = try way.scripted(settings)
        // Between the stretches by lot, one of each fault.
        peer.script(ModbusFault.all.map(\.step).filter { $0.milliseconds < 300 })
        return peer
    }

    static func bus(_ way: ModbusWay, _ peer: ModbusPeer, station: String) -> String {
        let url =
            switch way {
            case .tty: "rtu://\(peer.device)?baud=115200&parity=none"
            case .tcp: "tcp://127.0.0.1:\(peer.port)"
            case .rtuOverTCP: "rtu+tcp://127.0.0.1:\(peer.port)"
            }
        let registers = addresses.map { address in
            """
            [[modbus.device.register]]
            name = "r\(address)"
            parameter = "R\(address)"
            kind = "holding"
            address = \(address)
            type = "uint16"

            """
        }
        return """
            [[modbus]]
            name = "\(station.lowercased())"
            url = "\(url)"
            every = "100ms"
            timeout = "\(timeout)ms"
            late_response_window = "\(window)ms"
            retries = 1

            [[modbus.device]]
            unit = 3
            station = "\(station)"
            breaker_failures = 1000
            \(registers.joined())

            """
    }

    @Test func `puts nothing on the pull line that the slave did not say of that register in that slot`() throws {
        let seed = Seed.fromEnvironment()
        print("QUANTRAC_SEED=\(seed)")
        var random = SeededGenerator(seed: seed)
        let ways = ModbusWay.allCases
        let peers = try ways.enumerated().map { try Self.peer($1, seed: seed &+ UInt64($0)) }
        let stations = ["LINE-0", "LINE-1", "LINE-2"]
        let tables = zip(ways, zip(peers, stations)).map { Self.bus($0, $1.0, station: $1.1) }
        let node = try ModbusDaemon(tables.joined())
        for _ in 0..<(Self.isProof ? 40 : 4) {
            usleep(UInt32.random(in: 1_500_000...3_500_000, using: &random))
            // The new process knows nothing of what the old one asked.
            try node.killAndStart(pauseMilliseconds: Self.window)
        }
        usleep(1_000_000)
        #expect(node.daemon.child.terminate().code == 0)
        let readings = try node.stored()
        for (station, peer) in zip(stations, peers) {
            let own = readings.filter { $0["station"] as? String == station }
            try Self.verify(own, Self.byWord(peer.requests), station)
        }
    }

    /// By address and word: the requests that were answered with it.
    static func byWord(_ requests: [modbus_peer_request]) -> [Int: [modbus_peer_request]] {
        var answers: [Int: [modbus_peer_request]] = [:]
        for request in requests {
            for address in Int(request.address)..<(Int(request.address) + Int(request.count)) {
                let word = modbus_peer_word(request.unit, request.function, UInt16(address), request.counter)
                answers[address << 16 | Int(word), default: []].append(request)
            }
        }
        return answers
    }

    private static func verify(
        _ readings: [[String: Any]], _ answers: [Int: [modbus_peer_request]], _ station: String
    ) throws {
        let offset = SystemTime.wallMicroseconds() / 1000 - SystemTime.monotonicNanoseconds() / 1_000_000
        let form = Date.ISO8601FormatStyle(includingFractionalSeconds: true)
        var values = 0
        var beyondWindow = 0
        for line in readings {
            guard let value = line["value"] as? Double else { continue }
            values += 1
            let parameter = try #require(line["parameter"] as? String)
            let address = try #require(Int(parameter.dropFirst()))
            let slot = Int64(
                (try form.parse(try #require(line["time"] as? String)).timeIntervalSince1970 * 1000).rounded())
            let said = (answers[address << 16 | Int(value)] ?? []).filter {
                abs($0.at_nanoseconds / 1_000_000 + offset - slot) < 1000
            }
            // What the machine adds to the timeout of 30 ms is seldom more than as much again.
            if said.contains(where: { $0.milliseconds < 2 * Int32(timeout) }) { continue }
            // Words of an answer that came when nobody need reckon with it any more prove nothing.
            let isBeyond = answers.contains { key, requests in
                key & 0xffff == Int(value)
                    && requests.contains {
                        abs($0.at_nanoseconds / 1_000_000 + offset - slot) < 1000
                            && $0.sent_nanoseconds - $0.at_nanoseconds > Int64(window) * 1_000_000
                    }
            }
            if isBeyond { beyondWindow += 1 } else { Issue.record("\(station): \(line) is \(said)") }
        }
        let keys = readings.map { "\($0["parameter"] ?? "") \($0["time"] ?? "")" }
        #expect(Set(keys).count == keys.count, "\(station): a slot twice")
        print("\(station): \(readings.count) readings, \(values) with a value, \(beyondWindow) later than the window")
        #expect(values > 500)
    }
}
