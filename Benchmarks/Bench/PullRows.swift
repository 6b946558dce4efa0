import Foundation

/// Row 5: what is queued leaves as NDJSON.
struct PullRows {
    let workplace: Workplace
    private static let linesPerRequest = 50_000

    func rows() throws -> [Row] {
        let rows = workplace.count(1_000_000, quick: 100_000)
        let folder = try workplace.makeFolder("pull")
        let consumers = (0..<workplace.options.repetitions).map {
            "[[consumer]]\nname = \"bench-\($0)\"\nrequired = false\n"
        }
        let daemon = try Daemon(workplace, folder: folder, tables: consumers.joined(separator: "\n"))
        _ = try InProcessRow(workplace: workplace).fill(daemon.dataDirectory, rows: rows, firstRound: 0)
        try daemon.startUntilReady()
        let shell = { try self.shell(daemon, rows: rows) }
        var bytes = 0
        var consumer = 0
        let (batches, views) = try workplace.pairs { oursFirst in
            let their = oursFirst ? nil : try shell()
            let our = try pull(daemon, consumer: "bench-\(consumer)", rows: rows, &bytes)
            consumer += 1
            return (our, try their ?? shell())
        }
        let (replays, viewsAgain) = try workplace.pairs { oursFirst in
            let their = oursFirst ? nil : try shell()
            let our = try replay(daemon, rows: rows)
            return (our, try their ?? shell())
        }
        try daemon.stop()
        let reference = "sqlite3 -csv, the view"
        return [
            Row(
                name: "5", work: "pull \(Double(rows).text) readings as NDJSON over HTTP, 50,000 a batch, acknowledged",
                reference: reference, unit: "readings/s", ours: batches, theirs: views, must: 1, aim: 3,
                notes: ["\(bytes / rows) bytes a line"]),
            Row(
                name: "5b", work: "the same from /v1/readings with curl, nothing fixed or acknowledged",
                reference: reference, unit: "readings/s", ours: replays, theirs: viewsAgain),
        ]
    }

    /// The pull protocol: a batch, its acknowledgement, the next one, until nothing is left.
    private func pull(_ daemon: Daemon, consumer: String, rows: Int, _ bytes: inout Int) throws -> Double {
        var client = HTTPClient(port: daemon.httpPort)
        let path = "/v1/consumers/\(consumer)"
        bytes = 0
        let start = Native.monotonicSeconds()
        while Native.monotonicSeconds() - start < 120 {
            let answer = try client.exchange("GET", "\(path)/batch?max=\(Self.linesPerRequest)")
            guard let answer, [200, 204].contains(answer.status) else {
                throw BenchError("\(path)/batch: \(answer.map { "status \($0.status)" } ?? "nobody answers")")
            }
            if answer.status == 204 { return Double(rows) / (Native.monotonicSeconds() - start) }
            bytes += answer.bytes
            let told = try client.exchange("POST", "\(path)/ack", body: "{\"batch\":\"\(answer.batch)\"}")
            guard told?.status == 200 else { throw BenchError("\(path)/ack: status \(told?.status ?? 0)") }
        }
        throw BenchError("the pull took more than two minutes")
    }

    /// One curl for all pages.
    private func replay(_ daemon: Daemon, rows: Int) throws -> Double {
        let pages = "[0-\(rows - 1):\(Self.linesPerRequest)]"
        let url = "http://127.0.0.1:\(daemon.httpPort)/v1/readings?limit=\(Self.linesPerRequest)&after=\(pages)"
        let start = Native.monotonicSeconds()
        try Child("/usr/bin/curl", ["-s", "--fail", url]).wait(seconds: 120)
        return Double(rows) / (Native.monotonicSeconds() - start)
    }

    private func shell(_ daemon: Daemon, rows: Int) throws -> Double {
        let start = Native.monotonicSeconds()
        try Child(
            "/usr/bin/sqlite3", ["-readonly", "-csv", daemon.dataDirectory + "/queue.db", "select * from readings"]
        ).wait(seconds: 120)
        return Double(rows) / (Native.monotonicSeconds() - start)
    }
}
