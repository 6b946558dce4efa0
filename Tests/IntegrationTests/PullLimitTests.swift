import Delivery
import Foundation
import NIOCore
import NIOHTTP1
import NIOPosix
import Queue
import Synchronization
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

        @Test func `clients that take nothing do not get more answers begun than there is memory for`() async throws {
            try await PullNode.run { node in
                for part in 0..<10 { try node.append(5_000, from: part * 5_000) }
                let begun = Counter()
                var silent: [any Channel] = []
                for _ in 0..<8 {
                    let client = try await ClientBootstrap(group: MultiThreadedEventLoopGroup.singleton)
                        .channelOption(.autoRead, value: false)
                        .channelInitializer { channel in
                            channel.eventLoop.makeCompletedFuture {
                                try channel.pipeline.syncOperations.addHandler(FirstByte(begun))
                            }
                        }
                        .connect(host: "127.0.0.1", port: node.port).get()
                    try await client.writeAndFlush(
                        ByteBuffer(string: "GET /v1/readings?limit=50000 HTTP/1.1\r\nHost: x\r\n\r\n"))
                    client.read()
                    silent.append(client)
                }
                while begun.value < 2 { try await Task.sleep(for: .milliseconds(20)) }
                // Long enough for all eight, which the socket's buffers do not hold.
                try await Task.sleep(for: .seconds(2))
                #expect(begun.value == 2)
                // Batches have memory of their own.
                let begin = ContinuousClock.now
                #expect(try await node.get("/v1/consumers/w/batch").status == 200)
                #expect(begin.duration(to: .now) < .seconds(15))
                for channel in silent { try await channel.close() }
                #expect(try await node.get("/v1/readings?limit=10").lines.count == 10)
            }
        }

        @Test func `an answer that nobody takes ends with the node`() async throws {
            let asked = Box<ContinuousClock.Instant>()
            try await PullNode.run { node in
                for part in 0..<10 { try node.append(5_000, from: part * 5_000) }
                let client = try await ClientBootstrap(group: MultiThreadedEventLoopGroup.singleton)
                    .channelOption(.autoRead, value: false)
                    .connect(host: "127.0.0.1", port: node.port).get()
                try await client.writeAndFlush(
                    ByteBuffer(string: "GET /v1/consumers/w/batch?max=50000 HTTP/1.1\r\nHost: x\r\n\r\n"))
                try await Task.sleep(for: .seconds(1))
                asked.set(.now)
            }
            // Neither the 60 s of the write time-out nor the client's end.
            #expect(try #require(asked.value).duration(to: .now) < .seconds(20))
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

private final class Counter: Sendable {
    private let state = Atomic(0)

    var value: Int { state.load(ordering: .relaxed) }

    func add() { state.add(1, ordering: .relaxed) }
}

/// Counts a connection once something arrives on it.
private final class FirstByte: ChannelInboundHandler {
    typealias InboundIn = ByteBuffer

    private let counter: Counter
    private var isCounted = false

    init(_ counter: Counter) {
        self.counter = counter
    }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        if !isCounted { counter.add() }
        isCounted = true
    }
}
