import Acquisition
import Glibc
import Mosquitto
import OwnThread
import QuantracTesting
import Readings
import Synchronization
import Testing

@Suite struct `MQTT failures` {
    @Test func `show a refused login and try again`() async throws {
        var settings = TestBroker.Settings()
        settings.users = [("quantrac", "right")]
        let broker = try TestBroker(settings)
        var bench = try MQTTBench(port: broker.port)
        let folder = try TestFolder()
        bench.settings.username = "quantrac"
        bench.settings.passwordFile = try folder.write("wrong\n", to: "password")
        let sink = RecordingSink()
        let run = RunningSource(bench.makeSource(), sink: sink)
        try await run.wait("refused") { $0.state == .refused }
        #expect(run.source.status.detail == "login refused: not authorised")
        #expect(!run.source.status.isConnected)
        // The password is put right while it runs.
        try folder.write("right\n", to: "password")
        try await run.waitUntilConnected()
        try await run.stop()
    }

    @Test(arguments: MQTTOptions.Version.allCases)
    func `show a refused subscription and ask again`(version: MQTTOptions.Version) async throws {
        let broker = try FakeBroker()
        var behaviour = FakeBroker.Behaviour()
        behaviour.subscribeCode = 128
        broker.behave(behaviour)
        var bench = try MQTTBench(port: broker.port)
        bench.settings.version = version
        let run = RunningSource(bench.makeSource(), sink: RecordingSink())
        try await run.wait("refused") { $0.state == .subscriptionRefused }
        #expect(run.source.status.detail == "t/+: refused without a reason")
        #expect(run.source.status.subscriptionsRefused == 1)
        #expect(run.source.status.isConnected)
        behaviour.subscribeCode = 1
        broker.behave(behaviour)
        try await run.wait("granted") { $0.state == .connected }
        #expect(broker.seen.subscribed == ["t/+", "t/+"])
        #expect(bench.grants.granted(source: "mqtt:field") == ["t/+"])
        try await run.stop()
    }

    @Test(arguments: [(MQTTOptions.Version.v311, UInt8(5)), (.v5, 135)])
    func `name the code of a refused login`(version: MQTTOptions.Version, code: UInt8) async throws {
        var behaviour = FakeBroker.Behaviour()
        behaviour.connectCode = code
        let broker = try FakeBroker(behaviour)
        var bench = try MQTTBench(port: broker.port)
        bench.settings.version = version
        let run = RunningSource(bench.makeSource(), sink: RecordingSink())
        try await run.wait("refused") { $0.state == .refused }
        #expect(run.source.status.detail == "login refused: not authorised")
        try await eventually("tried again") { broker.seen.logins >= 3 }
        try await run.stop()
    }

    @Test func `use TLS with a client certificate and refuse a broker of another authority`() async throws {
        let pki = try TestPKI()
        var brokerSettings = TestBroker.Settings()
        brokerSettings.pki = pki
        let broker = try TestBroker(brokerSettings)
        var bench = try MQTTBench(port: broker.port, isEncrypted: true)
        let folder = try TestFolder()
        let authority = try folder.write(try TestPKI().authorityText(), to: "ca.pem")
        bench.settings.authorityFile = authority
        bench.settings.certificateFile = pki.clientCertificate
        bench.settings.keyFile = pki.clientKey
        let sink = RecordingSink()
        let run = RunningSource(bench.makeSource(), sink: sink)
        try await run.wait("refused") { $0.state == .refused }
        let detail = try #require(run.source.status.detail)
        #expect(detail.contains("TLS failed") && detail.contains("certificate verify failed"), "\(detail)")
        try folder.write(try pki.authorityText(), to: "ca.pem")
        try await run.waitUntilConnected()
        try await bench.publish(numbers(0..<3000)) { options in
            options.tls = MQTTOptions.TLS(
                authorityFile: pki.authority, certificateFile: pki.clientCertificate, keyFile: pki.clientKey)
        }
        try await sink.wait(for: 3000)
        #expect(sink.bodies == numbers(0..<3000))
        try await run.stop()
    }

    @Test func `refuse to go on without the client certificate that the broker wants`() async throws {
        let pki = try TestPKI()
        var brokerSettings = TestBroker.Settings()
        brokerSettings.pki = pki
        let broker = try TestBroker(brokerSettings)
        var bench = try MQTTBench(port: broker.port, isEncrypted: true)
        bench.settings.authorityFile = pki.authority
        let run = RunningSource(bench.makeSource(), sink: RecordingSink())
        try await run.wait("refused or waiting") { $0.state == .refused || $0.state == .waiting }
        #expect(!run.source.status.isConnected)
        try await run.stop()
    }

    @Test func `keep a batch that cannot be made durable and lose nothing`() async throws {
        let broker = try TestBroker()
        let bench = try MQTTBench(port: broker.port)
        try await bench.openSession()
        try await bench.publish(numbers(0..<5000))
        let sink = RecordingSink()
        sink.refuse(4)
        let run = RunningSource(bench.makeSource(), sink: sink)
        try await run.wait("holding") { $0.state == .holding }
        try await sink.wait(for: 5000)
        try await run.stop()
        #expect(sink.bodies == numbers(0..<5000))
        #expect(run.source.status.batchesHeld == 1)
    }

    @Test func `drop the link when the batch cannot be made durable within the keep-alive time`() async throws {
        let broker = try FakeBroker()
        var bench = try MQTTBench(port: broker.port)
        bench.settings.keepAliveSeconds = 5
        let isFull = Mutex(true)
        let sink = RecordingSink()
        let run = RunningSource(bench.makeSource()) { intake in
            if isFull.withLock({ $0 }) { throw RecordingSink.Refusal() }
            try sink.accept(&intake)
        }
        try await eventually("subscribed") { broker.seen.subscribed.count == 1 }
        broker.publish(Array("held".utf8), to: "t/1")
        // 0.8 of 5 s.
        try await run.wait("the link dropped") { _ in broker.seen.ended == 1 }
        #expect(broker.seen.acknowledged.isEmpty)
        #expect(run.source.status.state == .holding)
        isFull.withLock { $0 = false }
        try await sink.wait(for: 1)
        try await run.wait("connected again") { $0.isConnected && $0.reconnects == 1 }
        // Committed, but its acknowledgement went down with the link: a broker would send it again.
        #expect(sink.bodies == ["held"])
        #expect(broker.seen.acknowledged.isEmpty)
        try await run.stop()
    }

    @Test func `drop the link of a packet beyond 16 MiB and spend no memory on a claim`() async throws {
        let broker = try FakeBroker()
        let bench = try MQTTBench(port: broker.port)
        let run = RunningSource(bench.makeSource(), sink: RecordingSink())
        try await eventually("subscribed") { broker.seen.subscribed.count == 1 }
        let before = try residentBytes()
        broker.send(FakeBroker.claim(of: 268_435_455, topic: "t/1"))
        try await Task.sleep(for: .milliseconds(200))
        #expect(run.source.status.isConnected)
        #expect(try residentBytes() - before < 16 << 20)
        let piece = [UInt8](repeating: 0x78, count: 1 << 20)
        for _ in 0..<40 where run.source.status.oversizeDropped == 0 {
            broker.send(piece)
            try await Task.sleep(for: .milliseconds(5))
        }
        try await run.wait("dropped") { $0.oversizeDropped == 1 }
        try await run.wait("connected again") { $0.isConnected && $0.reconnects == 1 }
        try await run.stop()
    }

    @Test func `give up a broker that accepts the connection and says nothing`() async throws {
        var behaviour = FakeBroker.Behaviour()
        behaviour.isSilent = true
        let broker = try FakeBroker(behaviour)
        let run = RunningSource(try MQTTBench(port: broker.port).makeSource(), sink: RecordingSink())
        try await Task.sleep(for: .milliseconds(100))
        #expect(!run.source.status.isConnected)
        try await run.stop()
    }

    @Test func `write one log line a state change`() async throws {
        let broker = try TestBroker()
        broker.stop()
        let log = LogLines()
        let run = RunningSource(try MQTTBench(port: broker.port).makeSource(log: log), sink: RecordingSink())
        try await run.wait("waiting") { $0.state == .waiting }
        // Five tries or so.
        try await Task.sleep(for: .milliseconds(900))
        try broker.start()
        try await run.waitUntilConnected()
        try await eventually("granted") { log.lines.contains("subscription granted") }
        try await run.stop()
        #expect(
            log.lines == [
                "source not connected, trying again", "source connected", "subscription granted", "source stopped",
            ])
    }

    @Test func `commit what was read before the link broke`() async throws {
        let broker = try FakeBroker()
        var bench = try MQTTBench(port: broker.port)
        bench.settings.lingerMilliseconds = 60_000
        let sink = RecordingSink()
        let run = RunningSource(bench.makeSource(), sink: sink)
        try await eventually("subscribed") { broker.seen.subscribed.count == 1 }
        broker.publish(Array("read".utf8), to: "t/1")
        try await Task.sleep(for: .milliseconds(100))
        broker.dropClient()
        // Within its 20 s: the wait for a fuller commit, a minute here, ends with the link.
        try await sink.wait(for: 1)
        try await run.wait("connected again") { $0.isConnected && $0.reconnects == 1 }
        try await run.stop()
    }

    @Test func `stop in time while a batch cannot be made durable`() async throws {
        let broker = try FakeBroker()
        let run = RunningSource(try MQTTBench(port: broker.port).makeSource()) { _ in throw RecordingSink.Refusal() }
        try await eventually("subscribed") { broker.seen.subscribed.count == 1 }
        broker.publish(Array("x".utf8), to: "t/1")
        try await run.wait("holding") { $0.state == .holding }
        try await run.stop()
        try await eventually("ended") { broker.seen.ended == 1 }
        #expect(broker.seen.acknowledged.isEmpty)
    }

    @Test func `are told by a probe that leaves the daemon's session alone`() async throws {
        let broker = try TestBroker()
        let bench = try MQTTBench(port: broker.port)
        let sink = RecordingSink()
        let run = RunningSource(bench.makeSource(), sink: sink)
        try await run.waitUntilConnected()
        let thread = OwnThread(name: "probe")
        try await thread.run { try MQTTProbe.check(bench.settings) }
        try await bench.send(["still there"])
        try await sink.wait(for: 1)
        #expect(run.source.status.reconnects == 0)
        try await run.stop()
        var behaviour = FakeBroker.Behaviour()
        behaviour.subscribeCode = 128
        let fake = try FakeBroker(behaviour)
        let refusing = try MQTTBench(port: fake.port)
        let reason = "subscription to t/+: refused without a reason"
        await #expect(throws: MQTTError(.refused, detail: reason, code: 128)) {
            try await thread.run { try MQTTProbe.check(refusing.settings) }
        }
    }

    private func residentBytes() throws -> Int {
        let status = try String(decoding: readFile("/proc/self/status"), as: UTF8.self)
        let line = try #require(status.split(separator: "\n").first { $0.hasPrefix("VmRSS:") })
        return try #require(line.split(separator: " ").dropFirst().first.flatMap { Int($0) }) * 1024
    }

    private func readFile(_ path: String) throws -> [UInt8] {
        let file = unsafe open(path, O_RDONLY)
        defer { close(file) }
        var bytes = [UInt8](repeating: 0, count: 16 << 10)
        let count = unsafe read(file, &bytes, bytes.count)
        return Array(bytes.prefix(max(0, count)))
    }
}
