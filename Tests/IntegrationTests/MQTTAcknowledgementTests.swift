import Acquisition
import Glibc
import OwnThread
import QuantracTesting
import Readings
import Synchronization
import Testing

@Suite struct `MQTT acknowledgements` {
    /// When each batch became durable, and which messages were in it.
    private final class Ledger: Sendable {
        let durable = Mutex<[String: Int64]>([:])

        /// Takes 5 ms to make a batch durable.
        func accept(_ intake: inout Intake) {
            usleep(5000)
            let now = SystemTime.monotonicNanoseconds()
            durable.withLock { durable in
                for payload in intake.payloads { durable[intake.string(payload.body) ?? ""] = now }
            }
        }
    }

    /// Sends 1,000 messages and returns how many acknowledgements arrived before their message was durable.
    private func earlyAcknowledgements(holding: Bool) async throws -> Int {
        let broker = try FakeBroker()
        var bench = try MQTTBench(port: broker.port)
        bench.settings.holdsAcknowledgements = holding
        let ledger = Ledger()
        let run = RunningSource(bench.makeSource()) { ledger.accept(&$0) }
        try await eventually("subscribed") { broker.seen.subscribed.count == 1 }
        var ids: [UInt16: String] = [:]
        for number in 0..<1000 {
            ids[broker.publish(Array("\(number)".utf8), to: "t/1")] = "\(number)"
            if number % 50 == 0 { try await Task.sleep(for: .milliseconds(3)) }
        }
        try await eventually("acknowledged") { broker.seen.acknowledged.count == 1000 }
        try await eventually("durable") { ledger.durable.withLock { $0.count } == 1000 }
        try await run.stop()
        let durable = ledger.durable.withLock { $0 }
        #expect(Set(broker.seen.acknowledged.map(\.id)).count == 1000)
        return broker.seen.acknowledged.count { acknowledgement in
            guard let body = ids[acknowledgement.id], let at = durable[body] else { return true }
            return acknowledgement.at < at
        }
    }

    @Test func `leave after the messages are durable`() async throws {
        #expect(try await earlyAcknowledgements(holding: true) == 0)
    }

    @Test func `leave too early when they are not held, which this test would notice`() async throws {
        #expect(try await earlyAcknowledgements(holding: false) > 900)
    }

    @Test func `never leave for a batch that ended the source`() async throws {
        let broker = try FakeBroker()
        let bench = try MQTTBench(port: broker.port)
        let run = RunningSource(bench.makeSource()) { _ in throw TestingError("on purpose") }
        try await eventually("subscribed") { broker.seen.subscribed.count == 1 }
        broker.publish(Array("x".utf8), to: "t/1")
        await #expect(throws: TestingError.self) { try await run.waitForEnd() }
        try await eventually("ended") { broker.seen.ended == 1 }
        #expect(broker.seen.acknowledged.isEmpty)
    }

    @Test func `reach the broker in a stop during a drain: nothing twice, nothing lost`() async throws {
        let broker = try TestBroker()
        let bench = try MQTTBench(port: broker.port)
        try await bench.openSession()
        try await bench.publish(numbers(0..<30_000))
        let sink = RecordingSink()
        var stops = 0
        while sink.bodies.count < 30_000 {
            let run = RunningSource(bench.makeSource(), sink: sink)
            let goal = min(30_000, sink.bodies.count + 4000)
            try await sink.wait(for: goal)
            try await run.stop()
            stops += 1
        }
        #expect(stops > 3)
        #expect(sink.bodies == numbers(0..<30_000))
    }
}
