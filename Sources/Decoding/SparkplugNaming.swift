import Formats
import Readings

/// What a metric's name means for the source: a parameter, or nothing that is read.
struct SparkplugNaming: Sendable {
    private let definition: FormatDefinition
    private let hasNames: Bool
    private let hasUnits: Bool

    enum Meaning {
        /// The name is the parameter's symbol as it stands.
        case itself
        case symbol([UInt8])
        /// Control, metadata, or left out by the settings.
        case ignored
        case invalid
    }

    init(_ definition: FormatDefinition) {
        self.definition = definition
        hasNames = !definition.options.names.isEmpty
        hasUnits = !definition.options.units.isEmpty
    }

    func meaning(of name: Span<UInt8>) -> Meaning {
        if hasNames, let text = try? UTF8Span(validating: name),
            let symbol = definition.options.names[String(copying: text)]
        {
            return .symbol(Array(symbol.utf8))
        }
        if definition.ignoresUnnamed || Self.isControl(name) { return .ignored }
        switch ParameterSymbol.form(of: name) {
        case .valid: return .itself
        case .invalid: return .invalid
        case .notNormalized: return ParameterSymbol.normalized(name).map { .symbol($0) } ?? .invalid
        }
    }

    /// The unit that the settings give to a symbol.
    func unit(of symbol: Span<UInt8>) -> String? {
        guard hasUnits, let text = try? UTF8Span(validating: symbol) else { return nil }
        return definition.options.units[String(copying: text)]
    }

    /// Names that the specification or its users keep for the edge node itself.
    private static func isControl(_ name: Span<UInt8>) -> Bool {
        name.begins(with: "Node Control/") || name.begins(with: "Device Control/")
            || name.begins(with: "Properties/")
            || name.begins(with: "bdSeq")
    }
}
