import Crypto
import Readings

/// The rules of one series, with what else its flags hang on: interval, detection limit, and the engine's version.
///
/// Two series with the same content have the same id. The id of a reading, and the text stored under it, say how its flag
/// came about.
public struct EffectiveRules: Sendable, Hashable {
    /// Raised when the engine would give another flag for the same rules and readings.
    public static let engineVersion = 1

    public let set: RuleSet
    /// From one reading to the next, as configured; `nil`: not known, and tests that need it are not run.
    public let intervalMilliseconds: Int64?
    /// In the parameter's unit.
    public let detectionLimit: Double?
    /// The parameter's own symbol, where a test compares it with another one.
    public let parameter: String?
    /// `name@version+hash`: the first 12 digits of the SHA-256 of `json`.
    public let id: String
    /// Everything above as canonical JSON.
    public let json: String

    public init(set: RuleSet, intervalMilliseconds: Int64?, detectionLimit: Double? = nil, parameter: String? = nil) {
        self.set = set
        self.intervalMilliseconds = intervalMilliseconds
        self.detectionLimit = detectionLimit
        let comparesParameters = set.tests.contains { if case .multivariate = $0 { true } else { false } }
        self.parameter = comparesParameters ? parameter : nil
        json = Self.json(set, intervalMilliseconds, detectionLimit, self.parameter).description
        let digest = SHA256.hash(data: Array(json.utf8)).prefix(6)
        let hexadecimal = digest.map { ($0 < 16 ? "0" : "") + String($0, radix: 16) }.joined()
        id = "\(set.name)@\(set.version)+\(hexadecimal)"
    }

    private static func json(
        _ set: RuleSet, _ interval: Int64?, _ detectionLimit: Double?, _ parameter: String?
    ) -> CanonicalJSON {
        let extensions = set.extensions
        return .members([
            "engine": .number(Double(engineVersion)), "name": .text(set.name), "version": .text(set.version),
            "tests": .object(Dictionary(uniqueKeysWithValues: set.tests.map { ($0.key, $0.json) })),
            "interval_seconds": interval.map { .number(Double($0) / 1000) },
            "detection_limit": detectionLimit.map { .number($0) }, "parameter": parameter.map { .text($0) },
            "future_limit_seconds": .number(Double(set.futureLimitMilliseconds) / 1000),
            "late_limit_seconds": .number(Double(set.lateLimitMilliseconds) / 1000),
            "missing": set.missing.isEmpty ? nil : .array(set.missing.map { .number($0) }),
            "saturated": set.saturated.isEmpty ? nil : .array(set.saturated.map { .number($0) }),
            "extensions": .members([
                "rate_of_change_time": .text(extensions.rateOfChangeTime.rawValue),
                "spike_max_gap_seconds": extensions.spikeMaxGapMilliseconds.map { .number(Double($0) / 1000) },
                "mask_failed": .flag(extensions.masksFailed), "calendar_zone": .text(extensions.calendarZone.name),
                "conflict_tolerance": .number(extensions.conflictTolerance),
            ]),
        ])
    }
}
