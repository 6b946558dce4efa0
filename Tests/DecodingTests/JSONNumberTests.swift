import Decoding
import Foundation
import Testing

@Suite struct `JSON numbers` {
    private func check(_ text: String) {
        let expected = unsafe strtod(text, nil)
        guard let value = try? number(text).value else {
            Issue.record("\(text) is refused")
            return
        }
        if value.bitPattern != expected.bitPattern { Issue.record("\(text) gave \(value), not \(expected)") }
    }

    @Test(arguments: [
        "0", "-0", "0.0", "-0.0e5", "0e999999999999", "1", "0.1", "0.2", "0.3", "123456789012345678",
        "9007199254740992", "9007199254740993", "9007199254740995", "9007199254740991.5", "18446744073709551615",
        "18446744073709551616",
        "1e22", "1e23", "1e-22", "1e-23", "1e27", "1e-27", "1e28", "1e-28", "8.5e22", "9007199254740993e10",
        "1.7976931348623157e308", "1.7976931348623158e308", "1.7976931348623159e308", "1e308", "1e309", "-1e309",
        "2.2250738585072014e-308", "2.2250738585072011e-308", "2.2250738585072012e-308", "4.9406564584124654e-324",
        "2.4703282292062327e-324", "2.4703282292062328e-324", "5e-324", "3e-324", "2e-324", "1e-400", "-1e-400",
        "0.000000000000000000000000000000000000001", "0.00000000000000000000000000000000000000123456789012345678901",
        "100000000000000000000000000000000000000000", "123456789012345678901234567890", "0.30000000000000004",
        "35.200000000000003", "179769313486231580793728971405301e276", "6.8985865317742005e-310",
        "1.00000000000000011102230246251565404236316680908203125",
        "1.00000000000000011102230246251565404236316680908203124",
        "1.00000000000000011102230246251565404236316680908203126", "7205759403792793e1", "7205759403792793.5e-1",
        "3.5184372088831995e15", "9223372036854775807", "9223372036854775808", "-9223372036854775808",
        "4503599627370497.5", "4503599627370496.5", "4503599627370498.5", "0.000e-30", "1e-99999999999999999999",
    ])
    func `are exact in the hard cases`(text: String) { check(text) }

    @Test func `are exact for every kind of double, shortest and with 17 digits`() {
        var generator = SeededGenerator(seed: seed)
        for _ in 0..<100_000 {
            let double = Double(bitPattern: UInt64.random(in: 0...UInt64.max, using: &generator))
            guard double.isFinite else { continue }
            let shortest = "\(double)"
            check(shortest)
            let back = try? number(shortest).value.bitPattern
            if back != double.bitPattern { Issue.record("\(shortest) is not itself") }
        }
        for _ in 0..<20_000 {
            let double = Double(bitPattern: UInt64.random(in: 0...UInt64.max, using: &generator))
            if double.isFinite { check(String(format: "%.17g", double)) }
        }
    }

    @Test func `are exact where most readings lie`() {
        var generator = SeededGenerator(seed: seed + 1)
        for _ in 0..<100_000 {
            let shift = UInt64.random(in: 0...63, using: &generator)
            let digits = UInt64.random(in: 0...UInt64.max, using: &generator) >> shift
            check("\(digits)e\(Int.random(in: -45...45, using: &generator))")
        }
        for _ in 0..<20_000 {
            let double = Double.random(in: -1000...1000, using: &generator)
            check(String(format: "%.\(Int.random(in: 0...25, using: &generator))f", double))
        }
    }

    @Test func `are exact half-way between two doubles, and just beside`() {
        var generator = SeededGenerator(seed: seed + 2)
        for _ in 0..<5000 {
            let exponent = Int.random(in: -60...9, using: &generator)
            let significand = Double(UInt64.random(in: 1 << 52..<1 << 53, using: &generator))
            let double = significand * pow(2, Double(exponent))
            // Twice the significand and one: the middle to the next double; %f prints all of its digits.
            let middle = Decimals.halfway(significand: UInt64(significand), exponent: exponent)
            for text in [middle, middle + (middle.contains(".") ? "0000000001" : ".0000000001")] { check(text) }
            #expect(double.isFinite)
        }
    }

    @Test func `of very many digits are exact and cost no time`() {
        check("0." + String(repeating: "0", count: 300) + String(repeating: "123456789", count: 200))
        check(String(repeating: "9", count: 308))
        check(String(repeating: "9", count: 309))
        check("1" + String(repeating: "0", count: 400) + "e-400")
        check("0." + String(repeating: "0", count: 400) + "1e401")
        check("1.00000000000000011102230246251565404236316680908203125" + String(repeating: "0", count: 900) + "1")
        check("1.00000000000000011102230246251565404236316680908203125" + String(repeating: "0", count: 900))
        let start = ContinuousClock.now
        _ = try? number(String(repeating: "7", count: 1_000_000) + "e-999990")
        // A cost that grew with the square of the digits would take hours.
        #expect(ContinuousClock.now - start < .seconds(60))
    }

    @Test func `keep whole numbers exactly`() throws {
        #expect(try number("9223372036854775807").integer == .exact(.max))
        #expect(try number("-9223372036854775808").integer == .exact(.min))
        #expect(try number("9223372036854775808").integer == .tooLarge)
        #expect(try number("-9223372036854775809").integer == .tooLarge)
        #expect(try number("99999999999999999999").integer == .tooLarge)
        #expect(try number("1.0").integer == .none)
        #expect(try number("1e3").integer == .none)
        #expect(try number("-0").integer == .exact(0))
    }
}

/// Decimal texts of binary numbers, all digits written out.
private enum Decimals {
    /// (2 × significand + 1) × 2^(exponent - 1), exactly.
    static func halfway(significand: UInt64, exponent: Int) -> String {
        var digits = String(significand * 2 + 1).compactMap(\.wholeNumberValue)
        var point = 0
        for _ in 0..<abs(exponent - 1) {
            if exponent - 1 > 0 {
                digits = multiply(digits, by: 2)
            } else {
                digits = multiply(digits, by: 5)
                point += 1
            }
        }
        if point >= digits.count { digits = Array(repeating: 0, count: point - digits.count + 1) + digits }
        let text = digits.map { "\($0)" }.joined()
        return point == 0 ? text : "\(text.dropLast(point)).\(text.suffix(point))"
    }

    private static func multiply(_ digits: [Int], by factor: Int) -> [Int] {
        var result = digits
        var carry = 0
        for index in result.indices.reversed() {
            let product = result[index] * factor + carry
            result[index] = product % 10
            carry = product / 10
        }
        return carry > 0 ? [carry] + result : result
    }
}
