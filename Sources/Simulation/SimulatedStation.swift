public import Readings

/// A station that exists nowhere, and measures as if it did.
public struct SimulatedStation: Sendable {
    /// Its id in topics and readings: `HN-KK-01`.
    public let id: String
    /// What people call it, in Vietnamese.
    public let name: String
    public let nameEnglish: String
    /// The dictionary's domain: `environment.ambient_air`.
    public let domain: String
    public let latitude: Double
    public let longitude: Double
    public let channels: [Channel]

    public init(
        id: String, name: String, nameEnglish: String, domain: String, at place: (latitude: Double, longitude: Double),
        _ channels: Channel...
    ) {
        self.id = id
        self.name = name
        self.nameEnglish = nameEnglish
        self.domain = domain
        latitude = place.latitude
        longitude = place.longitude
        self.channels = channels
    }

    private init(copying other: SimulatedStation, id: String) {
        self.id = id
        name = other.name
        nameEnglish = other.nameEnglish
        domain = other.domain
        latitude = other.latitude
        longitude = other.longitude
        channels = other.channels
    }

    /// The same station under another id, with numbers of its own.
    public func renamed(_ id: String) -> SimulatedStation {
        SimulatedStation(copying: self, id: id)
    }

    /// What all channels say at a moment; `nil` while the station is silent.
    public func sample(at time: Timestamp, seed: UInt64) -> [Sample]? {
        let stationSeed = SmoothNoise.seed(of: id, with: seed)
        // One twenty-minute slot in a hundred the modem is away: a gap, nothing comes and nothing will.
        let slot = time.millisecondsSince1970 / 1_200_000
        if SmoothNoise.chance(seed: stationSeed ^ 0x9a9, index: slot) < 0.01 { return nil }
        return channels.map { $0.sample(at: time, stationSeed: stationSeed) }
    }
}

/// One instrument's channel.
public struct Channel: Sendable {
    /// The dictionary's symbol.
    public let parameter: String
    /// As the loggers in the field write it, in UCUM where UCUM has it.
    public let unit: String
    /// 1 where there is one; the second thermometer is 2.
    public let sensor: Int
    public let decimals: Int
    /// What the instrument can show; values stop at its ends.
    public let span: ClosedRange<Double>
    /// An analyser that takes so many minutes for a value repeats it until the next.
    public let cycleMinutes: Int
    public let isCircular: Bool
    public let signal: Signal

    public init(
        _ parameter: String, _ unit: String, sensor: Int = 1, decimals: Int = 1, span: ClosedRange<Double>,
        cycleMinutes: Int = 0, isCircular: Bool = false, _ signal: Signal
    ) {
        self.parameter = parameter
        self.unit = unit
        self.sensor = sensor
        self.decimals = decimals
        self.span = span
        self.cycleMinutes = cycleMinutes
        self.isCircular = isCircular
        self.signal = signal
    }

    func sample(at time: Timestamp, stationSeed: UInt64) -> Sample {
        let channelSeed = SmoothNoise.seed(of: parameter, with: stationSeed &+ UInt64(sensor))
        var milliseconds = time.millisecondsSince1970
        let status = status(at: milliseconds, seed: channelSeed)
        if cycleMinutes > 0 {
            let cycle = Int64(cycleMinutes) * 60_000
            milliseconds -= milliseconds % cycle
        }
        let moment = LocalMoment(millisecondsSince1970: milliseconds)
        var value = signal.value(at: moment, stationSeed: stationSeed, channelSeed: channelSeed)
        if isCircular {
            value = value.truncatingRemainder(dividingBy: 360)
            if value < 0 { value += 360 }
        }
        switch status {
        case "01": value = span.lowerBound + (span.upperBound - span.lowerBound) * 0.8  // span gas
        case "02": return Sample(channel: self, value: nil, status: status)
        default: break
        }
        return Sample(channel: self, value: min(max(value, span.lowerBound), span.upperBound), status: status)
    }

    /// `00` nearly always; five minutes in ten hours calibrating, five in a day in error.
    private func status(at milliseconds: Int64, seed: UInt64) -> String {
        switch SmoothNoise.chance(seed: seed ^ 0x57a7, index: milliseconds / 300_000) {
        case ..<0.0035: "02"
        case ..<0.012: "01"
        default: "00"
        }
    }
}

/// What one channel says.
public struct Sample: Sendable {
    public let channel: Channel
    public let value: Double?
    public let status: String
}
