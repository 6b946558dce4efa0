/// The rules of the short texts beside a reading: unit, device status, raw text.
public enum TextRules {
    /// Of a unit or a device status, in bytes.
    public static let lengthMax = 64

    /// Whether valid UTF-8 holds a control character: U+0000-U+001F, U+007F-U+009F.
    public static func hasControl(_ bytes: Span<UInt8>) -> Bool {
        for index in 0..<bytes.count {
            let byte = bytes[index]
            if byte < 0x20 || byte == 0x7f { return true }
            // U+0080-U+009F are C2 80 - C2 9F.
            if byte == 0xc2, index + 1 < bytes.count, bytes[index + 1] < 0xa0 { return true }
        }
        return false
    }
}
