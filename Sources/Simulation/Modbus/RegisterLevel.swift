import Registers

/// Where a quantity usually lies: as the stations of the simulator have it, else by its unit.
struct RegisterLevel {
    var signal: Signal
    var span: ClosedRange<Double>
    var isCircular = false

    /// - Parameter seed: the register's own; of quantities that nobody knows, each has another level.
    init(for definition: RegisterDefinition, seed: UInt64) {
        let unit = definition.unit ?? ""
        let channels = StationModel.dozen.flatMap(\.channels).filter {
            $0.parameter == definition.parameter
        }
        if let channel = channels.first(where: { $0.unit == unit }) ?? channels.first {
            let factor = Self.factor(from: channel.unit, to: unit)
            signal = channel.signal.scaled(by: factor)
            span = (channel.span.lowerBound * factor)...(channel.span.upperBound * factor)
            isCircular = channel.isCircular
        } else if let usual = Self.usual[unit] {
            let swing = max(abs(usual) * 0.02, 0.01)
            signal = Signal(usual, .weather(swing, hours: 6), .noise(swing / 5))
            span = -1e9...1e9
        } else {
            let level = 10 + SmoothNoise.chance(seed: seed, index: 0) * 90
            signal = Signal(level, .weather(level * 0.05, hours: 6), .noise(level * 0.005))
            span = -1e9...1e9
        }
    }

    /// What instruments tell about themselves: supply, current loop, temperature of the case.
    private static let usual: [String: Double] = [
        "%": 55, "Cel": 27, "K": 300, "V": 12.6, "mV": 240, "A": 0.4, "mA": 12.4, "Hz": 50, "hPa": 1009,
        "kPa": 100.9,
        "Pa": 100_900, "m": 3.2, "cm": 320, "mm": 3200, "m/s": 1.4, "m3/h": 130, "m3/s": 12,
        "L/min": 16.7, "L/s": 36,
        "h": 4210, "d": 175, "s": 86_400, "dB": -67, "deg": 110, "mg/L": 8, "ug/L": 12, "ug/m3": 30,
    ]

    /// How the unit of a channel becomes another one for the same quantity; 1 where that is not known.
    private static func factor(from unit: String, to other: String) -> Double {
        switch (unit, other) {
        case ("m", "cm"), ("hPa", "Pa"): 100
        case ("m", "mm"), ("mg/L", "ug/L"), ("mg/m3", "ug/m3"), ("g/L", "mg/L"): 1000
        case ("ug/m3", "mg/m3"), ("uS/cm", "mS/cm"), ("g/m3", "kg/m3"): 0.001
        case ("hPa", "kPa"): 0.1
        case ("kPa", "hPa"), ("kPa", "mbar"): 10
        case ("m3/h", "m3/s"): 1 / 3600.0
        case ("m3/h", "L/s"): 1 / 3.6
        default: 1
        }
    }
}

extension Signal {
    /// The same course in another unit.
    func scaled(by factor: Double) -> Signal {
        guard factor != 1 else { return self }
        var scaled = Signal(level * factor)
        scaled.parts = parts.map { part in
            switch part {
            case .daily(let amplitude, let peak): .daily(amplitude * factor, peak: peak)
            case .rush(let amplitude): .rush(amplitude * factor)
            case .sun(let amplitude): .sun(amplitude * factor)
            case .tide(let amplitude, let hours, let phase):
                .tide(amplitude * factor, hours: hours, phase: phase)
            case .weather(let amplitude, let hours): .weather(amplitude * factor, hours: hours)
            case .noise(let amplitude): .noise(amplitude * factor)
            case .batch(let amplitude, let hours): .batch(amplitude * factor, hours: hours)
            case .showers(let amplitude): .showers(amplitude * factor)
            case .total(let perHour): .total(perHour: perHour * factor)
            }
        }
        return scaled
    }
}
