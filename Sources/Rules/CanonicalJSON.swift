/// JSON that is written in one way only, so that its hash can be compared: members sorted, no spaces, shortest numbers.
enum CanonicalJSON {
    case text(String)
    case number(Double)
    case flag(Bool)
    case null
    case array([CanonicalJSON])
    case object([String: CanonicalJSON])

    /// RFC 8785 in all that occurs here.
    var description: String {
        switch self {
        case .text(let text): Self.quoted(text)
        case .number(let number): RuleText.number(number)
        case .flag(let flag): flag ? "true" : "false"
        case .null: "null"
        case .array(let elements): "[" + elements.map(\.description).joined(separator: ",") + "]"
        case .object(let members):
            "{"
                + members.sorted { $0.key.utf8.lexicographicallyPrecedes($1.key.utf8) }
                .map { "\(Self.quoted($0.key)):\($0.value.description)" }.joined(separator: ",") + "}"
        }
    }

    private static func quoted(_ text: String) -> String {
        var quoted = "\""
        for scalar in text.unicodeScalars {
            switch scalar {
            case "\"": quoted += "\\\""
            case "\\": quoted += "\\\\"
            case "\n": quoted += "\\n"
            case "\t": quoted += "\\t"
            case "\r": quoted += "\\r"
            default:
                if scalar.value < 0x20 {
                    let digits = String(scalar.value, radix: 16)
                    quoted += "\\u" + String(repeating: "0", count: 4 - digits.count) + digits
                } else {
                    quoted.unicodeScalars.append(scalar)
                }
            }
        }
        return quoted + "\""
    }

    static func span(_ span: NumberSpan) -> CanonicalJSON { .array([.number(span.minimum), .number(span.maximum)]) }

    /// An object without the members that are `nil`.
    static func members(_ members: [String: CanonicalJSON?]) -> CanonicalJSON {
        .object(members.compactMapValues { $0 })
    }
}

extension TestRule {
    /// The arguments as one line of JSON.
    public var jsonText: String { json.description }

    /// The arguments under the reference's names.
    var json: CanonicalJSON {
        switch self {
        case .grossRange(let rule):
            .members(["fail_span": .span(rule.failSpan), "suspect_span": rule.suspectSpan.map { .span($0) }])
        case .climatology(let rule): .members(["config": .array(rule.members.map(\.json))])
        case .spike(let rule):
            .members([
                "suspect_threshold": rule.suspectThreshold.map { .number($0) },
                "fail_threshold": rule.failThreshold.map { .number($0) }, "method": .text(rule.method.rawValue),
            ])
        case .rateOfChange(let rule):
            .members(["threshold": .number(rule.threshold), "fail_threshold": rule.failThreshold.map { .number($0) }])
        case .flatLine(let rule):
            .members([
                "suspect_threshold": .number(rule.suspectThresholdSeconds),
                "fail_threshold": .number(rule.failThresholdSeconds), "tolerance": .number(rule.tolerance),
            ])
        case .attenuatedSignal(let rule):
            .members([
                "suspect_threshold": .number(rule.suspectThreshold), "fail_threshold": .number(rule.failThreshold),
                "test_period": rule.testPeriodSeconds.map { .number($0) },
                "min_obs": rule.minimumObservations.map { .number(Double($0)) },
                "min_period": rule.minimumPeriodSeconds.map { .number($0) },
                "check_type": .text(rule.checkType.rawValue),
            ])
        case .location(let rule):
            .members([
                "range_max": rule.rangeMaxMetres.map { .number($0) }, "range_method": .text(rule.rangeMethod.rawValue),
            ])
        case .speed(let rule):
            .members([
                "suspect_threshold": .number(rule.suspectThreshold), "fail_threshold": .number(rule.failThreshold),
            ])
        case .timeGap(let rule): .members(["fail_span": .number(rule.failSpanHours)])
        case .dataReception(let rule):
            .members([
                "fail_span": .number(rule.failSpanHours),
                "from_time": rule.fromNanoseconds.map { .number(Double($0) / 1e9) },
            ])
        case .duplicateTimestamp: .members([:])
        case .multivariate(let rule):
            .members([
                "rule": .text(rule.relation.text), "tolerance": .number(rule.tolerance),
                "wait_seconds": .number(Double(rule.waitMilliseconds) / 1000),
            ])
        case .neighbour(let rule):
            .members([
                "station": rule.station.map { .text($0) }, "sensor": rule.sensor.map { .number(Double($0)) },
                "max_difference": .number(rule.maxDifference),
                "wait_seconds": .number(Double(rule.waitMilliseconds) / 1000),
            ])
        }
    }
}

extension ClimatologyRule.Member {
    var json: CanonicalJSON {
        var members: [String: CanonicalJSON?] = [
            "vspan": .span(valueSpan), "fspan": failSpan.map { .span($0) }, "zspan": depthSpan.map { .span($0) },
        ]
        switch time {
        case .recurring(let period, let span, _):
            members["period"] = .text(period.rawValue)
            members["tspan"] = .span(span)
        case .absolute(let range):
            members["tspan"] = .array([
                .number(Double(range.lowerBound) / 1e9), .number(Double(range.upperBound) / 1e9),
            ])
        }
        return .members(members)
    }
}
