import ArgumentParser
import Registers
import Settings

/// `quantrac modbus plan`: what will be asked, and what it costs.
struct ModbusPlanCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "plan", abstract: "Show the requests of the polls and the load of the bus; asks nobody.",
        discussion: """
            Of the settings' buses, or of one model: with --url and --every its load too. ONLY GAP is read along to \
            save a request.
            """)

    @OptionGroup var configuration: ConfigurationOptions
    @OptionGroup var listing: ListingOptions

    @Option(help: "Only this bus of the settings.")
    var bus: String?

    @Option(
        help: ArgumentHelp("Instead of the settings: a model file.", valueName: "file"),
        completion: .file(extensions: ["toml", "csv"]))
    var model: String?

    @Option(help: ArgumentHelp("Which model of the file, when it has several.", valueName: "model"))
    var name: String?

    @Option(help: "The unit id of the model's device.")
    var unit: UInt8 = 1

    @Option(help: ArgumentHelp("The bus of the model's device, for the load.", valueName: "url"))
    var url: String?

    @Option(
        help: ArgumentHelp(
            "How often the model's device is polled, for the load. (default: the model's, else 10s)", valueName: "time")
    )
    var every: TimeLength?

    @Option(help: "Of the model's device: registers that may be read along to save a request, 0 … 124.")
    var maxGap: Int?

    @Option(help: "Of the model's device: registers in one request, 1 … 125.")
    var maxRegisters: Int?

    func validate() throws {
        if model == nil, name != nil || url != nil || every != nil || maxGap != nil || maxRegisters != nil {
            throw ValidationError("--name, --url, --every, --max-gap and --max-registers go with --model FILE.")
        }
        if every != nil, url == nil { throw ValidationError("--every is for the load: give --url as well.") }
        if model != nil, bus != nil || configuration.config != nil {
            throw ValidationError("Give --model FILE, or --config and --bus, not both.")
        }
        if let maxGap, !(0...124).contains(maxGap) { throw ValidationError("--max-gap is 0 … 124, not \(maxGap).") }
        if let maxRegisters, !(1...125).contains(maxRegisters) {
            throw ValidationError("--max-registers is 1 … 125, not \(maxRegisters).")
        }
        if let every, every.milliseconds < 10 { throw ValidationError("--every is at least 10ms.") }
        if let url {
            do { _ = try BusAddress(url: url) } catch { throw ValidationError("`\(url)` \(error.reason)") }
        }
    }

    func run() throws {
        var output = Output()
        if let model {
            try write(try ofModel(model), to: &output)
        } else {
            let buses = try ofSettings()
            for (index, bus) in buses.enumerated() {
                if index > 0, !listing.isJSON { try output.line("") }
                try write(bus, to: &output)
            }
        }
        try output.flush()
    }

    /// A bus with one device on it, or, without a URL, the device alone.
    private func ofModel(_ file: String) throws -> (BusDefinition?, [DeviceDefinition]) {
        var device = try ModbusModel.device(unit: unit, file: file, name: name)
        if let maxGap { device.limits.maxGap = maxGap }
        if let maxRegisters { device.limits.maxRegisters = maxRegisters }
        if let fault = device.faults.first { throw CommandFailure(.usage, "\(file): \(fault)") }
        guard let url else { return (nil, [device]) }
        var bus = BusDefinition(name: device.model ?? "model", address: try BusAddress(url: url))
        if let every { device.everyMilliseconds = every.milliseconds }
        bus.everyMilliseconds = device.everyMilliseconds ?? bus.everyMilliseconds
        bus.devices = [device]
        return (bus, bus.devices)
    }

    private func ofSettings() throws -> [(BusDefinition?, [DeviceDefinition])] {
        let settings = try configuration.load()
        let buses = settings.modbus.filter { bus == nil || $0.name == bus }
        if buses.isEmpty {
            let names = settings.modbus.map(\.name).joined(separator: ", ")
            throw CommandFailure(
                .failure,
                names.isEmpty
                    ? "\(configuration.path) has no [[modbus]]; --model FILE plans a model by itself"
                    : "there is no bus `\(bus ?? "")`; there are \(names)")
        }
        return buses.map { ($0, $0.devices) }
    }

    private func write(_ plan: (bus: BusDefinition?, devices: [DeviceDefinition]), to output: inout Output) throws {
        let load = plan.bus.map(ModbusLoadText.init)
        if let load, !listing.isJSON { try output.line(load.heading) }
        for device in plan.devices {
            let text = ModbusPlanText(bus: plan.bus, device: device)
            for line in listing.isJSON ? text.json() : text.lines() { try output.line(line) }
        }
        guard let load else { return }
        for line in listing.isJSON ? [load.json()] : load.lines() { try output.line(line) }
    }
}
