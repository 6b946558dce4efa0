import Formats
import Readings

/// Names, texts and values in cells: where they stand as they are, a range of the batch's bytes; else kept anew.
struct CSVTextReader: Sendable {
    /// Where the payload begins in `Intake.bytes`.
    var base = 0
    /// A text with its doubled quotes resolved, for as long as it is looked at.
    private var scratch: [UInt8] = []

    // MARK: Headings

    /// What a column's heading says.
    struct Heading {
        var symbol: TextRange
        var unit: TextRange
        /// Whether the symbol is not the whole cell as it stands, so that another cell may give the same one.
        var isChanged: Bool
    }

    /// The symbol and the unit of a column, `PM2.5 (ug/m3)` or `PM2.5 [ug/m3]`; `nil` when the format leaves it out.
    mutating func heading(
        _ cell: CSVCell, _ bytes: Span<UInt8>, _ intake: inout Intake, _ definition: FormatDefinition
    ) throws(DecodingFailure) -> Heading? {
        resolve(cell, bytes)
        var name = 0..<scratch.count
        var unit: TextRange = .none
        if let inside = Self.bracketed(scratch.span) {
            unit = place(inside.unit, of: cell, &intake)
            guard inside.unit.count <= TextRules.lengthMax,
                !TextRules.hasControl(scratch.span.extracting(inside.unit))
            else { throw DecodingFailure(.badText, at: cell.start) }
            name = inside.name
        }
        var isChanged = name.count < scratch.count
        var symbol = place(name, of: cell, &intake)
        if !definition.options.names.isEmpty {
            let whole = definition.options.names[String(decoding: scratch, as: UTF8.self)]
            guard let renamed = whole ?? definition.symbol(for: String(decoding: scratch[name], as: UTF8.self)) else {
                return nil
            }
            symbol = intake.intern(renamed)
            isChanged = true
        } else {
            switch ParameterSymbol.form(of: scratch.span.extracting(name)) {
            case .valid: break
            case .invalid: throw DecodingFailure(.badParameter, at: cell.start)
            case .notNormalized:
                guard let normalized = ParameterSymbol.normalized(scratch.span.extracting(name)) else {
                    throw DecodingFailure(.badParameter, at: cell.start)
                }
                symbol = intake.intern(normalized.span)
                isChanged = true
            }
        }
        if unit.isNone, !definition.options.units.isEmpty, let text = intake.string(symbol),
            let known = definition.options.units[text]
        {
            unit = intake.intern(known)
        }
        return Heading(symbol: symbol, unit: unit, isChanged: isChanged)
    }

    /// The name and the unit of `name (unit)` or `name [unit]`. A round bracket needs a space before it: `Cr(VI)` is a
    /// name.
    private static func bracketed(_ text: Span<UInt8>) -> (name: Range<Int>, unit: Range<Int>)? {
        guard text.count > 3, let last = text.indices.last else { return nil }
        let isRound = text[last] == UInt8(ascii: ")")
        guard isRound || text[last] == UInt8(ascii: "]") else { return nil }
        let opening = isRound ? UInt8(ascii: "(") : UInt8(ascii: "[")
        var start = last - 1
        while start > 0, text[start] != opening { start -= 1 }
        guard start > 0, start + 1 < last, !isRound || text[start - 1] == UInt8(ascii: " ") else { return nil }
        var end = start
        while end > 0, text[end - 1] == UInt8(ascii: " ") { end -= 1 }
        return end > 0 ? (0..<end, (start + 1)..<last) : nil
    }

    /// A piece of `scratch`, which holds the cell.
    private func place(_ range: Range<Int>, of cell: CSVCell, _ intake: inout Intake) -> TextRange {
        if cell.hasDoubledQuotes { return intake.intern(scratch.span.extracting(range)) }
        let start = cell.range.lowerBound + base
        return TextRange(inBytes: (range.lowerBound + start)..<(range.upperBound + start))
    }

    mutating func isEqual(_ cell: CSVCell, _ text: String, _ bytes: Span<UInt8>) -> Bool {
        resolve(cell, bytes)
        return scratch.elementsEqual(text.utf8)
    }

    // MARK: Cells

    /// `nil` when it is no station id.
    @inline(__always)
    func station(_ cell: CSVCell, _ bytes: Span<UInt8>) -> TextRange? {
        StationID.isValid(bytes.extracting(cell.range)) ? place(cell.range) : nil
    }

    /// A parameter's symbol, by the names of the format; `.none` when it is left out, `nil` when it is no symbol.
    mutating func parameter(
        _ cell: CSVCell, _ bytes: Span<UInt8>, _ intake: inout Intake, _ definition: FormatDefinition
    ) -> TextRange? {
        let isRenaming = !definition.options.names.isEmpty
        if !cell.hasDoubledQuotes, !isRenaming, ParameterSymbol.form(of: bytes.extracting(cell.range)) == .valid {
            return place(cell.range)
        }
        resolve(cell, bytes)
        if isRenaming {
            guard let symbol = definition.symbol(for: String(decoding: scratch, as: UTF8.self)) else {
                return TextRange.none
            }
            scratch.removeAll(keepingCapacity: true)
            scratch.append(contentsOf: symbol.utf8)
        }
        switch ParameterSymbol.form(of: scratch.span) {
        case .valid: return intake.intern(scratch.span)
        case .invalid: return nil
        case .notNormalized: return ParameterSymbol.normalized(scratch.span).map { intake.intern($0.span) }
        }
    }

    /// A short text, `.none` when it is empty; `nil` when it is too long or holds control characters.
    mutating func text(_ cell: CSVCell, _ bytes: Span<UInt8>, _ intake: inout Intake) -> TextRange? {
        if cell.isEmpty { return TextRange.none }
        guard !cell.hasDoubledQuotes else {
            resolve(cell, bytes)
            let isAllowed = scratch.count <= TextRules.lengthMax && !TextRules.hasControl(scratch.span)
            return isAllowed ? intake.intern(scratch.span) : nil
        }
        let isAllowed = cell.range.count <= TextRules.lengthMax && !TextRules.hasControl(bytes.extracting(cell.range))
        return isAllowed ? place(cell.range) : nil
    }

    /// 1 … 65535 in digits without leading zeros; else 0.
    func sensor(_ cell: CSVCell, _ bytes: Span<UInt8>) -> UInt16 {
        guard cell.range.count <= 5, bytes[cell.range.lowerBound] != UInt8(ascii: "0") else { return 0 }
        var number = 0
        for index in cell.range {
            guard bytes[index] &- 48 <= 9 else { return 0 }
            number = number * 10 + Int(bytes[index] - 48)
        }
        return UInt16(exactly: number) ?? 0
    }

    /// Whether a cell can be kept as a value.
    @inline(__always)
    mutating func setValue(
        of reading: inout DraftReading, _ cell: CSVCell, _ bytes: Span<UInt8>, _ intake: inout Intake, _ decimal: UInt8
    ) -> Bool {
        if !cell.hasDoubledQuotes {
            return reading.setField(bytes.extracting(cell.range), at: place(cell.range), decimal: decimal)
        }
        resolve(cell, bytes)
        guard scratch.count <= JSONTextReader.rawTextMax else { return false }
        return reading.setField(scratch.span, at: intake.intern(scratch.span), decimal: decimal)
    }

    private mutating func resolve(_ cell: CSVCell, _ bytes: Span<UInt8>) {
        scratch.removeAll(keepingCapacity: true)
        CSVScanner.append(cell, of: bytes, to: &scratch)
    }

    @inline(__always)
    private func place(_ range: Range<Int>) -> TextRange {
        TextRange(inBytes: (range.lowerBound &+ base)..<(range.upperBound &+ base))
    }
}
