import Readings

/// A number of a SenML record, whichever grammar wrote it.
struct SenMLNumber: Sendable {
    /// The double nearest to it; 0 and not to be used when it is no finite number.
    var value: Double = 0
    var isFinite = true
    /// Exactly, when it is a whole number of 64 bits.
    var whole: Int64?
    /// What the double does not hold of it, or what came instead of a number.
    var raw: DraftReading.Raw = .sameAsValue

    init() {}

    /// - Parameter written: Where it stands, or what it would be in JSON; used only when a double does not hold it.
    @inline(__always)
    init(_ value: Double, _ integer: JSONNumber.Integer, written: TextRange) {
        guard value.isFinite else {
            isFinite = false
            raw = .text(written)
            return
        }
        self.value = value
        switch integer {
        case .none: break
        case .exact(let integer):
            whole = integer
            // 2^63 is no Int64, and the nearest double of those just below it.
            let isExact = integer.magnitude <= 1 << 53 || value < 0x1p63 && Int64(value) == integer
            if !isExact { raw = .integer(integer) }
        case .tooLarge: raw = .number(written)
        }
    }

    /// Its value on top of a base (RFC 8428, 4.5.4): exact where both are whole, else as doubles.
    func value(above base: SenMLNumber) -> Double {
        if let whole, let baseWhole = base.whole {
            let (sum, isTooLarge) = whole.addingReportingOverflow(baseWhole)
            if !isTooLarge { return Double(sum) }
        }
        return value + base.value
    }
}

extension DraftReading {
    /// A number as the value, on top of the base where there is one; what came is kept beside it where that changed it.
    @inline(__always)
    mutating func setValue(_ number: SenMLNumber, above base: SenMLNumber?) {
        raw = number.raw
        guard number.isFinite else {
            qualifiers.formUnion(.notANumber)
            return
        }
        value = number.value
        hasValue = true
        if let base { lift(number, above: base) }
    }

    @inline(never)
    private mutating func lift(_ number: SenMLNumber, above base: SenMLNumber) {
        let sum = number.value(above: base)
        if sum == number.value, base.value == 0 { return }
        if case .sameAsValue = raw { raw = number.whole.map { .integer($0) } ?? .real(number.value) }
        hasValue = sum.isFinite
        value = hasValue ? sum : 0
        if !hasValue { qualifiers.formUnion(.notANumber) }
    }
}

/// Times of SenML: seconds as decimals, in whole nanoseconds so that a base and an offset add up exactly.
///
/// Finer than a nanosecond is truncated towards the past. What 64 bits do not hold (292 years) is no time.
enum SenMLTime {
    /// mantissa × 10^exponent seconds; a further digit was left out when `isMore`.
    static func nanoseconds(
        _ mantissa: UInt64, timesTenTo exponent: Int, isNegative: Bool, isMore: Bool = false
    ) -> Int64? {
        var magnitude = mantissa
        var isInexact = isMore
        var power = exponent + 9
        guard mantissa > 0 else { return isInexact && isNegative ? -1 : 0 }
        while power > 0 {
            let (product, isTooLarge) = magnitude.multipliedReportingOverflow(by: 10)
            guard !isTooLarge else { return nil }
            magnitude = product
            power -= 1
        }
        while power < 0, magnitude > 0 {
            let (quotient, remainder) = magnitude.quotientAndRemainder(dividingBy: 10)
            if remainder > 0 { isInexact = true }
            magnitude = quotient
            power += 1
        }
        guard magnitude < UInt64(Int64.max) else { return nil }
        return isNegative ? -Int64(magnitude) - (isInexact ? 1 : 0) : Int64(magnitude)
    }

    /// A number of JSON as it was written, without a detour over a double.
    static func nanoseconds(_ number: JSONNumber, _ bytes: Span<UInt8>) -> Int64? {
        if case .exact(let seconds) = number.integer { return nanoseconds(seconds: seconds) }
        return nanoseconds(decimal: bytes.extracting(number.range))
    }

    static func nanoseconds(seconds: Int64) -> Int64? {
        let (product, isTooLarge) = seconds.multipliedReportingOverflow(by: 1_000_000_000)
        return isTooLarge ? nil : product
    }

    /// A double, as the shortest decimal that is read as the same double: what its sender meant.
    static func nanoseconds(_ seconds: Double) -> Int64? {
        guard seconds.magnitude < 0x1p33 else { return nil }
        // Below 2^33 at most one decimal of six digits after the point is read as this double.
        let microseconds = Int64(seconds * 1e6 + (seconds < 0 ? -0.5 : 0.5))
        if Double(microseconds) / 1e6 == seconds { return microseconds * 1000 }
        return nanoseconds(decimal: Array(seconds.description.utf8).span)
    }

    /// The text of a number in the grammar of JSON.
    private static func nanoseconds(decimal text: Span<UInt8>) -> Int64? {
        var mantissa: UInt64 = 0
        var exponent = 0
        var isBeyondPoint = false
        var isMore = false
        var index = 0
        let isNegative = text[0] == UInt8(ascii: "-")
        if isNegative { index = 1 }
        while index < text.count, text[index] | 0x20 != UInt8(ascii: "e") {
            let byte = text[index]
            index += 1
            if byte == UInt8(ascii: ".") {
                isBeyondPoint = true
            } else if mantissa < 1_000_000_000_000_000_000 {
                mantissa = mantissa * 10 + UInt64(byte & 15)
                if isBeyondPoint { exponent -= 1 }
            } else {
                if byte != UInt8(ascii: "0") { isMore = true }
                if !isBeyondPoint { exponent += 1 }
            }
        }
        var power = 0
        var isSmall = false
        while index < text.count {
            let byte = text[index]
            if byte == UInt8(ascii: "-") { isSmall = true }
            if byte &- 48 <= 9, power < 1_000_000 { power = power * 10 + Int(byte - 48) }
            index += 1
        }
        return nanoseconds(
            mantissa, timesTenTo: exponent + (isSmall ? -power : power), isNegative: isNegative, isMore: isMore)
    }
}
