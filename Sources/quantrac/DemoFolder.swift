import FoundationEssentials

/// The temporary folder in which a demo lives.
struct DemoFolder: Sendable {
    let path: String
    var broker: String { path + "/broker" }
    var data: String { path + "/data" }
    /// What the puller has fetched.
    var warehouse: String { path + "/warehouse" }
    var configuration: String { path + "/quantrac.toml" }
    /// Beside the configuration, where the daemon looks for models.
    var plantModels: String { path + "/models/plant.toml" }
    var daemonLog: String { path + "/daemon.log" }
    var pullerLog: String { path + "/puller.log" }

    /// Makes it, for this user only.
    init() throws {
        let base = FileManager.default.temporaryDirectory.path
        let name = "quantrac-demo-" + String(UInt32.random(in: 0x1000_0000 ... .max), radix: 16)
        path = base.hasSuffix("/") ? base + name : "\(base)/\(name)"
        let mode: [FileAttributeKey: Any] = [.posixPermissions: 0o700]
        for folder in [path, broker, data, warehouse, path + "/models"] {
            try FileManager.default.createDirectory(
                atPath: folder, withIntermediateDirectories: false, attributes: mode)
        }
    }

    func remove() throws {
        try FileManager.default.removeItem(atPath: path)
    }

    /// Settings for the demo's daemon.
    ///
    /// - Parameters:
    ///   - plant: The table of a bus, if there is one.
    ///   - quality: Tables of stations and rules.
    func writeConfiguration(broker url: String, httpPort: Int, plant: String = "", quality: String = "") throws {
        let text = """
            # Written by `quantrac demo`.
            [node]
            name = "demo"
            data_directory = "\(data)"
            zone = "Asia/Ho_Chi_Minh"
            check_clock = false  # whatever machine this is, the demo's readings are not about its clock

            [log]
            format = "text"

            [queue]
            min_free_disk = "64MiB"

            [http]
            listen = "127.0.0.1:\(httpPort)"

            [[consumer]]
            name = "warehouse"

            [[mqtt]]
            name = "field"
            url = "\(url)"
            topics = ["quantrac/v1/{station}/readings"]

            \(plant)

            \(quality)
            """
        try write(text, to: configuration)
    }

    func write(_ text: String, to path: String) throws {
        try Data(text.utf8).write(to: URL(filePath: path))
    }

    /// The last lines of a log, for a message about what went wrong.
    func tail(of log: String, lines: Int = 5) -> String {
        guard let data = FileManager.default.contents(atPath: log) else { return "" }
        return String(decoding: data, as: UTF8.self).split(separator: "\n").suffix(lines).joined(separator: "\n")
    }
}
