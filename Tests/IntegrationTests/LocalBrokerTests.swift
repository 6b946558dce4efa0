import Foundation
import Readings
import Simulation
import Testing

@Suite(.serialized) struct `Local broker` {
    private func withFolder<Result>(_ body: (String) async throws -> Result) async throws -> Result {
        let path = FileManager.default.temporaryDirectory.path + "/quantrac-broker-\(UInt32.random(in: 0 ... .max))"
        try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: false)
        let result: Swift.Result<Result, any Error>
        do { result = .success(try await body(path)) } catch { result = .failure(error) }
        try FileManager.default.removeItem(atPath: path)
        return try result.get()
    }

    @Test func `takes every message of the simulated stations and ends with its body`() async throws {
        let counts = try await withFolder { folder in
            try await LocalBroker.run(in: folder) { broker in
                let simulator = try StationSimulator(
                    login: BrokerLogin(port: UInt16(broker.port)),
                    reporter: StationReporter(model: StationModel(), faultShare: 0.1),
                    schedule: SimulationSchedule(
                        messagesPerSecond: 0, messageLimit: 500, backfillMilliseconds: 3_600_000))
                try await simulator.run()
                return simulator.counts
            }
        }
        // Twelve stations, twelve slots, some of them silent; then the live ones.
        #expect((550...660).contains(counts.messages))
        #expect(counts.waiting == 0)
        #expect(counts.deadLetters > 0)
        #expect(counts.reconnects == 0)
    }

    @Test func `keeps what it cannot send while the broker is away, and sends it when it is back`() async throws {
        try await withFolder { folder in
            let port = Int.random(in: 15_000..<32_000)
            let simulator = try StationSimulator(
                login: BrokerLogin(port: UInt16(port)), reporter: StationReporter(model: StationModel(count: 2)),
                schedule: SimulationSchedule(messagesPerSecond: 200))
            let sending = Task { try await simulator.run() }
            try await Task.sleep(for: .milliseconds(200))
            try await LocalBroker.run(in: folder, port: port) { _ in
                while simulator.counts.messages < 100 { try await Task.sleep(for: .milliseconds(10)) }
            }
            try await LocalBroker.run(in: folder, port: port) { _ in
                let before = simulator.counts.messages
                while simulator.counts.messages < before + 100 { try await Task.sleep(for: .milliseconds(10)) }
                simulator.finish()
                try await sending.value
            }
            #expect(simulator.counts.waiting == 0)
            #expect(simulator.counts.reconnects >= 1)
        }
    }

    @Test func `is stopped when the task is cancelled`() async throws {
        try await withFolder { folder in
            let (ports, whenStarted) = AsyncStream.makeStream(of: Int.self)
            let task = Task {
                try await LocalBroker.run(in: folder) { broker in
                    whenStarted.yield(broker.port)
                    try await Task.sleep(for: .seconds(60))
                }
            }
            var port = 0
            for await started in ports {
                port = started
                break
            }
            let start = ContinuousClock.now
            task.cancel()
            await #expect(throws: (any Error).self) { try await task.value }
            #expect(ContinuousClock.now - start < .seconds(15))
            // Its port is free again.
            try await LocalBroker.run(in: folder, port: port) { _ in }
        }
    }

    @Test func `tells a port that is taken`() async throws {
        try await withFolder { folder in
            try await LocalBroker.run(in: folder) { broker in
                let second = folder + "/second"
                try FileManager.default.createDirectory(atPath: second, withIntermediateDirectories: false)
                await #expect(throws: LocalBrokerError.self) {
                    try await LocalBroker.run(in: second, port: broker.port) { _ in }
                }
            }
        }
    }
}
