import Foundation
import Readings
import Rules

/// Rule sets as the queue keeps them: canonical JSON, read back.
enum StoredRules {
    /// The rules of a stored text; `nil` when it is not one that this version writes, which its id then shows.
    static func effective(_ stored: RuleSetText, parameter: String) -> EffectiveRules? {
        guard let object = (try? JSONSerialization.jsonObject(with: Data(stored.json.utf8))) as? [String: Any],
            let tests = object["tests"] as? [String: Any]
        else { return nil }
        var set = RuleSet(name: object["name"] as? String ?? "", version: object["version"] as? String ?? "")
        for (key, arguments) in tests.sorted(by: { $0.key < $1.key }) {
            guard let rule = rule(key, Members(arguments as? [String: Any] ?? [:])) else { return nil }
            set.tests.append(rule)
        }
        let members = Members(object)
        set.futureLimitMilliseconds = members.milliseconds("future_limit_seconds") ?? set.futureLimitMilliseconds
        set.lateLimitMilliseconds = members.milliseconds("late_limit_seconds") ?? set.lateLimitMilliseconds
        set.missing = object["missing"] as? [Double] ?? []
        set.saturated = object["saturated"] as? [Double] ?? []
        let extensions = Members(object["extensions"] as? [String: Any] ?? [:])
        set.extensions.rateOfChangeTime =
            extensions.text("rate_of_change_time").flatMap { .init(rawValue: $0) } ?? .whole
        set.extensions.spikeMaxGapMilliseconds = extensions.milliseconds("spike_max_gap_seconds")
        set.extensions.masksFailed = extensions.members["mask_failed"] as? Bool ?? false
        set.extensions.conflictTolerance = extensions.number("conflict_tolerance") ?? 0
        if let name = extensions.text("calendar_zone"), name != "UTC" {
            guard let zone = try? ZoneArgument.zone(name) else { return nil }
            set.extensions.calendarZone = zone
        }
        let rules = EffectiveRules(
            set: set, intervalMilliseconds: members.milliseconds("interval_seconds"),
            detectionLimit: members.number("detection_limit"), parameter: members.text("parameter") ?? parameter)
        return rules.id == stored.id ? rules : nil
    }

    private struct Members {
        let members: [String: Any]

        init(_ members: [String: Any]) { self.members = members }

        func number(_ key: String) -> Double? { members[key] as? Double }
        func integer(_ key: String) -> Int? { members[key] as? Int }
        func text(_ key: String) -> String? { members[key] as? String }
        func milliseconds(_ key: String) -> Int64? { number(key).map { Int64(($0 * 1000).rounded()) } }

        func span(_ key: String) -> NumberSpan? {
            guard let numbers = members[key] as? [Double], numbers.count == 2 else { return nil }
            return NumberSpan(numbers[0], numbers[1])
        }
    }

    private static func rule(_ key: String, _ members: Members) -> TestRule? {
        switch key {
        case "gross_range_test":
            return members.span("fail_span").map {
                .grossRange(GrossRangeRule(failSpan: $0, suspectSpan: members.span("suspect_span")))
            }
        case "climatology_test": return climatology(members)
        case "spike_test":
            return .spike(
                SpikeRule(
                    suspectThreshold: members.number("suspect_threshold"),
                    failThreshold: members.number("fail_threshold"),
                    method: members.text("method").flatMap { .init(rawValue: $0) } ?? .average))
        case "rate_of_change_test":
            return members.number("threshold").map {
                .rateOfChange(RateOfChangeRule(threshold: $0, failThreshold: members.number("fail_threshold")))
            }
        case "flat_line_test":
            return .flatLine(
                FlatLineRule(
                    suspectThresholdSeconds: members.number("suspect_threshold") ?? 0,
                    failThresholdSeconds: members.number("fail_threshold") ?? 0,
                    tolerance: members.number("tolerance") ?? 0))
        case "attenuated_signal_test":
            return .attenuatedSignal(
                AttenuatedSignalRule(
                    suspectThreshold: members.number("suspect_threshold") ?? 0,
                    failThreshold: members.number("fail_threshold") ?? 0,
                    testPeriodSeconds: members.number("test_period"),
                    minimumObservations: members.integer("min_obs"), minimumPeriodSeconds: members.number("min_period"),
                    checkType: members.text("check_type").flatMap { .init(rawValue: $0) } ?? .std))
        case "time_gap_test": return .timeGap(TimeGapRule(failSpanHours: members.number("fail_span") ?? 2))
        case "multivariate_test":
            return members.text("rule").flatMap { MultivariateRule.Relation(text: $0) }.map {
                .multivariate(
                    MultivariateRule(
                        relation: $0, tolerance: members.number("tolerance") ?? 0,
                        waitMilliseconds: members.milliseconds("wait_seconds") ?? 0))
            }
        case "neighbour_test":
            return .neighbour(
                NeighbourRule(
                    station: members.text("station"), sensor: members.integer("sensor"),
                    maxDifference: members.number("max_difference") ?? 0,
                    waitMilliseconds: members.milliseconds("wait_seconds") ?? 0))
        default: return nil
        }
    }

    private static func climatology(_ members: Members) -> TestRule? {
        var rules: [ClimatologyRule.Member] = []
        for object in members.members["config"] as? [[String: Any]] ?? [] {
            let member = Members(object)
            guard let values = member.span("vspan"), let time = member.span("tspan") else { return nil }
            var span = ClimatologyRule.TimeSpan.absolute(Int64(time.minimum * 1e9)...Int64(time.maximum * 1e9))
            if let name = member.text("period") {
                guard let period = ClimatologyRule.Period(name: name) else { return nil }
                span = .recurring(period, time, isReversed: false)
            }
            rules.append(
                ClimatologyRule.Member(
                    time: span, valueSpan: values, failSpan: member.span("fspan"), depthSpan: member.span("zspan")))
        }
        return .climatology(ClimatologyRule(members: rules))
    }
}
