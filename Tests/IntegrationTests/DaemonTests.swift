import Foundation
import Glibc
import QuantracTesting
import Testing

/// The real daemon between a real broker and the real command line.
@Suite(.serialized) struct `Daemon` {
    /// A broker, a daemon on it and the programs around them.
    private struct Node {
        let folder: TestFolder
        let broker: TestBroker
        let daemon: DaemonProcess

        init(_ settings: TestBroker.Settings = TestBroker.Settings(), extra: String = "") throws {
            folder = try TestFolder()
            broker = try TestBroker(settings)
            daemon = try DaemonProcess(
                DaemonProcess.Plan(folder: folder.path, tables: Self.source("field", broker) + extra))
            try daemon.waitUntilReady()
            try waitUntil("the daemon has subscribed", seconds: 10) {
                broker.log.contains("Sending SUBACK to quantrac-")
            }
        }

        static func source(_ name: String, _ broker: TestBroker, more: String = "") -> String {
            """
            [[mqtt]]
            name = "\(name)"
            url = "mqtt\(more.isEmpty ? "" : "s")://127.0.0.1:\(broker.port)"
            topics = ["quantrac/v1/{station}/readings"]
            \(more)

            """
        }

        /// What a command prints, as lines.
        func quantrac(_ arguments: [String]) throws -> (code: Int32, lines: [String]) {
            let log = folder.path("out-\(UInt32.random(in: 0 ... .max))")
            let code = try ChildProcess(quantrac: arguments + ["-c", daemon.plan.configuration], log: log).exitCode()
            return (code, try String(contentsOfFile: log, encoding: .utf8).split(separator: "\n").map(String.init))
        }

        /// Publishes with QoS 1 by mosquitto's own client, which ends when the broker has acknowledged.
        func publish(_ payload: String, station: String = "HN-KK-01", more: [String] = []) throws {
            let file = try folder.write(payload, to: "payload-\(UInt32.random(in: 0 ... .max))")
            let body = payload.isEmpty ? ["-n"] : ["-f", file]
            let code = try ChildProcess(
                [
                    "/usr/bin/mosquitto_pub", "-h", "127.0.0.1", "-p", "\(broker.port)", "-q", "1",
                    "-t", "quantrac/v1/\(station)/readings",
                ] + body + more, log: folder.path("pub.log")
            ).exitCode()
            guard code == 0 else { throw TestingError("mosquitto_pub ended with \(code)") }
        }

        func metric(_ line: String) throws -> Int? {
            let text = HTTPProbe.get("/metrics", port: daemon.plan.httpPort)?.body ?? ""
            let found = text.split(separator: "\n").first { $0.hasPrefix(line + " ") }
            return found.flatMap { Double($0.dropFirst(line.count + 1)) }.map { Int($0) }
        }
    }

    private static func reading(_ number: Int) -> String {
        """
        {"station":"HN-KK-01","time":\(1_763_856_000_000 + number * 1000),\
        "readings":[{"parameter":"PM2.5","value":\(number),"unit":"ug/m3"}]}
        """
    }

    @Test func `bad payloads are kept with their reason and offset, and harm nobody`() throws {
        let node = try Node()
        let deep = String(repeating: "[", count: 300_000)
        let bad: [(payload: String, reason: String)] = [
            (#"{"station":"HN-KK-01","time":1,"readings":[{"parameter":"#, "syntax"),
            (#"{"station":"HN-KK-02","time":1,"readings":[]}"#, "station-mismatch"),
            (#"{"readings":"# + deep, "depth"),
            ("", "empty"),
            (#"{"station":"HN-KK-01","time":1,"readings":7}"#, "wrong-type"),
            (#"{"station":"HN-KK-01","time":"yesterday","readings":[{"parameter":"A","value":1}]}"#, "bad-time"),
            (String(repeating: " ", count: 2 << 20), "oversize"),
        ]
        for (number, entry) in bad.enumerated() {
            try node.publish(entry.payload)
            try node.publish(Self.reading(number))
        }
        // One payload, one good reading beside a bad one; and numbers that are none.
        try node.publish(
            #"""
            {"station":"HN-KK-01","time":1763856100000,"readings":[{"parameter":"SO2","value":true},
             {"parameter":"O3","value":1e999},{"parameter":"CO","value":NaN},{"parameter":"NO2","value":4.5}]}
            """#)
        try waitUntil("all of it is decoded", seconds: 10) {
            try node.metric(#"quantrac_readings_received_total{source="mqtt:field"}"#) == bad.count * 2 + 4
        }
        let letters = try node.quantrac(["deadletter", "list", "--json"])
        #expect(letters.code == 0)
        for entry in bad {
            #expect(
                letters.lines.contains { $0.contains("\"\(entry.reason)\"") }, "\(entry.reason) of \(letters.lines)")
        }
        #expect(letters.lines.count == bad.count + 1)
        let first = try node.quantrac(["deadletter", "show", "1"])
        #expect(first.lines.contains { $0.contains("^") }, "no caret at the offset: \(first.lines)")
        #expect(try node.metric(#"quantrac_readings_queued_total{source="mqtt:field"}"#) == bad.count + 3)

        // The broker had its acknowledgements: nothing comes again.
        #expect(node.daemon.child.terminate().code == 0)
        let again = try DaemonProcess(node.daemon.plan)
        try again.waitUntilReady()
        usleep(500_000)
        #expect(try node.metric(#"quantrac_readings_duplicate_total{source="mqtt:field"}"#) == 0)
        #expect(try node.metric(#"quantrac_readings_received_total{source="mqtt:field"}"#) == bad.count * 2 + 4)
        again.child.terminate()
    }

    @Test func `two sources, one of them over TLS with a client certificate, feed one queue`() throws {
        let pki = try TestPKI()
        var settings = TestBroker.Settings()
        settings.pki = pki
        let secure = try TestBroker(settings)
        let node = try Node(
            extra: Node.source(
                "secure", secure,
                more: """
                    protocol = "5"
                    ca_file = "\(pki.authority)"
                    certificate_file = "\(pki.clientCertificate)"
                    key_file = "\(pki.clientKey)"
                    """))
        try waitUntil("both are connected", seconds: 10) {
            try node.metric(#"quantrac_source_connected{source="mqtt:secure"}"#) == 1
        }
        try waitUntil("the second has subscribed", seconds: 10) { secure.log.contains("Sending SUBACK to quantrac-") }
        try node.publish(Self.reading(1))
        let code = try ChildProcess(
            [
                "/usr/bin/mosquitto_pub", "-h", "127.0.0.1", "-p", "\(secure.port)", "-q", "1", "--cafile",
                pki.authority,
                "--cert", pki.clientCertificate, "--key", pki.clientKey, "-t", "quantrac/v1/HN-KK-01/readings",
                "-m", Self.reading(2),
            ], log: node.folder.path("pub.log")
        ).exitCode()
        #expect(code == 0)
        try waitUntil("both readings are queued", seconds: 10) {
            try node.quantrac(["queue", "list", "--json"]).lines.count == 2
        }
        let sources = try node.quantrac(["queue", "list", "--json"]).lines.joined()
        #expect(sources.contains("mqtt:field") && sources.contains("mqtt:secure"))
        node.daemon.child.terminate()
    }

    @Test func `a broker that goes and comes back is seen in status, and nothing is lost`() throws {
        var settings = TestBroker.Settings()
        settings.isPersistent = true
        let node = try Node(settings)
        try node.publish(Self.reading(1))
        node.broker.stop()
        try waitUntil("status says so", seconds: 10) {
            try node.quantrac(["status"]).lines.joined().contains("waiting")
        }
        #expect(
            HTTPProbe.get("/readyz", port: node.daemon.plan.httpPort)?.status == 200, "a broker away is not unready")
        try node.broker.start()
        try node.publish(Self.reading(2))
        try waitUntil("both readings are there", seconds: 15) {
            try node.quantrac(["queue", "list", "--json"]).lines.count == 2
        }
        node.daemon.child.terminate()
    }

    @Test func `ends within two seconds although three brokers do not answer`() throws {
        let folder = try TestFolder()
        let silent = try (0..<3).map { _ in try SilentListener() }
        let tables = silent.enumerated().map { number, listener in
            """
            [[mqtt]]
            name = "silent-\(number)"
            url = "mqtt://127.0.0.1:\(listener.port)"
            topics = ["quantrac/v1/{station}/readings"]

            """
        }
        let daemon = try DaemonProcess(DaemonProcess.Plan(folder: folder.path, tables: tables.joined()))
        try daemon.waitUntilReady()
        usleep(300_000)
        let end = daemon.child.terminate()
        #expect(end.code == 0 && end.seconds < 2, "code \(end.code) after \(end.seconds) s")
    }

    @Test func `a second daemon on the same folder is refused with 75`() throws {
        let node = try Node()
        let second = try node.quantrac(["run"])
        #expect(second.code == 75)
        #expect(second.lines.joined().contains(node.daemon.plan.dataDirectory))
        node.daemon.child.terminate()
    }

    @Test func `a queue file that is foreign or damaged is refused by name, and left as it is`() throws {
        let node = try Node()
        try node.publish(Self.reading(1))
        node.daemon.child.terminate()
        let file = node.daemon.plan.dataDirectory + "/queue.db"
        for content in [Data("this is a letter to my aunt, and no database at all".utf8), Data(count: 8192)] {
            try content.write(to: URL(fileURLWithPath: file))
            let run = try node.quantrac(["run"])
            #expect(run.code != 0 && run.code != 75, "\(run)")
            #expect(run.lines.joined().contains(file), "\(run.lines)")
            #expect(try Data(contentsOf: URL(fileURLWithPath: file)) == content)
        }
    }

    @Test func `wrong settings are told all at once with 78`() throws {
        let folder = try TestFolder()
        let file = try folder.write(
            """
            [node]
            name = "Not A Name"
            [http]
            listen = "0.0.0.0:80"
            [queue]
            max_sise = "1GiB"
            """, to: "quantrac.toml")
        let log = folder.path("out")
        #expect(try ChildProcess(quantrac: ["run", "-c", file], log: log).exitCode() == 78)
        let said = try folder.read("out")
        for word in ["quantrac.toml:2", "quantrac.toml:4", "quantrac.toml:6", "max_size", "insecure"] {
            #expect(said.contains(word), "\(word) in \(said)")
        }
    }

    @Test func `the service manager hears ready, the watchdog and the end`() throws {
        let manager = try ServiceManager(isAbstract: false)
        let folder = try TestFolder()
        let plan = DaemonProcess.Plan(folder: folder.path, tables: "")
        try plan.write()
        let child = try ChildProcess(
            [
                "/usr/bin/env", "NOTIFY_SOCKET=\(manager.address)", "WATCHDOG_USEC=600000", ChildProcess.quantrac,
                "run", "-c", plan.configuration,
            ], log: folder.path("daemon.log"))
        var heard: [String] = []
        func hear() { while let message = manager.receive() { heard.append(message) } }
        try waitUntil("it is ready and feeds the watchdog", seconds: 20) {
            hear()
            return heard.first?.hasPrefix("READY=1") == true && heard.count { $0 == "WATCHDOG=1" } > 3
        }
        #expect(child.terminate().code == 0)
        hear()
        #expect(heard.contains { $0.hasPrefix("STOPPING=1") })
    }
}

/// Takes connections and never says a word.
private final class SilentListener {
    private let socket: Int32
    let port: UInt16

    init() throws {
        (socket, port) = try LoopbackSocket.listen()
    }

    deinit { close(socket) }
}
