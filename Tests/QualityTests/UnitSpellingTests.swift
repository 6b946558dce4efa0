import Registry
import Testing

@Suite struct `Spellings of units` {
    @Test(arguments: [
        ("ug/m3", "µg/m³"), ("ug/m3", "μg/m3"), ("mg/L", "mg/l"), ("Cel", "oC"), ("Cel", "°C"), ("W/m2", "w/m2"),
        ("deg", "Degree"), ("{NTU}", "NTU"), ("[pH]", ""), ("uS/cm", "µS/cm"), ("mg/Nm3", "mg/m3{normal}"), ("%", "%"),
    ])
    func `are one unit`(one: String, other: String) {
        #expect(UnitSpelling.isSame(one, other) && UnitSpelling.isSame(other, one))
    }

    @Test(arguments: [
        ("ug/m3", "mg/m3"), ("mg/m3", "mg/Nm3"), ("mg/L", "ug/L"), ("mS/cm", "MS/cm"), ("Cel", "K"), ("m", "M"),
        ("%", ""),
        ("ppm", "ppb"), ("m3/h", "m3/s"), ("hPa", "kPa"),
    ])
    func `are two`(one: String, other: String) {
        #expect(!UnitSpelling.isSame(one, other) && !UnitSpelling.isSame(other, one))
    }
}
