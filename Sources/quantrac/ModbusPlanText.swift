import Modbus
import Registers

/// The requests of a device's polls and the load of its bus, for people and for programs.
struct ModbusPlanText {
    /// A model by itself has no bus, and no load.
    let bus: BusDefinition?
    let device: DeviceDefinition

    private var everyMilliseconds: Int64? { device.everyMilliseconds ?? bus?.everyMilliseconds }

    /// The device in a line, then its requests.
    func lines() -> [String] {
        let requests = device.plan()
        var subject = bus == nil ? "" : "unit \(device.unit), "
        if !device.station.isEmpty {
            subject += "station \(device.station)\(device.sensor == 1 ? "" : " #\(device.sensor)"), "
        }
        if let model = device.model { subject += "model \(model), " }
        if let every = everyMilliseconds, bus != nil {
            subject += "every \(TimeLength(milliseconds: every).defaultValueDescription), "
        }
        subject +=
            "\(Grouped.count(device.registers.count, "register")) in \(Grouped.count(requests.count, "request"))"
        var table = Table(">REQUEST", "TABLE", "NUMBERS", "ADDRESSES", ">COUNT", "READS", "ONLY GAP")
        for (index, planned) in requests.enumerated() {
            let kind = planned.request.kind
            let gaps = gaps(of: planned)
            table.add(
                "\(index + 1)", kind.rawValue, ModbusNumber.text(kind, planned.request.addresses),
                ModbusNumber.addresses(planned.request.addresses), "\(planned.request.count)",
                names(of: planned),
                gaps.isEmpty
                    ? ""
                    : "\(gaps.reduce(0) { $0 + $1.count }): "
                        + gaps.map(ModbusNumber.addresses).joined(separator: " "))
        }
        return [subject] + table.lines
    }

    /// As many as a line of a terminal takes.
    private func names(of planned: PlannedRequest) -> String {
        var text = ""
        for (index, member) in planned.members.enumerated() {
            let name = device.registers[member].name
            if index > 0, text.count + name.count > 50 { return "\(text) … \(planned.members.count) in all" }
            text += (index == 0 ? "" : " ") + name
        }
        return text
    }

    /// One object a request.
    func json() -> [String] {
        device.plan().enumerated().map { index, planned in
            let addresses = planned.request.addresses
            var line = JSONLine()
            line.add("kind", "request")
            line.add("bus", bus?.name)
            line.add("unit_id", bus == nil ? nil : Int(device.unit))
            line.add("station", device.station.isEmpty ? nil : device.station)
            line.add("sensor", bus == nil ? nil : Int(device.sensor))
            line.add("model", device.model)
            line.add("every_ms", bus == nil ? nil : everyMilliseconds)
            line.add("request", index + 1)
            line.add("table", planned.request.kind.rawValue)
            line.add("first_number", ModbusNumber.text(planned.request.kind, addresses.lowerBound))
            line.add("last_number", ModbusNumber.text(planned.request.kind, addresses.upperBound - 1))
            line.add("first_address", addresses.lowerBound)
            line.add("last_address", addresses.upperBound - 1)
            line.add("count", Int(planned.request.count))
            line.add("registers", planned.members.map { device.registers[$0].name })
            line.raw(
                "gaps",
                "[" + gaps(of: planned).map { "[\($0.lowerBound),\($0.upperBound - 1)]" }.joined(separator: ",") + "]")
            return line.finished
        }
    }

    /// Addresses of a request that belong to no register.
    private func gaps(of planned: PlannedRequest) -> [Range<Int>] {
        var gaps: [Range<Int>] = []
        var next = planned.request.addresses.lowerBound
        for addresses in planned.members.map({ device.registers[$0].addresses }).sorted(by: {
            $0.lowerBound < $1.lowerBound
        }) {
            if addresses.lowerBound > next { gaps.append(next..<addresses.lowerBound) }
            next = max(next, addresses.upperBound)
        }
        let end = planned.request.addresses.upperBound
        if next < end { gaps.append(next..<end) }
        return gaps
    }
}

/// How much of a bus its polls need.
struct ModbusLoadText {
    let bus: BusDefinition
    private let load: BusLoad

    init(_ bus: BusDefinition) {
        self.bus = bus
        load = bus.load
    }

    var heading: String {
        "bus \(bus.name)  \(ModbusText.place(bus.address))  every "
            + TimeLength(milliseconds: bus.everyMilliseconds).defaultValueDescription
            + (bus.offsetMilliseconds == 0
                ? "" : " + \(TimeLength(milliseconds: bus.offsetMilliseconds).defaultValueDescription)")
    }

    func lines() -> [String] {
        var lines = ["load  \(Self.rate(load.requestsPerSecond)) requests a second"]
        if bus.address.serialLine != nil {
            lines.append(
                "      the line is busy \(Self.percent(load.utilisation)) of the time (more than 90 % is refused), "
                    + "\(Self.percent(load.utilisationWithOneSilent)) while one device is silent")
        } else if load.utilisationWithOneSilent > 0 {
            lines.append(
                "      while one device is silent, \(Self.percent(load.utilisationWithOneSilent)) of the time is spent "
                    + "waiting")
        }
        return lines
    }

    func json() -> String {
        var line = JSONLine()
        line.add("kind", "load")
        line.add("bus", bus.name)
        line.add("url", bus.address.description)
        line.add("every_ms", bus.everyMilliseconds)
        line.add("offset_ms", bus.offsetMilliseconds)
        line.add("devices", bus.devices.count)
        line.add("requests_per_second", load.requestsPerSecond)
        line.add("utilisation", bus.address.serialLine == nil ? nil : load.utilisation)
        line.add("utilisation_one_silent", load.utilisationWithOneSilent)
        return line.finished
    }

    /// Three digits that matter.
    static func rate(_ value: Double) -> String {
        guard value > 0, value.isFinite else { return "0" }
        var unit = 1.0
        while value * unit < 100, unit < 1e6 { unit *= 10 }
        return ModbusText.number((value * unit).rounded() / unit)
    }

    static func percent(_ share: Double) -> String {
        "\(ModbusText.number((share * 1000).rounded() / 10)) %"
    }
}
