/// What each kind of station measures, with the dictionary's symbols and units.
extension StationModel {
    typealias Place = (latitude: Double, longitude: Double)

    /// - Parameter dust: the usual PM2.5 in µg/m³; Hanoi's winter is about twice that of Ho Chi Minh City.
    static func ambientAir(
        _ id: String, _ name: String, _ english: String, at place: Place, dust: Double
    ) -> SimulatedStation {
        SimulatedStation(
            id: id, name: name, nameEnglish: english, domain: "environment.ambient_air", at: place,
            Channel(
                "PM2.5", "ug/m3", span: 0...1000,
                Signal(dust, .rush(dust * 0.5), .daily(dust * 0.2, peak: 3), .weather(dust * 0.3, hours: 9), .noise(2))),
            Channel(
                "PM10", "ug/m3", span: 0...2000,
                Signal(
                    dust * 1.6, .rush(dust * 0.8), .daily(dust * 0.25, peak: 3), .weather(dust * 0.45, hours: 9),
                    .noise(3))),
            Channel("NO2", "ug/m3", span: 0...500, Signal(34, .rush(42), .weather(8, hours: 9), .noise(1.5))),
            Channel("SO2", "ug/m3", span: 0...1000, Signal(12, .rush(5), .weather(4, hours: 14), .noise(0.8))),
            Channel(
                "CO", "ug/m3", decimals: 0, span: 0...100_000,
                Signal(850, .rush(1400), .weather(180, hours: 9), .noise(30))),
            Channel("O3", "ug/m3", span: 0...500, Signal(22, .sun(95), .weather(9, hours: 9), .noise(1.5))),
            Channel(
                "Temp", "Cel", span: -10...50, Signal(25, .daily(4, peak: 14), .weather(2, hours: 36), .noise(0.1))),
            Channel(
                "Humidity", "%", span: 0...100, Signal(74, .daily(13, peak: 4), .weather(8, hours: 36), .noise(0.4))))
    }

    static func wastewater(
        _ id: String, _ name: String, _ english: String, at place: Place, flow: Double
    ) -> SimulatedStation {
        SimulatedStation(
            id: id, name: name, nameEnglish: english, domain: "environment.wastewater", at: place,
            Channel("Flow_out", "m3/h", span: 0...50_000, Signal(flow * 0.3, .batch(flow, hours: 4), .noise(3))),
            Channel("pH", "[pH]", decimals: 2, span: 0...14, Signal(7.2, .batch(-0.5, hours: 4), .noise(0.03))),
            Channel("Temp", "Cel", span: 0...80, Signal(29, .batch(4, hours: 4), .daily(1, peak: 15), .noise(0.1))),
            Channel("TSS", "mg/L", span: 0...500, Signal(21, .batch(28, hours: 4), .noise(0.7))),
            Channel(
                "COD", "mg/L", span: 0...500, cycleMinutes: 15,
                Signal(38, .batch(46, hours: 4), .weather(5, hours: 20), .noise(1))),
            Channel(
                "NH4", "mg/L", decimals: 2, span: 0...50, cycleMinutes: 30,
                Signal(2.6, .batch(3.4, hours: 4), .noise(0.1))))
    }

    static func surfaceWater(_ id: String, _ name: String, _ english: String, at place: Place) -> SimulatedStation {
        SimulatedStation(
            id: id, name: name, nameEnglish: english, domain: "environment.surface_water", at: place,
            Channel(
                "Temp", "Cel", span: 0...45, Signal(24.5, .daily(1.1, peak: 16), .weather(1, hours: 40), .noise(0.05))),
            Channel("pH", "[pH]", decimals: 2, span: 0...14, Signal(7.3, .daily(0.2, peak: 15), .noise(0.02))),
            // Photosynthesis: most oxygen in the afternoon, least before dawn.
            Channel("DO", "mg/L", decimals: 2, span: 0...20, Signal(3.4, .daily(1.3, peak: 16), .noise(0.05))),
            Channel("COND", "uS/cm", decimals: 0, span: 0...60_000, Signal(510, .weather(60, hours: 30), .noise(3))),
            Channel("TURB", "{FNU}", span: 0...4000, Signal(44, .showers(180), .weather(8, hours: 12), .noise(1))),
            Channel(
                "NH4", "mg/L", decimals: 2, span: 0...5, cycleMinutes: 30,
                Signal(1.9, .weather(0.7, hours: 18), .noise(0.05))))
    }

    static func meteorology(_ id: String, _ name: String, _ english: String, at place: Place) -> SimulatedStation {
        let isMountain = place.latitude > 22
        let temperature = isMountain ? 15.0 : 26
        let pressure = isMountain ? 838.0 : 1009
        return SimulatedStation(
            id: id, name: name, nameEnglish: english, domain: "hydromet.surface", at: place,
            Channel(
                "AirTemp", "Cel", span: -10...50,
                Signal(temperature, .daily(4.2, peak: 14), .weather(2.5, hours: 36), .noise(0.1))),
            // The second thermometer of the screen, a little off: the instrument's index tells them apart.
            Channel(
                "AirTemp", "Cel", sensor: 2, span: -10...50,
                Signal(temperature + 0.2, .daily(4.2, peak: 14), .weather(2.5, hours: 36), .noise(0.1))),
            Channel(
                "RH", "%", decimals: 0, span: 0...100,
                Signal(80, .daily(12, peak: 4), .weather(8, hours: 36), .noise(0.6))),
            Channel(
                "PStation", "hPa", span: 750...1060,
                Signal(pressure, .tide(1.2, hours: 12, phase: 10), .weather(4, hours: 60), .noise(0.05))),
            Channel("WindSpeed", "m/s", span: 0...60, Signal(2.6, .sun(1.8), .weather(1.6, hours: 5), .noise(0.7))),
            Channel(
                "WindDir", "deg", decimals: 0, span: 0...360, isCircular: true,
                Signal(110, .daily(45, peak: 13), .weather(60, hours: 8), .noise(12))),
            Channel("Rain10m", "mm", span: 0...60, Signal(0, .showers(9))),
            Channel("GlobalRad", "W/m2", decimals: 0, span: -10...1600, Signal(-1.6, .sun(880), .noise(1))))
    }

    static func tideGauge(_ id: String, _ name: String, _ english: String, at place: Place) -> SimulatedStation {
        SimulatedStation(
            id: id, name: name, nameEnglish: english, domain: "sea_islands", at: place,
            // The Gulf of Tonkin has one tide a day: O1 and K1 lead, M2 is small.
            Channel(
                "SeaLevel", "m", decimals: 2, span: -5...10,
                Signal(
                    1.9, .tide(0.78, hours: 25.82, phase: 6), .tide(0.7, hours: 23.93, phase: 3),
                    .tide(0.06, hours: 12.42, phase: 1), .weather(0.12, hours: 30), .noise(0.01))),
            Channel("Hs", "m", decimals: 2, span: 0...25, Signal(0.7, .weather(0.4, hours: 14), .noise(0.04))),
            Channel(
                "SST", "Cel", span: 5...40, Signal(25.4, .daily(0.5, peak: 16), .weather(0.6, hours: 60), .noise(0.03))),
            Channel("Salinity", "{PSU}", span: 0...45, Signal(29.5, .weather(1.5, hours: 50), .noise(0.05))),
            Channel("SeaWindSpeed", "m/s", span: 0...60, Signal(5.2, .weather(2.8, hours: 7), .noise(0.9))))
    }

    static func groundwater(_ id: String, _ name: String, _ english: String, at place: Place) -> SimulatedStation {
        SimulatedStation(
            id: id, name: name, nameEnglish: english, domain: "water_resources", at: place,
            Channel(
                "GWLevel", "m", decimals: 2, span: -500...100,
                Signal(-21.4, .daily(-0.3, peak: 11), .weather(0.2, hours: 90), .noise(0.005))),
            Channel("GWAbstraction", "m3/h", span: 0...5000, Signal(92, .daily(28, peak: 11), .noise(1.5))),
            Channel("AbstrTotal", "m3", decimals: 0, span: 0...1e12, Signal(1_250_000, .total(perHour: 92))),
            Channel("GWTemp", "Cel", span: 5...100, Signal(26.1, .noise(0.04))),
            Channel("GWEC", "uS/cm", decimals: 0, span: 0...100_000, Signal(640, .weather(12, hours: 80), .noise(2))))
    }

    static func stack(_ id: String, _ name: String, _ english: String, at place: Place) -> SimulatedStation {
        SimulatedStation(
            id: id, name: name, nameEnglish: english, domain: "environment.stack", at: place,
            Channel(
                "Flow", "m3/h", decimals: 0, span: 0...5_000_000,
                Signal(61_600, .daily(6000, peak: 19), .weather(2500, hours: 6), .noise(240))),
            Channel("Temp", "Cel", span: 0...1300, Signal(128, .daily(5, peak: 19), .noise(0.5))),
            Channel("P", "kPa", decimals: 2, span: 50...150, Signal(100.5, .weather(0.3, hours: 20), .noise(0.03))),
            Channel("O2", "%{vol}", decimals: 2, span: 0...25, Signal(6.3, .daily(-0.5, peak: 19), .noise(0.08))),
            Channel("PM", "mg/m3{normal}", span: 0...500, Signal(28, .weather(7, hours: 4), .noise(1.2))),
            Channel("SO2", "mg/m3{normal}", span: 0...2000, Signal(182, .weather(45, hours: 5), .noise(5))),
            Channel("NOx", "mg/m3{normal}", span: 0...2000, Signal(295, .weather(50, hours: 5), .noise(6))))
    }

    static func river(_ id: String, _ name: String, _ english: String, at place: Place) -> SimulatedStation {
        SimulatedStation(
            id: id, name: name, nameEnglish: english, domain: "hydromet.hydrology", at: place,
            // The reservoirs upstream release with the demand for power: two waves a day.
            Channel(
                "WaterLevel", "m", decimals: 2, span: -10...1500,
                Signal(2.35, .tide(0.22, hours: 12, phase: 9), .weather(0.3, hours: 48), .noise(0.005))),
            Channel(
                "Discharge", "m3/s", decimals: 0, span: -20_000...60_000,
                Signal(1180, .tide(190, hours: 12, phase: 9), .weather(260, hours: 48), .noise(6))),
            Channel("WaterTemp", "Cel", span: 0...45, Signal(23.8, .daily(0.5, peak: 16), .noise(0.04))),
            Channel("SSC", "g/m3", decimals: 0, span: 0...50_000, Signal(86, .weather(24, hours: 30), .noise(2))))
    }

    static func reservoir(_ id: String, _ name: String, _ english: String, at place: Place) -> SimulatedStation {
        SimulatedStation(
            id: id, name: name, nameEnglish: english, domain: "water_resources", at: place,
            Channel(
                "ResLevel", "m", decimals: 2, span: -10...1500, Signal(115.6, .weather(0.4, hours: 90), .noise(0.01))),
            Channel(
                "ResLevelDown", "m", decimals: 2, span: -10...1500,
                Signal(12.8, .tide(0.6, hours: 12, phase: 7), .noise(0.02))),
            Channel(
                "ResInflow", "m3/s", decimals: 0, span: 0...60_000, Signal(940, .weather(210, hours: 26), .noise(8))),
            Channel(
                "TurbineFlow", "m3/s", decimals: 0, span: 0...5000,
                Signal(980, .tide(420, hours: 12, phase: 7), .noise(5))),
            Channel("GateOpening", "m", decimals: 2, span: 0...30, Signal(0)))
    }

    static func saltIntrusion(_ id: String, _ name: String, _ english: String, at place: Place) -> SimulatedStation {
        SimulatedStation(
            id: id, name: name, nameEnglish: english, domain: "hydromet.hydrology", at: place,
            // The Mekong delta has two unequal tides a day; salt follows the flood by an hour and a half.
            Channel(
                "WaterLevel", "m", decimals: 2, span: -10...1500,
                Signal(0.4, .tide(0.85, hours: 12.42, phase: 2), .tide(0.45, hours: 23.93, phase: 8), .noise(0.01))),
            Channel(
                "Salinity", "g/L", decimals: 2, span: 0...45,
                Signal(6.8, .tide(3.4, hours: 12.42, phase: 3.5), .tide(1.5, hours: 23.93, phase: 9.5), .noise(0.04))),
            Channel("WaterTemp", "Cel", span: 0...45, Signal(28.6, .daily(0.8, peak: 15), .noise(0.05))))
    }
}
