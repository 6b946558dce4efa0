public import Registers

/// What a register is held at: `NAME=VALUE`, or `UNIT:NAME=VALUE` for one unit only.
public struct RegisterSetting: Sendable, Hashable {
    /// How the content is given.
    public enum Content: Sendable, Hashable {
        /// In the register's unit; the raw number nearest to it is said.
        case value(Double)
        /// The raw number itself: `raw:65535`.
        case raw(RawContent)
        /// The first of the register's sentinels: `missing`.
        case missing
        /// Of a string.
        case text(String)
    }

    /// `nil`: every unit that has a register of this name.
    public var unit: UInt8?
    public var name: String
    public var content: Content

    public init(_ name: String, _ content: Content, unit: UInt8? = nil) {
        self.unit = unit
        self.name = name
        self.content = content
    }

    /// Reads `cod=31.5`, `status=raw:2`, `cod=missing`, `serial=text:A17`, each also behind `3:` for unit 3 only.
    public init(text: String) throws(FaultTextError) {
        let sides = text.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
        guard sides.count == 2, !sides[0].isEmpty, !sides[1].isEmpty else {
            throw FaultTextError(
                "`\(text)` sets nothing; expected NAME=VALUE, such as cod=31.5 or status=raw:2")
        }
        let names = sides[0].split(separator: ":", maxSplits: 1, omittingEmptySubsequences: false)
        if names.count == 2 {
            guard let unit = UInt8(names[0]) else {
                throw FaultTextError(
                    "`\(names[0])` in `\(text)` is no unit; expected a number from 0 to 255")
            }
            self.unit = unit
        }
        name = String(names[names.count - 1])
        content = try Self.content(sides[1], in: text)
    }

    private static func content(_ value: Substring, in text: String) throws(FaultTextError) -> Content {
        if value == "missing" { return .missing }
        if value.hasPrefix("text:") { return .text(String(value.dropFirst(5))) }
        if value.hasPrefix("raw:") {
            let digits = value.dropFirst(4)
            if let number = UInt64(digits) { return .raw(.unsigned(number)) }
            if let number = Int64(digits) { return .raw(.signed(number)) }
            if let number = Double(digits) { return .raw(.real(number)) }
        }
        guard let number = Double(value), number.isFinite else {
            throw FaultTextError(
                "`\(value)` in `\(text)` is no value; expected a number in the register's unit, raw:NUMBER, missing, "
                    + "or text:TEXT")
        }
        return .value(number)
    }

    /// The words that say it; `nil` when the register cannot.
    func words(for register: RegisterDefinition) -> [UInt16]? {
        switch content {
        case .value(let value):
            let words = register.words(of: register.raw(of: value))
            return words.flatMap { register.says(value, by: $0) ? $0 : nil }
        case .text(let text): return register.words(of: .text(text))
        case .raw(let raw): return register.words(of: raw)
        case .missing:
            switch register.missing.first {
            case .integer(let number)?: return register.words(of: .signed(number))
            case .real(let number)?: return register.words(of: .real(number))
            case nil: return nil
            }
        }
    }
}

extension RegisterDefinition {
    /// Whether a master reads the value from the words, as near as the register's steps allow: not so where it was cut to
    /// the ends of the type, or means "no value".
    fileprivate func says(_ value: Double, by words: [UInt16]) -> Bool {
        let content = content(of: words, from: address)
        guard !content.isSentinel, let read = content.value else { return false }
        let step = type == .float32 || type == .float64 || type == .string ? abs(value) * 1e-3 : abs(scale)
        return abs(read - value) <= max(step, 1e-9)
    }
}
