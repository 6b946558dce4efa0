import ArgumentParser
import Registers
import Testing

@testable import quantrac

@Suite struct `Unit lists` {
    @Test(
        arguments: [
            ("1", [UInt8(1)]), ("1-3", [1, 2, 3]), ("1,3,10-12", [1, 3, 10, 11, 12]), ("0-255", Array(0...255)),
            ("3,1,3", [3, 1]), ("7-7", [7]),
        ] as [(String, [UInt8])])
    func `are ids and runs of ids, each once`(text: String, units: [UInt8]) {
        #expect(ModbusUnitList(argument: text)?.units == units)
    }

    @Test(arguments: ["", "256", "3-1", "1,", ",1", "1--3", "1-3-5", "a", "+1", "-1", "1.5", " 1"])
    func `are refused when they are anything else`(text: String) {
        #expect(ModbusUnitList(argument: text) == nil)
    }

    @Test func `are written as runs`() {
        #expect(ModbusUnitList.text([1, 2, 3, 7, 9, 8, 255]) == "1-3, 7-9, 255")
        #expect(ModbusUnitList.text([]) == "")
    }
}

@Suite struct `Arguments of modbus read` {
    private static let url = "tcp://127.0.0.1:502"

    private func device(_ arguments: String...) throws -> DeviceDefinition {
        let command = try ModbusReadCommand.parse([Self.url] + arguments)
        return try command.what.device()
    }

    private func refusal(_ arguments: [String]) -> String? {
        do {
            _ = try ModbusReadCommand.parse(arguments)
            return nil
        } catch {
            #expect(ModbusReadCommand.exitCode(for: error).rawValue == 64)
            return ModbusReadCommand.message(for: error)
        }
    }

    @Test func `read one holding register unless told otherwise`() throws {
        let device = try device()
        #expect(device.unit == 1)
        #expect(device.registers.count == 1)
        #expect(device.registers[0].kind == .holding)
        #expect(device.registers[0].address == 0)
        #expect(device.registers[0].type == .uint16)
        #expect(device.registers[0].name == "40001")
    }

    @Test func `take values one after the other`() throws {
        let device = try device(
            "--count", "3", "--type", "float32", "--order", "CDAB", "--address", "10", "--unit", "9")
        #expect(device.unit == 9)
        #expect(device.registers.map(\.address) == [10, 12, 14])
        #expect(device.registers.allSatisfy { $0.order == .cdab && $0.type == .float32 })
        #expect(device.plan().map(\.request.count) == [6])
    }

    @Test func `take a register number, which names the table too`() throws {
        let device = try device("--register", "30011")
        #expect(device.registers[0].kind == .input)
        #expect(device.registers[0].address == 10)
        #expect(try self.device("--register", "465536").registers[0].address == 65_535)
        #expect(try self.device("--register", "00001").registers[0].kind == .coil)
    }

    @Test func `take coils and discrete inputs for bits`() throws {
        let device = try device("--table", "coil", "--count", "20")
        #expect(device.registers.allSatisfy { $0.type == .bool })
        #expect(device.plan().map(\.request.count) == [20])
    }

    @Test func `split what one request may not ask for, between two values`() throws {
        let plan = try device("--count", "100", "--type", "float32").plan()
        #expect(plan.map(\.request.count) == [124, 76])
        let small = try device("--count", "5", "--type", "float32", "--max-registers", "5").plan()
        #expect(small.map(\.request.count) == [4, 4, 2])
    }

    @Test(
        arguments: [
            (["--register", "40001", "--address", "0"], "give one"),
            (["--register", "50001"], "no register number"),
            (["--register", "40001", "--table", "input"], "holding, not input"),
            (["--count", "0"], "--count"),
            (["--address", "65535", "--type", "float32"], "beyond 65535"),
            (["--address", "65530", "--count", "7"], "beyond 65535"),
            (["--table", "coil", "--type", "float32"], "coil"),
            (["--type", "bool"], "holding"),
            (["--type", "float32", "--order", "ABCDEFGH"], "order"),
            (["--type", "float32", "--max-registers", "1"], "--max-registers"),
            (["--type", "string", "--width", "126"], "--width"),
            (["--max-registers", "126"], "--max-registers"),
            (["--name", "x"], "--model"),
            (["--model", "x.toml", "--address", "1"], "--model"),
            (["--watch", "1ms"], "--watch"),
            (["--timeout", "1ms"], "--timeout"),
            (["--late-response-window", "0ms"], "--late-response-window"),
            (["--late-response-window", "999ms"], "--late-response-window"),
            (["--register", "46"], "40046"),
            (["--register", "46", "--table", "input"], "30046"),
            (["--retries", "11"], "--retries"),
            (["--unit", "256"], "unit"),
        ] as [([String], String)])
    func `are refused when they do not fit together`(arguments: [String], word: String) throws {
        let message = try #require(refusal([Self.url] + arguments))
        #expect(message.contains(word), "\(message)")
    }

    @Test(arguments: ["", "127.0.0.1:502", "http://127.0.0.1", "tcp://", "rtu://", "tcp://host:99999"])
    func `are refused without a bus`(url: String) throws {
        let message = try #require(refusal([url]))
        #expect(message.contains(url))
    }

    @Test func `allow no unit on a serial line that it cannot have`() {
        #expect(refusal(["rtu:///dev/ttyUSB0?baud=9600", "--unit", "0"]) != nil)
        #expect(refusal(["rtu:///dev/ttyUSB0?baud=9600", "--unit", "248"]) != nil)
        #expect(refusal(["rtu:///dev/ttyUSB0?baud=9600", "--unit", "247"]) == nil)
        #expect(refusal([Self.url, "--unit", "0"]) == nil)
    }
}

@Suite struct `Arguments of modbus probe and plan` {
    private func isRefused<Command: ParsableCommand>(_ command: Command.Type, _ arguments: [String]) -> Bool {
        do {
            _ = try command.parse(arguments)
            return false
        } catch {
            #expect(command.exitCode(for: error).rawValue == 64)
            return true
        }
    }

    @Test(arguments: [
        ["--from", "5", "--to", "4"], ["--to", "65536"], ["--from", "-1"], ["--block", "0"], ["--block", "126"],
        ["--all"], ["--guess"], ["--guess", "--units", "1-2"], ["--guess", "--units", "1", "--table", "coil"],
        ["--guess", "--units", "1", "--units-only"], ["--units", "300"], ["--table", "coils"],
    ])
    func `probe refuses what does not fit together`(arguments: [String]) {
        #expect(isRefused(ModbusProbeCommand.self, ["tcp://127.0.0.1"] + arguments))
    }

    @Test func `probe takes one unit by either name, and several tables`() throws {
        let command = try ModbusProbeCommand.parse([
            "tcp://127.0.0.1", "--unit", "7", "--table", "input", "--table", "coil", "--to", "65535",
        ])
        #expect(command.units?.units == [7])
        #expect(command.table == [.input, .coil])
        #expect(isRefused(ModbusProbeCommand.self, ["rtu:///dev/ttyUSB0", "--units", "0-10"]))
    }

    @Test func `addresses are decimal or hexadecimal, as in the settings`() throws {
        let command = try ModbusProbeCommand.parse(["tcp://127.0.0.1", "--from", "0x2D", "--to", "0XfF"])
        #expect(command.from.value == 45 && command.to.value == 255)
        for text in ["", "0x", "0x10000", "+1", "0x+1", "4 5"] { #expect(ModbusAddress(argument: text) == nil) }
        let read = try ModbusReadCommand.parse(["tcp://127.0.0.1", "--address", "0x2d"])
        #expect(try read.what.device().registers[0].address == 45)
        let numbered = try ModbusReadCommand.parse(["tcp://127.0.0.1", "--register", "0x9C6E"])
        #expect(try numbered.what.device().registers[0].address == 45)
        let coil = try ModbusReadCommand.parse(["tcp://127.0.0.1", "--register", "46", "--table", "coil"])
        #expect(try coil.what.device().registers[0].kind == .coil)
    }

    @Test func `a long silence is told before it begins`() {
        var patience = ModbusPatience()
        patience.retries = 0
        #expect(ModbusProbeText.silenceEstimate(units: 1, patience) == nil)
        let text = ModbusProbeText.silenceEstimate(units: 247, patience)
        #expect(text?.contains("247 units: up to 4 min 7 s") == true)
        patience.retries = 1
        patience.timeoutMilliseconds = 100
        #expect(ModbusProbeText.silenceEstimate(units: 247, patience)?.contains("50 s") == true)
    }

    @Test(arguments: [
        ["--url", "tcp://h"], ["--max-gap", "3"], ["--name", "x"], ["--model", "f", "--bus", "b"],
        ["--model", "f", "--config", "c"], ["--model", "f", "--max-gap", "125"],
        ["--model", "f", "--max-registers", "0"],
        ["--model", "f", "--url", "nonsense"], ["--model", "f", "--every", "1ms"], ["--unit", "256"],
        ["--model", "f", "--every", "10s"],
    ])
    func `plan refuses what does not fit together`(arguments: [String]) {
        #expect(isRefused(ModbusPlanCommand.self, arguments))
    }
}
