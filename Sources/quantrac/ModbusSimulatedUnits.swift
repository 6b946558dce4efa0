import FoundationEssentials
import Registers
import Settings
import Simulation

/// The devices that a simulator stands for: of models, or of a bus of the settings.
struct ModbusSimulatedUnits {
    let devices: [DeviceDefinition]
    /// Where each device's model was read, for a command that reads it; `nil`: the settings.
    private let files: [String?]
    /// The model's file has more than one.
    private let needsName: [Bool]

    /// - Throws: `CommandFailure`, or `SettingsFaults` when a file has faults.
    init(files paths: [String], name: String?, units: [UInt8]?) throws {
        var models: [(model: DeviceModel, file: String, isOneOfSeveral: Bool)] = []
        for path in paths {
            let found = try ModelFile.load(path: path).get()
            models += found.map { ($0, path, found.count > 1) }
        }
        if let name {
            let known = models.map(\.model.name).joined(separator: ", ")
            models = models.filter { $0.model.name == name }
            guard !models.isEmpty else {
                throw CommandFailure(.usage, "there is no model `\(name)`; expected one of: \(known)")
            }
        }
        let units = units ?? Array(1...UInt8(clamping: max(1, min(models.count, 247))))
        guard models.count == 1 || models.count == units.count else {
            throw CommandFailure(
                .usage,
                "\(models.count) models and \(units.count) units: give as many --unit as there are models, or choose one "
                    + "with --name: " + models.map(\.model.name).joined(separator: ", "))
        }
        let chosen = units.indices.map { models[models.count == 1 ? 0 : $0] }
        devices = zip(units, chosen).map { $1.model.device(unit: $0, station: "SIMULATED") }
        files = chosen.map(\.file)
        needsName = chosen.map(\.isOneOfSeveral)
    }

    /// - Throws: `CommandFailure`, or `SettingsFaults` when the settings have faults.
    init(settings path: String, bus name: String?) throws {
        let settings = try Configuration.load(path: path, environment: ProcessInfo.processInfo.environment).get()
        let known = settings.modbus.map(\.name).joined(separator: ", ")
        guard !settings.modbus.isEmpty else {
            throw CommandFailure(.usage, "\(path) has no [[modbus]]; give model files instead of --config")
        }
        let found = settings.modbus.filter { name == nil || $0.name == name }
        guard found.count == 1, let bus = found.first else {
            throw CommandFailure(.usage, "which bus of \(path)? give --bus with one of: \(known)")
        }
        // One unit may be two devices of the settings, of two stations: its registers are those of both.
        var merged: [DeviceDefinition] = []
        for device in bus.devices {
            if let place = merged.firstIndex(where: { $0.unit == device.unit }) {
                merged[place].registers += device.registers
            } else {
                merged.append(device)
            }
        }
        devices = merged
        files = merged.map { _ in nil }
        needsName = merged.map { _ in false }
    }

    func units(isFilled: Bool, seed: UInt64) -> [SimulatedUnit] {
        devices.map { device in
            SimulatedUnit(
                unit: device.unit, registers: device.registers, statusRegister: device.statusRegister,
                limits: device.limits, isFilled: isFilled, seed: seed)
        }
    }

    /// The command that reads the first of them.
    func hint(url: String) -> String {
        guard let device = devices.first else { return "" }
        let command = "quantrac modbus read \(DemoParts.quoted(url)) --unit \(device.unit)"
        if let file = files[0] {
            return command + " --model \(DemoParts.quoted(file))"
                + (needsName[0] ? " --name \(DemoParts.quoted(device.model ?? ""))" : "")
        }
        guard let register = device.registers.first else { return command }
        return command
            + " --table \(register.kind.rawValue) --address \(register.address) --type \(register.type.rawValue)"
            + (register.order.map { " --order \($0.rawValue)" } ?? "")
    }

    /// Who answers, a line for each model.
    var lines: [String] {
        var lines: [(title: String, units: [UInt8])] = []
        for device in devices {
            let count = device.registers.count
            let title = "\(device.model ?? device.station): \(count) \(count == 1 ? "register" : "registers")"
            if let place = lines.firstIndex(where: { $0.title == title }) {
                lines[place].units.append(device.unit)
            } else {
                lines.append((title, [device.unit]))
            }
        }
        return lines.map { "unit \(ModbusUnitList.text($0.units)): \($0.title)" }
    }
}
