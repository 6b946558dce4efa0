import Foundation
import NIOCore
import NIOHTTP1
import NIOPosix
import Queue
import Testing

extension `Pull protocol` {
    @Suite struct `Long polling` {
        @Test func `ends with 204 when the wait is over`() async throws {
            try await PullNode.run { node in
                let elapsed = try await ContinuousClock().measure {
                    let answer = try await node.get("/v1/consumers/w/batch?wait=1")
                    #expect(answer.status == 204)
                }
                #expect(elapsed >= .milliseconds(950) && elapsed < .seconds(20))
            }
        }

        @Test func `answers as soon as something is committed`() async throws {
            try await PullNode.run { node in
                async let answer = node.get("/v1/consumers/w/batch?wait=30")
                try await Task.sleep(for: .milliseconds(300))
                let committed = ContinuousClock.now
                try node.append(3)
                #expect(try await answer.lines.count == 3)
                // Far from the 30 s that the wait would last.
                #expect(committed.duration(to: .now) < .seconds(15))
                #expect(try await answer.header("Connection") == "close")
            }
        }

        @Test func `does not delay those who do not wait`() async throws {
            try await PullNode.run(consumers: [ConsumerDefinition(name: "w"), ConsumerDefinition(name: "v")]) { node in
                try await withThrowingTaskGroup(of: Void.self) { group in
                    for _ in 0..<50 {
                        group.addTask {
                            let answer = try await node.get("/v1/consumers/w/batch?wait=20")
                            #expect(answer.status == 200)
                        }
                    }
                    try await Task.sleep(for: .milliseconds(300))
                    let elapsed = try await ContinuousClock().measure {
                        let answer = try await node.get("/v1/consumers/v/batch")
                        #expect(answer.status == 204)
                    }
                    // Served while all the others wait: none of them is through before 20 s.
                    #expect(elapsed < .seconds(10))
                    try node.append(1)
                    try await group.waitForAll()
                }
            }
        }

        @Test func `ends at once when the node stops`() async throws {
            let asked = Box<ContinuousClock.Instant>()
            try await PullNode.run { node in
                async let answer = node.get("/v1/consumers/w/batch?wait=60")
                try await Task.sleep(for: .milliseconds(500))
                let start = ContinuousClock.now
                asked.set(start)
                await node.stop()
                #expect(try await answer.status == 204)
                #expect(start.duration(to: .now) < .seconds(15))
            }
            let start = try #require(asked.value)
            #expect(start.duration(to: .now) < .seconds(15))
        }

        @Test func `ends when the client goes away, and what came meanwhile is not lost`() async throws {
            try await PullNode.run { node in
                let client = try await ClientBootstrap(group: MultiThreadedEventLoopGroup.singleton)
                    .connect(host: "127.0.0.1", port: node.port).get()
                try await client.writeAndFlush(
                    ByteBuffer(string: "GET /v1/consumers/w/batch?wait=60 HTTP/1.1\r\nHost: x\r\n\r\n"))
                try await Task.sleep(for: .milliseconds(300))
                try await client.close()
                try await Task.sleep(for: .milliseconds(200))
                try node.append(4)
                try await Task.sleep(for: .milliseconds(200))
                // The wait was over before the commit, so that nobody fixed a batch.
                #expect(try node.queue.makeReader().consumers().first?.open == nil)
                #expect(try await node.get("/v1/consumers/w/batch").lines.count == 4)
            }
        }

        @Test func `a rewind during the wait leaves out nothing`() async throws {
            try await PullNode.run { node in
                try node.append(10)
                let first = try await node.get("/v1/consumers/w/batch")
                _ = try await node.acknowledge(first.header("Quantrac-Batch"))
                async let answer = node.get("/v1/consumers/w/batch?wait=20")
                try await Task.sleep(for: .milliseconds(300))
                _ = try await node.send(.POST, "/v1/consumers/w/rewind", #"{"to":"oldest"}"#, control: true)
                try node.append(1, from: 20)
                // The rewind itself ends the wait, so that the new line may be in the next batch.
                #expect(try await answer.lines.prefix(10).elementsEqual(first.lines))
            }
        }

        @Test func `a rewind ends the wait of a consumer with a filter, and is not undone by it`() async throws {
            var narrow = ConsumerDefinition(name: "narrow")
            narrow.stations = ["HP-*"]
            try await PullNode.run(consumers: [narrow]) { node in
                try node.append(5, station: "HP-KK-02")
                let first = try await node.get("/v1/consumers/narrow/batch")
                _ = try await node.acknowledge(first.header("Quantrac-Batch"), consumer: "narrow")
                // More than a wait looks through without moving the consumer.
                try node.append(11_000)
                async let answer = node.get("/v1/consumers/narrow/batch?wait=30")
                try await Task.sleep(for: .milliseconds(500))
                let rewound = ContinuousClock.now
                _ = try await node.send(
                    .POST, "/v1/consumers/narrow/rewind", #"{"to":"oldest"}"#, control: true)
                #expect(try await answer.lines.count == 5)
                #expect(rewound.duration(to: .now) < .seconds(15))
                #expect(try await node.get("/v1/consumers/narrow/batch").lines == first.lines)
            }
        }

        @Test func `ends when the consumer is removed`() async throws {
            try await PullNode.run { node in
                async let answer = node.get("/v1/consumers/w/batch?wait=30")
                try await Task.sleep(for: .milliseconds(300))
                #expect(try await node.send(.DELETE, "/v1/consumers/w", control: true).status == 204)
                #expect(try await answer.status == 404)
            }
        }
    }
}
