import Testing

@testable import Charts

@Suite struct `Decimal text` {
    @Test(arguments: [
        (0.0, "0"), (-0.0, "0"), (35.2, "35.2"), (-4, "\u{2212}4"), (985, "985"), (0.1 + 0.2, "0.30000000000000004"),
        (1e-5, "0.00001"), (1e15, "1000000000000000"), (1e16, "1×10¹⁶"), (1e300, "1×10³⁰⁰"), (1e-300, "1×10⁻³⁰⁰"),
        (-1.5e-12, "\u{2212}1.5×10⁻¹²"), (.greatestFiniteMagnitude, "1.7976931348623157×10³⁰⁸"),
        (.leastNonzeroMagnitude, "5×10⁻³²⁴"), (.infinity, ""), (.nan, ""),
    ])
    func `reads back as the value`(value: Double, expected: String) {
        #expect(Decimal.text(value) == expected)
    }

    @Test(arguments: [(25, -1, "2.5"), (5, -4, "0.0005"), (-5, 2, "\u{2212}500"), (20, -1, "2"), (0, -3, "0")])
    func `puts the point where the power of ten has it`(number: Int, exponent: Int, expected: String) {
        #expect(Decimal.text(number, timesTenTo: exponent) == expected)
    }

    @Test func `keeps zeros where labels stand below each other`() {
        #expect(Decimal.text(20, timesTenTo: -1, keepsZeros: true) == "2.0")
    }

    @Test func `knows the first digit's power of ten, of every power and the numbers beside it`() {
        for exponent in -322...308 {
            let power = Decimal.power(exponent)
            #expect(Decimal.exponent(of: power) == exponent)
            #expect(Decimal.exponent(of: -power) == exponent)
            if exponent > -307 { #expect(Decimal.exponent(of: power.nextDown) == exponent - 1) }
        }
        for value in [0, -0.0, .infinity, .nan] { #expect(Decimal.exponent(of: value) == 0) }
    }

    @Test func `makes a whole number of any value`() {
        #expect(Decimal.integer(.nan) == 0)
        #expect(Decimal.integer(.infinity) == 1_000_000_000_000_000_000)
        #expect(Decimal.integer(-1e300) == -1_000_000_000_000_000_000)
    }
}
