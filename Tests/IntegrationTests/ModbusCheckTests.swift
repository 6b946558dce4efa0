import Foundation
import QuantracTesting
import Testing

/// What `quantrac check` refuses before a byte is sent.
@Suite struct `Modbus settings that cannot work` {
    private static func bus(
        _ name: String, _ url: String, every: String = "10s", station: String = "HN-NT-07", registers: String = plain
    ) -> String {
        """
        [[modbus]]
        name = "\(name)"
        url = "\(url)"
        every = "\(every)"

          [[modbus.device]]
          unit = 1
          station = "\(station)"
        \(registers)

        """
    }

    private static func register(
        _ name: String, address: Int = 0, type: String = "uint16", kind: String = "holding", more: String = ""
    ) -> String {
        """

            [[modbus.device.register]]
            name = "\(name)"
            parameter = "P-\(name)"
            kind = "\(kind)"
            address = \(address)
            type = "\(type)"
            \(more)

        """
    }

    private static let plain = register("cod")

    struct Case: Sendable, CustomTestStringConvertible {
        var what: String
        var tables: String
        /// Words that the fault must have.
        var words: [String]
        var testDescription: String { what }
    }

    private static let tty = "rtu:///dev/serial/by-id/none?baud=9600&parity=even"

    static let cases: [Case] = [
        Case(
            what: "two entries for one tty",
            tables: bus("one", tty) + bus("two", "\(tty)&stop_bits=2", station: "HN-NT-08"),
            words: ["quantrac.toml:", "modbus[two].url", "by-id/none"]),
        Case(
            what: "two entries for one gateway",
            tables: bus("one", "tcp://127.0.0.1:502") + bus("two", "rtu+tcp://127.0.0.1", station: "HN-NT-08"),
            words: ["quantrac.toml:", "modbus[two].url"]),
        Case(
            what: "registers that overlap",
            tables: bus(
                "one", tty, registers: register("cod", type: "float32") + register("temperature", address: 1)),
            words: ["quantrac.toml:", "cod", "temperature"]),
        Case(
            what: "a float in a coil",
            tables: bus("one", tty, registers: register("pump", type: "float32", kind: "coil")),
            words: ["quantrac.toml:", "float32", "coil"]),
        Case(
            what: "a type that there is not", tables: bus("one", tty, registers: register("cod", type: "float23")),
            words: ["quantrac.toml:", "float23", "float32"]),
        Case(
            what: "a string where a number is due",
            tables: bus("one", tty, registers: register("cod", more: "scale = \"0.1\"")),
            words: ["quantrac.toml:", "scale"]),
        Case(
            what: "a register beyond the last address",
            tables: bus("one", tty, registers: register("cod", address: 65_535, type: "uint32")),
            words: ["quantrac.toml:", "cod"]),
        Case(
            what: "a number of another table",
            tables: bus(
                "one", tty,
                registers: register("cod", kind: "input").replacing("address = 0", with: "register = 40001")),
            words: ["quantrac.toml:", "40001", "input"]),
        Case(
            what: "an unknown model",
            tables: bus("one", tty, registers: "          model = \"nobody-made-it\"\n"),
            words: ["quantrac.toml:", "nobody-made-it"]),
        Case(
            // 125 registers are 255 bytes of 11 bits, 0.30 s at 9,600 baud: four times a second is more than there is.
            what: "more than nine tenths of the line",
            tables: bus(
                "one", tty, every: "250ms",
                registers: (0..<125).map { register("r\($0)", address: $0) }.joined()),
            words: ["quantrac.toml:", "modbus[one]", "%"]),
        Case(
            what: "a baud rate that there is not", tables: bus("one", "rtu:///dev/ttyUSB0?baud=9601"),
            words: ["quantrac.toml:", "9601"]),
    ]

    @Test(arguments: cases) func `are refused with 78, the place and the reason`(_ entry: Case) throws {
        let folder = try TestFolder()
        let plan = DaemonProcess.Plan(folder: folder.path, tables: entry.tables)
        try plan.write()
        for arguments in [["check"], ["run"]] {
            let run = try CommandLineRun(arguments + ["--config", plan.configuration], in: folder)
            let said = run.output + run.errors
            #expect(run.code == 78, "\(arguments): \(run.code) \(said)")
            for word in entry.words { #expect(said.contains(word), "\(word) in \(said)") }
        }
    }

    @Test func `models with faults are told with their own files, all at once`() throws {
        let folder = try TestFolder()
        let device = """

              [[modbus.device]]
              unit = 2
              station = "HN-NT-08"
              model = "level"
            """
        let plan = DaemonProcess.Plan(
            folder: folder.path,
            tables: Self.bus("one", Self.tty, registers: "          model = \"meter\"\n" + device))
        try plan.write()
        let header = "name,register,type,order,scale,unit\n"
        try ModbusDaemon.write(
            [
                "meter.csv": header + "flow,40001,float32,CDAB,1,m3/h\ntotal,40002,uint64,,0.001,m3\n",
                "level.csv": header + "depth,40030,uint16,,ten,m\nmud,40031,uint8,,1,m\n",
            ], to: folder)
        let run = try CommandLineRun(["check", "--config", plan.configuration], in: folder)
        let said = run.output + run.errors
        #expect(run.code == 78, "\(said)")
        for word in ["level.csv:2", "scale", "level.csv:3", "uint8", "meter.csv:3", "total", "flow"] {
            #expect(said.contains(word), "\(word) in \(said)")
        }
    }

    @Test func `a serial line with room is accepted`() throws {
        let folder = try TestFolder()
        let plan = DaemonProcess.Plan(folder: folder.path, tables: Self.bus("one", Self.tty))
        try plan.write()
        let run = try CommandLineRun(["check", "--config", plan.configuration], in: folder)
        #expect(run.code == 0, "\(run.output)\(run.errors)")
        #expect(run.output.contains("1 Modbus bus"), "\(run.output)")
    }
}
