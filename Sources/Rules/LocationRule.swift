/// Where a station can be, and how far it can have moved.
///
/// IOOS QARTOD, test 3; `location_test` of ioos_qc.
public struct LocationRule: Sendable, Hashable {
    /// How the distance between two positions is measured.
    public enum RangeMethod: String, Sendable, Hashable, CaseIterable {
        /// On a sphere of 6,371 km.
        case haversine
        /// On the ellipsoid of WGS 84.
        case wgs84
    }

    /// Further from the position before, in metres: suspect. `nil`: only the bounds of the coordinates are looked at.
    public var rangeMaxMetres: Double?
    public var rangeMethod: RangeMethod

    public init(rangeMaxMetres: Double? = nil, rangeMethod: RangeMethod = .haversine) {
        self.rangeMaxMetres = rangeMaxMetres
        self.rangeMethod = rangeMethod
    }

    var faults: [RuleFault] {
        RuleFault.negative("location_test", [("range_max", rangeMaxMetres)]) + [
            RuleFault("location_test", nil, .offline, RuleText.withoutPosition)
        ]
    }
}

/// How fast a station can have moved.
///
/// `speed_test` of ioos_qc (Argo, test 5); its outcome stands in the digit of the location.
public struct SpeedRule: Sendable, Hashable {
    /// Faster, in metres per second: suspect.
    public var suspectThreshold: Double
    /// Faster: fail.
    public var failThreshold: Double

    public init(suspectThreshold: Double, failThreshold: Double) {
        self.suspectThreshold = suspectThreshold
        self.failThreshold = failThreshold
    }

    var faults: [RuleFault] {
        let key = "speed_test"
        var faults = RuleFault.negative(
            key, [("suspect_threshold", suspectThreshold), ("fail_threshold", failThreshold)])
        faults.append(RuleFault(key, nil, .offline, RuleText.withoutPosition))
        if suspectThreshold > failThreshold {
            faults.append(
                RuleFault(
                    key, "suspect_threshold", .idle,
                    "never fires, because \(RuleText.number(suspectThreshold)) is above fail_threshold "
                        + "\(RuleText.number(failThreshold)), expected less"))
        }
        return faults
    }
}
