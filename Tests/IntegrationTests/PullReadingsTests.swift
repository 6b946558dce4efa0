import Foundation
import NIOCore
import NIOHTTP1
import Queue
import Testing

extension `Pull protocol` {
    @Suite struct `Reading without a cursor` {
        @Test func `pages follow each other by their links`() async throws {
            try await PullNode.run { node in
                try node.append(25, station: "HN-KK-01")
                try node.append(25, station: "HP KK")
                var path: String? = "/v1/readings?station=HN-*&limit=10"
                var lines: [String] = []
                var pages = 0
                while let next = path {
                    let answer = try await node.get(next)
                    #expect(answer.status == 200)
                    lines += answer.lines.map(String.init)
                    pages += 1
                    path = answer.header("Link").map { String($0.dropFirst().prefix { $0 != ">" }) }
                    #expect((answer.header("Quantrac-Next-After") == nil) == (path == nil))
                }
                #expect(lines.count == 25)
                #expect(Set(lines).count == 25)
                #expect(pages >= 3 && pages <= 4)
            }
        }

        @Test func `bounds are of the observed time, from inclusive and to exclusive`() async throws {
            try await PullNode.run { node in
                try node.append(60)
                let query = "from=2026-11-23T07:00:10%2B07:00&to=2026-11-23T00:00:20Z"
                #expect(try await node.get("/v1/readings?\(query)").lines.count == 10)
                let plus = "from=2026-11-23T07:00:10+07:00&to=2026-11-23T00:00:20Z"
                #expect(try await node.get("/v1/readings?\(plus)").lines.count == 10)
                #expect(try await node.get("/v1/readings?parameter=PM10").lines.isEmpty)
                #expect(try await node.get("/v1/readings?parameter=PM2.5&after=0").lines.count == 60)
            }
        }

        @Test func `csv and codings are as for batches, and nothing is fixed or acknowledged`() async throws {
            try await PullNode.run { node in
                try node.append(5)
                let answer = try await node.get("/v1/readings", headers: [("Accept", "text/csv")])
                #expect(answer.text.split(separator: "\r\n").count == 6)
                let coded = try await node.get("/v1/readings", headers: [("Accept-Encoding", "gzip")])
                #expect(coded.header("Content-Encoding") == "gzip")
                #expect(coded.header("Quantrac-Count") == "5")
                let head = try await node.send(.HEAD, "/v1/readings")
                #expect(head.status == 200 && head.body.readableBytes == 0)
                let state = try node.queue.makeReader().consumers().first
                #expect(state?.open == nil && state?.acknowledgedCount == 0)
            }
        }
    }
}
