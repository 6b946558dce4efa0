import ArgumentParser
import Registers
import Testing

@testable import Simulation
@testable import quantrac

@Suite struct `Simulating Modbus devices on the command line` {
    private func command(_ arguments: String...) throws -> ModbusSimulateCommand {
        try ModbusSimulateCommand.parse(arguments)
    }

    @Test func `takes a model file, units, and a place to listen`() throws {
        let command = try command(
            "probe.toml", "--unit", "1,5-7", "--listen", "tcp://127.0.0.1:0", "--fault", "unit=5:late=500ms@0.1",
            "--script", "ok,silence", "--set", "5:ph=7.1", "--for", "20s", "--count", "7")
        #expect(command.files == ["probe.toml"])
        #expect(command.unit?.units == [1, 5, 6, 7])
        #expect(command.length?.milliseconds == 20_000)
        #expect(command.count == 7)
    }

    @Test(
        arguments: [
            [], ["probe.toml", "--config", "quantrac.toml"], ["--bus", "plant"], ["probe.toml", "--bus", "plant"],
            ["--config", "quantrac.toml", "--unit", "1"], ["--config", "quantrac.toml", "--name", "probe"],
            ["probe.toml", "--listen", "127.0.0.1:502"], ["probe.toml", "--fault", "late"],
            ["probe.toml", "--script", "ok,lat"], ["probe.toml", "--set", "ph"], ["probe.toml", "--unit", "256"],
            ["probe.toml", "--fault", "bad-crc"], ["probe.toml", "--link", "tty"], ["probe.toml", "--count", "0"],
            ["probe.toml", "--fault", "exception=99"],
            ["probe.toml", "--unit", "0", "--listen", "rtu+tcp://127.0.0.1:0"],
            ["probe.toml", "--fault", "silence@0.6", "--fault", "noise@0.6"],
        ] as [[String]])
    func `refuses what does not fit together`(arguments: [String]) {
        #expect(throws: (any Error).self) { try ModbusSimulateCommand.parse(arguments) }
    }

    @Test func `says what was done, for people and for programs`() {
        var counts = SlaveCounts()
        counts.requests = 1234
        counts.answers = 1200
        counts.exceptions = [2: 30, 1: 1]
        counts.otherUnits = 3
        counts.faults = [.late: 12, .badChecksum: 2]
        counts.connections = 1
        #expect(
            ModbusSimulateCommand.text(counts)
                == "1,234 requests: 1,200 answered, refused 1 with 1, 30 with 2, 3 to units that are not here; "
                + "faults: bad-crc 2, late 12")
        #expect(
            ModbusSimulateCommand.json(counts)
                == #"{"requests":1234,"answers":1200,"exceptions":{"1":1,"2":30},"other_units":3,"connections":1,"#
                + #""faults":{"late":12,"bad-crc":2}}"#)
    }

    @Test func `simulates the demo's plant from the settings that the demo writes`() throws {
        let folder = try DemoFolder()
        let plant = try DemoPlant(folder: folder, seed: 1)
        try folder.writeConfiguration(broker: "mqtt://127.0.0.1:21000", httpPort: 21_001, plant: plant.settings)
        let units = try ModbusSimulatedUnits(settings: folder.configuration, bus: nil)
        #expect(units.devices.map(\.unit) == [1, 2, 3, 4])
        #expect(Set(units.devices.map(\.station)) == ["HN-NT-21", "HN-NT-22"])
        #expect(units.lines.first == "unit 1, 3: water-probe: 5 registers")
        #expect(throws: CommandFailure.self) { try ModbusSimulatedUnits(settings: folder.configuration, bus: "other") }

        let models = try ModbusSimulatedUnits(files: [folder.plantModels], name: nil, units: nil)
        #expect(models.devices.map(\.model) == ["water-probe", "flow-meter"])
        let hint = models.hint(url: "tcp://127.0.0.1:1502")
        #expect(hint.hasPrefix("quantrac modbus read tcp://127.0.0.1:1502 --unit 1 --model /"))
        #expect(hint.hasSuffix("/models/plant.toml --name water-probe"))
        let one = try ModbusSimulatedUnits(files: [folder.plantModels], name: "flow-meter", units: [4, 2])
        #expect(one.devices.map(\.unit) == [4, 2])
        #expect(throws: CommandFailure.self) {
            try ModbusSimulatedUnits(files: [folder.plantModels], name: nil, units: [1, 2, 3])
        }
        #expect(throws: CommandFailure.self) {
            try ModbusSimulatedUnits(files: [folder.plantModels], name: "none", units: nil)
        }
        try folder.remove()
    }

    @Test func `counts of the demo see a loss of either kind`() {
        var sent = SimulatorCounts()
        sent.readings = 100
        sent.deadLetters = 5
        func lost(queued: Int64, pulled: Int64, duplicates: Int64 = 0, deadLetters: Int64 = 5) -> Int64 {
            DemoResult(
                counts: sent, queued: queued, polled: 20, silences: 2, duplicates: duplicates, deadLetters: deadLetters,
                pulled: pulled, waiting: 0
            ).lost
        }
        #expect(lost(queued: 122, pulled: 122) == 0)
        // A published one is not made up for by one that was polled.
        #expect(lost(queued: 121, pulled: 121) == 1)
        #expect(lost(queued: 122, pulled: 121) == 1)
        // An unreadable message for the second time is a duplicate.
        #expect(lost(queued: 122, pulled: 122, duplicates: 2, deadLetters: 3) == 0)
        #expect(lost(queued: 122, pulled: 122, duplicates: 1, deadLetters: 3) == 1)
    }
}
