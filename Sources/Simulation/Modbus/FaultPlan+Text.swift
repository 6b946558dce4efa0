/// Why a fault, a script or a list of units cannot be read.
public struct FaultTextError: Error, Sendable, Hashable, CustomStringConvertible {
    /// A sentence that quotes what is wrong and says what is expected.
    public let description: String

    init(_ description: String) {
        self.description = description
    }
}

extension FaultPlan.Rule {
    /// Reads `[unit=LIST:]KIND[=VALUE][@SHARE | @FROM..TO[/EVERY]]`: `late=500ms@0.1`, `unit=3:silence@6s..16s/60s`.
    public init(text: String) throws(FaultTextError) {
        let (units, rest) = try FaultText.units(before: text)
        let parts = rest.split(separator: "@", maxSplits: 1, omittingEmptySubsequences: false)
        guard let fault = try FaultText.step(parts[0]) else {
            throw FaultTextError("`\(text)` is no fault; expected one of \(FaultText.kinds)")
        }
        self.init(fault, units: units)
        guard parts.count == 2 else { return }
        if parts[1].contains("..") {
            period = try FaultText.period(parts[1])
        } else {
            guard let share = Double(parts[1]), share > 0, share <= 1 else {
                throw FaultTextError(
                    "`\(parts[1])` in `\(text)` is no share; expected more than 0 and up to 1, such as 0.1, "
                        + "or a time such as 6s..16s")
            }
            self.share = share
        }
    }
}

extension FaultPlan.Script {
    /// Reads `[unit=LIST:]STEP,STEP,…`, each step a fault or `ok`: `ok,late=750ms,ok,bad-crc`.
    public init(text: String) throws(FaultTextError) {
        let (units, rest) = try FaultText.units(before: text)
        var steps: [SlaveFault?] = []
        for word in rest.split(separator: ",", omittingEmptySubsequences: false) {
            steps.append(try FaultText.step(word))
        }
        self.init(steps, units: units)
    }
}

extension FaultPlan {
    /// Reads the options of a command line.
    ///
    /// - Throws: At the first that cannot be read, or when the shares of rules for the same units exceed 1.
    public init(faults: [String], scripts: [String], seed: UInt64) throws(FaultTextError) {
        var rules: [Rule] = []
        for text in faults { rules.append(try Rule(text: text)) }
        var parsed: [Script] = []
        for text in scripts { parsed.append(try Script(text: text)) }
        self.init(rules: rules, scripts: parsed, seed: seed)
        for units in Set(rules.map(\.units)) {
            let sum = rules.filter { $0.units == units && $0.period == nil }.map(\.share).reduce(0, +)
            guard sum < 1.000_001 else {
                throw FaultTextError(
                    "the shares of the faults for \(FaultText.name(units)) add up to more than 1")
            }
        }
    }

    /// Reads `1,2,5-8`: unit ids from 0 to 255.
    static func units(_ text: some StringProtocol) throws(FaultTextError) -> Set<UInt8> {
        var units: Set<UInt8> = []
        for part in text.split(separator: ",", omittingEmptySubsequences: false) {
            let ends = part.split(separator: "-", omittingEmptySubsequences: false).map {
                $0.hasPrefix("+") ? nil : UInt8($0)
            }
            guard let first = ends[0], let last = ends[ends.count - 1], ends.count <= 2, first <= last
            else {
                throw FaultTextError(
                    "`\(part)` names no unit; expected numbers from 0 to 255, such as 1,2,5-8")
            }
            units.formUnion(first...last)
        }
        return units
    }
}

/// The words of faults and scripts.
enum FaultText {
    /// Every kind, for messages and help.
    static var kinds: String {
        SlaveFault.Kind.allCases.map(\.rawValue).joined(separator: ", ")
    }

    static func name(_ units: Set<UInt8>?) -> String {
        units.map { "unit " + $0.sorted().map(String.init).joined(separator: ",") } ?? "all units"
    }

    /// Splits `unit=LIST:` off.
    static func units(before text: String) throws(FaultTextError) -> (Set<UInt8>?, Substring) {
        guard let colon = text.firstIndex(of: ":") else { return (nil, text[...]) }
        guard text.hasPrefix("unit=") else {
            throw FaultTextError(
                "`\(text[...colon])` in `\(text)` is not understood; expected unit=LIST: before a fault")
        }
        return (try FaultPlan.units(text[..<colon].dropFirst(5)), text[text.index(after: colon)...])
    }

    /// One fault, or `nil` for `ok`.
    static func step(_ text: Substring) throws(FaultTextError) -> SlaveFault? {
        if text == "ok" { return nil }
        let parts = text.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
        guard let kind = SlaveFault.Kind(rawValue: String(parts[0])) else {
            throw FaultTextError("`\(text)` is no fault; expected ok or one of \(kinds)")
        }
        let value = parts.count == 2 ? parts[1] : nil
        switch kind {
        case .late: return .late(try times(value, of: kind))
        case .hold: return .hold(try times(value, of: kind))
        case .exception:
            guard let value, let code = UInt8(value), (1...11).contains(code) else {
                throw FaultTextError(
                    "`\(text)` names no exception code; expected exception=6, or another of 1 … 11")
            }
            return .exception(code)
        case .slowBytes: return .slowBytes(try milliseconds(value ?? "4ms"))
        case .duplicate: return .duplicate(try milliseconds(value ?? "0ms"))
        default: break
        }
        if let value { throw FaultTextError("`\(kind.rawValue)` takes no value, and has `\(value)`") }
        switch kind {
        case .badChecksum: return .badChecksum
        case .halfFrame: return .halfFrame
        case .noise: return .noise
        case .wrongUnit: return .wrongUnit
        case .trailing: return .trailing
        case .close: return .close
        default: return .silence
        }
    }

    /// `500ms`, or `200ms..2s`.
    private static func times(
        _ text: Substring?, of kind: SlaveFault.Kind
    ) throws(FaultTextError) -> ClosedRange<Int64> {
        guard let text else {
            throw FaultTextError(
                "`\(kind.rawValue)` needs a time; expected \(kind.rawValue)=500ms or \(kind.rawValue)=200ms..2s"
            )
        }
        guard let dots = text.firstRange(of: "..") else {
            let time = try milliseconds(text)
            return time...time
        }
        let first = try milliseconds(text[..<dots.lowerBound])
        let last = try milliseconds(text[dots.upperBound...])
        guard first <= last else { throw FaultTextError("`\(text)` ends before it begins") }
        return first...last
    }

    /// `6s..16s`, or `6s..16s/60s`.
    static func period(_ text: Substring) throws(FaultTextError) -> FaultPlan.Period {
        let parts = text.split(separator: "/", maxSplits: 1, omittingEmptySubsequences: false)
        guard let dots = parts[0].firstRange(of: "..") else {
            throw FaultTextError("`\(text)` is no time; expected 6s..16s, or 6s..16s/60s")
        }
        let first = try milliseconds(parts[0][..<dots.lowerBound])
        let last = try milliseconds(parts[0][dots.upperBound...])
        guard first < last else { throw FaultTextError("`\(parts[0])` ends before it begins") }
        guard parts.count == 2 else { return FaultPlan.Period(first..<last) }
        let every = try milliseconds(parts[1])
        guard every >= last else {
            throw FaultTextError(
                "`\(text)` begins again before it ends; expected more than `\(parts[1])`")
        }
        return FaultPlan.Period(first..<last, every: every)
    }

    /// `250ms`, `2.5s`, `1m`; at most an hour.
    static func milliseconds(_ text: Substring) throws(FaultTextError) -> Int64 {
        let digits = text.prefix { $0.isASCII && ($0.isNumber || $0 == ".") }
        let factors: [Substring: Double] = ["ms": 1, "s": 1000, "m": 60_000, "h": 3_600_000]
        guard let number = Double(digits), let factor = factors[text.dropFirst(digits.count)],
            number * factor <= 3_600_000
        else { throw FaultTextError("`\(text)` is no time up to an hour; expected 250ms, 2.5s or 1m") }
        return Int64((number * factor).rounded())
    }
}
