import Registers
import Testing

@testable import Settings

@Suite struct `Modbus settings` {
    @Test func `have the defaults of the reference`() throws {
        let bus = try #require(
            try readSettings(
                """
                [[modbus]]
                name = "plant"
                url = "tcp://10.0.0.7"
                [[modbus.device]]
                unit = 1
                station = "HN-NT-07"
                [[modbus.device.register]]
                name = "cod"
                parameter = "COD"
                address = 0
                """
            ).modbus.first)
        var expected = BusDefinition(name: "plant", address: .tcp(host: "10.0.0.7", port: 502))
        var device = DeviceDefinition(unit: 1, station: "HN-NT-07")
        device.registers = [
            RegisterDefinition(name: "cod", parameter: "COD", kind: .holding, address: 0, type: .uint16)
        ]
        expected.devices = [device]
        #expect(bus == expected)
        #expect(bus.source == "modbus:plant")
    }

    @Test func `take every key`() throws {
        let bus = try #require(
            try readSettings(
                """
                [[modbus]]
                name = "line"
                url = "rtu:///dev/ttyS0?baud=19200&parity=none&stop_bits=2"
                every = "1m"
                offset = "5s"
                time = "request"
                com = "each"
                timeout = "300ms"
                retries = 0
                late_response_window = "5s"
                [[modbus.device]]
                unit = 247
                station = "HN-1"
                sensor = 3
                every = "30s"
                timeout = "2s"
                breaker_failures = 5
                breaker_max_pause = "1h"
                max_registers = 20
                max_bits = 100
                max_gap = 0
                status_register = "state"
                [[modbus.device.register]]
                name = "flow"
                parameter = "Nhie\\u0323\\u0302tđo\\u0323\\u0302"
                register = 30011
                type = "int32"
                order = "CDAB"
                scale = 0.1
                offset = -5
                unit = "m3/h"
                missing = [-999, 0x7FFF, -999.0]
                saturated = [0, 100]
                [[modbus.device.register]]
                name = "state"
                kind = "holding"
                address = 9
                type = "bits"
                bit = 4
                width = 3
                status = { 0 = "00", 0x2 = "01", -1 = "02" }
                [[modbus.device.register]]
                name = "door"
                parameter = "DOOR"
                register = 10002
                """
            ).modbus.first)
        var line = SerialLine()
        (line.baud, line.parity, line.stopBits) = (19_200, .none, 2)
        #expect(bus.address == .rtu(device: "/dev/ttyS0", line))
        #expect(bus.everyMilliseconds == 60_000 && bus.offsetMilliseconds == 5000)
        #expect(bus.observedTime == .request && bus.silence == .each)
        #expect(bus.timeoutMilliseconds == 300 && bus.retries == 0 && bus.lateResponseWindowMilliseconds == 5000)
        let device = try #require(bus.devices.first)
        #expect(device.unit == 247 && device.station == "HN-1" && device.sensor == 3 && device.model == nil)
        #expect(device.everyMilliseconds == 30_000 && device.timeoutMilliseconds == 2000)
        #expect(device.breakerFailures == 5 && device.breakerMaxPauseMilliseconds == 3_600_000)
        #expect(device.limits.maxRegisters == 20 && device.limits.maxBits == 100 && device.limits.maxGap == 0)
        #expect(device.statusRegister == 1)
        var flow = RegisterDefinition(
            name: "flow", parameter: "Nhi\u{1ec7}t\u{0111}\u{1ed9}", kind: .input, address: 10, type: .int32)
        flow.order = .cdab
        (flow.scale, flow.offset, flow.unit) = (0.1, -5, "m3/h")
        flow.missing = [.integer(-999), .integer(0x7fff), .real(-999)]
        flow.saturated = [.integer(0), .integer(100)]
        var state = RegisterDefinition(name: "state", parameter: nil, kind: .holding, address: 9, type: .bits)
        (state.bit, state.width, state.status) = (4, 3, [0: "00", 2: "01", -1: "02"])
        let door = RegisterDefinition(name: "door", parameter: "DOOR", kind: .discrete, address: 1, type: .bool)
        #expect(device.registers == [flow, state, door])
    }

    @Test(arguments: [
        (40_001, RegisterKind.holding, UInt16(0)), (49_999, .holding, 9998), (465_536, .holding, 65_535),
        (30_001, .input, 0), (10_001, .discrete, 0), (1, .coil, 0), (9999, .coil, 9998),
    ])
    func `take the number of the manual for the address, and its table for the kind`(
        number: Int, kind: RegisterKind, address: UInt16
    ) throws {
        // A number without a table's digit has to say that it is a coil's.
        let text = ModbusText.register("register = \(number)" + (kind == .coil ? "\nkind = \"coil\"" : ""))
        let register = try #require(try readSettings(text).modbus.first)
            .devices[0].registers[0]
        #expect(register.kind == kind && register.address == address)
        #expect(register.type == (kind.isBit ? .bool : .uint16))
    }

    @Test func `wait for a late answer ten times the longest timeout`() throws {
        let text = ModbusText.bus("timeout = \"200ms\"", device: "timeout = \"3s\"")
        #expect(try readSettings(text).modbus.first?.lateResponseWindowMilliseconds == 30_000)
        #expect(
            try readSettings(ModbusText.bus("timeout = \"200ms\"")).modbus.first?.lateResponseWindowMilliseconds == 2000
        )
    }

    @Test func `keep every number of a status register without a map`() throws {
        let text = ModbusText.bus(
            device: "status_register = \"state\"\n[[modbus.device.register]]\nname = \"state\"\naddress = 5")
        let device = try #require(try readSettings(text).modbus.first?.devices.first)
        #expect(device.statusRegister == 0 && device.registers[0].status == [:])
    }

    @Test func `may stand in several files`() throws {
        let folder = try SettingsFolder([
            "quantrac.toml": "node.name = \"n\"\n" + ModbusText.bus(),
            "conf.d/b.toml": ModbusText.bus().replacing("\"a\"", with: "\"b\"").replacing("tcp://h", with: "tcp://i")
                .replacing("HN-1", with: "HN-2"),
        ])
        #expect(try folder.settings().modbus.map(\.name) == ["a", "b"])
    }
}

@Suite struct `Modbus warnings` {
    @Test(arguments: [
        ("/dev/ttyUSB0", true), ("/dev/ttyACM1", true), ("/dev/ttyS0", false), ("/dev/serial/by-id/usb-FTDI", false),
    ])
    func `recommend a path that stays`(path: String, expected: Bool) throws {
        let found = try readWarnings(ModbusText.bus().replacing("tcp://h", with: "rtu://\(path)"))
        #expect(found.isEmpty != expected)
        guard expected else { return }
        #expect(found.map(\.line) == [4] && found.map(\.key) == ["modbus[a].url"])
        #expect(found.first?.description.contains("quantrac.toml:4: modbus[a].url: \(path) is another") == true)
    }

    @Test func `say that a text is no quantity`() throws {
        let text = ModbusText.bus().replacing("address = 0", with: "address = 0\ntype = \"string\"\nwidth = 4")
        let found = try readWarnings(text)
        #expect(found.map(\.key) == ["modbus[a].device[1].register[cod]"])
        #expect(found.first?.message.contains("no value unless the text is a number") == true)
        #expect(try readWarnings(ModbusText.bus()).isEmpty)
    }

    @Test func `say what a silent device costs`() throws {
        let text = ModbusText.bus("every = \"1s\"").replacing("tcp://h", with: "rtu:///dev/ttyS0")
        let found = try readWarnings(text)
        #expect(found.map(\.line) == [2] && found.map(\.key) == ["modbus[a]"])
        #expect(found.first?.message.contains("while its most expensive device is silent") == true)
        #expect(try readWarnings(text.replacing("\"1s\"", with: "\"10s\"")).isEmpty)
    }
}

/// Settings of Modbus, whole but for what a test puts in.
enum ModbusText {
    /// A bus of one device with one register; `more` begins in line 5, `device` in the line after the station's.
    static func bus(_ more: String = "", device: String = "") -> String {
        """
        [[modbus]]
        name = "a"
        url = "tcp://h"
        \(more)
        [[modbus.device]]
        unit = 1
        station = "HN-1"
        \(device)
        [[modbus.device.register]]
        name = "cod"
        parameter = "COD"
        address = 0
        """
    }

    /// The same with a register of this text, which begins in line 11.
    static func register(_ text: String) -> String {
        bus().replacing("address = 0", with: text)
    }
}
