import Readings
import Registers

/// What one simulated register says over time: a pure function of the moment and the seed.
struct RegisterSignal: Sendable {
    private enum Kind: Sendable {
        case fixed([UInt16])
        /// A device status: measuring nearly always.
        case status(measuring: RawContent, others: [RawContent])
        case flag
        case signal(Signal, span: ClosedRange<Double>, isCircular: Bool)
    }

    private let definition: RegisterDefinition
    private let kind: Kind
    private let deviceSeed: UInt64
    private let seed: UInt64

    /// - Parameter deviceSeed: shared by the registers of a device, so that their weather agrees.
    init(_ definition: RegisterDefinition, deviceSeed: UInt64, isStatus: Bool) {
        self.definition = definition
        self.deviceSeed = deviceSeed
        seed = SmoothNoise.seed(of: definition.name, with: deviceSeed)
        kind = Self.kind(of: definition, isStatus: isStatus, seed: seed)
    }

    /// One that always says the same words.
    init(_ definition: RegisterDefinition, fixed words: [UInt16]) {
        self.definition = definition
        deviceSeed = 0
        seed = 0
        kind = .fixed(words)
    }

    private static func kind(of definition: RegisterDefinition, isStatus: Bool, seed: UInt64) -> Kind {
        if let map = definition.status, isStatus || definition.parameter == nil {
            let codes = map.keys.sorted()
            let measuring = codes.first { map[$0] == "00" } ?? codes.first ?? 0
            return .status(
                measuring: .signed(measuring), others: codes.filter { $0 != measuring }.map { .signed($0) })
        }
        switch definition.type {
        case .bool, .bit: return .flag
        case .string where definition.parameter == nil:
            return .fixed(definition.words(of: .text(label(for: definition))) ?? zeros(definition))
        default: break
        }
        let bounds = valueBounds(of: definition)
        let level = RegisterLevel(for: definition, seed: seed)
        var signal = level.signal
        var span = level.span.clamped(to: bounds)
        if !bounds.contains(signal.level) {
            // A unit of its own, or a scale that we cannot guess: somewhere in what the register can say.
            let width = min(bounds.upperBound - bounds.lowerBound, 1e9)
            signal = Signal(
                bounds.lowerBound + width * 0.4, .weather(width * 0.02, hours: 6), .noise(width * 0.002))
            span = bounds
        }
        return .signal(signal, span: span, isCircular: level.isCircular)
    }

    /// The register's words at a moment.
    func words(at time: Timestamp) -> [UInt16] {
        let milliseconds = time.millisecondsSince1970
        switch kind {
        case .fixed(let words): return words
        case .flag:
            // Ten minutes in three hours a door is open.
            let isSet = SmoothNoise.chance(seed: seed, index: milliseconds / 600_000) < 0.05
            return definition.words(of: .unsigned(isSet ? 1 : 0)) ?? Self.zeros(definition)
        case .status(let measuring, let others):
            // As the stations of the MQTT simulator: five minutes in ten hours something else.
            let chance = SmoothNoise.chance(seed: seed, index: milliseconds / 300_000)
            let isMeasuring = others.isEmpty || chance > 0.01
            let raw = isMeasuring ? measuring : others[Int(chance * 100_000) % others.count]
            return definition.words(of: raw) ?? Self.zeros(definition)
        case .signal(let signal, let span, let isCircular):
            let moment = LocalMoment(millisecondsSince1970: milliseconds)
            var value = signal.value(at: moment, stationSeed: deviceSeed, channelSeed: seed)
            if isCircular {
                value = value.truncatingRemainder(dividingBy: 360)
                if value < 0 { value += 360 }
            }
            return measured(min(max(value, span.lowerBound), span.upperBound))
        }
    }

    /// The words nearest to a value that mean a good value: no sentinel, not saturated.
    private func measured(_ value: Double) -> [UInt16] {
        let step = definition.scale == 0 ? 1 : abs(definition.scale)
        for shift in [0, 1, -1, 2, -2] as [Double] {
            guard let words = definition.words(of: definition.raw(of: value + shift * step)) else {
                continue
            }
            let content = definition.content(of: words, from: definition.address)
            if !content.isSentinel, !content.isSaturated { return words }
        }
        return definition.words(of: definition.raw(of: value)) ?? Self.zeros(definition)
    }

    private static func zeros(_ definition: RegisterDefinition) -> [UInt16] {
        Array(repeating: 0, count: definition.count)
    }

    /// What an instrument says of itself: its register's name, as far as it fits.
    private static func label(for definition: RegisterDefinition) -> String {
        String(
            String.UnicodeScalarView(
                definition.name.uppercased().unicodeScalars.filter(\.isASCII).prefix(definition.width * 2)))
    }

    /// The values that the register's type can say, without the ends that mean saturation.
    private static func valueBounds(of definition: RegisterDefinition) -> ClosedRange<Double> {
        var low: Double
        var high: Double
        switch definition.type {
        case .bool, .bit: (low, high) = (0, 1)
        case .bits: (low, high) = (0, Double((1 << definition.width) - 1))
        case .uint16: (low, high) = (0, 65_535)
        case .int16: (low, high) = (-32_768, 32_767)
        case .uint32: (low, high) = (0, 4_294_967_295)
        case .int32: (low, high) = (-2_147_483_648, 2_147_483_647)
        case .uint64: (low, high) = (0, 9e15)
        case .int64: (low, high) = (-9e15, 9e15)
        case .bcd16: (low, high) = (0, 9999)
        case .bcd32: (low, high) = (0, 99_999_999)
        case .float32, .float64, .string: (low, high) = (-1e9, 1e9)
        }
        let ends = definition.saturated.map { end in
            switch end {
            case .integer(let number): Double(number)
            case .real(let number): number
            }
        }
        if let least = ends.min(), let most = ends.max(), least < most {
            low = max(low, least)
            high = min(high, most)
        }
        let values = [low, high].map { $0 * definition.scale + definition.offset }
        guard let least = values.min(), let most = values.max(), least < most else { return 0...1 }
        return least...most
    }
}
