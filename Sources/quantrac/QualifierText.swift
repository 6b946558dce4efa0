/// The qualifiers in words, for people who look at one reading.
enum QualifierText {
    static func meaning(_ code: String) -> String {
        switch code {
        case "CAL": "the device was calibrating"
        case "ERR": "the device reported an error"
        case "MNT": "maintenance"
        case "STA": "the device reported a status that is not known"
        case "SEN": "the raw value is one that means missing"
        case "NAN": "what was sent is no finite number"
        case "COM": "the device did not answer"
        case "SAT": "the instrument is at an end of its range"
        case "MDL": "below the detection limit"
        case "FUT": "observed further ahead of our clock than future_limit allows"
        case "LAT": "received later after it was observed than late_limit allows"
        case "CLK": "the time was missing, or our clock was not synchronised"
        case "UNR": "the station or the parameter is not registered"
        case "UNI": "the unit cannot be converted"
        case "CON": "another source gave another value"
        case "AI": "an average of too few values"
        default: "unknown"
        }
    }
}
