/// Units as loggers write them: which spellings are one unit.
///
/// It converts nothing: two units that differ by a factor are two.
public enum UnitSpelling {
    /// Whether two texts are the same unit: `µg/m³` and `ug/m3`, `mg/l` and `mg/L`, `oC` and `Cel`, an empty unit and `[pH]`.
    public static func isSame(_ one: String, _ other: String) -> Bool {
        one == other || normalized(one) == normalized(other)
    }

    /// The spelling of the dictionary, for those that occur in station files (Thông tư 10/2021/TT-BTNMT) and in UCUM.
    static func normalized(_ text: String) -> String {
        var unit = ""
        for scalar in text.unicodeScalars {
            switch scalar {
            case " ": break
            case "\u{b5}", "\u{3bc}": unit += "u"
            case "\u{b2}": unit += "2"
            case "\u{b3}": unit += "3"
            case "\u{ba}": unit += "°"
            default: unit.unicodeScalars.append(scalar)
            }
        }
        // `{NTU}` is UCUM's way to write a unit that it does not have.
        if unit.hasPrefix("{"), unit.hasSuffix("}"), unit.utf8.count > 2 { unit = String(unit.dropFirst().dropLast()) }
        if let same = others[unit] { return same }
        if unit.hasSuffix("/l") { unit = unit.dropLast() + "L" }
        if unit.hasSuffix("{normal}") { unit = unit.dropLast("m3{normal}".count) + "Nm3" }
        return unit
    }

    private static let others = [
        "oC": "Cel", "°C": "Cel", "degC": "Cel", "C": "Cel", "w/m2": "W/m2", "Degree": "deg", "degree": "deg",
        "°": "deg", "[pH]": "", "pH": "", "-": "", "m3/hr": "m3/h", "l/s": "L/s", "PSU": "psu",
    ]
}
