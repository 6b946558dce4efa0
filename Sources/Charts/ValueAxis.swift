/// The vertical axis: a range that begins and ends on a tick, in steps of 1, 2 or 5 times a power of ten.
struct ValueAxis {
    /// A labelled value.
    struct Tick: Equatable {
        var value: Double
        var label: String
    }

    private(set) var lowest: Double
    private(set) var highest: Double
    private(set) var ticks: [Tick] = []
    /// The labels are to be multiplied by this power of ten; 0 as long as they are short enough without.
    private(set) var exponent = 0

    /// - Parameter steps: About how many; 2 … 10 are made of it.
    init(_ range: ValueRange, steps: Int) {
        let range = ValueAxis.widened(range)
        let wanted = (range.highest - range.lowest) / Double(min(max(steps, 2), 10))
        var power = Decimal.exponent(of: wanted)
        var factor = 1
        for candidate in [1, 2, 5, 10] {
            factor = candidate
            // 0.1 + 0.2 must not need a longer step than 0.3.
            if Double(candidate) * Decimal.power(power) >= wanted * (1 - 1e-9) { break }
        }
        if factor == 10 { (factor, power) = (1, power + 1) }
        let step = Double(factor) * Decimal.power(power)
        let first = Decimal.integer((range.lowest / step + 1e-9).rounded(.down))
        let last = max(first + 1, Decimal.integer((range.highest / step - 1e-9).rounded(.up)))
        lowest = Double(first) * step
        highest = Double(last) * step

        let largest = Decimal.exponent(of: max(abs(lowest), abs(highest)))
        // In thousands, as units go; a step of 0.0001 still reads well, one of 0.00001 does not.
        if largest >= 7 || power < -4 { exponent = Int((Double(largest) / 3).rounded(.down)) * 3 }
        for count in first...last {
            let label = Decimal.text(count * factor, timesTenTo: power - exponent, keepsZeros: true)
            ticks.append(Tick(value: Double(count) * step, label: label))
        }
    }

    /// Whether a value lies beyond an end of the axis.
    func isOutside(_ value: Double) -> Bool {
        value < lowest || value > highest
    }

    /// 0 at the bottom of the axis, 1 at its top; values outside are at their end.
    func share(_ value: Double) -> Double {
        (min(max(value, lowest), highest) - lowest) / (highest - lowest)
    }

    /// The unit with the power of ten that the labels leave out, `×10⁶ µg/m³`.
    func heading(unit: String?) -> String? {
        if exponent == 0 { return unit }
        let power = "×10" + Decimal.superscript(exponent)
        return unit.map { "\(power) \($0)" } ?? power
    }

    /// Room around equal values, and down to zero where that costs little.
    private static func widened(_ range: ValueRange) -> ValueRange {
        var (lowest, highest) = (range.lowest, range.highest)
        let size = max(abs(lowest), abs(highest))
        // Nearer to zero than this, a tenth of a tenth of it has too few digits left to make ticks of.
        if size < 1e-300 { return ValueRange(lowest: 0, highest: 1) }
        // A difference in the eleventh digit is noise of the arithmetic, and no label could show it.
        if highest - lowest < size * 1e-10 {
            return ValueRange(lowest: lowest - size / 20, highest: highest + size / 20)
        }
        if lowest > 0, lowest <= highest / 3 { lowest = 0 }
        if highest < 0, highest >= lowest / 3 { highest = 0 }
        return ValueRange(lowest: lowest, highest: highest)
    }
}
