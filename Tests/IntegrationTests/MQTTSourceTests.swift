import Acquisition
import Glibc
import Logging
import Mosquitto
import OwnThread
import QuantracTesting
import Readings
import Synchronization
import Testing

@Suite struct `MQTT source` {
    @Test(arguments: MQTTOptions.Version.allCases)
    func `keeps the contract of a source`(version: MQTTOptions.Version) async throws {
        let broker = try TestBroker()
        var bench = try MQTTBench(port: broker.port)
        bench.settings.version = version
        try await SourceContract(bench).verify()
    }

    @Test func `accepts 10,000 waiting messages once and in their order`() async throws {
        let broker = try TestBroker()
        let bench = try MQTTBench(port: broker.port)
        try await bench.openSession()
        try await bench.publish(numbers(0..<10_000))
        let sink = RecordingSink()
        let run = RunningSource(bench.makeSource(), sink: sink)
        try await sink.wait(for: 10_000)
        try await run.stop()
        #expect(sink.bodies == numbers(0..<10_000))
        #expect(sink.topics.allSatisfy { $0 == "t/HN-1" })
        #expect(sink.batches.allSatisfy { $0 <= 2000 })
        #expect(sink.batches.contains { $0 > 100 })
    }

    @Test func `loses nothing of publishers that use quality of service 2`() async throws {
        let broker = try TestBroker()
        let bench = try MQTTBench(port: broker.port)
        try await bench.openSession()
        let sink = RecordingSink()
        // Stopped without a commit in the middle: what was read then comes again.
        let first = RunningSource(bench.makeSource()) { intake in
            if sink.bodies.count > 500 { throw TestingError("on purpose") }
            try sink.accept(&intake)
        }
        try await first.waitUntilConnected()
        try await bench.publish(numbers(0..<2000), qualityOfService: 2)
        await #expect(throws: TestingError.self) { try await first.waitForEnd() }
        let second = RunningSource(bench.makeSource(), sink: sink)
        try await eventually("all of them") { Set(sink.bodies).count == 2000 }
        try await second.stop()
        #expect(Set(sink.bodies) == Set(numbers(0..<2000)))
    }

    @Test func `goes on after the broker was restarted`() async throws {
        var settings = TestBroker.Settings()
        settings.isPersistent = true
        let broker = try TestBroker(settings)
        let bench = try MQTTBench(port: broker.port)
        let sink = RecordingSink()
        let run = RunningSource(bench.makeSource(), sink: sink)
        try await run.waitUntilConnected()
        try await bench.send(numbers(0..<100))
        try await sink.wait(for: 100)
        broker.stop()
        try await run.wait("waiting") { $0.state == .waiting && !$0.isConnected }
        try broker.start()
        try await bench.publish(numbers(100..<200))
        try await eventually("all of them") { Set(sink.bodies).count == 200 }
        #expect(run.source.status.reconnects == 1)
        #expect(run.source.status.sessionsLost == 0)
        try await run.stop()
    }

    @Test func `counts a session that the broker has forgotten`() async throws {
        let broker = try TestBroker()
        let bench = try MQTTBench(port: broker.port)
        let sink = RecordingSink()
        let run = RunningSource(bench.makeSource(), sink: sink)
        try await run.waitUntilConnected()
        try await bench.send(["before"])
        try broker.restart()
        try await run.wait("connected again") { $0.isConnected && $0.reconnects == 1 }
        #expect(run.source.status.sessionsLost == 1)
        try await eventually("subscribed again") { broker.log.components(of: "SUBSCRIBE from quantrac") == 2 }
        try await bench.publish(["after"])
        try await sink.wait(for: 2)
        try await run.stop()
    }

    @Test func `waits for a broker that is away at the start`() async throws {
        let broker = try TestBroker()
        broker.stop()
        let bench = try MQTTBench(port: broker.port)
        let sink = RecordingSink()
        let run = RunningSource(bench.makeSource(), sink: sink)
        try await run.wait("waiting") { $0.state == .waiting }
        #expect(run.source.status.detail == "broker not reachable: Connection refused")
        #expect(run.source.status.lastProgress != nil)
        try broker.start()
        try await run.waitUntilConnected()
        try await bench.send(["hello"])
        try await sink.wait(for: 1)
        try await run.stop()
    }

    @Test func `stops while the broker is away`() async throws {
        let broker = try TestBroker()
        broker.stop()
        let run = RunningSource(try MQTTBench(port: broker.port).makeSource(), sink: RecordingSink())
        try await run.wait("waiting") { $0.state == .waiting }
        try await run.stop()
    }

    @Test func `gets with MQTT 5 what was published while it was away`() async throws {
        let broker = try TestBroker()
        var bench = try MQTTBench(port: broker.port)
        bench.settings.version = .v5
        for (expiry, expected) in [(UInt32(3600), ["offline", "online"]), (0, ["online"])] {
            bench.settings.sessionExpirySeconds = expiry
            bench.settings.clientID = "expiry-\(expiry)"
            bench.grants.setGranted(source: "mqtt:field", filters: [])
            try await bench.openSession()
            try await bench.publish(["offline"])
            let sink = RecordingSink()
            let run = RunningSource(bench.makeSource(), sink: sink)
            try await run.waitUntilConnected()
            if expiry == 0 { try await run.wait("session lost") { $0.sessionsLost == 1 } }
            try await eventually("subscribed") { broker.log.components(of: "SUBSCRIBE from expiry-\(expiry)") >= 1 }
            try await Task.sleep(for: .milliseconds(50))
            try await bench.publish(["online"])
            try await sink.wait(for: expected.count)
            try await run.stop()
            #expect(sink.bodies == expected)
        }
    }

    @Test func `asks for added topics and gives removed ones back`() async throws {
        let broker = try TestBroker()
        var bench = try MQTTBench(port: broker.port, topics: ["a/{station}", "b/{station}"])
        try await bench.openSession()
        bench.settings.topics = [try TopicPattern("b/{station}"), try TopicPattern("c/{station}")]
        let sink = RecordingSink()
        let run = RunningSource(bench.makeSource(), sink: sink)
        try await eventually("the new filters") { bench.grants.granted(source: "mqtt:field") == ["b/+", "c/+"] }
        for topic in ["a/1", "b/1", "c/1"] { try await bench.publish([topic], to: topic) }
        try await sink.wait(for: 2)
        try await run.stop()
        #expect(sink.bodies == ["b/1", "c/1"])
        #expect(broker.log.components(of: "UNSUBSCRIBE from") == 1)
        // Nothing of the removed topic waits at the broker either.
        try await bench.publish(["late"], to: "a/1")
        try await bench.publish(["end"], to: "b/1")
        let again = RunningSource(bench.makeSource(), sink: sink)
        try await sink.wait(for: 3)
        try await again.stop()
        #expect(sink.bodies == ["b/1", "c/1", "end"])
    }

    @Test(arguments: [false, true])
    func `ignores retained messages unless told to accept them`(accepts: Bool) async throws {
        let broker = try TestBroker()
        var bench = try MQTTBench(port: broker.port)
        bench.settings.acceptsRetained = accepts
        try await bench.publish(["kept by the broker"], isRetained: true)
        let sink = RecordingSink()
        let run = RunningSource(bench.makeSource(), sink: sink)
        try await run.waitUntilConnected()
        try await run.wait("the retained one") { $0.retainedIgnored == (accepts ? 0 : 1) }
        try await bench.send(["live"])
        try await sink.wait(for: accepts ? 2 : 1)
        try await run.stop()
        #expect(sink.bodies == (accepts ? ["kept by the broker", "live"] : ["live"]))
    }

    @Test func `keeps the beginning, the length and the digest of an oversize payload`() async throws {
        let broker = try TestBroker()
        var bench = try MQTTBench(port: broker.port)
        bench.settings.maxPayloadBytes = 100_000
        let logger = Logger(label: "test") { _ in SwiftLogNoOpLogHandler() }
        let source = MQTTSource(settings: bench.settings, grants: bench.grants, logger: logger) { bytes in
            Array("\(bytes.count)".utf8)
        }
        let sink = RecordingSink()
        let digests = Mutex<[String]>([])
        let run = RunningSource(source) { intake in
            for payload in intake.payloads { digests.withLock { $0.append(intake.string(payload.digest) ?? "none") } }
            try sink.accept(&intake)
        }
        try await run.waitUntilConnected()
        try await bench.send([String(repeating: "x", count: 100_000), String(repeating: "y", count: 100_001), "z"])
        try await sink.wait(for: 3)
        try await run.stop()
        #expect(sink.payloads.map(\.fullLength) == [100_000, 100_001, 1])
        #expect(sink.payloads.map(\.body.count) == [100_000, 65_536, 1])
        #expect(sink.payloads.map(\.isOversize) == [false, true, false])
        #expect(digests.withLock { $0 } == ["none", "100001", "none"])
    }

    @Test func `reads no faster than its limit and loses nothing`() async throws {
        let broker = try TestBroker()
        var bench = try MQTTBench(port: broker.port)
        bench.settings.maxMessagesPerSecond = 500
        try await bench.openSession()
        try await bench.publish(numbers(0..<1500))
        let started = ContinuousClock.now
        let sink = RecordingSink()
        let run = RunningSource(bench.makeSource(), sink: sink)
        try await sink.wait(for: 1500)
        // The first 500 are the second's allowance that nobody used.
        #expect(ContinuousClock.now - started > .milliseconds(1900))
        #expect(sink.bodies == numbers(0..<1500))
        try await run.stop()
    }
}

extension String {
    /// How often `text` stands in it, not counting where it is the end of a longer word.
    func components(of text: String) -> Int {
        split(separator: "\n").count { line in
            guard let range = line.firstRange(of: text) else { return false }
            return range.lowerBound == line.startIndex || !line[line.index(before: range.lowerBound)].isLetter
        }
    }
}
