import Readings
import Registers

/// Makes the buses of the checked `[[modbus]]` tables, and checks what only shows when they are seen together.
struct BusReader {
    let models: ModelReader
    var faults: FaultList
    private(set) var advice: [SettingsWarning] = []
    private(set) var serialDevices: [SerialDevice] = []

    /// Where each bus stands, by what tells two of them apart on the machine.
    private var busPlaces: [String: Place] = [:]
    /// Which register makes each series.
    private var seriesOrigins: [SeriesName: Origin] = [:]

    /// The registers that were warned of, once for all devices of a model.
    private var advisedStrings: Set<Place> = []

    private struct SeriesName: Hashable {
        var station: String
        var parameter: String
        var sensor: UInt16
    }

    private struct Origin {
        var register: String
        var device: Place
        var place: Place
    }

    init(models: ModelReader, faults: FaultList) {
        self.models = models
        self.faults = faults
    }

    /// The buses; one that has faults may be missing or incomplete.
    mutating func read(_ tables: [CheckedTable]) -> [BusDefinition] {
        tables.compactMap { bus($0) }
    }

    private mutating func bus(_ table: CheckedTable) -> BusDefinition? {
        let address = table.textIfAny("url").flatMap { try? BusAddress(url: $0) }
        if let address { checkOwner(of: address, table) }
        let deviceTables = table.children["device"] ?? []
        if deviceTables.isEmpty, !faults.faults.contains(where: { $0.key == "\(table.path).device" }) {
            faults.add(
                .missing, at: table.place, key: "\(table.path).device",
                "is missing, expected at least one `[[modbus.device]]`")
        }
        checkUnits(deviceTables, address)
        let devices = deviceTables.map { device($0) }
        checkTimes(table, deviceTables, devices)
        guard let address, table.isWhole, let time = BusDefinition.ObservedTime(rawValue: table.text("time")),
            let silence = BusDefinition.SilenceRecords(rawValue: table.text("com"))
        else { return nil }
        var bus = BusDefinition(name: table.text("name"), address: address)
        bus.everyMilliseconds = table.integer("every")
        bus.offsetMilliseconds = table.integer("offset")
        bus.observedTime = time
        bus.silence = silence
        bus.timeoutMilliseconds = table.integer("timeout")
        bus.retries = Int(table.integer("retries"))
        bus.devices = devices.compactMap(\.self)
        bus.lateResponseWindowMilliseconds =
            table.integerIfAny("late_response_window") ?? 10 * longestTimeout(table, deviceTables)
        if bus.devices.count == devices.count, !devices.isEmpty { judgeLoad(of: bus, table) }
        SerialDevice(address, key: "\(table.path).url", place: table.place("url")).map { serialDevices.append($0) }
        recommendStablePath(address, table)
        return bus
    }

    // MARK: The bus

    /// Two owners of one line would take each other's answers.
    private mutating func checkOwner(of address: BusAddress, _ table: CheckedTable) {
        let identity = address.identity
        if let first = busPlaces[identity] {
            faults.add(
                .duplicate, at: table.place("url"), key: "\(table.path).url",
                "\"\(table.text("url"))\" is already the bus at \(first), expected its devices there")
        }
        busPlaces[identity] = busPlaces[identity] ?? table.place("url")
    }

    private mutating func checkUnits(_ devices: [CheckedTable], _ address: BusAddress?) {
        var isSerial = true
        if case .tcp = address { isSerial = false }
        var seen: [Int64: Place] = [:]
        for table in devices {
            guard let unit = table.integerIfAny("unit") else { continue }
            if let first = seen[unit] {
                faults.add(
                    .duplicate, at: table.place("unit"), key: "\(table.path).unit",
                    "\(unit) is already the unit at \(first), expected each device once on its bus")
            }
            seen[unit] = seen[unit] ?? table.place("unit")
            guard isSerial, address != nil else { continue }
            if unit == 0 {
                faults.add(
                    .conflict, at: table.place("unit"), key: "\(table.path).unit",
                    "0 means every unit on a serial line, and none of them answers; expected 1 … 247")
            } else if unit > 247 {
                faults.add(
                    .conflict, at: table.place("unit"), key: "\(table.path).unit",
                    "\(unit) is reserved on a serial line, expected 1 … 247")
            }
        }
    }

    /// The longest timeout of a device.
    private func longestTimeout(_ table: CheckedTable, _ devices: [CheckedTable]) -> Int64 {
        let timeouts = devices.map { $0.integerIfAny("timeout") ?? table.integer("timeout") }
        return timeouts.max() ?? table.integer("timeout")
    }

    private mutating func checkTimes(
        _ table: CheckedTable, _ deviceTables: [CheckedTable], _ devices: [DeviceDefinition?]
    ) {
        let timeout = longestTimeout(table, deviceTables)
        if let window = table.integerIfAny("late_response_window"), window < timeout {
            faults.add(
                .conflict, at: table.place("late_response_window"), key: "\(table.path).late_response_window",
                "ends before the longest timeout, \(Quantity.durationText(timeout)), does; expected at least that, better "
                    + "10 times as much")
        }
        guard let every = table.integerIfAny("every"), let offset = table.integerIfAny("offset") else { return }
        if offset >= every {
            faults.add(
                .conflict, at: table.place("offset"), key: "\(table.path).offset",
                "\(Quantity.durationText(offset)) is not less than `every`, \(Quantity.durationText(every)); expected "
                    + "a part of the interval")
            return
        }
        for (deviceTable, device) in zip(deviceTables, devices) {
            guard let own = device?.everyMilliseconds, offset >= own else { continue }
            faults.add(
                .conflict, at: deviceTable.place("every"), key: "\(deviceTable.path).every",
                "\(Quantity.durationText(own)) is not more than the bus's `offset`, \(Quantity.durationText(offset)); "
                    + "expected a longer interval or a smaller offset")
        }
    }

    private mutating func judgeLoad(of bus: BusDefinition, _ table: CheckedTable) {
        let load = bus.load
        if load.utilisation > BusReader.utilisationMax {
            faults.add(
                .conflict, at: table.place, key: table.path,
                "its polls need \(BusReader.percent(load.utilisation)) of the line's time, expected at most "
                    + "\(BusReader.percent(BusReader.utilisationMax)); raise `every` of the bus or a device, or the baud "
                    + "rate, or put devices on another line (`quantrac modbus plan --model FILE --url URL --every TIME` shows what a "
                    + "device needs)")
        } else if load.utilisationWithOneSilent > BusReader.utilisationMax {
            advice.append(
                SettingsWarning(
                    at: table.place, key: table.path,
                    "while its most expensive device is silent, its polls need "
                        + "\(BusReader.percent(load.utilisationWithOneSilent)) of the time: until the device's breaker opens, "
                        + "polls of the others come late or are left out and counted; a shorter `timeout`, fewer `retries`, "
                        + "fewer `breaker_failures` or a longer `every` are recommended"))
        }
    }

    /// Above it there is no time left for a retry.
    private static let utilisationMax = 0.9

    private static func percent(_ share: Double) -> String {
        share.isFinite && share < 1e6 ? "\(Int((share * 100).rounded(.up))) %" : "far more than 100 %"
    }

    private mutating func recommendStablePath(_ address: BusAddress, _ table: CheckedTable) {
        guard case .rtu(let device, _) = address, !address.isStableDevicePath else { return }
        advice.append(
            SettingsWarning(
                at: table.place("url"), key: "\(table.path).url",
                "\(device) is another adapter when they are plugged in, or found, in another order; the adapter's own path "
                    + "below /dev/serial/by-id, or the socket's below /dev/serial/by-path, is recommended"))
    }

    // MARK: Devices

    private mutating func device(_ table: CheckedTable) -> DeviceDefinition? {
        var reader = RegisterReader(faults: faults)
        let own = (table.children["register"] ?? []).map { reader.read($0) }
        faults = reader.faults
        let entry = model(of: table)
        if own.isEmpty, !table.isSet("model"), !faults.faults.contains(where: { $0.key == "\(table.path).register" }) {
            faults.add(
                .missing, at: table.place, key: "\(table.path).register",
                "is missing, expected a `model`, or at least one `[[modbus.device.register]]`")
        }
        // A model with faults says enough about itself.
        if let entry, entry.model == nil { return nil }
        let map = RegisterMap(table, own: own, model: entry)
        map.check(&faults)
        checkSeries(table, map)
        adviseOnStrings(map)
        guard let definitions = map.definitions, !definitions.isEmpty, table.isWhole,
            let unit = table.integerIfAny("unit").flatMap({ UInt8(exactly: $0) }), !table.text("station").isEmpty
        else { return nil }
        var device =
            entry?.model?.device(unit: unit, station: table.text("station"))
            ?? DeviceDefinition(unit: unit, station: table.text("station"))
        device.sensor = UInt16(clamping: table.integer("sensor"))
        device.everyMilliseconds = table.integerIfAny("every") ?? device.everyMilliseconds
        device.timeoutMilliseconds = table.integerIfAny("timeout")
        device.breakerFailures = Int(table.integer("breaker_failures"))
        device.breakerMaxPauseMilliseconds = table.integer("breaker_max_pause")
        device.limits = map.limits
        device.registers = definitions
        device.statusRegister = map.statusIndex
        return device
    }

    /// A label that is polled as a quantity has no value, unless its text is a number.
    private mutating func adviseOnStrings(_ map: RegisterMap) {
        for register in map.registers {
            guard let definition = register.definition, definition.type == .string,
                let parameter = definition.parameter,
                advisedStrings.insert(register.place).inserted
            else { continue }
            advice.append(
                SettingsWarning(
                    at: register.place, key: register.key,
                    "\(parameter) is read from text: its readings have no value unless the text is a number, such as "
                        + "\" 12.5\"; no register is recommended for a text that is only a label"))
        }
    }

    /// The model that the device names, with faults or without; `nil`: none, or there is no such model.
    private mutating func model(of table: CheckedTable) -> ModelEntry? {
        guard let name = table.textIfAny("model") else { return nil }
        if let entry = models.entry(named: name) { return entry }
        guard models.isComplete else { return nil }
        let known = models.entries.map(\.name)
        faults.add(
            .badValue, at: table.place("model"), key: "\(table.path).model",
            "there is no model \"\(name)\", expected "
                + (known.isEmpty
                    ? "a `[model.\(name)]` in models/*.toml, or models/\(name).csv, beside the main file"
                    : "one of models/*.toml and models/*.csv: \(known.prefix(12).joined(separator: ", "))"),
            suggestion: Spelling.nearest(to: name, in: known))
        return nil
    }

    /// Two registers that make one series would contradict each other at every poll.
    private mutating func checkSeries(_ table: CheckedTable, _ map: RegisterMap) {
        guard table.integerIfAny("sensor") != nil, !table.text("station").isEmpty else { return }
        let sensor = UInt16(clamping: table.integer("sensor"))
        var told: Set<Place> = []
        for (index, register) in map.registers.enumerated() {
            guard let parameter = register.definition?.parameter else { continue }
            let isInherited = index < map.modelCount
            let origin = Origin(
                register: register.name, device: table.place,
                place: isInherited ? table.place("model") : register.table.place("parameter"))
            let series = SeriesName(station: table.text("station"), parameter: parameter, sensor: sensor)
            guard let first = seriesOrigins[series] else {
                seriesOrigins[series] = origin
                continue
            }
            // Two devices of one model have all their registers in common: that is told once.
            guard !isInherited || told.insert(first.device).inserted else { continue }
            faults.add(
                .duplicate, at: origin.place, key: isInherited ? "\(table.path).model" : "\(register.key).parameter",
                "\(series.parameter) of \(series.station), sensor \(sensor), already comes from the register "
                    + "`\(first.register)` at \(first.place); expected another `sensor`, station or parameter")
        }
    }
}
