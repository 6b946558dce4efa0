import Delivery
import Foundation
import NIOCore
import NIOHTTP1
import NIOPosix
import Queue
import Testing

extension `Pull protocol` {
    @Suite struct `Limits of connections` {
        @Test(arguments: [
            "", "GET /healthz HTTP/1.1\r\n",
            "POST /v1/consumers/w/ack HTTP/1.1\r\nHost: x\r\nContent-Length: 10\r\n\r\n{",
        ])
        func `a request that does not arrive whole is given up`(start: String) async throws {
            try await PullNode.run(settings: { $0.headerTimeoutMilliseconds = 500 }) { node in
                let client = try await ClientBootstrap(group: MultiThreadedEventLoopGroup.singleton)
                    .connect(host: "127.0.0.1", port: node.port).get()
                try await client.writeAndFlush(ByteBuffer(string: start))
                let begin = ContinuousClock.now
                // A byte now and then does not help.
                for _ in 0..<20 where client.isActive {
                    try await Task.sleep(for: .milliseconds(100))
                    client.writeAndFlush(ByteBuffer(string: start.isEmpty ? "" : "X"), promise: nil)
                }
                try await client.closeFuture.get()
                let elapsed = begin.duration(to: .now)
                #expect(elapsed > .milliseconds(300) && elapsed < .seconds(20))
            }
        }

        @Test func `a silent connection is closed and a busy one is not`() async throws {
            try await PullNode.run(settings: {
                $0.headerTimeoutMilliseconds = 300; $0.idleTimeoutMilliseconds = 600
            }) { node in
                // The poll takes far longer than either.
                #expect(try await node.get("/v1/consumers/w/batch?wait=2").status == 204)
                let client = try await ClientBootstrap(group: MultiThreadedEventLoopGroup.singleton)
                    .connect(host: "127.0.0.1", port: node.port).get()
                try await client.writeAndFlush(ByteBuffer(string: "GET /healthz HTTP/1.1\r\nHost: x\r\n\r\n"))
                try await Task.sleep(for: .milliseconds(400))
                #expect(client.isActive)
                try await Task.sleep(for: .milliseconds(600))
                #expect(!client.isActive)
            }
        }

        @Test func `connections beyond the limit wait, and are served when one ends`() async throws {
            try await PullNode.run(settings: {
                $0.maxConnections = 4; $0.headerTimeoutMilliseconds = 1_000
            }) { node in
                var slow: [any Channel] = []
                for _ in 0..<4 {
                    slow.append(
                        try await ClientBootstrap(group: MultiThreadedEventLoopGroup.singleton)
                            .connect(host: "127.0.0.1", port: node.port).get())
                }
                let elapsed = try await ContinuousClock().measure {
                    let answer = try await node.get("/healthz")
                    #expect(answer.status == 200)
                }
                #expect(elapsed < .seconds(20))
                // The control socket has connections of its own.
                #expect(try await node.send(.GET, "/healthz", control: true).status == 200)
                for channel in slow { try? await channel.close() }
            }
        }

        @Test func `an answer that nobody takes is given up`() async throws {
            try await PullNode.run(settings: { $0.writeTimeoutMilliseconds = 700 }) { node in
                for part in 0..<10 { try node.append(5_000, from: part * 5_000) }
                // Reads nothing: the answer of 17 MB fills the socket's buffers and stops.
                let client = try await ClientBootstrap(group: MultiThreadedEventLoopGroup.singleton)
                    .channelOption(.autoRead, value: false)
                    .connect(host: "127.0.0.1", port: node.port).get()
                try await client.writeAndFlush(
                    ByteBuffer(string: "GET /v1/consumers/w/batch?max=50000 HTTP/1.1\r\nHost: x\r\n\r\n"))
                try await Task.sleep(for: .seconds(3))
                try await client.setOption(.autoRead, value: true).get()
                let begin = ContinuousClock.now
                try await client.closeFuture.get()
                #expect(begin.duration(to: .now) < .seconds(20))
                // The memory was given back: many more large answers than fit at once.
                for _ in 0..<6 { #expect(try await node.get("/v1/consumers/w/batch").header("Quantrac-Count") != nil) }
            }
        }

        @Test func `headers that are too large are refused`() async throws {
            try await PullNode.run { node in
                let answer = try await node.get(
                    "/healthz", headers: [("X-Long", String(repeating: "a", count: 40_000))])
                #expect(answer.status == 400 || answer.status == 431)
            }
        }
    }
}
