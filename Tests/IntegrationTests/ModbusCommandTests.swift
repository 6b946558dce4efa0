import Foundation
import Glibc
import OwnThread
import QuantracTesting
import Testing

/// `quantrac modbus simulate` of a small model, on a bus of its own.
private final class Slave {
    let folder: TestFolder
    let url: String
    private let child: ChildProcess

    static let model = """
        [model.pond]
        status_register = "state"
        [[model.pond.register]]
        name = "temperature"
        parameter = "Temp"
        address = 10
        type = "float32"
        order = "CDAB"
        unit = "Cel"
        [[model.pond.register]]
        name = "level"
        parameter = "Level"
        address = 14
        type = "int16"
        scale = 0.01
        missing = [-9999]
        [[model.pond.register]]
        name = "state"
        address = 15
        status = { 0 = "00", 1 = "01" }

        """

    init(listen: String) throws {
        folder = try TestFolder()
        try folder.write(Self.model, to: "pond.toml")
        child = try ChildProcess(
            [
                ChildProcess.quantrac, "modbus", "simulate", folder.path("pond.toml"), "--listen", listen, "--unit",
                "7",
                "--set", "temperature=23.5", "--set", "level=missing", "--set", "state=raw:1", "--json",
            ], log: folder.path("slave.log"))
        var line: String?
        let deadline = ContinuousClock.now + .seconds(10)
        while line == nil, ContinuousClock.now < deadline {
            usleep(20_000)
            line = try folder.read("slave.log").split(separator: "\n").map(String.init).first { $0.hasPrefix("{") }
        }
        guard let line, let object = try JSONSerialization.jsonObject(with: Data(line.utf8)) as? [String: Any],
            let url = object["url"] as? String
        else { throw TestingError("the slave said nothing: \(try folder.read("slave.log"))") }
        self.url = url
    }

    deinit { child.stop() }

    func run(_ arguments: String...) throws -> CommandLineRun {
        try CommandLineRun(["modbus"] + arguments, in: folder)
    }
}

/// A server that speaks something else: it greets, listens a moment and hangs up, or says nothing for ever.
private final class Stranger: Sendable {
    let port: UInt16
    private let socket: Int32

    init(greeting: String?) throws {
        let (socket, port) = try LoopbackSocket.listen()
        self.socket = socket
        self.port = port
        _ = try OwnThread.start(name: "stranger") {
            while true {
                let connection = accept(socket, nil, nil)
                guard connection >= 0 else { return }
                var bytes = Array((greeting ?? "").utf8)
                if !bytes.isEmpty { _ = unsafe send(connection, &bytes, bytes.count, Int32(MSG_NOSIGNAL)) }
                var heard = [UInt8](repeating: 0, count: 256)
                while unsafe recv(connection, &heard, heard.count, 0) > 0, greeting == nil {}
                close(connection)
            }
        }
    }

    deinit {
        shutdown(socket, Int32(SHUT_RDWR))
        close(socket)
    }
}

@Suite struct `The Modbus commands` {
    @Test(arguments: ["tcp://127.0.0.1:0", "rtu+tcp://127.0.0.1:0", "pty"])
    func `find an unknown device, and read it by its model`(listen: String) throws {
        let slave = try Slave(listen: listen)
        let units = try slave.run("probe", slave.url, "--units", "6-8", "--units-only", "--timeout", "200ms", "--json")
        #expect(units.code == 0, "\(units.errors)")
        #expect(try units.objects().map { $0["answers"] as? Bool } == [false, true, false])

        let probe = try slave.run(
            "probe", slave.url, "--unit", "7", "--to", "40", "--timeout", "500ms", "--json", "--guess")
        let ranges = try probe.objects().filter { $0["kind"] as? String == "range" }
        #expect(ranges.map { $0["first_address"] as? Int } == [10, 14])
        #expect(ranges.map { $0["last_number"] as? String } == ["40012", "40016"])
        #expect(
            probe.output.contains(#"{"type":"float32","order":"CDAB","registers":2,"text":"23.5","plausible":true}"#))

        let read = try slave.run("read", slave.url, "--unit", "7", "--model", slave.folder.path("pond.toml"), "--json")
        #expect(read.code == 0, "\(read.errors)")
        let values = try read.objects()
        #expect(values.map { $0["name"] as? String } == ["temperature", "level", "state"])
        #expect(values[0]["value"] as? Double == 23.5)
        #expect(values[1]["value"] is NSNull)
        #expect(values[1]["raw_value"] as? Int == -9999)
        #expect(values[1]["sentinel"] as? Bool == true)
        #expect(values[2]["status"] as? String == "01")

        let refused = try slave.run("read", slave.url, "--unit", "7", "--address", "20")
        #expect(refused.code == 1)
        #expect(refused.errors.contains("holding 40021 (address 20): exception 2, illegal data address"))
        #expect(try slave.run("read", slave.url, "--unit", "8", "--timeout", "100ms").code == 69)
    }

    @Test func `have one master on a serial line`() throws {
        let slave = try Slave(listen: "pty")
        let watch = try ChildProcess(
            [
                ChildProcess.quantrac, "modbus", "read", slave.url, "--unit", "7", "--address", "10", "--type",
                "float32",
                "--order", "CDAB", "--watch", "100ms",
            ], log: slave.folder.path("watch.log"))
        let deadline = ContinuousClock.now + .seconds(10)
        while try !slave.folder.read("watch.log").contains("23.5"), ContinuousClock.now < deadline { usleep(20_000) }
        let second = try slave.run("read", slave.url, "--unit", "7", "--address", "10")
        #expect(second.code == 75)
        #expect(second.errors.contains("one master"))
        watch.send(SIGINT)
        watch.stop()
        let lines = try slave.folder.read("watch.log").split(separator: "\n")
        #expect(lines.count >= 2)
        #expect(lines.dropFirst().allSatisfy { $0.hasSuffix(" 23.5") }, "\(lines)")
        #expect(try slave.run("read", slave.url, "--unit", "7", "--address", "10").code == 0)
    }

    @Test(
        arguments: [
            "SSH-2.0-OpenSSH_9.2p1 Debian-2\r\n", "HTTP/1.1 400 Bad Request\r\nConnection: close\r\n\r\n", nil,
        ],
        ["tcp", "rtu+tcp"])
    func `end soon, and say why, at a port that is no Modbus`(greeting: String?, scheme: String) throws {
        let stranger = try Stranger(greeting: greeting)
        let folder = try TestFolder()
        let url = "\(scheme)://127.0.0.1:\(stranger.port)"
        for arguments in [["read", url], ["probe", url, "--units", "1-20"]] {
            let start = ContinuousClock.now
            let run = try CommandLineRun(["modbus"] + arguments + ["--timeout", "100ms"], in: folder)
            #expect(run.code == 69 || run.code == 1, "\(arguments): \(run.code) \(run.errors)")
            #expect(run.errors.contains("127.0.0.1:\(stranger.port)"), "\(run.errors)")
            #expect(ContinuousClock.now - start < .seconds(8), "\(arguments)")
        }
    }

    @Test func `say that nobody is there, or that they were asked wrongly`() throws {
        let folder = try TestFolder()
        let (socket, port) = try LoopbackSocket.listen()
        close(socket)
        for command in ["read", "probe"] {
            let run = try CommandLineRun(["modbus", command, "tcp://127.0.0.1:\(port)"], in: folder)
            #expect(run.code == 69, "\(run.errors)")
            #expect(run.errors.contains("refused"))
            #expect(try CommandLineRun(["modbus", command, "nonsense"], in: folder).code == 64)
        }
        try folder.write("[model.x]\n", to: "x.toml")
        #expect(try CommandLineRun(["modbus", "plan", "--model", folder.path("x.toml")], in: folder).code == 78)
    }
}
