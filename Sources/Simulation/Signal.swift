import Glibc

/// What a quantity does over the hours and days: a level and what is added to it.
///
/// A signal is a pure function of the time and of two seeds, so that any moment can be asked for again: a late message,
/// a duplicate and a back-filled day carry the same numbers as the live ones.
public struct Signal: Sendable {
    /// What a signal is made of. Amplitudes are in the channel's unit.
    public enum Part: Sendable {
        /// A cosine of one day, highest at `peak` o'clock local time.
        case daily(Double, peak: Double)
        /// Traffic: a hump at 07:30 and a broader one at 18:00, a third of it on Sundays.
        case rush(Double)
        /// Daylight between 06:00 and 18:00, dimmed by clouds.
        case sun(Double)
        /// One constituent of the tide.
        case tide(Double, hours: Double, phase: Double)
        /// Slow weather, the same for all channels of a station that name the same period.
        case weather(Double, hours: Double)
        /// Flicker of the instrument from one second to the next.
        case noise(Double)
        /// A discharge every `hours`, rising in minutes and falling away over an hour.
        case batch(Double, hours: Double)
        /// Showers; nothing most of the time.
        case showers(Double)
        /// A counter that grows by so much an hour since 2024.
        case total(perHour: Double)
    }

    public var level: Double
    public var parts: [Part]

    public init(_ level: Double, _ parts: Part...) {
        self.level = level
        self.parts = parts
    }

    /// The value at a moment.
    ///
    /// - Parameter stationSeed: shared by the channels of a station, so that their weather agrees.
    /// - Parameter channelSeed: the channel's own.
    public func value(at moment: LocalMoment, stationSeed: UInt64, channelSeed: UInt64) -> Double {
        var value = level
        for part in parts {
            value += Self.value(of: part, at: moment, stationSeed: stationSeed, channelSeed: channelSeed)
        }
        return value
    }

    private static func value(
        of part: Part, at moment: LocalMoment, stationSeed: UInt64, channelSeed: UInt64
    ) -> Double {
        let hours = moment.hours
        switch part {
        case .daily(let amplitude, let peak):
            return amplitude * cos((moment.hourOfDay - peak) / 24 * 2 * .pi)
        case .rush(let amplitude):
            let morning = hump(moment.hourOfDay, at: 7.5, width: 1.3)
            let evening = hump(moment.hourOfDay, at: 18, width: 2)
            return amplitude * (morning + 0.8 * evening) * (moment.isSunday ? 0.35 : 1)
        case .sun(let amplitude):
            let height = sin((moment.hourOfDay - 6) / 12 * .pi)
            guard height > 0 else { return 0 }
            let clouds = 0.35 * (1 + SmoothNoise.value(seed: stationSeed ^ 0xc10d, at: hours / 0.7))
            return amplitude * height * (1 - 0.6 * clouds)
        case .tide(let amplitude, let period, let phase):
            return amplitude * cos((hours - phase) / period * 2 * .pi)
        case .weather(let amplitude, let period):
            return amplitude * SmoothNoise.value(seed: stationSeed &+ UInt64(period * 16), at: hours / period)
        case .noise(let amplitude):
            return amplitude * SmoothNoise.value(seed: channelSeed, at: hours * 3600)
        case .batch(let amplitude, let period):
            let since = (hours + Double(stationSeed % 97) / 97 * period).truncatingRemainder(dividingBy: period)
            return amplitude * (1 - exp(-since / 0.1)) * exp(-since / 1.1) * 1.4
        case .showers(let amplitude):
            let cloud = SmoothNoise.value(seed: stationSeed ^ 0x4a17, at: hours / 2.5)
            return amplitude * max(0, cloud - 0.45) / 0.55
        case .total(let perHour):
            // Hours since 2024-01-01; the flow that it counts is the constant one.
            return perHour * (hours - 473_352)
        }
    }

    private static func hump(_ hour: Double, at peak: Double, width: Double) -> Double {
        let distance = (hour - peak) / width
        return exp(-distance * distance / 2)
    }
}

/// A moment as a station's clock shows it: hours since 1970 at UTC+7, which is Vietnam's time without summer time.
public struct LocalMoment: Sendable {
    public let hours: Double
    public let hourOfDay: Double
    public let isSunday: Bool

    public init(millisecondsSince1970 milliseconds: Int64) {
        let local = milliseconds + 7 * 3_600_000
        hours = Double(local) / 3_600_000
        let day = Int64(hours / 24)
        hourOfDay = hours - Double(day) * 24
        isSunday = (day + 4) % 7 == 0  // 1970-01-01 was a Thursday
    }
}
