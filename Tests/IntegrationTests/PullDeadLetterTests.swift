import Delivery
import Foundation
import NIOHTTP1
import Queue
import Readings
import Testing

extension `Pull protocol` {
    @Suite struct `Dead letters over the control socket` {
        /// Understands `good` as a reading; anything else is a fault.
        private static let redecode: DeadLetterDecoder = { source, topic, payload, received in
            guard source == "mqtt:field" else { return nil }
            var intake = Intake(replaying: payload, topic: topic, source: source, received: received)
            intake.decoder = "words"
            guard String(decoding: payload, as: UTF8.self).hasPrefix("good") else {
                intake.faults = [Fault(payload: 0, index: nil, offset: 3, reason: .badValue)]
                return intake
            }
            var draft = DraftReading(
                payload: 0, station: intake.intern("HN-KK-01"), parameter: intake.intern("PM2.5"), time: received)
            draft.hasValue = true
            intake.readings = [draft]
            return intake
        }

        private static func receive(_ bodies: [String], source: String = "mqtt:field", in node: PullNode) throws {
            for (index, body) in bodies.enumerated() {
                let received = Timestamp(millisecondsSince1970: 1_795_392_000_000 + Int64(index))
                var intake = Intake(
                    replaying: Array(body.utf8), topic: Array("a/b".utf8), source: source, received: received)
                intake.decoder = "json"
                intake.faults = [Fault(payload: 0, index: nil, offset: 0, reason: .syntax)]
                _ = try node.queue.append(&intake)
            }
        }

        @Test func `are listed a page at a time, on TCP too`() async throws {
            try await PullNode.run { node in
                try Self.receive(["one", "two", "three"], in: node)
                let first = try await node.get("/v1/dead_letters?limit=2")
                #expect(first.status == 200)
                let object = try first.json()
                let letters = try #require(object["dead_letters"] as? [[String: Any]])
                #expect(letters.map { $0["dead_letter"] as? Int } == [1, 2])
                #expect(letters[0]["source"] as? String == "mqtt:field" && letters[0]["length"] as? Int == 3)
                #expect(letters[0]["received"] as? String == "2026-11-23T00:00:00.000Z")
                #expect((letters[0]["faults"] as? [[String: Any]])?.first?["reason"] as? String == "syntax")
                #expect(object["next_after"] as? Int == 2)
                let last = try await node.get("/v1/dead_letters?after=2&limit=2").json()
                #expect((last["dead_letters"] as? [Any])?.count == 1 && last["next_after"] is NSNull)
                #expect(try await node.get("/v1/dead_letters?limit=0").status == 400)
            }
        }

        @Test func `are replayed by the daemon's decoder`() async throws {
            try await PullNode.run(redecode: Self.redecode) { node in
                try Self.receive(["good", "bad"], in: node)
                let control = ControlClient(socketPath: node.controlSocketPath)
                let good = try await control.replayDeadLetter(1, keeping: false, actor: "an")
                #expect(good == ReplayOutcome(deadLetter: 1, queued: 1, isRemoved: true))
                let bad = try await control.replayDeadLetter(2, keeping: false, actor: nil)
                #expect(bad.faults == [StoredFault(index: nil, offset: 3, reason: "bad-value")])
                #expect(!bad.isRemoved && bad.faultCount == 1)
                let again = try await node.send(.POST, "/v1/dead_letters/2/replay", control: true)
                #expect(
                    again.text
                        == #"{"dead_letter":2,"queued":0,"duplicates":0,"fault_count":1,"#
                        + #""faults":[{"index":null,"offset":3,"reason":"bad-value"}],"removed":false}"# + "\n")
                let line = try #require(try await node.get("/v1/consumers/w/batch").lines.last)
                #expect(line.contains(#""received":"2026-11-23T00:00:00.000Z""#), "the time at which it came")
                let error = await #expect(throws: ClientError.self) {
                    _ = try await control.replayDeadLetter(1, keeping: false, actor: nil)
                }
                #expect(error?.reason == .refused(status: 404))
            }
        }

        @Test func `that cannot be replayed are answered with the reason`() async throws {
            try await PullNode.run(redecode: Self.redecode) { node in
                try Self.receive(["good"], source: "mqtt:gone", in: node)
                for (path, body, status) in [
                    ("1", "{}", 422), ("7", "{}", 404), ("x", "{}", 404), ("1", #"{"keep":1}"#, 400),
                    ("1", #"{"kep":true}"#, 400), ("1", #"{"by":"a\nb"}"#, 400),
                ] {
                    let answer = try await node.send(.POST, "/v1/dead_letters/\(path)/replay", body, control: true)
                    #expect(answer.status == status, "\(path) \(body)")
                    #expect(try answer.json()["detail"] as? String != nil)
                }
                #expect(try node.queue.makeReader().deadLetters(limit: 10).count == 1)
            }
            try await PullNode.run { node in
                try Self.receive(["good"], in: node)
                let answer = try await node.send(.POST, "/v1/dead_letters/1/replay", "{}", control: true)
                #expect(answer.status == 501, "nobody decodes here")
            }
        }

        @Test func `are dropped, one or many, with a line in the audit trail`() async throws {
            try await PullNode.run { node in
                try Self.receive(["one", "two", "three", "four"], in: node)
                #expect(try await node.send(.DELETE, "/v1/dead_letters/1?by=an", control: true).status == 204)
                #expect(try await node.send(.DELETE, "/v1/dead_letters/1", control: true).status == 404)
                let control = ControlClient(socketPath: node.controlSocketPath)
                #expect(try await control.dropDeadLetters([1, 2, 3], actor: "an") == 2)
                #expect(
                    try await node.send(.POST, "/v1/dead_letters/drop", #"{"ids":[]}"#, control: true).status == 400)
                let reader = try node.queue.makeReader()
                #expect(try reader.deadLetters(limit: 10).map(\.id) == [4])
                let drops = try reader.audit(limit: 100).filter { $0.action == "deadletter-drop" }
                #expect(drops.map(\.detail) == ["3 dropped (ids 1 to 3)"] && drops[0].actor == "an")
                #expect(node.queue.counters().deadLettersDropped == 3)
            }
        }

        @Test(arguments: [
            ("POST", "/v1/dead_letters/1/replay", 403), ("DELETE", "/v1/dead_letters/1", 403),
            ("POST", "/v1/dead_letters/drop", 403), ("POST", "/v1/dead_letters", 405),
            ("GET", "/v1/dead_letters/1", 405), ("GET", "/v1/dead_letters/1/payload", 404),
        ])
        func `are changed on the node alone`(method: String, path: String, status: Int) async throws {
            try await PullNode.run(redecode: Self.redecode) { node in
                try Self.receive(["good"], in: node)
                let answer = try await node.send(HTTPMethod(rawValue: method), path, method == "GET" ? nil : "{}")
                #expect(answer.status == status)
                #expect(try node.queue.makeReader().deadLetters(limit: 10).count == 1)
            }
        }
    }
}
