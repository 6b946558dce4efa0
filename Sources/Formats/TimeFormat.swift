public import Readings

/// How a payload writes a time.
public enum TimeFormat: Sendable, Hashable {
    case rfc3339
    /// A number since 1970 of which this many make a second: 1, 1,000, 1,000,000, 1,000,000,000.
    case unix(perSecond: Int64)
    /// Digits and other characters at fixed places: `yyyyMMddHHmmss`, `dd/MM/yyyy HH:mm:ss`.
    case pattern(TimePattern)

    /// Reads the text of the settings: `rfc3339`, `unix-s`, `unix-ms`, `unix-us`, `unix-ns`, or a pattern.
    public init(_ text: String) throws(FormatError) {
        switch text {
        case "rfc3339": self = .rfc3339
        case "unix-s": self = .unix(perSecond: 1)
        case "unix-ms": self = .unix(perSecond: 1000)
        case "unix-us": self = .unix(perSecond: 1_000_000)
        case "unix-ns": self = .unix(perSecond: 1_000_000_000)
        default: self = .pattern(try TimePattern(text))
        }
    }

    /// Whether it is a number since 1970.
    var isUnix: Bool { if case .unix = self { true } else { false } }

    /// Reads a time that is written as text, digits among them.
    public func parse(_ text: Span<UInt8>) -> ParsedTime {
        switch self {
        case .rfc3339: ParsedTime(rfc3339: text)
        case .unix(let perSecond): ParsedTime(unixText: text, perSecond: perSecond)
        case .pattern(let pattern): pattern.parse(text)
        }
    }
}

extension ParsedTime {
    /// Reads decimal digits, with a sign and a fraction where there is one; finer than milliseconds is truncated, also
    /// before 1970. More than 18 digits before the point are no time.
    public init(unixText text: Span<UInt8>, perSecond: Int64) {
        var index = 0
        let isNegative = !text.isEmpty && text[0] == UInt8(ascii: "-")
        if isNegative { index = 1 }
        var whole: Int64 = 0
        let first = index
        while index < text.count, text[index] &- 48 <= 9, index - first < 19 {
            let (tens, isTooLarge) = whole.multipliedReportingOverflow(by: 10)
            let (sum, isStillTooLarge) = tens.addingReportingOverflow(Int64(text[index] - 48))
            guard !isTooLarge, !isStillTooLarge else {
                self = .invalid
                return
            }
            whole = sum
            index += 1
        }
        guard index > first else {
            self = .invalid
            return
        }
        // Thousandths of the unit, as far as the text gives them.
        var fraction: Int64 = 0
        if index < text.count, text[index] == UInt8(ascii: ".") {
            index += 1
            let firstOfFraction = index
            var weight: Int64 = 100
            while index < text.count, text[index] &- 48 <= 9 {
                fraction += Int64(text[index] - 48) * weight
                weight /= 10
                index += 1
            }
            guard index > firstOfFraction else {
                self = .invalid
                return
            }
        }
        guard index == text.count else {
            self = .invalid
            return
        }
        self.init(unix: whole, thousandths: fraction, perSecond: perSecond, isNegative: isNegative)
    }

    /// A whole number since 1970 and thousandths of its unit.
    public init(unix whole: Int64, thousandths: Int64 = 0, perSecond: Int64, isNegative: Bool = false) {
        let milliseconds: Int64
        if perSecond == 1 {
            let (scaled, isTooLarge) = whole.multipliedReportingOverflow(by: 1000)
            guard !isTooLarge, scaled < .max - 1000 else {
                self = .invalid
                return
            }
            milliseconds = scaled + thousandths
        } else {
            milliseconds = whole / (perSecond / 1000)
        }
        self = .moment(Timestamp(millisecondsSince1970: isNegative ? -milliseconds : milliseconds))
    }
}
