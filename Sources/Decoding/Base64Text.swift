/// Bytes as text that is safe in a URL, without padding (RFC 4648, 5).
enum Base64Text {
    private static let alphabet: StaticString = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_"

    /// The length of the text of so many bytes.
    static func count(of bytesCount: Int) -> Int { (bytesCount * 4 + 2) / 3 }

    static func append(_ bytes: Span<UInt8>, to text: inout [UInt8]) {
        let letters = Array(alphabet.description.utf8)
        var bits: UInt32 = 0
        var bitsCount: UInt32 = 0
        for index in bytes.indices {
            bits = bits << 8 | UInt32(bytes[index])
            bitsCount += 8
            while bitsCount >= 6 {
                bitsCount -= 6
                text.append(letters[Int(bits >> bitsCount & 63)])
            }
        }
        if bitsCount > 0 { text.append(letters[Int(bits << (6 - bitsCount) & 63)]) }
    }

    /// Whether it is such a text; the other alphabet (RFC 4648, 4) and padding, which some libraries write, are taken.
    static func isValid(_ text: Span<UInt8>) -> Bool {
        var end = text.count
        while end > 0, text.count - end < 2, text[end - 1] == UInt8(ascii: "=") { end -= 1 }
        for index in 0..<end {
            let byte = text[index]
            let isLetter = (byte | 0x20) &- 97 <= 25 || byte &- 48 <= 9
            let isOther = byte == UInt8(ascii: "-") || byte == UInt8(ascii: "_") || byte == UInt8(ascii: "+")
            guard isLetter || isOther || byte == UInt8(ascii: "/") else { return false }
        }
        return end % 4 != 1 && (end == text.count || text.count % 4 == 0)
    }
}
