import Registers
import Testing

@testable import Settings

extension FaultCase {
    /// A bus in line 2 with one device in line 6, whose register is in line 10; `more` in line 5, `device` in line 9.
    static func bus(
        _ more: String = "", device: String = "", url: String = "tcp://h", _ kind: SettingsFault.Kind, _ line: Int,
        _ key: String, _ message: String, suggestion: String? = nil
    ) -> FaultCase {
        FaultCase(
            ModbusText.bus(more, device: device).replacing("tcp://h", with: url), kind, line, "modbus[a]\(key)",
            message,
            suggestion: suggestion)
    }

    /// A second bus after the first, which ends in line 13; it begins in line 14.
    static func second(
        _ name: String, url: String, station: String = "HN-2", firstURL: String = "tcp://h", _ kind: SettingsFault.Kind,
        _ line: Int, _ key: String, _ message: String
    ) -> FaultCase {
        let first = ModbusText.bus().replacing("tcp://h", with: firstURL)
        let second = ModbusText.bus().replacing("\"a\"", with: "\"\(name)\"").replacing("tcp://h", with: url)
            .replacing("HN-1", with: station)
        return FaultCase(first + "\n" + second, kind, line, key, message)
    }

    static let buses: [FaultCase] = [
        FaultCase("[modbus]\nname = \"a\"", .wrongType, 2, "modbus", "expected `[[modbus]]`"),
        FaultCase(
            "[[modbus]]\nname = \"a\"\nurl = \"tcp://h\"", .missing, 2, "modbus[a].device",
            "at least one `[[modbus.device]]`"),
        FaultCase(
            "[[modbus]]\nname = \"a\"\nurl = \"tcp://h\"\ndevice = 5", .wrongType, 5, "modbus[a].device",
            "the table `[[device]]`"),
        .bus("baud = 9600", .unknownKey, 5, ".baud", "there is no such key"),
        .bus(url: "10.0.0.7:502", .badValue, 4, ".url", "has no scheme"),
        .bus(url: "tcp://h:0", .badValue, 4, ".url", "expected: 1 … 65535"),
        .bus(url: "rtu:///dev/ttyS0?baud=9601", .badValue, 4, ".url", "has baud `9601`"),
        .bus(url: "rtu://dev/ttyS0", .badValue, 4, ".url", "three slashes"),
        .bus("every = \"9ms\"", .outOfRange, 5, ".every", "expected 10ms … 1d"),
        .bus("offset = \"10s\"", .conflict, 5, ".offset", "10s is not less than `every`, 10s"),
        .bus(
            "offset = \"5s\"", device: "every = \"5s\"", .conflict, 9, ".device[1].every", "is not more than the bus's"),
        .bus("late_response_window = \"999ms\"", .conflict, 5, ".late_response_window", "the longest timeout, 1s"),
        .bus(
            "late_response_window = \"2s\"", device: "timeout = \"3s\"", .conflict, 5, ".late_response_window", "3s"),
        .bus("com = \"never\"", .badValue, 5, ".com", "expected one of \"edges\", \"each\""),
        .bus("time = \"now\"", .badValue, 5, ".time", "expected one of \"slot\", \"request\""),
        .bus("retries = 11", .outOfRange, 5, ".retries", "0 … 10 tries"),
        .second("a", url: "tcp://i", .duplicate, 15, "modbus[a].name", "toml:3,"),
        .second("b", url: "tcp://H:502", .duplicate, 16, "modbus[b].url", "is already the bus at"),
        .second(
            "b", url: "rtu+tcp://h", .duplicate, 16, "modbus[b].url", "quantrac.toml:4, expected its devices there"),
        .second(
            "b", url: "rtu:///dev//ttyS0?baud=1200", firstURL: "rtu:///dev/ttyS0", .duplicate, 16, "modbus[b].url",
            "is already the bus at"),
        .second(
            "b", url: "tcp://i", station: "HN-1", .duplicate, 24, "modbus[b].device[1].register[cod].parameter",
            "COD of HN-1, sensor 1, already comes from the register `cod` at"),
        .bus(
            "every = \"10ms\"", url: "rtu:///dev/ttyS0", .conflict, 2, "", "% of the line's time, expected at most 90 %"
        ),
    ]

    static let devices: [FaultCase] = [
        .bus(device: "model = \"none\"", .badValue, 9, ".device[1].model", "models/none.csv"),
        .bus(device: "model = \"a b\"", .badValue, 9, ".device[1].model", "1 to 64 of A-Z a-z 0-9 . _ -"),
        .bus(device: "timeout = \"9ms\"", .outOfRange, 9, ".device[1].timeout", "10ms … 1m"),
        .bus(device: "sensor = 0", .outOfRange, 9, ".device[1].sensor", "1 … 65535"),
        .bus(device: "max_gap = 125", .outOfRange, 9, ".device[1].max_gap", "0 … 124"),
        .bus(device: "max_bits = 2001", .outOfRange, 9, ".device[1].max_bits", "1 … 2000"),
        .bus(device: "status_register = \"cdo\"", .badValue, 9, ".device[1].status_register", "", suggestion: "cod"),
        .bus(device: "statoin = \"x\"", .unknownKey, 9, ".device[1].statoin", "", suggestion: "station"),
    ]
}

@Suite struct `Modbus faults` {
    @Test(arguments: FaultCase.buses + FaultCase.devices)
    func `name line, key, and what is expected`(expected: FaultCase) throws {
        let found = try readFaults(expected.text)
        let fault = try #require(found.first)
        #expect(found.count == 1, "\(found)")
        #expect(fault.kind == expected.kind && fault.line == expected.line && fault.key == expected.key, "\(fault)")
        #expect(fault.message.contains(expected.message), "\(fault)")
        #expect(fault.message.contains("expected") || fault.suggestion != nil, "\(fault)")
        if let suggestion = expected.suggestion { #expect(fault.suggestion == suggestion) }
    }

    @Test(
        arguments: [
            ("tcp://h", 0, nil), ("tcp://h", 255, nil), ("rtu:///dev/ttyS0", 0, "none of them answers"),
            ("rtu:///dev/ttyS0", 1, nil), ("rtu:///dev/ttyS0", 247, nil), ("rtu:///dev/ttyS0", 248, "is reserved"),
            ("rtu+tcp://h", 0, "none of them answers"), ("rtu+tcp://h", 255, "is reserved"),
            ("tcp://h", 256, "is out of range"),
        ] as [(String, Int, String?)])
    func `tell units that cannot answer`(url: String, unit: Int, message: String?) throws {
        let text = ModbusText.bus().replacing("tcp://h", with: url).replacing("unit = 1", with: "unit = \(unit)")
        let found = try readFaults(text)
        #expect(found.isEmpty == (message == nil), "\(found)")
        guard let message else { return }
        #expect(found.map(\.line) == [7] && found.map(\.key) == ["modbus[a].device[1].unit"])
        #expect(found.first?.message.contains(message) == true && found.first?.message.contains("expected") == true)
    }

    @Test func `tell the number of a coil that is meant as a register`() throws {
        func text(_ place: String) -> String { ModbusText.bus().replacing("address = 0", with: place) }
        #expect(text("register = 46").contains("register = 46"))
        let found = try readFaults(text("register = 46"))
        #expect(found.map(\.kind) == [.conflict] && found.first?.suggestion == "40046", "\(found)")
        #expect(found.first?.message.contains("30046 (input register)") == true)
        #expect(try readFaults(text("register = 46\nkind = \"input\"")).first?.suggestion == "30046")
        #expect(try readFaults(text("register = 46\nkind = \"coil\"")).isEmpty)
        #expect(try readFaults(text("register = 40046")).isEmpty)
    }

    @Test func `of very many registers are told quickly, and not all of them`() throws {
        func text(_ count: Int) -> String {
            let lines = (0..<count).map { "r\($0),P\($0),\($0),float32" }
            return (["name,parameter,address,type"] + lines).joined(separator: "\n")
        }
        func faults(_ table: String) throws -> [SettingsFault] {
            try SettingsFolder(["quantrac.toml": "node.name = \"n\"", "models/m.csv": table]).faults()
        }
        let start = ContinuousClock.now
        let found = try faults(text(2000))
        #expect(found.count == 101, "\(found.count)")
        #expect(found.first?.message.contains("and 1899 more overlaps") == true, "\(found.first?.message ?? "")")
        #expect(ContinuousClock.now - start < .seconds(10))
        let tooMany = try faults(text(2001))
        #expect(tooMany.map(\.kind) == [.outOfRange], "\(tooMany.count)")
        #expect(tooMany.first?.message.contains("2001 registers, expected at most 2000") == true)
    }

    @Test func `tell the same unit twice on a bus`() throws {
        let device =
            "[[modbus.device]]\nunit = 1\nstation = \"HN-2\"\nregister = [{ name = \"a\", parameter = \"A\", address = 9 }]"
        let found = try readFaults(ModbusText.bus() + "\n" + device)
        #expect(found.map(\.key) == ["modbus[a].device[2].unit"] && found.map(\.line) == [15])
        #expect(found.first?.message.contains("is already the unit at") == true)
        #expect(try readFaults(ModbusText.bus() + "\n" + device.replacing("unit = 1", with: "unit = 2")).isEmpty)
    }

    @Test func `tell a device without registers, and a parameter in two normal forms`() throws {
        let device = "\n[[modbus.device]]\nunit = 2\nstation = \"HN-1\""
        #expect(try readFaults(ModbusText.bus() + device).map(\.key) == ["modbus[a].device[2].register"])
        let twice =
            ModbusText.bus().replacing("\"COD\"", with: "\"\u{1ec7}\"") + device
            + "\n[[modbus.device.register]]\nname = \"x\"\naddress = 1\nparameter = \"e\u{323}\u{302}\""
        #expect(try readFaults(twice).map(\.kind) == [.duplicate])
        #expect(
            try readFaults(
                twice.replacing("name = \"x\"", with: "name = \"x\"\n").replacing(
                    "unit = 2\n", with: "unit = 2\nsensor = 2\n")
            ).isEmpty)
    }

    @Test func `come all at once`() throws {
        let text = """
            [[modbus]]
            name = "a"
            url = "rtu:///dev/ttyS0?parity=maybe"
            every = "1s"
            offset = "2s"
            [[modbus.device]]
            unit = 256
            station = "HN 1"
            [[modbus.device.register]]
            name = "cod"
            adress = 0
            [[modbus.device]]
            station = "HN-2"
            [[modbus.device.register]]
            name = "x"
            address = 1
            register = 2
            """
        let found = try readFaults(text)
        #expect(found.map(\.line) == [4, 6, 8, 9, 10, 12, 13, 18])
        #expect(
            found.map(\.kind) == [
                .badValue, .conflict, .outOfRange, .badValue, .missing, .unknownKey, .missing, .conflict,
            ])
        #expect(found[5].key == "modbus[a].device[1].register[cod].adress" && found[5].suggestion == "address")
    }

    @Test func `do not arise at the edges of the ranges`() throws {
        let text = ModbusText.bus(
            "every = \"10ms\"\noffset = \"9ms\"\ntimeout = \"1m\"\nretries = 10\nlate_response_window = \"10m\"",
            device: "sensor = 65535\nevery = \"1d\"\ntimeout = \"10ms\"\nmax_registers = 1\nmax_bits = 1\nmax_gap = 0")
        #expect(try readFaults(text).isEmpty)
        #expect(try readFaults(ModbusText.bus("late_response_window = \"1s\"")).isEmpty)
    }

    /// 0.9 of the line's time and no more: the interval is raised until the schedule fits.
    @Test func `refuse a serial schedule by its load only`() throws {
        func text(_ milliseconds: Int) -> String {
            ModbusText.bus("every = \"\(milliseconds)ms\"\nretries = 0\ntimeout = \"10ms\"")
                .replacing("tcp://h", with: "rtu:///dev/ttyS0?baud=1200")
        }
        let fits = try #require(
            (100...400).first { milliseconds in (try? readFaults(text(milliseconds)).isEmpty) == true })
        #expect(try readFaults(text(fits - 1)).map(\.key) == ["modbus[a]"])
        let load = try #require(try readSettings(text(fits)).modbus.first?.load)
        #expect(load.utilisation <= 0.9 && load.utilisation > 0.88)
    }
}
