/// Every payload format there is.
///
/// To add one: its file, its line here, its folder in `fixtures/payloads` (docs/adding-a-decoder.md).
public enum DecoderCatalog {
    private static let entries: [(name: String, make: @Sendable () -> any PayloadDecoder)] = [
        ("json", { JSONPayloadDecoder() }),
        ("value", { ValuePayloadDecoder() }),
    ]

    /// The names that `format = "…"` may have, in the order in which they are listed.
    public static var names: [String] { entries.map(\.name) }

    /// A decoder of its own for one source; `nil` when there is none of that name.
    public static func make(_ name: String) -> (any PayloadDecoder)? {
        entries.first { $0.name == name }?.make()
    }
}
