import Acquisition
import Logging
import Mosquitto
import OwnThread
import QuantracTesting
import Readings
import Synchronization

/// One broker, one source's settings and the memory of its granted filters, as they stay over a source's restarts.
struct MQTTBench: Sendable {
    let port: UInt16
    let grants = MemoryGrants()
    var settings: MQTTSourceSettings

    init(port: UInt16, isEncrypted: Bool = false, topics: [String] = ["t/{station}"]) throws {
        self.port = port
        settings = MQTTSourceSettings(
            name: "field", url: MQTTAddress(isEncrypted: isEncrypted, host: "127.0.0.1", port: port),
            clientID: "quantrac-test-field", topics: try topics.map { try TopicPattern($0) })
        settings.keepAliveSeconds = 10
    }

    func makeSource() -> any Source { makeSource(log: LogLines()) }

    func makeSource(log: LogLines) -> any Source {
        MQTTSource(settings: settings, grants: grants, logger: Logger(label: "test") { _ in log })
    }

    /// Publishes bodies in their order, and returns when the broker has acknowledged all of them.
    func publish(
        _ bodies: [String], to topic: String = "t/HN-1", qualityOfService: Int32 = 1, isRetained: Bool = false,
        window: Int = 1000, configure: (inout MQTTOptions) -> Void = { _ in }
    ) async throws {
        var options = MQTTOptions(host: "127.0.0.1", port: port, clientID: "publisher-\(UInt64.random(in: 0 ... .max))")
        options.isCleanSession = true
        configure(&options)
        let thread = OwnThread(name: "publisher")
        try await thread.run { [options] in
            var publisher = try MQTTPublisher.connect(options, window: window)
            for body in bodies {
                try publisher.publish(
                    Array(body.utf8).span, to: topic, qualityOfService: qualityOfService, isRetained: isRetained)
            }
            try publisher.finish()
            guard publisher.refused == 0 else { throw TestingError("\(publisher.refused) messages refused") }
            publisher.close()
        }
    }

    /// Makes a source once, so that the broker has its session, and stops it.
    func openSession() async throws {
        let run = RunningSource(makeSource(), sink: RecordingSink())
        try await run.waitUntilConnected()
        try await eventually("granted") { grants.granted(source: "mqtt:field").count == settings.topics.count }
        try await run.stop()
    }
}

extension MQTTBench: SourceFixture {
    func send(_ bodies: [String]) async throws {
        // The subscription may be on its way still when the source counts as connected.
        try await eventually("granted") { !grants.granted(source: "mqtt:field").isEmpty }
        try await publish(bodies)
    }
}

/// Numbers as texts.
func numbers(_ range: Range<Int>) -> [String] { range.map(String.init) }

/// Keeps the messages of log lines.
final class LogLines: LogHandler {
    private let kept = Mutex<[String]>([])
    var metadata: Logger.Metadata {
        get { [:] }
        set {}
    }
    var logLevel: Logger.Level {
        get { .debug }
        set {}
    }

    var lines: [String] { kept.withLock { $0 } }

    subscript(metadataKey key: String) -> Logger.Metadata.Value? {
        get { nil }
        set {}
    }

    func log(event: LogEvent) { kept.withLock { $0.append("\(event.message)") } }
}
