/// How rules are written to people and into the canonical text.
public enum RuleText {
    static let withoutPosition = "needs positions, which readings do not carry, expected it for files only"

    /// The shortest text that reads back as the number, whole numbers without a point.
    public static func number(_ number: Double) -> String {
        if let integer = Int64(exactly: number), integer.magnitude < 1 << 53 { return "\(integer)" }
        return "\(number)"
    }

    /// Hours as whole seconds, truncated; at most 250 years.
    static func wholeSeconds(ofHours hours: Double) -> Int64 {
        Int64(min(max(hours * 3600, 0), 8e9))
    }
}
