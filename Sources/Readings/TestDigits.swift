/// The outcome of the eleven quality tests of one reading, kept as one decimal number of eleven digits.
///
/// Each digit is a `QualityFlag`; 2 says that the test was not run. From the left: gap, syntax, location (and speed),
/// gross range, climatology, spike, rate of change, flat line, multi-variate, attenuated signal, neighbour.
public struct TestDigits: Sendable, Hashable {
    /// 11,111,111,111 … 99,999,999,999.
    public var decimal: Int64

    public init(decimal: Int64) {
        self.decimal = decimal
    }

    /// No test was run.
    public static let notEvaluated = TestDigits(decimal: 22_222_222_222)

    /// The digits' places, counted from the left.
    public enum Test: Int, Sendable, CaseIterable {
        case gap, syntax, location, grossRange, climatology, spike, rateOfChange, flatLine, multivariate
        case attenuatedSignal, neighbour
    }

    public subscript(test: Test) -> QualityFlag {
        get { QualityFlag(rawValue: Int(decimal / Self.weight(of: test) % 10)) ?? .notEvaluated }
        set {
            let weight = Self.weight(of: test)
            decimal += Int64(newValue.rawValue - Int(decimal / weight % 10)) * weight
        }
    }

    private static func weight(of test: Test) -> Int64 {
        var weight: Int64 = 1
        for _ in test.rawValue..<10 { weight *= 10 }
        return weight
    }
}
