import Readings
import Rules

extension TestRule {
    /// The arguments as an inline table; what is not set is left out.
    var toml: String {
        switch self {
        case .grossRange(let rule):
            Self.table([("fail_span", rule.failSpan.toml), ("suspect_span", rule.suspectSpan?.toml)])
        case .climatology(let rule):
            "{ config = [\n" + rule.members.map { "    \($0.toml),\n" }.joined() + "] }"
        case .spike(let rule):
            Self.table([
                ("suspect_threshold", rule.suspectThreshold.map(RuleText.number)),
                ("fail_threshold", rule.failThreshold.map(RuleText.number)),
                ("method", Value.quoted(rule.method.rawValue)),
            ])
        case .rateOfChange(let rule):
            Self.table([
                ("threshold", RuleText.number(rule.threshold)),
                ("fail_threshold", rule.failThreshold.map(RuleText.number)),
            ])
        case .flatLine(let rule):
            Self.table([
                ("tolerance", RuleText.number(rule.tolerance)),
                ("suspect_threshold", RuleText.number(rule.suspectThresholdSeconds)),
                ("fail_threshold", RuleText.number(rule.failThresholdSeconds)),
            ])
        case .attenuatedSignal(let rule):
            Self.table([
                ("suspect_threshold", RuleText.number(rule.suspectThreshold)),
                ("fail_threshold", RuleText.number(rule.failThreshold)),
                ("test_period", rule.testPeriodSeconds.map(RuleText.number)),
                ("min_obs", rule.minimumObservations.map { "\($0)" }),
                ("min_period", rule.minimumPeriodSeconds.map(RuleText.number)),
                ("check_type", Value.quoted(rule.checkType.rawValue)),
            ])
        default: pairOrOfflineTOML
        }
    }

    private var pairOrOfflineTOML: String {
        switch self {
        case .location(let rule):
            Self.table([
                ("range_max", rule.rangeMaxMetres.map(RuleText.number)),
                ("range_method", Value.quoted(rule.rangeMethod.rawValue)),
            ])
        case .speed(let rule):
            Self.table([
                ("suspect_threshold", RuleText.number(rule.suspectThreshold)),
                ("fail_threshold", RuleText.number(rule.failThreshold)),
            ])
        case .timeGap(let rule): Self.table([("fail_span", RuleText.number(rule.failSpanHours))])
        case .dataReception(let rule):
            Self.table([
                ("fail_span", RuleText.number(rule.failSpanHours)),
                ("from_time", rule.fromNanoseconds.map { Value.quoted(UTCTime.text(nanoseconds: $0)) }),
            ])
        case .multivariate(let rule):
            Self.table([
                ("rule", Value.quoted(rule.relation.text)), ("tolerance", RuleText.number(rule.tolerance)),
                ("wait", Value.quoted(Quantity.durationText(rule.waitMilliseconds))),
            ])
        case .neighbour(let rule):
            Self.table([
                ("station", rule.station.map(Value.quoted)), ("sensor", rule.sensor.map { "\($0)" }),
                ("max_difference", RuleText.number(rule.maxDifference)),
                ("wait", Value.quoted(Quantity.durationText(rule.waitMilliseconds))),
            ])
        default: "{}"
        }
    }

    static func table(_ members: [(key: String, toml: String?)]) -> String {
        let set = members.compactMap { member in member.toml.map { "\(member.key) = \($0)" } }
        return set.isEmpty ? "{}" : "{ \(set.joined(separator: ", ")) }"
    }
}

extension ClimatologyRule.Member {
    fileprivate var toml: String {
        var period: String?
        let tspan: String
        switch time {
        case .recurring(let part, let span, let isReversed):
            period = Value.quoted(part.rawValue)
            let ends = [span.minimum, span.maximum].map(RuleText.number)
            tspan = "[\((isReversed ? ends.reversed() : ends).joined(separator: ", "))]"
        case .absolute(let range):
            let ends = [range.lowerBound, range.upperBound].map { Value.quoted(UTCTime.text(nanoseconds: $0)) }
            tspan = "[\(ends.joined(separator: ", "))]"
        }
        return TestRule.table([
            ("tspan", tspan), ("period", period), ("vspan", valueSpan.toml), ("fspan", failSpan?.toml),
            ("zspan", depthSpan?.toml),
        ])
    }
}

extension NumberSpan {
    fileprivate var toml: String { "[\(RuleText.number(minimum)), \(RuleText.number(maximum))]" }
}

extension RuleSet {
    /// What is ours and not the default, a line each.
    var ownLines: [String] {
        let plain = RuleSet(name: name, version: version)
        var lines: [String] = []
        if futureLimitMilliseconds != plain.futureLimitMilliseconds {
            lines.append("future_limit = \(Value.quoted(Quantity.durationText(futureLimitMilliseconds)))")
        }
        if lateLimitMilliseconds != plain.lateLimitMilliseconds {
            lines.append("late_limit = \(Value.quoted(Quantity.durationText(lateLimitMilliseconds)))")
        }
        for (key, numbers) in [("missing", missing), ("saturated", saturated)] where !numbers.isEmpty {
            lines.append("\(key) = [\(numbers.map(RuleText.number).joined(separator: ", "))]")
        }
        guard extensions != plain.extensions else { return lines }
        let gap = extensions.spikeMaxGapMilliseconds.map { Value.quoted(Quantity.durationText($0)) }
        let table = TestRule.table([
            ("rate_of_change_time", Value.quoted(extensions.rateOfChangeTime.rawValue)), ("spike_max_gap", gap),
            ("mask_failed", "\(extensions.masksFailed)"),
            ("calendar_zone", Value.quoted(extensions.calendarZone.name)),
            ("conflict_tolerance", RuleText.number(extensions.conflictTolerance)),
        ])
        return lines + ["extensions = \(table)"]
    }
}
