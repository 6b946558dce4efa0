// The only way to NFC without Foundation is the standard library's own normaliser, which it keeps behind an SPI.
@_spi(_Unicode) import Swift

/// The rules of a parameter's symbol: 1-64 bytes of UTF-8 without control characters, in NFC.
///
/// `PM2.5`, `m,p-Xylene`, `Nhiệtđộ`. A name in another normal form is the same name: it is normalised, not refused.
public enum ParameterSymbol {
    public static let lengthMax = 64

    /// How a name stands to the rules.
    public enum Form: Sendable, Hashable {
        /// A symbol as it is.
        case valid
        /// A symbol once `normalized(_:)` has brought it to NFC.
        case notNormalized
        /// Empty, too long, no UTF-8, or with control characters.
        case invalid
    }

    /// How the bytes stand to the rules.
    public static func form(of bytes: Span<UInt8>) -> Form {
        guard bytes.count >= 1, bytes.count <= lengthMax else { return .invalid }
        for index in 0..<bytes.count {
            let byte = bytes[index]
            if byte >= 0x80 { return formBeyondASCII(of: bytes) }
            if byte < 0x20 || byte == 0x7f { return .invalid }
        }
        return .valid
    }

    /// Whether the text is a symbol as it stands.
    public static func isValid(_ text: String) -> Bool {
        form(of: Array(text.utf8).span) == .valid
    }

    /// The name in NFC, as UTF-8; `nil` when that is no symbol either.
    public static func normalized(_ bytes: Span<UInt8>) -> [UInt8]? {
        guard let text = try? UTF8Span(validating: bytes) else { return nil }
        var result: [UInt8] = []
        for scalar in String(copying: text)._nfc { result.append(contentsOf: UTF8.encode(scalar) ?? .init()) }
        return form(of: result.span) == .valid ? result : nil
    }

    private static func formBeyondASCII(of bytes: Span<UInt8>) -> Form {
        guard var text = try? UTF8Span(validating: bytes), !TextRules.hasControl(bytes) else { return .invalid }
        return text.checkForNFC(quickCheck: false) ? .valid : .notNormalized
    }
}
