import Crypto
import Foundation
import NIOCore
import NIOHTTP1
import Queue
import Testing

extension `Pull protocol` {
    @Suite struct `Acknowledging batches` {
        @Test func `the last one again is already acknowledged, another is a conflict that names the current`()
            async throws
        {
            try await PullNode.run { node in
                try node.append(30)
                let first = try await node.get("/v1/consumers/w/batch?max=10").header("Quantrac-Batch")
                #expect(try await node.acknowledge(first).json()["already"] as? Bool == false)
                #expect(try await node.acknowledge(first).json()["already"] as? Bool == true)
                let second = try await node.get("/v1/consumers/w/batch?max=10").header("Quantrac-Batch")
                #expect(try await node.acknowledge(first).json()["already"] as? Bool == true)
                let wrong = try await node.acknowledge("hanoi-1-x-w-99")
                #expect(wrong.status == 409)
                #expect(wrong.header("Content-Type") == "application/problem+json")
                #expect(try wrong.json()["current"] as? String == second)
                #expect(try await node.acknowledge(second).status == 200)
                let none = try await node.acknowledge("hanoi-1-x-w-99")
                #expect(none.status == 409)
                #expect(try none.json()["current"] is NSNull)
            }
        }

        @Test func `a prefix is acknowledged with the digest of its lines`() async throws {
            try await PullNode.run { node in
                try node.append(10)
                let answer = try await node.get("/v1/consumers/w/batch")
                let sequences = try answer.lines.map { try Self.sequence($0) }
                let batch = answer.header("Quantrac-Batch")
                let prefix = answer.lines[..<4].map { $0 + "\n" }.joined()
                let digest = Array(SHA256.hash(data: Data(prefix.utf8)))
                let chain = Array(SHA256.hash(data: [UInt8](repeating: 0, count: 32) + digest))
                let acknowledged = try await node.acknowledge(batch, ",\"through\":\(sequences[3])")
                #expect(acknowledged.status == 200)
                #expect(try acknowledged.json()["chain"] as? String == `Pull protocol`.hexadecimal(chain))
                #expect(try acknowledged.json()["acknowledged_sequence"] as? Int64 == sequences[3])
                let rest = try await node.get("/v1/consumers/w/batch")
                #expect(rest.lines == answer.lines[4...].map { $0 })
                #expect(rest.header("Quantrac-Batch")?.hasSuffix("-w-2") == true)
                let restDigest = Array(SHA256.hash(data: Data(rest.body.readableBytesView)))
                #expect(
                    rest.header("Quantrac-Chain")
                        == `Pull protocol`.hexadecimal(Array(SHA256.hash(data: chain + restDigest))))
                let whole = try await node.acknowledge(rest.header("Quantrac-Batch"), ",\"through\":\(sequences[9])")
                #expect(try whole.json()["chain"] as? String == rest.header("Quantrac-Chain"))
            }
        }

        @Test func `sequences that are not in the batch acknowledge nothing`() async throws {
            try await PullNode.run { node in
                try node.append(10)
                let answer = try await node.get("/v1/consumers/w/batch?max=5")
                let batch = answer.header("Quantrac-Batch")
                let last = try Self.sequence(answer.lines[4])
                for through in [0, -5, last + 1, last + 1_000_000] {
                    #expect(try await node.acknowledge(batch, ",\"through\":\(through)").status == 422)
                }
                for sequence in [0, last + 1] {
                    let refused = try await node.acknowledge(
                        batch, ",\"rejected\":[{\"sequence\":\(sequence),\"reason\":\"unknown\"}]")
                    #expect(refused.status == 422)
                    #expect(try refused.json()["sequence"] as? Int64 == sequence)
                }
                #expect(try await node.get("/v1/consumers/w/batch").header("Quantrac-Batch") == batch)
            }
        }

        @Test func `rejected lines count as acknowledged and are kept with their reason`() async throws {
            try await PullNode.run { node in
                try node.append(10)
                let answer = try await node.get("/v1/consumers/w/batch")
                let sequence = try Self.sequence(answer.lines[2])
                let acknowledged = try await node.acknowledge(
                    answer.header("Quantrac-Batch"),
                    ",\"rejected\":[{\"sequence\":\(sequence),\"reason\":\"no such station\"}]")
                #expect(acknowledged.status == 200)
                let kept = try node.queue.makeReader().rejections(consumer: "w", limit: 10)
                #expect(kept.map(\.sequence) == [sequence])
                #expect(kept.map(\.reason) == ["no such station"])
                #expect(try await node.get("/v1/consumers/w").json()["rejected_lines"] as? Int == 1)
                #expect(try await node.get("/v1/consumers/w/batch").status == 204)
            }
        }

        @Test func `a rewind makes the outstanding batch void`() async throws {
            try await PullNode.run { node in
                try node.append(10)
                let first = try await node.get("/v1/consumers/w/batch")
                #expect(try await node.acknowledge(first.header("Quantrac-Batch")).status == 200)
                try node.append(10, from: 50)
                let second = try await node.get("/v1/consumers/w/batch").header("Quantrac-Batch")
                let rewound = try await node.send(.POST, "/v1/consumers/w/rewind", #"{"to":"oldest"}"#, control: true)
                #expect(rewound.status == 200)
                #expect(try await node.acknowledge(second).status == 409)
                let again = try await node.get("/v1/consumers/w/batch?max=10")
                #expect(again.lines == first.lines)
                #expect(again.header("Quantrac-Batch")?.hasSuffix("-w-3") == true)
            }
        }

        static func sequence(_ line: Substring) throws -> Int64 {
            let object = try JSONSerialization.jsonObject(with: Data(line.utf8)) as? [String: Any]
            return try #require(object?["sequence"] as? Int64)
        }
    }
}
