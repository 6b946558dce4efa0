import Formats
import Readings

/// The `names` and `units` of a format, found by the bytes of a payload without an allocation.
struct VendorNames: Sendable {
    /// What a vendor's name stands for.
    enum Meaning: Sendable {
        /// Our symbol, and the unit in which its values come where the payload names none, or `.none`.
        case symbol(TextRange, unit: TextRange)
        /// Not named, where `unnamed = "ignore"`.
        case leftOut
        /// No parameter symbol.
        case invalid
    }

    /// Of a vendor's name, in bytes; a longer one is in no table.
    static let lengthMax = 1024

    private struct Entry: Sendable {
        var name, symbol: Range<Int>
        /// Empty where there is none.
        var unit: Range<Int>
        var isNamed: Bool
    }

    /// The texts of the entries, one after the other.
    private var texts: [UInt8] = []
    private var entries: [Entry] = []
    /// Indices of `entries` by the hash of the name, -1 where there is none; a power of two, at most half full.
    private var slots: [Int32] = []
    private let ignoresUnnamed: Bool

    /// Whether every name stands for itself.
    var isEmpty: Bool { entries.isEmpty && !ignoresUnnamed }

    /// - Parameter aliases: Names that the format itself has for symbols; `names` goes before them.
    init(_ definition: FormatDefinition, aliases: [String: String] = [:]) {
        ignoresUnnamed = definition.ignoresUnnamed
        let options = definition.options
        var table: [String: (symbol: String, isNamed: Bool)] = options.names.mapValues { ($0, true) }
        for (alias, symbol) in aliases where options.names[alias] == nil {
            table[alias] = (options.names[symbol] ?? symbol, options.names[symbol] != nil)
        }
        for symbol in options.units.keys where table[symbol] == nil { table[symbol] = (symbol, false) }
        for (name, meaning) in table {
            let unit = options.units[meaning.symbol] ?? ""
            let bytes = Array(name.utf8)
            // A payload's name is looked up as it is, and in NFC.
            let normalized = ParameterSymbol.normalized(bytes.span) ?? bytes
            for key in normalized == bytes ? [bytes] : [bytes, normalized] {
                entries.append(
                    Entry(
                        name: keep(key), symbol: keep(Array(meaning.symbol.utf8)), unit: keep(Array(unit.utf8)),
                        isNamed: meaning.isNamed))
            }
        }
        guard !entries.isEmpty else { return }
        var size = 4
        while size < entries.count * 2 { size *= 2 }
        slots = Array(repeating: -1, count: size)
        for index in entries.indices {
            var slot = SeededHash.of(texts.span.extracting(entries[index].name)) & (size - 1)
            while slots[slot] >= 0 { slot = (slot + 1) & (size - 1) }
            slots[slot] = Int32(index)
        }
    }

    private mutating func keep(_ bytes: [UInt8]) -> Range<Int> {
        texts += bytes
        return (texts.count - bytes.count)..<texts.count
    }

    /// What a vendor's name stands for.
    ///
    /// - Parameters:
    ///   - name: UTF-8.
    ///   - place: Where it stands in the batch; `.none`: nowhere as it is.
    func meaning(of name: Span<UInt8>, at place: TextRange, _ intake: inout Intake) -> Meaning {
        var known = entry(name)
        let form = known == nil ? ParameterSymbol.form(of: name) : .valid
        var normalized: [UInt8] = []
        if form == .notNormalized, let bytes = ParameterSymbol.normalized(name) {
            normalized = bytes
            known = entry(bytes.span)
        }
        if ignoresUnnamed, known?.isNamed != true { return .leftOut }
        if let known {
            let unit = known.unit.isEmpty ? .none : intake.intern(texts.span.extracting(known.unit))
            return .symbol(intake.intern(texts.span.extracting(known.symbol)), unit: unit)
        }
        switch form {
        case .valid: return .symbol(place.isNone ? intake.intern(name) : place, unit: .none)
        case .notNormalized where !normalized.isEmpty:
            return .symbol(intake.intern(normalized.span), unit: .none)
        case .notNormalized, .invalid: return .invalid
        }
    }

    private func entry(_ name: Span<UInt8>) -> Entry? {
        guard !slots.isEmpty, name.count <= Self.lengthMax else { return nil }
        let texts = texts.span
        var slot = SeededHash.of(name) & (slots.count - 1)
        while slots[slot] >= 0 {
            let entry = entries[Int(slots[slot])]
            if texts.extracting(entry.name).isEqual(to: name) { return entry }
            slot = (slot + 1) & (slots.count - 1)
        }
        return nil
    }
}
