import CModbusPeer
import Foundation
import QuantracTesting
import Testing

/// The real daemon before libmodbus's slave: from the registers to the pull line.
@Suite(.serialized) struct `Modbus daemon` {
    private static let models = [
        "analysers.toml": """
        [model.cod-analyser]
        status_register = "state"

          [[model.cod-analyser.register]]
          name = "cod"
          parameter = "COD"
          kind = "holding"
          address = 0
          type = "float32"
          order = "CDAB"
          unit = "mg/L"

          [[model.cod-analyser.register]]
          name = "temperature"
          parameter = "TEMP"
          kind = "holding"
          register = 40011
          type = "int16"
          scale = 0.1
          offset = -5
          unit = "degC"

          [[model.cod-analyser.register]]
          name = "state"
          kind = "input"
          address = 10
          type = "uint16"
          status = { 0 = "00", 1 = "01", 2 = "02" }
        """
    ]

    private static func bus(_ url: String, name: String = "plant", every: String = "500ms", more: String = "") -> String
    {
        """
        [[modbus]]
        name = "\(name)"
        url = "\(url)"
        every = "\(every)"
        timeout = "200ms"
        \(more)

          [[modbus.device]]
          unit = 9
          station = "HN-NT-07"
          sensor = 2
          model = "cod-analyser"


        """
    }

    private static func fill(_ peer: ModbusPeer, temperature: Int16 = 215, state: UInt16 = 0) {
        peer.set(function: 3, address: 0, [0x0000, 0x4148])
        peer.set(function: 3, address: 10, [UInt16(bitPattern: temperature)])
        peer.set(function: 4, address: 10, [state])
    }

    private static func tcp(_ port: UInt16) -> String { "tcp://127.0.0.1:\(port)" }

    private static func values(_ node: ModbusDaemon, _ parameter: String) throws -> [[String: Any]] {
        try node.readings().filter { $0["parameter"] as? String == parameter && !($0["value"] is NSNull) }
    }

    private static func silences(_ node: ModbusDaemon) throws -> [[String: Any]] {
        try node.readings().filter { ($0["qualifiers"] as? [String])?.contains("COM") == true }
    }

    @Test func `registers become pull lines with slot, unit, status, raw value and source`() throws {
        let peer = try ModbusPeer.serveTCP()
        Self.fill(peer)
        let node = try ModbusDaemon(Self.bus(Self.tcp(peer.port)), models: Self.models)
        try waitUntil("some polls are stored", seconds: 10) { try Self.values(node, "COD").count >= 3 }
        Self.fill(peer, state: 2)
        try waitUntil("the status is stored", seconds: 10) {
            try node.readings().contains { $0["status"] as? String == "02" }
        }
        let readings = try node.readings()
        #expect(Set(readings.compactMap { $0["parameter"] as? String }) == ["COD", "TEMP"])
        for line in readings {
            #expect(line["station"] as? String == "HN-NT-07" && line["sensor"] as? Int == 2, "\(line)")
            #expect(line["source"] as? String == "modbus:plant", "\(line)")
            let time = try #require(line["time"] as? String)
            #expect(time.hasSuffix(".000Z") || time.hasSuffix(".500Z"), "no slot: \(time)")
            if line["parameter"] as? String == "COD" {
                #expect(line["value"] as? Double == 12.5 && line["raw_value"] is NSNull, "\(line)")
                #expect(line["unit"] as? String == "mg/L", "\(line)")
            } else {
                #expect(line["value"] as? Double == 16.5 && line["raw_value"] as? Int == 215, "\(line)")
                #expect(line["unit"] as? String == "degC", "\(line)")
            }
        }
        let times = readings.filter { $0["parameter"] as? String == "COD" }.compactMap { $0["time"] as? String }
        #expect(Set(times).count == times.count, "one reading a slot")
        let failing = readings.filter { $0["status"] as? String == "02" }
        #expect(failing.allSatisfy { ($0["qualifiers"] as? [String]) == ["ERR"] && $0["flag"] as? Int == 4 })
        #expect(try node.device()?["state"] as? String == "answering")
        #expect(node.metric("quantrac_source_connected", #"source="modbus:plant""#) == 1)
        #expect(node.metric("quantrac_modbus_device_answering", #"unit="9""#) == 1)
        let end = node.daemon.child.terminate()
        #expect(end.code == 0 && end.seconds < 2, "\(end)")
    }

    @Test func `a slave that dies leaves one edge a register, and its values come again with it`() throws {
        var peer = try ModbusPeer.serveTCP()
        let port = peer.port
        Self.fill(peer)
        let node = try ModbusDaemon(Self.bus(Self.tcp(port), more: "retries = 0"), models: Self.models)
        try waitUntil("some polls are stored", seconds: 10) { try Self.values(node, "COD").count >= 2 }
        #expect(try Self.silences(node).isEmpty)
        peer.stop()
        try waitUntil("the silence is stored", seconds: 10) { try Self.silences(node).count == 2 }
        try waitUntil("status says so", seconds: 10) {
            ["silent", "paused"].contains(try node.device()?["state"] as? String ?? "")
        }
        usleep(1_500_000)
        let edges = try Self.silences(node)
        #expect(edges.count == 2, "one of each register, not one of each slot")
        #expect(Set(edges.compactMap { $0["parameter"] as? String }) == ["COD", "TEMP"])
        for edge in edges { #expect(edge["value"] is NSNull && edge["flag"] as? Int == 9, "\(edge)") }
        #expect(node.metric("quantrac_records_generated_total", #"cause="silence""#) == 2)
        #expect(HTTPProbe.get("/readyz", port: node.plan.httpPort)?.status == 200, "a slave away is not unready")

        peer = try ModbusPeer.serveTCP(port: port)
        Self.fill(peer, temperature: 250)
        try waitUntil("values again", seconds: 15) {
            try Self.values(node, "TEMP").contains { $0["value"] as? Double == 20 }
        }
        #expect(try node.device()?["state"] as? String == "answering")
        peer.stop()
        try waitUntil("the next silence is an edge again", seconds: 10) { try Self.silences(node).count == 4 }
        node.daemon.child.terminate()
    }

    @Test func `a tty that vanishes is opened again when it is back`() throws {
        let pair = try TerminalPair()
        var peer = try ModbusPeer.serveTTY(pair.slave, unit: 9)
        Self.fill(peer)
        let node = try ModbusDaemon(
            Self.bus("rtu://\(pair.master)?baud=19200&parity=none", more: "retries = 0"), models: Self.models)
        try waitUntil("some polls are stored", seconds: 10) { try Self.values(node, "COD").count >= 2 }
        pair.unplug()
        try waitUntil("the silence is stored", seconds: 10) { try Self.silences(node).count == 2 }
        peer.stop()
        usleep(1_000_000)
        try pair.plugIn()
        peer = try ModbusPeer.serveTTY(pair.slave, unit: 9)
        Self.fill(peer, temperature: 250)
        try waitUntil("values again", seconds: 20) {
            try Self.values(node, "TEMP").contains { $0["value"] as? Double == 20 }
        }
        #expect(try Self.values(node, "COD").allSatisfy { $0["value"] as? Double == 12.5 })
        #expect(node.metric("quantrac_modbus_disconnects_total") ?? 0 >= 1)
        let end = node.daemon.child.terminate()
        #expect(end.code == 0 && end.seconds < 2, "\(end)")
    }

    @Test func `killed at random moments it loses no stored reading and polls on`() throws {
        let seed = Seed.fromEnvironment()
        print("QUANTRAC_SEED=\(seed)")
        var random = SeededGenerator(seed: seed)
        let peer = try ModbusPeer.serveTCP()
        Self.fill(peer)
        let node = try ModbusDaemon(Self.bus(Self.tcp(peer.port), every: "100ms"), models: Self.models)
        var kept: Set<Int> = []
        let kills = ProcessInfo.processInfo.environment["QUANTRAC_PROVE"] == nil ? 5 : 60
        for _ in 0..<kills {
            usleep(UInt32.random(in: 200_000...900_000, using: &random))
            kept.formUnion(try node.readings().compactMap { $0["sequence"] as? Int })
            try node.killAndStart()
        }
        try waitUntil("it polls on", seconds: 10) { try node.readings().count > kept.count + 4 }
        let readings = try node.readings()
        #expect(kept.isSubset(of: readings.compactMap { $0["sequence"] as? Int }))
        let keys = readings.map { "\($0["parameter"] ?? "") \($0["time"] ?? "")" }
        #expect(Set(keys).count == keys.count, "a slot twice")
        #expect(readings.allSatisfy { [12.5, 16.5].contains($0["value"] as? Double ?? 0) })
        #expect(kept.count > 20)
        node.daemon.child.terminate()
    }

    @Test func `a port that is no Modbus is a counted, visible error and never a value`() throws {
        let gateway = try ModbusPeer.serveTCP()
        Self.fill(gateway)
        // One server answers every request with HTTP; the daemon's own waits for the end of a header first.
        let garbage = try ModbusGateways([MODBUS_GATEWAY_GARBAGE])
        let httpPort = HTTPProbe.freePort()
        let strangers = ["web": garbage.ports[0], "http": UInt16(httpPort)]
        let buses = strangers.map { name, port in
            Self.bus(Self.tcp(port), name: name, more: "retries = 0").replacing("HN-NT-07", with: "HN-\(name)")
        }
        let node = try ModbusDaemon(
            buses.joined() + Self.bus(Self.tcp(gateway.port)), models: Self.models, httpPort: httpPort)
        try waitUntil("its neighbour is polled", seconds: 10) { try Self.values(node, "COD").count >= 3 }
        for name in strangers.keys {
            let label = "source=\"modbus:\(name)\""
            try waitUntil("the error of \(name) is counted", seconds: 10) {
                node.metric("quantrac_modbus_errors_total", label) ?? 0 >= 2
            }
            let device = try #require(try node.device("modbus:\(name)"))
            #expect(["silent", "paused"].contains(device["state"] as? String ?? ""), "\(device)")
            #expect((device["errors"] as? [String: Any])?.isEmpty == false, "\(device)")
            print("\(name): \(device["errors"] ?? ""), \(device["detail"] ?? "")")
            let readings = try node.readings().filter { $0["source"] as? String == "modbus:\(name)" }
            #expect(readings.allSatisfy { $0["value"] is NSNull }, "\(readings)")
            #expect(node.metric("quantrac_modbus_device_answering", label) == 0)
            #expect(try node.run("status").output.contains("modbus:\(name)"))
        }
        #expect(try node.device()?["state"] as? String == "answering")
        node.daemon.child.terminate()
    }

    @Test func `ends within two seconds although gateways are dead in every way`() throws {
        let kinds = [
            MODBUS_GATEWAY_REFUSES, MODBUS_GATEWAY_MUTE, MODBUS_GATEWAY_BLACKHOLE, MODBUS_GATEWAY_GARBAGE,
        ]
        let gateways = try ModbusGateways(kinds)
        let pair = try TerminalPair()
        let buses = gateways.ports.enumerated().map { number, port in
            Self.bus(Self.tcp(port), name: "dead-\(number)", more: "late_response_window = \"10m\"")
                .replacing("200ms", with: "30s").replacing("unit = 9", with: "unit = \(number + 1)")
                .replacing("HN-NT-07", with: "HN-NT-\(number + 10)")
        }
        // A tty at whose other end nobody answers.
        let serial = Self.bus("rtu://\(pair.master)?baud=19200&parity=none", name: "mute", every: "1m")
            .replacing("200ms", with: "30s")
        let node = try ModbusDaemon(buses.joined() + serial, models: Self.models)
        usleep(700_000)
        let end = node.daemon.child.terminate()
        #expect(
            end.code == 0 && end.seconds < 2, "code \(end.code) after \(end.seconds) s: \(node.daemon.log.suffix(1000))"
        )
    }
}
