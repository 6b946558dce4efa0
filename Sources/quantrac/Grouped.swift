/// Numbers for people.
enum Grouped {
    /// Groups the digits by three: `20,613`.
    static func text(_ number: Int64) -> String {
        let digits = String(number.magnitude)
        var text = ""
        for (index, digit) in digits.enumerated() {
            if index > 0, (digits.count - index) % 3 == 0 { text.append(",") }
            text.append(digit)
        }
        return number < 0 ? "-" + text : text
    }

    /// The number with its word: `1 request`, `2,003 requests`.
    static func count(_ number: some BinaryInteger, _ one: String, _ several: String? = nil) -> String {
        "\(text(Int64(number))) \(number == 1 ? one : several ?? one + "s")"
    }

    /// A size in the unit that keeps it short: `4.1 MiB`.
    static func bytes(_ number: Int64) -> String {
        var size = Double(number)
        for unit in ["B", "KiB", "MiB", "GiB"] {
            if size < 1024 { return unit == "B" ? "\(number) B" : "\((size * 10).rounded() / 10) \(unit)" }
            size /= 1024
        }
        return "\((size * 10).rounded() / 10) TiB"
    }
}
