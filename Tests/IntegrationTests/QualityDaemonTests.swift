import Foundation
import QuantracTesting
import Testing

/// Flags from a real broker to the warehouse and the technician.
@Suite(.serialized) struct `Quality in the daemon` {
    private static let rules = """
        [[station]]
        id = "HN-KK-01"
        name = "Trạm không khí Nguyễn Văn Cừ"
        domain = "environment.ambient_air"
        every = "1m"

        [[quality]]
        name = "air"
        version = "1.2.0"
        match = { domain = "environment.ambient_air", parameter = "PM2.5" }
        gross_range_test = { fail_span = [0, 1000], suspect_span = [0, 500] }
        spike_test = { suspect_threshold = 20, fail_threshold = 60, method = "differential" }
        flat_line_test = { tolerance = 0.5, suspect_threshold = 180, fail_threshold = 360 }
        multivariate_test = { rule = "PM2.5 <= PM10", tolerance = 1 }
        late_limit = "3650d"
        """

    private struct Node {
        let folder: TestFolder
        let broker: TestBroker
        var plan: DaemonProcess.Plan
        var daemon: DaemonProcess

        init() throws {
            folder = try TestFolder()
            broker = try TestBroker()
            plan = DaemonProcess.Plan(
                folder: folder.path,
                tables: """
                    [[consumer]]
                    name = "warehouse"

                    [[mqtt]]
                    name = "field"
                    url = "mqtt://127.0.0.1:\(broker.port)"
                    topics = ["quantrac/v1/{station}/readings"]

                    \(rules)
                    """)
            daemon = try DaemonProcess(plan)
            try daemon.waitUntilReady()
            try waitUntil("the daemon has subscribed", seconds: 10) {
                broker.log.contains("Sending SUBACK to quantrac-")
            }
        }

        /// One message a minute; of the parameters, those that have a value.
        func publish(_ minutes: Range<Int>, _ values: (Int) -> [(parameter: String, value: Double)]) throws {
            var lines = ""
            for minute in minutes {
                let readings = values(minute).map { "{\"parameter\":\"\($0.parameter)\",\"value\":\($0.value)}" }
                lines +=
                    "{\"station\":\"HN-KK-01\",\"time\":\(1_763_856_000_000 + minute * 60_000),"
                    + "\"readings\":[\(readings.joined(separator: ","))]}\n"
            }
            let file = try folder.write(lines, to: "payloads-\(UInt32.random(in: 0 ... .max))")
            let code = try ChildProcess(
                [
                    "/bin/sh", "-c",
                    "exec /usr/bin/mosquitto_pub -h 127.0.0.1 -p \(broker.port) -q 1 -t quantrac/v1/HN-KK-01/readings -l <'\(file)'",
                ], log: folder.path("pub.log")
            ).exitCode()
            guard code == 0 else { throw TestingError("mosquitto_pub ended with \(code)") }
        }

        func run(_ arguments: String...) throws -> CommandLineRun {
            try CommandLineRun(arguments + ["--config", plan.configuration], in: folder)
        }

        /// The newest revision of each reading of PM2.5, by minute.
        func flags() throws -> [Int: (flag: Int, tests: String, cause: String?)] {
            var flags: [Int: (flag: Int, tests: String, cause: String?)] = [:]
            for object in try run("queue", "list", "--parameter", "PM2.5", "--after", "0", "--limit", "50000", "--json")
                .objects()
            {
                guard let time = object["time"] as? String, let flag = object["flag"] as? Int else { continue }
                let date = try Date(time, strategy: Date.ISO8601FormatStyle(includingFractionalSeconds: true))
                let minute = (Int(date.timeIntervalSince1970) - 1_763_856_000) / 60
                flags[minute] = (flag, object["tests"] as? String ?? "", object["cause"] as? String)
            }
            return flags
        }

        func waitFor(_ count: Int) throws {
            try waitUntil("\(count) readings are queued", seconds: 20) {
                let text = HTTPProbe.get("/metrics", port: plan.httpPort)?.body ?? ""
                let line = text.split(separator: "\n").first {
                    $0.hasPrefix("quantrac_readings_queued_total{source=\"mqtt:field\"} ")
                }
                return line?.hasSuffix(" \(count)") ?? false
            }
        }
    }

    /// Rests, moves, spikes: what each test needs.
    private static func values(_ minute: Int) -> [(parameter: String, value: Double)] {
        let dust: Double =
            switch minute {
            case 10: 80
            case 20: 600
            case 30..<40: 30
            default: 30 + Double(minute % 7)
            }
        return [("PM2.5", dust), ("PM10", minute == 25 ? 5 : 700)]
    }

    @Test func `flags are those of a calm life after a kill, and travel with their rules`() throws {
        var node = try Node()
        try node.publish(0..<33, Self.values)
        try node.waitFor(66)
        node.daemon.child.endAtOnce()
        node.daemon = try DaemonProcess(node.plan)
        try node.daemon.waitUntilReady()
        try node.publish(33..<60, Self.values)
        try node.waitFor(120)
        let flags = try node.flags()
        #expect(flags.count == 60)
        #expect(flags[10]?.flag == 3 && flags[10]?.cause == "settled", "the spike of 80")
        #expect(
            flags[20]?.flag == 4 && flags[20]?.cause == "settled", "the spike of 600, suspect by its range at first")
        #expect(flags[25]?.flag == 3 && flags[25]?.cause == nil, "more fine dust than coarse, in one payload")
        // 180 s at one minute: the fourth of equal values; 360 s: the seventh. The kill lies between.
        #expect((29..<41).map { flags[$0]?.flag ?? 0 } == [1, 1, 1, 1, 3, 3, 3, 4, 4, 4, 4, 1])
        #expect(flags.filter { $0.value.flag > 1 }.count == 10)

        // The warehouse hears of the rules before the first reading that names them.
        let batch = HTTPProbe.get("/v1/consumers/warehouse/batch?max=50000", port: node.plan.httpPort)?.body ?? ""
        let lines = batch.split(separator: "\n")
        let announcement = try #require(lines.first { $0.hasPrefix("{\"kind\":\"rules\"") })
        let first = try #require(lines.firstIndex { $0.contains("\"rules\":\"air@1.2.0+") })
        #expect(try #require(lines.firstIndex(of: announcement)) < first)
        let id = try #require(announcement.firstMatch(of: /"id":"(air@1\.2\.0\+[0-9a-f]{12})"/)?.1)
        let stored = HTTPProbe.get("/v1/rules/\(id.replacing("+", with: "%2B"))", port: node.plan.httpPort)
        #expect(stored?.status == 200)
        #expect(stored?.body.contains("\"gross_range_test\":{\"fail_span\":[0,1000],\"suspect_span\":[0,500]}") == true)
        #expect(HTTPProbe.get("/v1/rules/air@9+000000000000", port: node.plan.httpPort)?.status == 404)
        #expect(HTTPProbe.get("/v1/rules", port: node.plan.httpPort)?.body.contains(id) == true)
        node.daemon.child.terminate()
    }

    @Test func `a technician learns why, tries other rules, and declares maintenance`() throws {
        let node = try Node()
        try node.publish(0..<30, Self.values)
        try node.waitFor(60)
        let spike = try node.run("quality", "explain", "HN-KK-01", "PM2.5", "--time", "2025-11-23T00:10:00Z")
        #expect(spike.code == 0, "\(spike.errors)")
        #expect(spike.output.contains("3 suspect") && spike.output.contains("air@1.2.0+"), "\(spike.output)")
        #expect(
            spike.output.contains("80 between 32 and 34: 46 (differential) against suspect_threshold 20"),
            "\(spike.output)")
        let rules = try node.run("quality", "explain", "--rules", "HN-KK-01", "PM2.5")
        #expect(rules.output.contains("Interval  60 s") && rules.output.contains("wins"), "\(rules.output)")
        #expect(try node.run("quality", "explain", "HN-KK-01", "NO2").code == 1)

        // Other rules, tried on what is kept.
        let other = try node.folder.write(
            try String(contentsOfFile: node.plan.configuration, encoding: .utf8)
                .replacing("suspect_threshold = 20", with: "suspect_threshold = 50")
                .replacing("1.2.0", with: "1.3.0"), to: "other.toml")
        let replay = try node.run(
            "quality", "replay", "--rules", other, "--parameter", "PM2.5", "--json", "--show", "9")
        #expect(replay.code == 0, "\(replay.errors)")
        let objects = try replay.objects()
        let changes = objects.filter { $0["station"] != nil }
        #expect(changes.map { $0["time"] as? String } == ["2025-11-23T00:10:00.000Z"], "\(replay.output)")
        #expect(changes.first?["old"] as? Int == 3 && changes.first?["new"] as? Int == 1)
        // Of one station, the other parameter takes part in the comparison and is not counted.
        #expect(objects.filter { $0["count"] != nil }.reduce(0) { $0 + ($1["count"] as? Int ?? 0) } == 30)
        let same = try node.run("quality", "replay", "--rules", node.plan.configuration, "--json", "--show", "9")
        #expect(try same.objects().allSatisfy { $0["old"] as? Int == $0["new"] as? Int }, "\(same.output)")

        // Over the control socket of the running daemon, then without one.
        let declared = try node.run(
            "station", "maintenance", "HN-KK-01", "--from", "2025-11-23T00:02:00Z", "--to", "2025-11-23T00:05:00Z",
            "--reason", "filter changed", "--by", "technician")
        #expect(declared.code == 0, "\(declared.errors)")
        try waitUntil("the readings of the window fail", seconds: 10) {
            try (2..<5).allSatisfy { try node.flags()[$0]?.flag == 4 }
        }
        #expect(try node.flags()[5]?.flag == 1)
        let windows = try node.run("station", "maintenance", "HN-KK-01", "--json").objects()
        #expect(
            windows.first?["reason"] as? String == "filter changed" && windows.first?["by"] as? String == "technician")
        #expect(
            HTTPProbe.get("/v1/stations/HN-KK-01/maintenance", port: node.plan.httpPort)?.body.contains(
                "filter changed") == true)
        node.daemon.child.terminate()
        let withdrawn = try node.run(
            "station", "maintenance", "HN-KK-01", "--withdraw", "1", "--reason", "another station")
        #expect(withdrawn.code == 0, "\(withdrawn.errors)")
        let again = try DaemonProcess(node.plan)
        try again.waitUntilReady()
        try waitUntil("the readings have their flags again", seconds: 10) {
            try (2..<5).allSatisfy { try node.flags()[$0]?.flag == 1 }
        }
        again.child.terminate()
    }

    @Test(arguments: [
        (["--to", "2025-11-23T00:05:00Z"], 64), (["--from", "2025-11-23T00:05:00Z"], 64),
        (["--from", "2025-11-23T00:05:00Z", "--to", "2025-11-23T00:04:00Z", "--reason", "x"], 64),
        (["--from", "yesterday", "--reason", "x"], 64), (["--withdraw", "7", "--reason", "x"], 64),
    ])
    func `maintenance that cannot be is refused with a sentence`(arguments: [String], code: Int) throws {
        let folder = try TestFolder()
        let plan = DaemonProcess.Plan(folder: folder.path, tables: "")
        try plan.write()
        // A queue, so that there is something to look into.
        let daemon = try DaemonProcess(plan)
        try daemon.waitUntilReady()
        daemon.child.terminate()
        let run = try CommandLineRun(
            ["station", "maintenance", "HN-KK-01", "--config", plan.configuration] + arguments, in: folder)
        #expect(Int(run.code) == code, "\(run.errors)")
        #expect(!run.errors.isEmpty)
    }
}
