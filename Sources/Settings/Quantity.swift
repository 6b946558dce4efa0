/// Durations and sizes as the settings write them: a whole number and a unit.
enum Quantity {
    static let durations: [(unit: String, milliseconds: Int64)] = [
        ("ms", 1), ("s", 1000), ("m", 60_000), ("h", 3_600_000), ("d", 86_400_000),
    ]
    static let sizes: [(unit: String, bytes: Int64)] = [
        ("B", 1), ("KiB", 1 << 10), ("MiB", 1 << 20), ("GiB", 1 << 30), ("TiB", 1 << 40),
    ]

    /// `250ms 10s 5m 24h 60d`; `nil` for anything else.
    static func milliseconds(_ text: String) -> Int64? {
        parse(text, units: durations.map { ($0.unit, $0.milliseconds) })
    }

    /// `512KiB 20GiB`; `nil` for anything else.
    static func bytes(_ text: String) -> Int64? {
        parse(text, units: sizes.map { ($0.unit, $0.bytes) })
    }

    /// `12 -12 0x0c`, as TOML writes integers; `nil` for anything else.
    static func integer(_ text: String) -> Int64? {
        text.hasPrefix("0x") ? Int64(text.dropFirst(2), radix: 16) : Int64(text)
    }

    /// In the largest unit that divides it.
    static func durationText(_ milliseconds: Int64) -> String {
        guard milliseconds != 0 else { return "0s" }
        let fitting = durations.last { milliseconds % $0.milliseconds == 0 } ?? ("ms", 1)
        return "\(milliseconds / fitting.milliseconds)\(fitting.unit)"
    }

    /// In the largest unit that divides it.
    static func sizeText(_ bytes: Int64) -> String {
        guard bytes != 0 else { return "0B" }
        let fitting = sizes.last { bytes % $0.bytes == 0 } ?? ("B", 1)
        return "\(bytes / fitting.bytes)\(fitting.unit)"
    }

    /// What a badly written size probably meant.
    static func likelySize(_ text: String) -> String? {
        let digits = text.prefix { $0.isASCII && $0.isNumber }
        let unit = text.dropFirst(digits.count).drop { $0 == " " }
        guard !digits.isEmpty, let letter = unit.first?.uppercased(), unit.count <= 3 else { return nil }
        return sizes.first { $0.unit.first.map(String.init) == letter }.map { "\(digits)\($0.unit)" }
    }

    private static func parse(_ text: String, units: [(String, Int64)]) -> Int64? {
        let digits = text.utf8.prefix { $0 >= UInt8(ascii: "0") && $0 <= UInt8(ascii: "9") }
        let unit = String(text.dropFirst(digits.count))
        guard let number = Int64(String(decoding: digits, as: UTF8.self)),
            let factor = units.first(where: { $0.0 == unit })?.1
        else { return nil }
        let (product, overflow) = number.multipliedReportingOverflow(by: factor)
        return overflow ? nil : product
    }
}
