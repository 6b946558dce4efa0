/// Foreign text and numbers in the form that XML takes.
enum SVGText {
    /// Text between tags or in an attribute.
    ///
    /// Line breaks and tabs become spaces; other control characters, which XML 1.0 cannot hold or a reader cannot see,
    /// become U+FFFD.
    static func escaped(_ text: String) -> String {
        var result = ""
        for scalar in text.unicodeScalars {
            switch scalar.value {
            case 0x26: result += "&amp;"
            case 0x3C: result += "&lt;"
            case 0x3E: result += "&gt;"
            case 0x22: result += "&quot;"
            case 0x27: result += "&#39;"
            case 0x09, 0x0A, 0x0D: result += " "
            case 0x00...0x1F, 0x7F...0x9F, 0xFFFE, 0xFFFF: result += "\u{FFFD}"
            default: result.unicodeScalars.append(scalar)
            }
        }
        return result
    }

    /// At most so many characters, the last one an ellipsis when there were more.
    ///
    /// A character may be a letter with a thousand accents: what is kept has at most four scalars for each character.
    static func clipped(_ text: String, to count: Int) -> String {
        let count = max(count, 1)
        let scalars = String(String.UnicodeScalarView(text.unicodeScalars.prefix(count * 4)))
        if scalars.count <= count, scalars.unicodeScalars.count == text.unicodeScalars.count { return text }
        return String(scalars.prefix(count - 1)) + "…"
    }

    /// A coordinate in pixels with one digit after the point.
    static func coordinate(_ pixels: Double) -> String {
        let tenths = Decimal.integer((pixels * 10).rounded())
        let sign = tenths < 0 ? "-" : ""
        let size = tenths.magnitude
        return size % 10 == 0 ? "\(sign)\(size / 10)" : "\(sign)\(size / 10).\(size % 10)"
    }

    /// A rough width in pixels: nothing here measures a font.
    static func width(of text: String, fontSize: Double) -> Double {
        Double(text.count) * fontSize * 0.6
    }
}
