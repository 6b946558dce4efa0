/// raw × scale + offset as a person would compute it: in decimals, rounded once.
///
/// 7.02 is what 702 × 0.01 says; with the doubles nearest to 702 and 0.01 it would be 7.0200000000000005. For whole raw
/// numbers, scale and offset are brought to one power of ten, and as long as all numbers are whole and below 2^53 only
/// the last division rounds.
struct DecimalScaling: Sendable, Hashable {
    private let scale: Double
    private let offset: Double
    /// scale and offset times `divisor`, whole numbers; 0 where they cannot be.
    private let factor: Double
    private let addend: Double
    private let divisor: Double

    private static let exactMax = 9_007_199_254_740_992.0

    init(scale: Double, offset: Double) {
        self.scale = scale
        self.offset = offset
        let places = max(Self.places(of: scale) ?? 99, Self.places(of: offset) ?? 99)
        // 10^22 is the last power of ten that a double holds exactly.
        guard places <= 22, let factor = Self.whole(scale, places: places),
            let addend = Self.whole(offset, places: places)
        else {
            (factor, addend, divisor) = (0, 0, 0)
            return
        }
        (self.factor, self.addend, divisor) = (factor, addend, Self.power(places))
    }

    func value(of raw: Double) -> Double {
        // A number by itself stays what it is, a negative zero too.
        if scale == 1, offset == 0 { return raw }
        let product = raw * factor
        let sum = product + addend
        guard divisor > 0, abs(product) <= Self.exactMax, abs(sum) <= Self.exactMax,
            raw == raw.rounded(.towardZero)
        else { return raw * scale + offset }
        return sum / divisor
    }

    /// Digits behind the decimal point in the shortest text that gives the number back.
    private static func places(of number: Double) -> Int? {
        guard number.isFinite else { return nil }
        let parts = "\(number)".split(separator: "e")
        guard let mantissa = parts.first else { return nil }
        let exponent = parts.count > 1 ? Int(parts[1]) ?? 99 : 0
        let digits = mantissa.split(separator: ".").dropFirst().first.map { $0 == "0" ? 0 : $0.utf8.count } ?? 0
        return max(0, digits - exponent)
    }

    /// The number times 10^places, if that is whole and exact.
    private static func whole(_ number: Double, places: Int) -> Double? {
        let whole = (number * power(places)).rounded()
        guard abs(whole) <= exactMax, whole / power(places) == number else { return nil }
        return whole
    }

    private static func power(_ places: Int) -> Double {
        var power = 1.0
        for _ in 0..<places { power *= 10 }
        return power
    }
}
