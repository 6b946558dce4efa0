import Settings
import Simulation

/// The demo's stations and a few rules for them, so that there are flags to look at.
enum DemoQuality {
    /// `[[station]]` and `[[quality]]` tables.
    static func settings(of stations: [SimulatedStation]) -> String {
        stations.map(table).joined(separator: "\n") + "\n" + rules
    }

    private static func table(_ station: SimulatedStation) -> String {
        """
        [[station]]
        id = "\(station.id)"
        name = "\(station.name)"
        name_en = "\(station.nameEnglish)"
        domain = "\(station.domain)"
        latitude = \(station.latitude)
        longitude = \(station.longitude)
        every = "1s"

        """
    }

    /// Tight ones: in a demo something must happen within a minute.
    private static let rules = """
        [[quality]]
        name = "demo-dust"
        version = "1"
        match = { domain = "environment.ambient_air", parameter = "PM2.5" }
        gross_range_test = { fail_span = [0, 1000], suspect_span = [0, 150] }
        spike_test = { suspect_threshold = 5, fail_threshold = 20, method = "differential" }
        rate_of_change_test = { threshold = 30, fail_threshold = 100 }
        multivariate_test = { rule = "PM2.5 <= PM10", tolerance = 2 }

        [[quality]]
        name = "demo-thermometers"
        version = "1"
        match = { domain = "hydromet.surface", parameter = "AirTemp", sensor = 1 }
        gross_range_test = { fail_span = [-10, 50] }
        neighbour_test = { sensor = 2, max_difference = 1 }

        [[quality]]
        name = "demo-oxygen"
        version = "1"
        match = { domain = "environment.surface_water", parameter = "DO" }
        gross_range_test = { fail_span = [0, 20], suspect_span = [1, 15] }
        spike_test = { suspect_threshold = 1, fail_threshold = 3, method = "differential" }
        flat_line_test = { tolerance = 0.005, suspect_threshold = 30, fail_threshold = 120 }
        """
}
