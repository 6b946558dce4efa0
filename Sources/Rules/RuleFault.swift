/// What is wrong with a rule: in which test, at which argument, and how far.
public struct RuleFault: Error, Sendable, Hashable {
    /// Where a rule with this fault may be used all the same.
    public enum Severity: Sendable, Hashable {
        /// Nowhere: the rule makes no sense.
        case error
        /// Never fires. Refused in the settings; a file made for ioos_qc is taken, with a warning.
        case idle
        /// Needs the whole series, or what a reading does not carry. Refused in the settings, works over a file.
        case offline
    }

    /// The test's key: `gross_range_test`.
    public let test: String
    /// The argument's key; `nil`: the test as a whole.
    public let argument: String?
    public let severity: Severity
    /// What is wrong and what was expected, as the end of a sentence that begins with the key.
    public let message: String

    public init(_ test: String, _ argument: String?, _ severity: Severity, _ message: String) {
        self.test = test
        self.argument = argument
        self.severity = severity
        self.message = message
    }
}

/// Two numbers of which the first is not above the second; given the other way round they are swapped, as the
/// reference does.
public struct NumberSpan: Sendable, Hashable, CustomStringConvertible {
    public let minimum: Double
    public let maximum: Double

    /// - Precondition: neither is NaN.
    public init(_ one: Double, _ other: Double) {
        precondition(!one.isNaN && !other.isNaN, "a span has no NaN")
        minimum = min(one, other)
        maximum = max(one, other)
    }

    /// Both ends belong to it.
    @inlinable
    public func contains(_ value: Double) -> Bool { value >= minimum && value <= maximum }

    public func contains(_ other: NumberSpan) -> Bool {
        minimum <= other.minimum && other.maximum <= maximum
    }

    public var description: String { "[\(RuleText.number(minimum)), \(RuleText.number(maximum))]" }
}
