/// The characters of a string register.
enum RegisterText {
    /// Printable ASCII as it is; a backslash and every other byte as `\xNN`, so that nothing is lost.
    static func escaped(_ bytes: [UInt8]) -> String {
        var result: [UInt8] = []
        for byte in bytes {
            if byte >= 0x20, byte <= 0x7e, byte != UInt8(ascii: "\\") {
                result.append(byte)
            } else {
                result += [UInt8(ascii: "\\"), UInt8(ascii: "x"), digit(byte >> 4), digit(byte & 15)]
            }
        }
        return String(decoding: result, as: UTF8.self)
    }

    /// The bytes of an escaped text; `nil` when it holds what is not ASCII, or a backslash before anything but `xNN`.
    static func bytes(of text: String) -> [UInt8]? {
        var result: [UInt8] = []
        var rest = Array(text.utf8)[...]
        while let byte = rest.popFirst() {
            guard byte < 0x80 else { return nil }
            guard byte == UInt8(ascii: "\\") else {
                result.append(byte)
                continue
            }
            guard rest.popFirst() == UInt8(ascii: "x"), let high = rest.popFirst().flatMap(value),
                let low = rest.popFirst().flatMap(value)
            else { return nil }
            result.append(high << 4 | low)
        }
        return result
    }

    /// The number that the whole text is: a sign, digits, a fraction, an exponent; spaces before it.
    ///
    /// What the standard library reads besides (`nan`, `inf`, `0x1p4`) is none.
    static func number(_ bytes: [UInt8]) -> Double? {
        let text = bytes.drop { $0 == UInt8(ascii: " ") }
        var rest = text
        skipSign(&rest)
        var digits = skipDigits(&rest)
        if rest.first == UInt8(ascii: ".") {
            rest.removeFirst()
            digits += skipDigits(&rest)
        }
        guard digits > 0 else { return nil }
        if let mark = rest.first, mark | 0x20 == UInt8(ascii: "e") {
            rest.removeFirst()
            skipSign(&rest)
            guard skipDigits(&rest) > 0 else { return nil }
        }
        return rest.isEmpty ? Double(String(decoding: text, as: UTF8.self)) : nil
    }

    private static func skipSign(_ bytes: inout ArraySlice<UInt8>) {
        if bytes.first == UInt8(ascii: "-") || bytes.first == UInt8(ascii: "+") { bytes.removeFirst() }
    }

    private static func skipDigits(_ bytes: inout ArraySlice<UInt8>) -> Int {
        let before = bytes.count
        bytes = bytes.drop { $0 >= 48 && $0 <= 57 }
        return before - bytes.count
    }

    static func digit(_ number: UInt8) -> UInt8 {
        number < 10 ? 48 + number : 55 + number
    }

    static func value(_ digit: UInt8) -> UInt8? {
        switch digit {
        case UInt8(ascii: "0")...UInt8(ascii: "9"): digit - 48
        case UInt8(ascii: "A")...UInt8(ascii: "F"): digit - 55
        case UInt8(ascii: "a")...UInt8(ascii: "f"): digit - 87
        default: nil
        }
    }
}

extension RegisterText {
    /// A number in at most so many characters: the shortest text that means it, else with fewer decimals, else nines.
    static func decimal(_ number: Double, bytes: Int) -> String {
        if number.isNaN { return bytes >= 3 ? "NaN" : "" }
        let magnitude = abs(number)
        let sign = number < 0 ? "-" : ""
        let room = bytes - sign.utf8.count
        if magnitude < 1e15 {
            for decimals in (0...6).reversed() {
                let text = fixed(magnitude, decimals: decimals)
                if text.utf8.count <= room { return sign + text }
            }
        } else if magnitude.isFinite, "\(magnitude)".utf8.count <= room {
            return sign + "\(magnitude)"
        }
        return sign + String(repeating: "9", count: max(0, room))
    }

    /// Rounded to so many decimals, without trailing zeros.
    private static func fixed(_ magnitude: Double, decimals: Int) -> String {
        var power: UInt64 = 1
        for _ in 0..<decimals { power *= 10 }
        let scaled = (magnitude * Double(power)).rounded(.toNearestOrAwayFromZero)
        // Beyond 53 bits nothing is gained by decimals.
        guard scaled < 9e15 else { return String(UInt64(magnitude.rounded())) }
        let units = UInt64(scaled)
        let whole = String(units / power)
        var fraction = String(units % power)
        if decimals == 0 || units % power == 0 { return whole }
        fraction = String(repeating: "0", count: decimals - fraction.utf8.count) + fraction
        while fraction.hasSuffix("0") { fraction.removeLast() }
        return whole + "." + fraction
    }
}
