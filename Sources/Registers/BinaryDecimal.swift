/// Decimal digits, one in each half byte.
enum BinaryDecimal {
    /// The number; `nil` when a half byte is above 9.
    static func number(of bits: UInt64, digits: Int) -> UInt64? {
        var number: UInt64 = 0
        for place in (0..<digits).reversed() {
            let digit = bits >> UInt64(4 * place) & 15
            guard digit <= 9 else { return nil }
            number = number * 10 + digit
        }
        return number
    }

    /// The digits of a number, which must have no more of them.
    static func bits(of number: UInt64, digits: Int) -> UInt64 {
        var rest = number
        var bits: UInt64 = 0
        for place in 0..<digits {
            bits |= (rest % 10) << UInt64(4 * place)
            rest /= 10
        }
        return bits
    }

    /// `0x12A4`: what is no BCD, for people.
    static func hexadecimal(_ bits: UInt64, digits: Int) -> String {
        let text = String(bits, radix: 16, uppercase: true)
        return "0x" + String(repeating: "0", count: max(0, digits - text.utf8.count)) + text
    }
}
