import Acquisition
import CModbusPeer
import Foundation
import OwnThread
import QuantracTesting
import Readings
import Registers
import Testing

/// Two hundred gateways, every fifth of them dead in one of four ways; each its own bus.
@Suite(.serialized) struct `Two hundred Modbus gateways` {
    private static let count = 200
    private static let seconds = 20

    private static let dead: [modbus_gateway_kind] = [
        MODBUS_GATEWAY_REFUSES, MODBUS_GATEWAY_MUTE, MODBUS_GATEWAY_BLACKHOLE, MODBUS_GATEWAY_GARBAGE,
    ]

    private static let kinds = (0..<count).map { $0 % 5 == 4 ? dead[$0 / 5 % 4] : MODBUS_GATEWAY_ANSWERS }

    @Test func `the living keep their cadence and all stop within two seconds`() async throws {
        let descriptors = try Self.openDescriptors()
        try await pollThem()
        // The runtime itself opens one or the other on its way.
        try await eventually("every descriptor is given back") { try Self.openDescriptors() <= descriptors + 4 }
    }

    private static func openDescriptors() throws -> Int {
        try FileManager.default.contentsOfDirectory(atPath: "/proc/self/fd").count
    }

    private func pollThem() async throws {
        let gateways = try ModbusGateways(Self.kinds)
        let sink = PolledSink()
        let buses = gateways.ports.enumerated().map { number, port in
            var bus = BusDefinition.quick(
                .tcp(host: "127.0.0.1", port: port), everyMilliseconds: 1000, timeoutMilliseconds: 1000,
                devices: [.plain(unit: 1, station: "GW-\(number)", addresses: (0..<10).map { UInt16($0) })])
            bus.name = "gateway-\(number)"
            bus.retries = 1
            return bus
        }
        let runs = buses.map { RunningSource(bus: $0, sink: sink) }
        try await Task.sleep(for: .seconds(Self.seconds))
        let reports = runs.map { $0.source.status.bus?.devices.first }

        let start = ContinuousClock.now
        try await withThrowingTaskGroup(of: Void.self) { group in
            for run in runs { group.addTask { try await run.stop() } }
            try await group.waitForAll()
        }
        let stopSeconds = (ContinuousClock.now - start) / .seconds(1)

        // By the gateways' own clock: how long after the full second a poll's request came. The first one of each waited
        // for its connection.
        var lateness: [Double] = []
        for (number, kind) in Self.kinds.enumerated() where kind == MODBUS_GATEWAY_ANSWERS {
            let arrivals = gateways.arrivals(at: number)
            #expect(arrivals.count >= Self.seconds - 1, "gateway \(number) had \(arrivals.count) polls")
            lateness += arrivals.dropFirst().map { Double($0 % 1_000_000_000) / 1e6 }
            let report = try #require(reports[number])
            #expect(report.state == .answering && report.overruns == 0 && report.pollsFailed == 0, "\(report)")
        }
        lateness.sort()
        let p99 = lateness[lateness.count * 99 / 100]
        print(
            "\(lateness.count) polls of the living: lateness median \(lateness[lateness.count / 2]) ms, p99 \(p99) ms,",
            "most \(lateness.last ?? 0) ms; stop of \(Self.count) took \(stopSeconds) s")
        #expect(p99 < 50)
        #expect(stopSeconds < 2)
        Self.verifyTheDead(reports, sink)
    }

    private static func verifyTheDead(_ reports: [DeviceReport?], _ sink: PolledSink) {
        let readings = Dictionary(grouping: sink.readings, by: \.station)
        for (number, kind) in kinds.enumerated() {
            let own = readings["GW-\(number)"] ?? []
            if kind == MODBUS_GATEWAY_ANSWERS {
                #expect(
                    own.allSatisfy { $0.value == Double(modbus_peer_word(1, 3, $0.address, 0)) }, "gateway \(number)")
                continue
            }
            #expect(own.allSatisfy { $0.value == nil }, "a value of gateway \(number), which has none")
            let report = reports[number]
            let isGivenUp = report?.state == .silent || report?.state == .paused
            #expect(isGivenUp, "gateway \(number): \(String(describing: report))")
            #expect(report?.errors.isEmpty == false, "gateway \(number) has no error counted")
        }
    }
}
