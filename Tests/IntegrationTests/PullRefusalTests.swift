import Foundation
import NIOCore
import NIOHTTP1
import Queue
import Testing

extension `Pull protocol` {
    @Suite struct `Refused requests` {
        @Test(arguments: [
            (400, "GET", "/v1/consumers/w/batch?max=0"), (400, "GET", "/v1/consumers/w/batch?max=50001"),
            (400, "GET", "/v1/consumers/w/batch?max=-1"), (400, "GET", "/v1/consumers/w/batch?max=ten"),
            (400, "GET", "/v1/consumers/w/batch?max=99999999999999999999999"),
            (400, "GET", "/v1/consumers/w/batch?max="),
            (400, "GET", "/v1/consumers/w/batch?wait=61"), (400, "GET", "/v1/consumers/w/batch?wait=1.5"),
            (400, "GET", "/v1/consumers/w/batch?wait=1&wait=2"), (400, "GET", "/v1/consumers/w/batch?maximum=3"),
            (400, "GET", "/v1/consumers/w/batch?max=%ff"), (404, "GET", "/v1/consumers/x/batch"),
            (404, "GET", "/v1/consumers/x"), (404, "GET", "/v1/consumers/w/batches"), (404, "GET", "/"),
            (404, "GET", "/v2/status"), (405, "POST", "/v1/consumers/w/batch"), (405, "HEAD", "/v1/consumers/w/batch"),
            (405, "GET", "/v1/consumers/w/ack"), (405, "PUT", "/v1/consumers"), (405, "POST", "/metrics"),
            (400, "GET", "/v1/readings?limit=0"), (400, "GET", "/v1/readings?from=yesterday"),
            (400, "GET", "/v1/readings?from=2026-11-23T07:00:00"), (400, "GET", "/v1/readings?after=-1"),
            (400, "GET", "/v1/readings?from=2026-11-23T00:00:00Z&to=2026-11-22T00:00:00Z"),
            (400, "GET", "/healthz?x=1"), (403, "POST", "/v1/consumers"), (403, "DELETE", "/v1/consumers/w"),
            (403, "POST", "/v1/consumers/w/rewind"), (404, "POST", "/v1/consumers/x/ack"),
        ])
        func `have a status and a sentence`(status: Int, method: String, path: String) async throws {
            try await PullNode.run { node in
                let body = method == "POST" ? #"{"batch":"a-b-c-1"}"# : nil
                let answer = try await node.send(HTTPMethod(rawValue: method), path, body)
                #expect(answer.status == status)
                #expect(answer.header("Content-Type") == "application/problem+json")
                if status == 405 { #expect(answer.header("Allow")?.isEmpty == false) }
                guard method != "HEAD" else { return }
                let problem = try answer.json()
                #expect(problem["status"] as? Int == status)
                #expect(problem["title"] as? String != nil)
                let detail = try #require(problem["detail"] as? String)
                #expect(detail.count > 20 && detail.hasSuffix(".") || detail.contains("`") || detail.contains(":"))
            }
        }

        @Test(arguments: [
            (400, ""), (400, "{"), (400, "[]"), (400, "null"), (400, "{}"), (400, #"{"batch":7}"#),
            (400, #"{"batch":"x","through":"1"}"#), (400, #"{"batch":"x","through":1.5}"#),
            (400, #"{"batch":"x","thorugh":1}"#), (400, #"{"batch":"x","rejected":[{"sequence":1}]}"#),
            (400, #"{"batch":"x","rejected":[{"sequence":1,"reason":""}]}"#), (400, #"{"batch":"x","rejected":{}}"#),
            (409, #"{"batch":"x"}"#),
        ])
        func `bodies of acknowledgements that cannot be used`(status: Int, body: String) async throws {
            try await PullNode.run { node in
                let answer = try await node.send(.POST, "/v1/consumers/w/ack", body)
                #expect(answer.status == status)
                #expect(try answer.json()["detail"] as? String != nil)
            }
        }

        @Test func `bodies that are too large or of another type`() async throws {
            try await PullNode.run { node in
                let large = #"{"batch":""# + String(repeating: "x", count: 1 << 20) + #""}"#
                #expect(try await node.send(.POST, "/v1/consumers/w/ack", large).status == 413)
                let other = try await node.send(
                    .POST, "/v1/consumers/w/ack", #"{"batch":"x"}"#, headers: [("Content-Type", "text/xml")])
                #expect(other.status == 415)
                let typed = try await node.send(
                    .POST, "/v1/consumers/w/ack", #"{"batch":"x"}"#,
                    headers: [("Content-Type", "application/json; charset=utf-8")])
                #expect(typed.status == 409)
            }
        }

        @Test(arguments: [
            ("application/json", 406), ("text/html", 406), ("application/x-ndjson;q=0", 406), ("*/*;q=0", 406),
            ("*/*", 200), ("application/*", 200), ("text/*", 200), ("text/csv;q=0.1, application/x-ndjson", 200),
            ("text/html, */*;q=0.1", 200), ("TEXT/CSV", 200),
        ])
        func `formats that we do not have`(accept: String, status: Int) async throws {
            try await PullNode.run { node in
                try node.append(1)
                let answer = try await node.get("/v1/consumers/w/batch", headers: [("Accept", accept)])
                #expect(answer.status == status)
                // A refused request fixes nothing.
                #expect((try node.queue.makeReader().consumers().first?.open == nil) == (status == 406))
                if accept.lowercased().hasPrefix("text/csv"), !accept.contains("q=") {
                    #expect(answer.header("Content-Type")?.hasPrefix("text/csv") == true)
                }
            }
        }

        @Test(arguments: [
            ("zstd, gzip", "zstd"), ("gzip", "gzip"), ("gzip, zstd;q=0.5", "gzip"), ("br", ""), ("identity", ""),
            ("zstd;q=0, gzip;q=0", ""), ("*", "zstd"), ("identity, zstd;q=0.5", ""),
        ])
        func `codings by what the client names`(accept: String, coding: String) async throws {
            try await PullNode.run { node in
                try node.append(1)
                let answer = try await node.get("/v1/consumers/w/batch", headers: [("Accept-Encoding", accept)])
                #expect(answer.header("Content-Encoding") ?? "" == coding)
            }
        }
    }
}
