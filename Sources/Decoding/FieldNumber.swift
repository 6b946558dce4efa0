import Readings

/// Numbers as people and loggers write them into the cells of a text: with a sign of either kind, leading zeros,
/// nothing
/// before or after the point, a decimal comma where the format says so.
enum FieldNumber {
    /// What is longer is text.
    static let digitsMax = 400

    /// The number that the whole of `cell` is, exact to the last bit; `nil` when it is none. It may be infinite.
    @inline(__always)
    static func read(_ cell: Span<UInt8>, decimal: UInt8 = UInt8(ascii: ".")) -> Double? {
        let count = cell.count
        guard count > 0, count <= digitsMax else { return nil }
        var index = 0
        let isNegative = cell[0] == UInt8(ascii: "-")
        if isNegative || cell[0] == UInt8(ascii: "+") { index = 1 }
        var mantissa: UInt64 = 0
        let first = index
        index = endOfDigits(cell, from: index, &mantissa)
        var digits = index &- first
        var exponent = 0
        if index < count, cell[index] == decimal {
            let firstOfFraction = index &+ 1
            index = endOfDigits(cell, from: firstOfFraction, &mantissa)
            exponent = firstOfFraction &- index
            digits &-= exponent
        }
        guard digits > 0 else { return nil }
        if index < count {
            guard let power = exponentPart(cell, from: index) else { return nil }
            exponent &+= power
        }
        // 19 digits always fit 64 bits; leading zeros count here, and the exact way leaves them out.
        let magnitude =
            digits <= 19
            ? ExactDouble.nearest(to: mantissa, timesTenTo: exponent)
            : ExactDouble.nearest(to: cell, first..<count, point: decimal)
        return isNegative ? -magnitude : magnitude
    }

    @inline(__always)
    private static func endOfDigits(_ cell: Span<UInt8>, from start: Int, _ mantissa: inout UInt64) -> Int {
        var index = start
        while index < cell.count {
            let digit = cell[index] &- 48
            guard digit <= 9 else { break }
            mantissa = mantissa &* 10 &+ UInt64(digit)
            index &+= 1
        }
        return index
    }

    /// `e5`, `E-12` up to the end of the cell; `nil` when that is not what stands there.
    @inline(never)
    private static func exponentPart(_ cell: Span<UInt8>, from start: Int) -> Int? {
        guard cell[start] | 0x20 == UInt8(ascii: "e") else { return nil }
        var index = start + 1
        let isSmall = index < cell.count && cell[index] == UInt8(ascii: "-")
        if isSmall || (index < cell.count && cell[index] == UInt8(ascii: "+")) { index += 1 }
        guard index < cell.count else { return nil }
        var power = 0
        while index < cell.count {
            let digit = cell[index] &- 48
            guard digit <= 9 else { return nil }
            // More than the digits of any cell can make up for.
            if power < 1_000_000 { power = power * 10 + Int(digit) }
            index += 1
        }
        return isSmall ? -power : power
    }
}

extension DraftReading {
    /// A cell as the value: empty or `null`, in any case, is a gap; a number is the value; other text is kept and
    /// marked
    /// as no number.
    ///
    /// - Parameters:
    ///   - bytes: The cell's bytes, which are UTF-8.
    ///   - cell: Where it stands in `Intake.bytes` or `text`.
    /// - Returns: Whether it could be kept: text of more than 256 bytes or with control characters can not.
    @discardableResult
    @inline(__always)
    mutating func setField(_ bytes: Span<UInt8>, at cell: TextRange, decimal: UInt8 = UInt8(ascii: ".")) -> Bool {
        bytes.isEmpty || setNumber(bytes, at: cell, decimal: decimal) || setWord(bytes, at: cell)
    }

    /// A number as the value; whether it is one.
    ///
    /// A whole number that a double does not hold is kept beside it: exactly, without a plus and zeros before it. What
    /// is
    /// out of a double's range is no value, and kept as text.
    @inline(__always)
    mutating func setNumber(_ bytes: Span<UInt8>, at cell: TextRange, decimal: UInt8 = UInt8(ascii: ".")) -> Bool {
        guard let number = FieldNumber.read(bytes, decimal: decimal) else { return false }
        guard number.isFinite else {
            setText(cell)
            return true
        }
        value = number
        hasValue = true
        // A whole number of 16 digits or more may be more than a double holds.
        if bytes.count >= 16 { keepInteger(bytes, at: cell, as: number) }
        return true
    }

    @inline(never)
    private mutating func keepInteger(_ bytes: Span<UInt8>, at cell: TextRange, as number: Double) {
        let isNegative = bytes[0] == UInt8(ascii: "-")
        let hasSign = isNegative || bytes[0] == UInt8(ascii: "+")
        var first = hasSign ? 1 : 0
        while first < bytes.count, bytes[first] == UInt8(ascii: "0") { first += 1 }
        var whole: Int64? = 0
        for index in first..<bytes.count {
            let digit = bytes[index] &- 48
            guard digit <= 9 else { return }
            guard let soFar = whole else { continue }
            let (tens, isTooLarge) = soFar.multipliedReportingOverflow(by: 10)
            let (sum, isStillTooLarge) =
                isNegative
                ? tens.subtractingReportingOverflow(Int64(digit)) : tens.addingReportingOverflow(Int64(digit))
            whole = isTooLarge || isStillTooLarge ? nil : sum
        }
        if let whole {
            // 2^63 is no Int64, and the nearest double of those just below it.
            let isExact = whole.magnitude <= 1 << 53 || number < 0x1p63 && Int64(number) == whole
            if !isExact { raw = .integer(whole) }
        } else if !isNegative {
            raw = .number(cell.dropping(first: first))
        } else if first == 1 {
            raw = .number(cell)
        } else {
            // JSON has no zeros before a number, and between the sign and the digits they cannot be left out in place.
            raw = .text(cell)
        }
    }

    @inline(never)
    private mutating func setWord(_ bytes: Span<UInt8>, at cell: TextRange) -> Bool {
        if bytes.count == 4, bytes[0] | 0x20 == UInt8(ascii: "n"), bytes[1] | 0x20 == UInt8(ascii: "u"),
            bytes[2] | 0x20 == UInt8(ascii: "l"), bytes[3] | 0x20 == UInt8(ascii: "l")
        {
            return true
        }
        guard bytes.count <= JSONTextReader.rawTextMax, !TextRules.hasControl(bytes) else { return false }
        setText(cell)
        return true
    }
}

extension TextRange {
    /// The same text without so many of its first bytes.
    func dropping(first count: Int) -> TextRange {
        let rest = (indices.lowerBound + count)..<indices.upperBound
        return isInText ? TextRange(inText: rest) : TextRange(inBytes: rest)
    }
}
