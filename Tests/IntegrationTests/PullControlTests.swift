import Delivery
import Foundation
import Logging
import NIOHTTP1
import Queue
import Readings
import Testing

extension `Pull protocol` {
    @Suite struct `The control socket` {
        @Test func `is for the owner and the group, and goes with the daemon`() async throws {
            let path = Box<String>()
            try await PullNode.run { node in
                path.set(node.controlSocketPath)
                let attributes = try FileManager.default.attributesOfItem(atPath: node.controlSocketPath)
                #expect(attributes[.posixPermissions] as? Int == 0o660)
                #expect(try await node.send(.GET, "/readyz", control: true).status == 200)
            }
            #expect(!FileManager.default.fileExists(atPath: try #require(path.value)))
        }

        @Test func `consumers are added, moved and removed`() async throws {
            try await PullNode.run { node in
                try node.append(10)
                let control = ControlClient(socketPath: node.controlSocketPath)
                var definition = ConsumerDefinition(name: "w2")
                definition.required = false
                definition.from = .now
                definition.stations = ["HN-*"]
                definition.maxAgeMilliseconds = 60_000
                let added = try await control.addConsumer(definition)
                let object = try #require(
                    try JSONSerialization.jsonObject(with: Data(added.utf8)) as? [String: Any])
                #expect(object["name"] as? String == "w2")
                #expect(object["required"] as? Bool == false)
                #expect(object["max_age_seconds"] as? Int == 60)
                #expect(object["pending"] as? Int == 0)
                await #expect(throws: ClientError.self) { _ = try await control.addConsumer(definition) }
                #expect(try await node.get("/v1/consumers/w2/batch").status == 204)
                for (position, count) in [
                    (StartPosition.oldest, 10), (.sequence(6), 5), (.time(Timestamp(millisecondsSince1970: 0)), 10),
                ] {
                    let rewound = try await control.rewindConsumer("w2", to: position)
                    #expect(rewound.contains("\"pending\":\(count)"))
                }
                #expect(try await node.get("/v1/consumers/w2/batch").lines.count == 10)
                try await control.removeConsumer("w2")
                #expect(try await node.get("/v1/consumers/w2/batch").status == 404)
                await #expect(throws: ClientError.self) { try await control.removeConsumer("w2") }
            }
        }

        @Test(arguments: [
            #"{"name":"a b"}"#, #"{"name":"x","from":"then"}"#, #"{"name":"x","from":{"seq":1}}"#,
            #"{"name":"x","max_age_seconds":-1}"#, #"{"name":"x","stations":"*"}"#, #"{"nam":"x"}"#, "{}",
        ])
        func `refuses consumers that cannot be`(body: String) async throws {
            try await PullNode.run { node in
                let answer = try await node.send(.POST, "/v1/consumers", body, control: true)
                #expect(answer.status == 400)
                #expect(try answer.json()["detail"] as? String != nil)
            }
        }

        @Test func `a consumer of the configuration stays`() async throws {
            try await PullNode.run { node in
                try node.queue.configureConsumers([ConsumerDefinition(name: "w")])
                #expect(try await node.send(.DELETE, "/v1/consumers/w", control: true).status == 409)
            }
        }

        @Test func `a socket left by a killed daemon is taken over, one that answers is not`() async throws {
            let directory = URL(filePath: "/tmp/qp-\(UInt32.random(in: 0 ... .max))", directoryHint: .isDirectory)
            try FileManager.default.createDirectory(at: directory, withIntermediateDirectories: true)
            defer { try? FileManager.default.removeItem(at: directory) }
            try Self.leaveSocket(directory.appending(path: "control.sock").path)
            try await PullNode.run(in: directory) { node in
                let first = try await node.send(.GET, "/healthz", control: true)
                #expect(first.status == 200)
                var settings = HTTPServiceSettings()
                settings.controlSocketPath = node.controlSocketPath
                let second = HTTPService(
                    settings: settings, queue: node.queue, clock: SystemWallClock(), logger: .init(label: "second")
                ) {
                    MetricsSnapshot(
                        node: "", version: "", commit: "", started: Timestamp(millisecondsSince1970: 0), sources: [])
                }
                await #expect(throws: ControlSocketError.self) { try await second.run() }
                let still = try await node.send(.GET, "/healthz", control: true)
                #expect(still.status == 200)
            }
        }

        @Test func `a client says when no daemon runs`() async throws {
            let control = ControlClient(socketPath: "/tmp/no-such-directory/control.sock")
            let begin = ContinuousClock.now
            let error = await #expect(throws: ClientError.self) { _ = try await control.status() }
            #expect(begin.duration(to: .now) < .seconds(15))
            #expect(error?.reason == .unreachable)
        }

        /// A process that binds a socket and is killed.
        private static func leaveSocket(_ path: String) throws {
            let process = Process()
            process.executableURL = URL(filePath: "/usr/bin/python3")
            process.arguments = [
                "-c", "import socket,sys,os;s=socket.socket(socket.AF_UNIX);s.bind(sys.argv[1]);os._exit(9)", path,
            ]
            try process.run()
            process.waitUntilExit()
        }
    }
}

extension `Pull protocol` {
    @Suite struct `Health and metrics` {
        @Test func `say that the node serves and commits`() async throws {
            try await PullNode.run { node in
                try node.append(10)
                #expect(try await node.get("/healthz").text == "ok\n")
                #expect(try await node.get("/readyz").text == "ready\n")
                let metrics = try await node.get("/metrics")
                #expect(metrics.header("Content-Type") == "text/plain; version=0.0.4; charset=utf-8")
                for line in [
                    "quantrac_readings_received_total{source=\"mqtt:field\"} 10",
                    "quantrac_readings_queued_total{source=\"mqtt:field\"} 10",
                    "quantrac_readings_duplicate_total{source=\"mqtt:field\"} 0", "quantrac_queue_readings 10",
                    "quantrac_consumer_pending_readings{consumer=\"w\"} 10",
                    "quantrac_source_connected{source=\"mqtt:field\"} 1", "quantrac_queue_ready 1",
                    "quantrac_build_info{node=\"hanoi-1\",version=\"0.1.0\",commit=\"abc\"} 1",
                ] {
                    #expect(metrics.lines.contains(Substring(line)), "\(line)")
                }
                for name in [
                    "quantrac_queue_bytes ", "quantrac_consumer_oldest_seconds{",
                    "quantrac_commit_seconds_bucket{le=\"+Inf\"}",
                    "quantrac_commit_seconds_sum ", "quantrac_commit_seconds_count ", "process_resident_memory_bytes ",
                ] {
                    #expect(metrics.lines.contains { $0.hasPrefix(name) }, "\(name)")
                }
                try Self.check(metrics.lines)
            }
        }

        @Test func `readiness ends with the room on the disk, and serving does not`() async throws {
            try await PullNode.run(minFreeDiskBytes: .max) { node in
                #expect(throws: QueueError.self) { try node.append(1) }
                let answer = try await node.get("/readyz")
                #expect(answer.status == 503)
                #expect(answer.header("Retry-After") == "5")
                #expect(try answer.json()["detail"] as? String == node.queue.health.reason)
                #expect(try await node.get("/healthz").status == 200)
                #expect(try await node.get("/metrics").lines.contains("quantrac_queue_ready 0"))
                #expect(try await node.get("/v1/consumers/w/batch").status == 204)
            }
        }

        @Test func `are one document for the command line`() async throws {
            try await PullNode.run { node in
                try node.append(10)
                let text = try await ControlClient(socketPath: node.controlSocketPath).status()
                let status = try #require(try JSONSerialization.jsonObject(with: Data(text.utf8)) as? [String: Any])
                #expect(status["node"] as? String == "hanoi-1")
                #expect((status["queue"] as? [String: Any])?["readings_at_most"] as? Int == 10)
                #expect((status["health"] as? [String: Any])?["can_commit"] as? Bool == true)
                #expect((status["consumers"] as? [[String: Any]])?.first?["pending"] as? Int == 10)
                #expect((status["sources"] as? [[String: Any]])?.first?["queued"] as? Int == 10)
                #expect((status["resident_bytes"] as? Int ?? 0) > 1 << 20)
            }
        }

        /// Prometheus' own rules: every sample after the header of its family, and buckets that do not fall.
        private static func check(_ lines: [Substring]) throws {
            var family = ""
            var below = 0.0
            for line in lines {
                if line.hasPrefix("# TYPE ") {
                    family = String(line.split(separator: " ")[2])
                    continue
                }
                if line.hasPrefix("#") { continue }
                #expect(line.hasPrefix(family))
                let value = try #require(Double(line.split(separator: " ").last ?? ""))
                if line.contains("_bucket{") {
                    #expect(value >= below)
                    below = value
                }
            }
        }
    }
}
