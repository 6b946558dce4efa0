import FoundationEssentials

/// A file of models by itself, for the commands that need no other settings.
public enum ModelFile {
    /// Reads the `[model.NAME]` of a TOML file, or the one model of a `NAME.csv`; all of it right, or all that is wrong.
    ///
    /// - Returns: The models in the order of the file; at least one.
    public static func load(path: String) -> Result<[DeviceModel], SettingsFaults> {
        guard FileState(path: path) != .missing else {
            let place = Place(file: path)
            return .failure(
                SettingsFaults(faults: [
                    SettingsFault(
                        .unreadable, at: place, key: "", "there is no such file, expected one of models, .toml or .csv")
                ]))
        }
        var reader = ModelReader()
        reader.read(path: path)
        var faults = reader.faults
        if faults.faults.isEmpty, reader.entries.isEmpty {
            faults.add(
                .missing, at: Place(file: path), key: Schema.model.name,
                "is missing, expected at least one `\(Schema.model.heading)`")
        }
        let found = faults.sorted(files: [path])
        guard found.isEmpty else { return .failure(SettingsFaults(faults: found)) }
        return .success(reader.entries.compactMap(\.model))
    }

    /// The files of models beside a main file, in the order of their names' bytes.
    static func paths(beside mainFile: String, faults: inout FaultList) -> [String] {
        Configuration.files(in: Configuration.directory(of: mainFile) + "/models", endings: [".toml", ".csv"], &faults)
    }
}
