/// A place in a JSON text (RFC 6901): `/device/id`; empty for the whole.
public struct JSONPointer: Sendable, Hashable {
    /// As it was written.
    public let text: String
    /// The names on the way, without escapes, as UTF-8. In an array a name is an index: `0`, `17`.
    public let tokens: [[UInt8]]

    public static let root = JSONPointer(text: "", tokens: [])

    private init(text: String, tokens: [[UInt8]]) {
        self.text = text
        self.tokens = tokens
    }

    public init(_ text: String) throws(FormatError) {
        guard text.isEmpty || text.hasPrefix("/") else {
            throw FormatError("", "is \"\(text)\", expected a JSON Pointer such as \"/device/id\"")
        }
        var tokens: [[UInt8]] = []
        for part in text.split(separator: "/", omittingEmptySubsequences: false).dropFirst() {
            var token: [UInt8] = []
            var isEscape = false
            for byte in part.utf8 {
                if isEscape {
                    guard byte == UInt8(ascii: "0") || byte == UInt8(ascii: "1") else {
                        throw FormatError("", "has ~ before something else than 0 or 1 in \"\(text)\"; ~ itself is ~0")
                    }
                    token.append(byte == UInt8(ascii: "0") ? UInt8(ascii: "~") : UInt8(ascii: "/"))
                    isEscape = false
                } else if byte == UInt8(ascii: "~") {
                    isEscape = true
                } else {
                    token.append(byte)
                }
            }
            guard !isEscape else { throw FormatError("", "ends with ~ in \"\(text)\"; ~ itself is ~0") }
            tokens.append(token)
        }
        guard tokens.count <= 16 else { throw FormatError("", "goes more than 16 deep") }
        self.init(text: text, tokens: tokens)
    }
}
