import AsyncHTTPClient
import Delivery
import Foundation
import HTTPTypes
import Logging
import NIOCore
import NIOHTTP1
import Queue
import Readings
import ServiceLifecycle
import Testing

/// A queue in a temporary directory, served on a free port of the loopback and on a control socket.
final class PullNode: Sendable {
    let queue: ReadingQueue
    let directory: URL
    let base: String
    let port: Int
    let client: HTTPClient
    private let group: ServiceGroup

    var controlSocketPath: String { directory.appending(path: "control.sock").path }

    private init(
        queue: ReadingQueue, directory: URL, port: Int, client: HTTPClient, group: ServiceGroup
    ) {
        self.queue = queue
        self.directory = directory
        self.port = port
        base = "http://127.0.0.1:\(port)"
        self.client = client
        self.group = group
    }

    /// Runs `body` with a node that has the consumers named, and stops it.
    static func run(
        consumers: [ConsumerDefinition] = [ConsumerDefinition(name: "w")], in given: URL? = nil,
        settings change: (inout HTTPServiceSettings) -> Void = { _ in }, minFreeDiskBytes: Int64 = 0,
        redecode: DeadLetterDecoder? = nil,
        _ body: @Sendable (PullNode) async throws -> Void
    ) async throws {
        // Short, because the path of a socket is.
        let directory = given ?? URL(filePath: "/tmp/qp-\(UInt32.random(in: 0 ... .max))", directoryHint: .isDirectory)
        try FileManager.default.createDirectory(at: directory, withIntermediateDirectories: true)
        defer { if given == nil { try? FileManager.default.removeItem(at: directory) } }
        var logger = Logger(label: "test")
        logger.logLevel = .error
        var queueSettings = QueueSettings(directory: directory.path, node: "hanoi-1")
        queueSettings.minFreeDiskBytes = minFreeDiskBytes
        let queue = try ReadingQueue.open(queueSettings, clock: SystemWallClock(), logger: logger) { PassJudge() }
        for definition in consumers where given == nil { try queue.addConsumer(definition) }
        var settings = HTTPServiceSettings()
        settings.host = "127.0.0.1"
        settings.port = 0
        settings.controlSocketPath = directory.appending(path: "control.sock").path
        change(&settings)
        let service = HTTPService(
            settings: settings, queue: queue, clock: SystemWallClock(), logger: logger, redecode: redecode
        ) {
            MetricsSnapshot(
                node: "hanoi-1", version: "0.1.0", commit: "abc", started: Timestamp(millisecondsSince1970: 1),
                sources: [
                    SourceSnapshot(
                        name: "mqtt:field", isConnected: true, state: "connected", detail: nil,
                        since: Timestamp(millisecondsSince1970: 1), lastMessage: nil)
                ])
        }
        let group = ServiceGroup(configuration: .init(services: [service], logger: logger))
        var configuration = HTTPClient.Configuration()
        configuration.connectionPool.concurrentHTTP1ConnectionsPerHostSoftLimit = 100
        let client = HTTPClient(eventLoopGroupProvider: .singleton, configuration: configuration)
        try await withThrowingTaskGroup(of: Void.self) { tasks in
            tasks.addTask { try await group.run() }
            let port = await service.boundPort() ?? 0
            let node = PullNode(queue: queue, directory: directory, port: port, client: client, group: group)
            do {
                try await body(node)
            } catch {
                Issue.record(error)
            }
            await group.triggerGracefulShutdown()
            try await tasks.waitForAll()
        }
        try await client.shutdown()
        queue.close()
    }

    func stop() async {
        await group.triggerGracefulShutdown()
    }

    struct Answer: Sendable {
        var status: Int
        var headers: HTTPHeaders
        var body: ByteBuffer

        var text: String { String(buffer: body) }
        var lines: [Substring] { text.split(separator: "\n") }
        func header(_ name: String) -> String? { headers.first(name: name) }

        func json() throws -> [String: Any] {
            try #require(try JSONSerialization.jsonObject(with: Data(body.readableBytesView)) as? [String: Any])
        }
    }

    func send(
        _ method: HTTPMethod, _ path: String, _ body: String? = nil, headers: [(String, String)] = [],
        control: Bool = false
    ) async throws -> Answer {
        let socket = controlSocketPath.replacing("/", with: "%2F")
        var request = HTTPClientRequest(url: (control ? "http+unix://\(socket)" : base) + path)
        request.method = method
        request.headers.add(contentsOf: headers)
        if let body { request.body = .bytes(ByteBuffer(string: body)) }
        let response = try await client.execute(request, timeout: .seconds(90))
        let bytes = try await response.body.collect(upTo: 64 << 20)
        return Answer(status: Int(response.status.code), headers: response.headers, body: bytes)
    }

    func get(_ path: String, headers: [(String, String)] = []) async throws -> Answer {
        try await send(.GET, path, headers: headers)
    }

    func acknowledge(_ batch: String?, _ rest: String = "", consumer: String = "w") async throws -> Answer {
        try await send(.POST, "/v1/consumers/\(consumer)/ack", "{\"batch\":\"\(batch ?? "")\"\(rest)}")
    }

    /// Appends readings of consecutive seconds and returns the last sequence.
    @discardableResult
    func append(_ count: Int, station: String = "HN-KK-01", parameter: String = "PM2.5", from first: Int = 0) throws
        -> Int64
    {
        var intake = Intake(source: "mqtt:field")
        intake.decoder = "json"
        let station = intake.intern(station)
        let parameter = intake.intern(parameter)
        let unit = intake.intern("ug/m3")
        let topic = TextRange(inBytes: 0..<0)
        let now = SystemWallClock().now()
        intake.payloads.append(Payload(topic: topic, body: topic, received: now, fullLength: 0))
        for index in first..<first + count {
            var reading = DraftReading(
                payload: 0, station: station, parameter: parameter,
                time: Timestamp(millisecondsSince1970: 1_795_392_000_000 + Int64(index) * 1_000))
            reading.value = Double(index) / 10
            reading.hasValue = true
            reading.unit = unit
            intake.readings.append(reading)
        }
        return try queue.append(&intake).lastSequence ?? 0
    }
}

/// Lets everything pass.
final class PassJudge: Judge {
    func judge(_ observation: Observation) -> Judgement {
        Judgement(flag: .pass, tests: .notEvaluated, settles: nil, qualifiers: observation.qualifiers, rules: 0)
    }
    func commit() {}
    func rollBack(keepingSeries count: Int) {}
}
