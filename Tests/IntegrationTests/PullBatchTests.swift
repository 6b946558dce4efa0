import Compression
import Crypto
import Foundation
import NIOCore
import NIOHTTP1
import Queue
import Testing

extension `Pull protocol` {
    @Suite struct `Pulling batches` {
        @Test func `a batch stays the same until it is acknowledged, and the next follows`() async throws {
            try await PullNode.run { node in
                try node.append(25)
                let first = try await node.get("/v1/consumers/w/batch?max=10")
                #expect(first.status == 200)
                #expect(first.header("Content-Type") == "application/x-ndjson")
                #expect(first.header("Cache-Control") == "no-store")
                #expect(first.header("Quantrac-Count") == "10")
                #expect(first.header("Quantrac-Pending") == "15")
                #expect(first.header("Quantrac-Batch") == "hanoi-1-\(node.queue.uuid)-w-1")
                #expect(first.lines.count == 10)
                try node.append(5, from: 100)
                let again = try await node.get("/v1/consumers/w/batch?max=50000")
                #expect(again.body == first.body)
                #expect(again.header("Quantrac-Batch") == first.header("Quantrac-Batch"))
                #expect(again.header("Quantrac-Pending") == "20")
                let answer = try await node.acknowledge(first.header("Quantrac-Batch"))
                #expect(answer.status == 200)
                #expect(try answer.json()["already"] as? Bool == false)
                #expect(try answer.json()["chain"] as? String == first.header("Quantrac-Chain"))
                let second = try await node.get("/v1/consumers/w/batch")
                #expect(second.header("Quantrac-Batch") == "hanoi-1-\(node.queue.uuid)-w-2")
                #expect(second.lines.count == 20)
                #expect(second.header("Quantrac-Pending") == "0")
                let firstSequence = try #require(Int64(second.header("Quantrac-First-Sequence") ?? ""))
                #expect(firstSequence > (Int64(first.header("Quantrac-Last-Sequence") ?? "") ?? .max))
            }
        }

        @Test func `digests and the chain are what a stranger computes`() async throws {
            try await PullNode.run { node in
                try node.append(30)
                var chain = [UInt8](repeating: 0, count: 32)
                for number in 1...3 {
                    let answer = try await node.get("/v1/consumers/w/batch?max=10")
                    let digest = Array(SHA256.hash(data: Data(answer.body.readableBytesView)))
                    chain = Array(SHA256.hash(data: chain + digest))
                    #expect(answer.header("Quantrac-Digest") == `Pull protocol`.hexadecimal(digest))
                    #expect(answer.header("Quantrac-Chain") == `Pull protocol`.hexadecimal(chain))
                    #expect(answer.header("Content-Digest") == "sha-256=:\(Data(digest).base64EncodedString()):")
                    #expect(answer.header("Quantrac-Batch")?.hasSuffix("-w-\(number)") == true)
                    #expect(try await node.acknowledge(answer.header("Quantrac-Batch")).status == 200)
                }
                #expect(try await node.get("/v1/consumers/w/batch").status == 204)
            }
        }

        @Test(arguments: ["zstd", "gzip"], ["application/x-ndjson", "text/csv"])
        func `coded bodies have their own digest and the same lines`(coding: String, format: String) async throws {
            try await PullNode.run { node in
                try node.append(5_000)
                let plain = try await node.get("/v1/consumers/w/batch", headers: [("Accept", format)])
                let answer = try await node.get(
                    "/v1/consumers/w/batch", headers: [("Accept", format), ("Accept-Encoding", coding)])
                #expect(answer.header("Content-Encoding") == coding)
                #expect(answer.header("Vary") == "Accept, Accept-Encoding")
                #expect(answer.body.readableBytes * 5 < plain.body.readableBytes)
                let sent = Data(SHA256.hash(data: Data(answer.body.readableBytesView))).base64EncodedString()
                #expect(answer.header("Content-Digest") == "sha-256=:\(sent):")
                #expect(answer.header("Quantrac-Digest") == plain.header("Quantrac-Digest"))
                let decoded = try Decompressor.decode(
                    answer.body.readableBytesUInt8Span, as: try #require(ContentCoding(rawValue: coding)),
                    limit: 10 << 20)
                #expect(ByteBuffer(bytes: decoded) == plain.body)
                #expect(plain.header("Quantrac-Omitted") == (format == "text/csv" ? "0" : nil))
            }
        }

        @Test func `csv has the digest of the lines it stands for`() async throws {
            try await PullNode.run { node in
                try node.append(3)
                let lines = try await node.get("/v1/consumers/w/batch")
                let csv = try await node.get("/v1/consumers/w/batch", headers: [("Accept", "text/csv")])
                #expect(csv.header("Content-Type") == "text/csv; charset=utf-8; header=present")
                #expect(csv.text.split(separator: "\r\n").count == 4)
                #expect(csv.text.hasPrefix("sequence,station,parameter,"))
                #expect(csv.header("Quantrac-Digest") == lines.header("Quantrac-Digest"))
                #expect(csv.header("Quantrac-Count") == "3")
            }
        }

        @Test func `several clients at once get one batch`() async throws {
            try await PullNode.run { node in
                try node.append(2_000)
                for _ in 0..<5 {
                    let answers = try await withThrowingTaskGroup(of: PullNode.Answer.self) { group in
                        for max in [100, 200, 300, 400] {
                            group.addTask { try await node.get("/v1/consumers/w/batch?max=\(max)") }
                        }
                        return try await group.reduce(into: []) { $0.append($1) }
                    }
                    #expect(Set(answers.map { $0.header("Quantrac-Batch") }).count == 1)
                    #expect(Set(answers.map(\.text)).count == 1)
                    let already = try await withThrowingTaskGroup(of: Bool?.self) { group in
                        for _ in 0..<4 {
                            group.addTask {
                                try await node.acknowledge(answers[0].header("Quantrac-Batch")).json()["already"]
                                    as? Bool
                            }
                        }
                        return try await group.reduce(into: []) { $0.append($1) }
                    }
                    #expect(already.count { $0 == false } == 1)
                    #expect(already.count { $0 == true } == 3)
                }
            }
        }

        @Test func `two pullers racing take every line once`() async throws {
            try await PullNode.run { node in
                try node.append(3_000)
                let taken = try await withThrowingTaskGroup(of: [String: Int].self) { group in
                    for _ in 0..<3 {
                        group.addTask {
                            var taken: [String: Int] = [:]
                            while true {
                                let answer = try await node.get("/v1/consumers/w/batch?max=100")
                                guard answer.status == 200, let batch = answer.header("Quantrac-Batch") else {
                                    return taken
                                }
                                let acknowledged = try await node.acknowledge(batch)
                                #expect([200, 409].contains(acknowledged.status))
                                if acknowledged.status == 200, try acknowledged.json()["already"] as? Bool == false {
                                    for line in answer.lines { taken[String(line), default: 0] += 1 }
                                }
                            }
                        }
                    }
                    return try await group.reduce(into: [:]) { $0.merge($1, uniquingKeysWith: +) }
                }
                #expect(taken.count == 3_000)
                #expect(taken.values.allSatisfy { $0 == 1 })
            }
        }

        @Test func `a filter leaves out what it does not want, and moves on`() async throws {
            var narrow = ConsumerDefinition(name: "narrow")
            narrow.stations = ["HP-*"]
            narrow.parameters = ["SO2"]
            try await PullNode.run(consumers: [ConsumerDefinition(name: "w"), narrow]) { node in
                try node.append(100, station: "HN-KK-01", parameter: "SO2")
                try node.append(7, station: "HP-KK-02", parameter: "SO2")
                try node.append(100, station: "HP-KK-02", parameter: "NO2")
                let answer = try await node.get("/v1/consumers/narrow/batch")
                #expect(answer.lines.count == 7)
                #expect(answer.lines.allSatisfy { $0.contains(#""station":"HP-KK-02","parameter":"SO2""#) })
                #expect(try await node.acknowledge(answer.header("Quantrac-Batch"), consumer: "narrow").status == 200)
                #expect(try await node.get("/v1/consumers/narrow/batch").status == 204)
                #expect(try await node.get("/v1/consumers/w/batch").lines.count == 207)
                try node.append(11_000, station: "HN-KK-03")
                #expect(try await node.get("/v1/consumers/narrow/batch?wait=1").status == 204)
                let states = try node.queue.makeReader().consumers()
                #expect(states.first { $0.definition.name == "narrow" }?.pendingAtMost == 0)
            }
        }

        @Test func `a batch survives the node`() async throws {
            let directory = URL(filePath: "/tmp/qp-\(UInt32.random(in: 0 ... .max))", directoryHint: .isDirectory)
            try FileManager.default.createDirectory(at: directory, withIntermediateDirectories: true)
            defer { try? FileManager.default.removeItem(at: directory) }
            let before = Box<PullNode.Answer>()
            try await PullNode.run(in: directory) { node in
                try node.queue.addConsumer(ConsumerDefinition(name: "w"))
                try node.append(40)
                before.set(try await node.get("/v1/consumers/w/batch?max=30"))
            }
            try await PullNode.run(in: directory) { node in
                let again = try await node.get("/v1/consumers/w/batch?max=5")
                #expect(again.body == before.value?.body)
                #expect(again.header("Quantrac-Batch") == before.value?.header("Quantrac-Batch"))
                #expect(again.header("Quantrac-Chain") == before.value?.header("Quantrac-Chain"))
                #expect(try await node.acknowledge(before.value?.header("Quantrac-Batch")).status == 200)
            }
        }
    }
}
