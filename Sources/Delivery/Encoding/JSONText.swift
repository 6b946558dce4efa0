/// JSON strings as docs/pull-protocol.md fixes them.
enum JSONText {
    /// A text in quotes, or `null`.
    static func string(_ text: String?) -> String {
        guard let text else { return "null" }
        var result = "\""
        result.reserveCapacity(text.utf8.count + 2)
        for scalar in text.unicodeScalars {
            if scalar.value < 0x80, let escape = escape(UInt8(scalar.value)) {
                result += escape
            } else {
                result.unicodeScalars.append(scalar)
            }
        }
        return result + "\""
    }

    /// What stands for a byte that may not stand as it is; `nil` for all others.
    static func escape(_ byte: UInt8) -> String? {
        switch byte {
        case UInt8(ascii: "\""): #"\""#
        case UInt8(ascii: "\\"): #"\\"#
        case 0x08: #"\b"#
        case 0x09: #"\t"#
        case 0x0a: #"\n"#
        case 0x0c: #"\f"#
        case 0x0d: #"\r"#
        case 0..<0x10: #"\u000"# + String(byte, radix: 16)
        case 0x10..<0x20: #"\u00"# + String(byte, radix: 16)
        default: nil
        }
    }
}

/// CSV fields as docs/pull-protocol.md fixes them.
enum CSVText {
    /// A field, in quotes where it must be; null is empty and the empty text is `""`.
    static func field(_ text: String?) -> String {
        guard let text else { return "" }
        let special: Set<UInt8> = [
            UInt8(ascii: ","), UInt8(ascii: "\""), UInt8(ascii: "\r"), UInt8(ascii: "\n"),
        ]
        let bytes = text.utf8
        let needsQuotes =
            bytes.isEmpty || bytes.first == UInt8(ascii: " ") || bytes.last == UInt8(ascii: " ")
            || bytes.contains(where: special.contains)
        return needsQuotes ? quoted(text) : text
    }

    static func quoted(_ text: String) -> String {
        "\"" + text.split(separator: "\"", omittingEmptySubsequences: false).joined(separator: "\"\"") + "\""
    }
}
