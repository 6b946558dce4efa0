import Crypto
import Delivery
import Foundation
import Logging
import NIOHTTP1
import Queue
import Testing

extension `Pull protocol` {
    @Suite struct `The pull client` {
        @Test func `stores one file a batch and acknowledges it`() async throws {
            try await PullNode.run { node in
                try node.append(250)
                let folder = node.directory.appending(path: "out")
                let counts = try await Self.client(node, folder) { $0.max = 100 }.run()
                #expect(counts.batches == 3 && counts.lines == 250 && counts.known == 0)
                let files = try Self.files(folder)
                #expect(files.map(\.lastPathComponent) == (1...3).map { "hanoi-1-\(node.queue.uuid)-w-\($0).ndjson" })
                #expect(try Self.lines(files).count == 250)
                #expect(try await node.get("/v1/consumers/w/batch").status == 204)
                #expect(try await Self.client(node, folder).run().batches == 0)
                try node.append(10, from: 1_000)
                #expect(try await Self.client(node, folder).run().lines == 10)
            }
        }

        @Test func `killed between storing and acknowledging it takes the batch again under the same name`()
            async throws
        {
            try await PullNode.run { node in
                try node.append(250)
                let folder = node.directory.appending(path: "out")
                try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
                // What a killed client leaves: the batch stored and not acknowledged, the next one half written.
                let batch = try await node.get("/v1/consumers/w/batch?max=100")
                let name = try #require(batch.header("Quantrac-Batch"))
                try batch.text.write(to: folder.appending(path: "\(name).ndjson"), atomically: false, encoding: .utf8)
                try "half".write(
                    to: folder.appending(path: ".hanoi-1-\(node.queue.uuid)-w-2.ndjson.partial"), atomically: false,
                    encoding: .utf8)
                let counts = try await Self.client(node, folder).run()
                #expect(counts.known == 1 && counts.batches == 2 && counts.lines == 250)
                let lines = try Self.lines(Self.files(folder))
                #expect(lines.count == 250 && Set(lines).count == 250)
            }
        }

        @Test func `another file under the name of a batch is left as it is and nothing is acknowledged`()
            async throws
        {
            try await PullNode.run { node in
                try node.append(5)
                let folder = node.directory.appending(path: "out")
                try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
                let name = "hanoi-1-\(node.queue.uuid)-w-1.ndjson"
                let file = folder.appending(path: name)
                try "x\n".write(to: file, atomically: false, encoding: .utf8)
                let error = await #expect(throws: ClientError.self) { _ = try await Self.client(node, folder).run() }
                #expect(error?.reason == .notStored && error?.message.contains(file.path) == true)
                #expect(try String(contentsOf: file, encoding: .utf8) == "x\n")
                #expect(try node.queue.makeReader().consumers().first?.acknowledgedCount == 0)
                try FileManager.default.removeItem(at: file)
                #expect(try await Self.client(node, folder).run().lines == 5)
            }
        }

        @Test func `two nodes fill one directory as one consumer`() async throws {
            try await PullNode.run { one in
                try await PullNode.run { two in
                    let folder = one.directory.appending(path: "out")
                    for part in 0..<3 {
                        try one.append(10, from: part * 10)
                        try two.append(20, from: part * 20)
                        #expect(try await Self.client(one, folder).run().lines == 10)
                        #expect(try await Self.client(two, folder).run().lines == 20)
                    }
                    #expect(try Self.lines(Self.files(folder)).count == 90)
                }
            }
        }

        @Test func `its chain goes on after somebody else acknowledged a part`() async throws {
            try await PullNode.run { node in
                try node.append(10)
                let folder = node.directory.appending(path: "out")
                let batch = try await node.get("/v1/consumers/w/batch")
                let through = try `Pull protocol`.`Acknowledging batches`.sequence(batch.lines[3])
                let thief = PullThief(node: node, through: through)
                try await thief.run { address in
                    let counts = try await Self.client(node, folder) { $0.address = address }.run()
                    #expect(counts.batches == 2)
                }
                let chain = try thief.stolen.value?.json()["chain"] as? String
                #expect(chain != nil && chain != batch.header("Quantrac-Chain"))
                #expect(try Self.files(folder).map { try Self.lines([$0]).count } == [10, 6])
            }
        }

        @Test func `follows until it is cancelled`() async throws {
            try await PullNode.run { node in
                let folder = node.directory.appending(path: "out")
                let client = Self.client(node, folder) { $0.once = false }
                let run = Task { try await client.run() }
                for part in 0..<5 {
                    try node.append(20, from: part * 20)
                    try await Task.sleep(for: .milliseconds(100))
                }
                while try Self.lines(Self.files(folder)).count < 100 { try await Task.sleep(for: .milliseconds(50)) }
                try await Task.sleep(for: .milliseconds(200))
                let begin = ContinuousClock.now
                run.cancel()
                let counts = try await run.value
                #expect(begin.duration(to: .now) < .seconds(15))
                #expect(counts.lines == 100)
            }
        }

        @Test func `goes on from the batch that is current when another took its own`() async throws {
            try await PullNode.run { node in
                try node.append(1_000)
                let one = node.directory.appending(path: "one")
                let two = node.directory.appending(path: "two")
                async let first = Self.client(node, one) { $0.max = 20 }.run()
                async let second = Self.client(node, two) { $0.max = 20 }.run()
                _ = try await (first, second)
                // Both may have stored a batch; under its one name it is one batch.
                var lines: [String: String] = [:]
                for file in try Self.files(one) + Self.files(two) {
                    let text = try String(contentsOf: file, encoding: .utf8)
                    #expect(lines[file.lastPathComponent] == nil || lines[file.lastPathComponent] == text)
                    lines[file.lastPathComponent] = text
                }
                #expect(lines.values.flatMap { $0.split(separator: "\n") }.count == 1_000)
            }
        }

        @Test func `a broken chain stops it`() async throws {
            try await PullNode.run { node in
                try node.append(10)
                let folder = node.directory.appending(path: "out")
                try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
                try "0 \(String(repeating: "ab", count: 32))\n".write(
                    to: folder.appending(path: ".hanoi-1-\(node.queue.uuid)-w.chain"), atomically: false,
                    encoding: .utf8)
                let error = await #expect(throws: ClientError.self) { _ = try await Self.client(node, folder).run() }
                #expect(error?.reason == .notStored)
                #expect(try Self.files(folder).isEmpty)
                #expect(try node.queue.makeReader().consumers().first?.acknowledgedCount == 0)
            }
        }

        @Test func `says what is wrong`() async throws {
            try await PullNode.run { node in
                let folder = node.directory.appending(path: "out")
                let unknown = await #expect(throws: ClientError.self) {
                    _ = try await Self.client(node, folder) { $0.consumer = "nobody" }.run()
                }
                #expect(unknown?.reason == .refused(status: 404))
                #expect(unknown?.message.contains("nobody") == true)
                let begin = ContinuousClock.now
                let away = await #expect(throws: ClientError.self) {
                    _ = try await Self.client(node, folder) {
                        $0.address = "http://127.0.0.1:1"
                        $0.triesMax = 1
                    }.run()
                }
                #expect(away?.reason == .unreachable && away?.isTransient == true)
                // A refused connection is not tried for the 5 s of a silent one.
                #expect(begin.duration(to: .now) < .seconds(4))
                let bad = await #expect(throws: ClientError.self) {
                    _ = try await Self.client(node, folder) { $0.address = "node" }.run()
                }
                #expect(bad?.reason == .usage)
                try "".write(to: node.directory.appending(path: "file"), atomically: false, encoding: .utf8)
                let file = await #expect(throws: ClientError.self) {
                    _ = try await Self.client(node, node.directory.appending(path: "file/out")).run()
                }
                #expect(file?.reason == .notStored)
            }
        }

        private static func client(
            _ node: PullNode, _ folder: URL, _ change: (inout PullClient.Settings) -> Void = { _ in }
        ) -> PullClient {
            var settings = PullClient.Settings(
                address: node.base, consumer: "w", destination: .directory(folder.path))
            settings.once = true
            change(&settings)
            var logger = Logger(label: "pull")
            logger.logLevel = .error
            return PullClient(settings, logger: logger)
        }

        private static func files(_ folder: URL) throws -> [URL] {
            guard FileManager.default.fileExists(atPath: folder.path) else { return [] }
            return try FileManager.default.contentsOfDirectory(at: folder, includingPropertiesForKeys: nil)
                .filter { $0.pathExtension == "ndjson" && !$0.lastPathComponent.hasPrefix(".") }
                .sorted { $0.path < $1.path }
        }

        private static func lines(_ files: [URL]) throws -> [Substring] {
            try files.flatMap { try String(contentsOf: $0, encoding: .utf8).split(separator: "\n") }
        }
    }
}
