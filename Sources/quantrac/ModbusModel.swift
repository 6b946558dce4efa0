import Registers
import Settings

/// A device by its model file alone, as the commands that need no settings use it.
enum ModbusModel {
    /// - Throws: `SettingsFaults` when the file has faults, `CommandFailure` when it does not have the model.
    static func device(unit: UInt8, file: String, name: String?) throws -> DeviceDefinition {
        let models = try ModelFile.load(path: file).get()
        guard let model = name == nil && models.count == 1 ? models[0] : models.first(where: { $0.name == name }) else {
            let names = models.map(\.name).joined(separator: ", ")
            throw CommandFailure(
                .usage,
                name.map { "\(file) has no model `\($0)`; it has \(names)" }
                    ?? "\(file) has several models: say --name with one of \(names)")
        }
        return model.device(unit: unit, station: "")
    }
}
