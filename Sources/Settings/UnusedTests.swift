/// The tests of ioos_qc 3.0.0 that Quantrac does not run.
enum UnusedTests {
    /// Why, as the end of a sentence that begins with the name.
    static let reasons: [String: String] = [
        "location_on_land_test": "needs the coastlines of the world, which Quantrac does not have",
        "location_bounds_test": "needs an area on the map; `location_test` looks at the coordinates' bounds",
        "percentile_range_test":
            "takes its bounds from the very values that it judges, and so hangs on where a file begins and ends; "
            + "`gross_range_test` with such bounds is recommended",
        "density_inversion_test": "needs the profile of a cast, and a series here has one depth at a time",
        "pressure_increasing_test": "needs the profile of a cast, and a series here has one depth at a time",
        "pressure_check": "needs the profile of a cast, and a series here has one depth at a time",
        "impossible_date_test":
            "looks at times that cannot be, which no series here holds: a payload with one is refused",
        "syntax_test": "looks at the text of a message, which the decoder of its format does here",
        "valid_range_test": "says what `gross_range_test` says with `fail_span`, which is recommended",
    ]

    /// The modules in which a rule file of ioos_qc names tests.
    static let modules = ["qartod", "argo", "axds", "gliders"]

    /// The module that has a test in ioos_qc; `nil`: it is ours.
    static func module(of test: String) -> String? {
        switch test {
        case "speed_test", "duplicate_timestamp_test", "pressure_increasing_test": "argo"
        case "valid_range_test": "axds"
        case "pressure_check": "gliders"
        case "multivariate_test", "neighbour_test": nil
        default: "qartod"
        }
    }
}
