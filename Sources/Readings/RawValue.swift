/// What the instrument said, where it is not simply the value.
public enum RawValue: Sendable, Hashable {
    /// The raw value is the value.
    case sameAsValue
    /// A whole number that a double cannot hold exactly, or the register a value was scaled from.
    case integer(Int64)
    /// A number the value was scaled from.
    case real(Double)
    /// Text as it arrived: a string, or a token that is no finite number (`NaN`, `1e999`).
    case text(String)
    /// A number as it was written, exact where neither a double nor a 64-bit signed integer holds it.
    case number(String)
}
