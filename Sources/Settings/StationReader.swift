import Readings
import Registers
import Registry

/// Makes the stations of the checked `[[station]]` tables.
struct StationReader {
    var faults: FaultList

    /// The stations in the order of the files; one that has faults may be incomplete.
    mutating func read(_ tables: [CheckedTable]) -> [StationDefinition] {
        tables.map { station($0) }
    }

    private mutating func station(_ table: CheckedTable) -> StationDefinition {
        var station = StationDefinition(
            id: table.text("id"), name: table.text("name"), domain: table.text("domain"))
        for (key, other) in [("latitude", "longitude"), ("longitude", "latitude")]
        where table.isSet(key) && !table.isSet(other) {
            faults.add(
                .conflict, at: table.place(key), key: "\(table.path).\(key)",
                "stands alone, expected \(other) beside it")
        }
        station.latitude = table.numberIfAny("latitude")
        station.longitude = table.numberIfAny("longitude")
        station.intervalMilliseconds = table.integerIfAny("every")
        var seen: [SeriesKey: Place] = [:]
        for inner in table.children["parameter"] ?? [] {
            guard let parameter = parameter(inner) else { continue }
            let series = SeriesKey(station: station.id, parameter: parameter.symbol, sensor: parameter.sensor)
            if let first = seen[series] {
                faults.add(
                    .duplicate, at: inner.place("symbol"), key: "\(inner.path).symbol",
                    "\(parameter.symbol), sensor \(parameter.sensor), already stands at \(first); expected another `sensor`"
                )
            }
            seen[series] = seen[series] ?? inner.place("symbol")
            station.parameters.append(parameter)
        }
        return station
    }

    /// `nil` when faults stand already.
    private func parameter(_ table: CheckedTable) -> ParameterDefinition? {
        guard let symbol = TextRule.symbol(table.text("symbol")), let sensor = table.integerIfAny("sensor")
        else { return nil }
        var parameter = ParameterDefinition(symbol: symbol, sensor: Int(sensor), unit: table.text("unit"))
        parameter.intervalMilliseconds = table.integerIfAny("every")
        parameter.detectionLimit = table.numberIfAny("detection_limit")
        return parameter
    }

    /// The series that buses poll, and the intervals at which they do.
    static func polledMilliseconds(_ buses: [BusDefinition]) -> [SeriesKey: Int64] {
        var polled: [SeriesKey: Int64] = [:]
        for bus in buses {
            for device in bus.devices {
                for parameter in device.registers.compactMap(\.parameter) {
                    let series = SeriesKey(
                        station: device.station, parameter: parameter, sensor: Int(device.sensor))
                    polled[series] = device.everyMilliseconds ?? bus.everyMilliseconds
                }
            }
        }
        return polled
    }
}
