import NIOCore
import Testing

@testable import Delivery

@Suite struct `Numbers on the line` {
    @Test(arguments: [
        (0.0, "0"), (-0.0, "-0"), (1, "1"), (-1, "-1"), (35.2, "35.2"), (-35.25, "-35.25"), (0.1, "0.1"), (100, "100"),
        (0.1 + 0.2, "0.30000000000000004"), (1e-6, "0.000001"), (1.5e-6, "0.0000015"), (1e-7, "1e-7"),
        (1.25e-9, "1.25e-9"), (123456.789, "123456.789"), (1e15, "1000000000000000"), (1e20, "100000000000000000000"),
        (1e21, "1e+21"), (1.5e300, "1.5e+300"), (123456789012345683968, "123456789012345680000"),
        (Double.leastNonzeroMagnitude, "5e-324"), (1.7976931348623157e308, "1.7976931348623157e+308"), (4.35, "4.35"),
        (9007199254740992, "9007199254740992"), (999999999999999, "999999999999999"),
        (0.3333333333333333, "0.3333333333333333"),
        (Double(Float(35.2)), "35.20000076293945"), (1013.25, "1013.25"), (0.00001234, "0.00001234"),
        (2.5e-5, "0.000025"),
        (333333333333333.3, "333333333333333.3"), (1e16, "10000000000000000"),
        (12345678901234567168, "12345678901234567000"),
    ])
    func `are written as RFC 8785 says`(value: Double, text: String) {
        #expect(Self.text(value) == text)
    }

    @Test func `read back as the same double and are never longer than Swift's shortest`() {
        var state: UInt64 = 88_172_645_463_325_252
        for round in 0..<200_000 {
            state ^= state << 13
            state ^= state >> 7
            state ^= state << 17
            var value = Double(bitPattern: state)
            if round % 2 == 0 {
                value = Double(Int64(bitPattern: state) >> (state & 63)) / [1, 10, 100, 1000, 1e5, 3][round / 2 % 6]
            }
            guard value.isFinite else { continue }
            let text = Self.text(value)
            let back = Double(text)
            if back?.bitPattern != value.bitPattern || Self.digits(text) != Self.digits(value.description) {
                Issue.record("\(value) was written as \(text)")
            }
        }
    }

    @Test(arguments: [
        Int64.min, Int64.max, 0, 7, -7, 10, 99_999_999, 100_000_000, 100_000_001, -10_000_000_000_000_000,
        9_999_999_999_999_999, 10_203_040_506_070_809,
    ])
    func `are exact when they are integers`(value: Int64) {
        var buffer = ByteBuffer(repeating: 0, count: 128)
        var span = buffer.mutableReadableBytesSpan
        let end = span.put(value, at: 3)
        #expect(buffer.getString(at: 3, length: end - 3) == String(value))
    }

    private static func text(_ value: Double) -> String {
        var buffer = ByteBuffer(repeating: 0, count: 128)
        var span = buffer.mutableReadableBytesSpan
        let end = span.put(value, at: 0)
        return buffer.getString(at: 0, length: end) ?? ""
    }

    /// The digits without point, exponent and zeros at either end.
    private static func digits(_ text: String) -> String {
        let significand = text.prefix { $0 != "e" }.filter(\.isNumber)
        return String(significand.drop { $0 == "0" }.reversed().drop { $0 == "0" })
    }
}
