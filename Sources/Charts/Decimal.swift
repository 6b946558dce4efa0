/// Decimal text of numbers, without the exponents and the noise that a `Double` prints.
enum Decimal {
    /// The power of ten of the first digit: 2 of 512, -1 of 0.25; 0 of zero and of what is not finite.
    static func exponent(of value: Double) -> Int {
        let size = abs(value)
        guard size.isFinite, size > 0 else { return 0 }
        // log10(2) gives it or the one beside it.
        var exponent = integer((Double(size.exponent) * 0.301_029_995_663_981_2).rounded(.down))
        while exponent < 308, power(exponent + 1) <= size { exponent += 1 }
        while exponent > -323, power(exponent) > size { exponent -= 1 }
        return exponent
    }

    /// Ten to a power, correctly rounded; -323 … 308.
    static func power(_ exponent: Int) -> Double {
        // Only the reader of literals rounds correctly; a product of tens does not.
        Double("1e\(min(max(exponent, -323), 308))") ?? 1
    }

    /// The whole number of a rounded value; the nearest one of eighteen digits where it has more, 0 of NaN.
    static func integer(_ value: Double) -> Int {
        guard !value.isNaN else { return 0 }
        return Int(min(max(value, -1e18), 1e18))
    }

    /// The exact digits of `number · 10^exponent`: `text(25, timesTenTo: -1)` is `2.5`, and `text(-5, timesTenTo: 2)`
    /// `-500`.
    ///
    /// - Parameter keepsZeros: Whether zeros at the end of a fraction stay: labels of one axis are equally long.
    static func text(_ number: Int, timesTenTo exponent: Int, keepsZeros: Bool = false) -> String {
        if number == 0 { return "0" }
        var digits = String(number.magnitude)
        if exponent >= 0 {
            digits += String(repeating: "0", count: min(exponent, 400))
        } else {
            let decimals = min(-exponent, 400)
            if digits.utf8.count <= decimals {
                digits = String(repeating: "0", count: decimals + 1 - digits.utf8.count) + digits
            }
            let point = digits.index(digits.endIndex, offsetBy: -decimals)
            digits.insert(".", at: point)
            if !keepsZeros {
                while digits.last == "0" { digits.removeLast() }
                if digits.last == "." { digits.removeLast() }
            }
        }
        // U+2212 is as wide as a digit and is never taken for a hyphen.
        return number < 0 ? "\u{2212}" + digits : digits
    }

    /// The shortest digits that read back as the value: `35.2`, `1×10³⁰⁰`.
    ///
    /// Zeros are written out for numbers of -9 … 15 places, a power of ten stands for more. What is not finite has no
    /// text.
    static func text(_ value: Double) -> String {
        guard value.isFinite else { return "" }
        let parts = value.magnitude.description.split(separator: "e")
        let digits = parts[0].split(separator: ".")
        var exponent = parts.count == 2 ? Int(parts[1]) ?? 0 : 0
        var number = Int(digits[0]) ?? 0
        if digits.count == 2, digits[1] != "0" {
            exponent -= digits[1].utf8.count
            number = Int(digits[0] + digits[1]) ?? 0
        }
        if value < 0 { number = -number }
        let places = exponent + String(number.magnitude).utf8.count
        if number == 0 || (places > -9 && places <= 16) { return text(number, timesTenTo: exponent) }
        return text(number, timesTenTo: exponent - places + 1) + "×10" + superscript(places - 1)
    }

    /// A whole number in raised digits.
    static func superscript(_ number: Int) -> String {
        let raised: [Character] = ["⁰", "¹", "²", "³", "⁴", "⁵", "⁶", "⁷", "⁸", "⁹"]
        var text = number < 0 ? "⁻" : ""
        for digit in String(number.magnitude).utf8 { text.append(raised[Int(digit) - 48]) }
        return text
    }
}
