public import Readings
import Registry

/// Which series a rule set is for; a part that is `nil` fits every series.
public struct RuleMatch: Sendable, Hashable {
    /// Exactly, or a glob with `*` and `?`.
    public var station: String?
    public var parameter: String?
    public var sensor: Int?
    public var domain: String?

    public init(station: String? = nil, parameter: String? = nil, sensor: Int? = nil, domain: String? = nil) {
        self.station = station
        self.parameter = parameter
        self.sensor = sensor
        self.domain = domain
    }

    /// Whether it fits a series; a station whose domain is not known fits no domain.
    public func fits(_ series: SeriesKey, domain: String?) -> Bool {
        if let parameter, parameter != series.parameter { return false }
        if let sensor, sensor != series.sensor { return false }
        if let wanted = self.domain, wanted != domain { return false }
        if let station, !Glob.matches(station, series.station) { return false }
        return true
    }

    /// How narrow it is: parameter before station before sensor before domain, a name before a glob, a longer glob before a
    /// shorter one. Rules have units, so what names the parameter knows more than what names the station.
    public var specificity: Specificity {
        var station = 0
        if let pattern = self.station {
            let letters = pattern.count { $0 != "*" && $0 != "?" }
            station = 1 + letters + (Glob.isLiteral(pattern) ? 1000 : 0)
        }
        return Specificity(
            parameter: parameter == nil ? 0 : 1, station: station, sensor: sensor == nil ? 0 : 1,
            domain: domain == nil ? 0 : 1)
    }

    /// What is compared when several rule sets fit a series.
    public struct Specificity: Sendable, Hashable, Comparable {
        let parameter: Int
        let station: Int
        let sensor: Int
        let domain: Int

        public static func < (left: Specificity, right: Specificity) -> Bool {
            (left.parameter, left.station, left.sensor, left.domain)
                < (right.parameter, right.station, right.sensor, right.domain)
        }
    }
}

extension RuleMatch: CustomStringConvertible {
    /// As it stands in the settings.
    public var description: String {
        let parts = [
            domain.map { "domain = \"\($0)\"" }, station.map { "station = \"\($0)\"" },
            parameter.map { "parameter = \"\($0)\"" }, sensor.map { "sensor = \($0)" },
        ].compactMap(\.self)
        return parts.isEmpty ? "every series" : parts.joined(separator: ", ")
    }
}
