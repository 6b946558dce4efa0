/// What a register said.
public struct RegisterContent: Sendable, Hashable {
    /// The raw value, exact.
    public var raw: RawContent
    /// raw × scale + offset; `nil` for a sentinel, what is no number, and text that is none.
    public var value: Double?
    /// The raw number is one of `missing`.
    public var isSentinel = false
    /// NaN, infinite, no BCD, text that is no number, or a value beyond what a double holds.
    public var isNotANumber = false
    /// The raw number is one of `saturated`; the value is there.
    public var isSaturated = false

    public init(raw: RawContent, value: Double?) {
        self.raw = raw
        self.value = value
    }
}

/// A raw value.
public enum RawContent: Sendable, Hashable {
    case unsigned(UInt64)
    case signed(Int64)
    /// Finite; what is not is `text`: `NaN`, `Infinity`, `-Infinity`.
    case real(Double)
    /// A string (`\xNN` for a backslash and what is not printable ASCII), or digits that are no BCD, as `0x12A4`.
    case text(String)
}

extension RegisterType {
    /// The raw value as people write it: of a `float32` the fewest digits that mean it.
    public func text(of raw: RawContent) -> String {
        switch raw {
        case .unsigned(let number): String(number)
        case .signed(let number): String(number)
        case .real(let number): self == .float32 ? "\(Float(number))" : "\(number)"
        case .text(let text): text
        }
    }
}
