import Modbus
import Registers
import Settings
import Simulation

/// The demo's Modbus plant: a gateway with four instruments of two stations, which the daemon polls.
///
/// It lives in the demo itself, so that it is there before the daemon and ends with us. Now and then an answer is late,
/// and one unit falls silent for a while, so that an outage is seen.
struct DemoPlant: Sendable {
    /// What stands in the queue and in readings: `modbus:plant`.
    static let source = "modbus:plant"
    /// Late ones come after the daemon has given up; they are never taken for another answer.
    private static let faults = ["late=350ms..900ms@0.04", "unit=4:silence@6s..14s/60s"]

    let server: SlaveServer

    /// Writes the models into the folder and takes a free port.
    init(folder: DemoFolder, seed: UInt64) throws {
        try folder.write(Self.models, to: folder.plantModels)
        let models = try ModelFile.load(path: folder.plantModels).get()
        let units = Self.devices.compactMap { device in
            models.first { $0.name == device.model }.map { model in
                SimulatedUnit(
                    unit: device.unit, registers: model.registers, statusRegister: model.statusRegister,
                    limits: model.limits, seed: seed)
            }
        }
        let plan = try FaultPlan(faults: Self.faults, scripts: [], seed: seed)
        server = try SlaveServer(
            slave: SimulatedSlave(units: units, plan: plan),
            endpoint: .network(host: "127.0.0.1", port: 0, framing: .tcp))
    }

    /// Its table of the settings.
    var settings: String {
        let head = """
            [[modbus]]
            name = "plant"
            url = "\(server.url)"
            every = "2s"
            timeout = "300ms"

            """
        return Self.devices.reduce(into: head) { text, device in
            text += """

                  [[modbus.device]]
                  unit = \(device.unit)
                  station = "\(device.station)"
                  model = "\(device.model)"
                  breaker_failures = 2
                  breaker_max_pause = "4s"

                """
        }
    }

    private static let devices: [(unit: UInt8, station: String, model: String)] = [
        (1, "HN-NT-21", "water-probe"), (2, "HN-NT-21", "flow-meter"), (3, "HN-NT-22", "water-probe"),
        (4, "HN-NT-22", "flow-meter"),
    ]

    /// Made up, after the pattern of real instruments: scaled integers here, joined words there.
    private static let models = """
        # Written by `quantrac demo`.
        [model.water-probe]
        description = "A probe in the effluent: pH, temperature, solids, ammonium"
        status_register = "state"

          [[model.water-probe.register]]
          name = "ph"
          parameter = "pH"
          address = 0
          type = "uint16"
          scale = 0.01
          unit = "[pH]"
          missing = [65535]

          [[model.water-probe.register]]
          name = "temperature"
          parameter = "Temp"
          address = 1
          type = "int16"
          scale = 0.1
          unit = "Cel"
          missing = [-32768]

          [[model.water-probe.register]]
          name = "solids"
          parameter = "TSS"
          address = 2
          type = "float32"
          order = "CDAB"
          unit = "mg/L"

          [[model.water-probe.register]]
          name = "ammonium"
          parameter = "NH4"
          address = 4
          type = "float32"
          order = "CDAB"
          unit = "mg/L"

          [[model.water-probe.register]]
          name = "state"
          address = 6
          type = "uint16"
          status = { 0 = "00", 1 = "01", 2 = "02", 3 = "03" }

        [model.flow-meter]
        description = "A meter in the outlet channel: flow, level"

          [[model.flow-meter.register]]
          name = "flow"
          parameter = "Flow_out"
          kind = "input"
          address = 0
          type = "float32"
          unit = "m3/h"

          [[model.flow-meter.register]]
          name = "level"
          parameter = "WaterLevel"
          kind = "input"
          address = 2
          type = "int16"
          scale = 0.001
          unit = "m"

        """
}
