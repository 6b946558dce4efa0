import Foundation
import Quality
import Rules

/// One line of fixtures/quality/*.jsonl: rules, a series, and the flags of the reference.
struct QualityCase: Sendable, CustomStringConvertible {
    let id: String
    let test: String
    private let line: String

    private var members: [String: Any] {
        (try? JSONSerialization.jsonObject(with: Data(line.utf8))) as? [String: Any] ?? [:]
    }

    var description: String { id }

    /// Every case, by the file's name and the line.
    static let all: [QualityCase] = {
        let folder = URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
            .deletingLastPathComponent().appendingPathComponent("fixtures/quality").path
        let names = (try? FileManager.default.contentsOfDirectory(atPath: folder)) ?? []
        return names.filter { $0.hasSuffix(".jsonl") }.sorted().flatMap { name -> [QualityCase] in
            let text = (try? String(contentsOfFile: "\(folder)/\(name)", encoding: .utf8)) ?? ""
            return text.split(separator: "\n").compactMap { QualityCase(line: String($0)) }
        }
    }()

    init?(line: String) {
        guard let object = try? JSONSerialization.jsonObject(with: Data(line.utf8)) as? [String: Any],
            let id = object["id"] as? String, let test = object["test"] as? String
        else { return nil }
        self.id = id
        self.test = test
        self.line = line
    }

    var config: [String: Any] { members["config"] as? [String: Any] ?? [:] }
    var isError: Bool { members["error"] != nil }

    /// Of the reference; where it has a known defect, what it should say.
    var flags: [Int]? { members["flags_spec"] as? [Int] ?? members["flags"] as? [Int] }
    var vectors: [[Int]]? { members["vectors"] as? [[Int]] }
    /// By test, what is known after each number of samples.
    var prefixFlags: [String: [[Int]]] { members["prefix_flags"] as? [String: [[Int]]] ?? [:] }
    /// By test, within a pipeline.
    var testFlags: [String: [Int]] {
        let flags = members["test_flags"] as? [String: [Int]] ?? [:]
        let corrected = members["test_flags_spec"] as? [String: [Int]] ?? [:]
        return flags.merging(corrected) { _, corrected in corrected }
    }

    var series: SeriesSamples {
        let values = numbers("value")
        let longitudes = numbers("lon")
        let count = max(values.count, longitudes.count, (members["time"] as? [Any])?.count ?? 0)
        let times = (members["time"] as? [Double])?.map { Int64(($0 * 1000).rounded()) * 1_000_000 }
        return SeriesSamples(
            times: times ?? (0..<count).map { Int64($0) * 60_000_000_000 },
            values: values.isEmpty ? [Double](repeating: 0, count: count) : values, latitudes: numbers("lat"),
            longitudes: longitudes)
    }

    private func numbers(_ key: String) -> [Double] {
        (members[key] as? [Any] ?? []).map { element in
            if let number = element as? Double { return number }
            return Double(element as? String ?? "") ?? .nan
        }
    }

    /// The rules of the case: of its one test, or of the tests of a pipeline by their names.
    func rules() throws -> RuleSet {
        var set = RuleSet(name: "case", version: "0")
        if ["pipeline", "streaming_prefix"].contains(test) {
            for name in config.keys.sorted() {
                set.tests.append(try CaseRule.rule(name, config[name] as? [String: Any] ?? [:]))
            }
        } else {
            set.tests = [try CaseRule.rule(test, config)]
        }
        return set
    }
}

/// Makes rules of the members of a case.
enum CaseRule {
    struct Refusal: Error {}

    static func rule(_ name: String, _ config: [String: Any]) throws -> TestRule {
        let rule = try unchecked(name, config)
        if rule.faults.contains(where: { $0.severity == .error }) { throw Refusal() }
        return rule
    }

    private static func unchecked(_ name: String, _ config: [String: Any]) throws -> TestRule {
        func number(_ key: String) -> Double? { config[key] as? Double }
        switch name {
        case "gross_range":
            guard let fail = try span(config["fail_span"]) else { throw Refusal() }
            return .grossRange(GrossRangeRule(failSpan: fail, suspectSpan: try span(config["suspect_span"])))
        case "climatology":
            let members = config["config"] as? [[String: Any]] ?? []
            return .climatology(ClimatologyRule(members: try members.map(member)))
        case "spike":
            return .spike(
                SpikeRule(
                    suspectThreshold: number("suspect_threshold"), failThreshold: number("fail_threshold"),
                    method: SpikeRule.Method(rawValue: config["method"] as? String ?? "average") ?? .average))
        case "rate_of_change":
            return .rateOfChange(
                RateOfChangeRule(threshold: number("threshold") ?? 0, failThreshold: number("fail_threshold")))
        case "flat_line":
            return .flatLine(
                FlatLineRule(
                    suspectThresholdSeconds: number("suspect_threshold") ?? 0,
                    failThresholdSeconds: number("fail_threshold") ?? 0, tolerance: number("tolerance") ?? 0))
        case "attenuated_signal":
            return .attenuatedSignal(
                AttenuatedSignalRule(
                    suspectThreshold: number("suspect_threshold") ?? 0, failThreshold: number("fail_threshold") ?? 0,
                    testPeriodSeconds: number("test_period"), minimumObservations: config["min_obs"] as? Int,
                    minimumPeriodSeconds: number("min_period"),
                    checkType: AttenuatedSignalRule.CheckType(rawValue: config["check_type"] as? String ?? "std")
                        ?? .std))
        case "location":
            return .location(
                LocationRule(
                    rangeMaxMetres: number("range_max"),
                    rangeMethod: LocationRule.RangeMethod(rawValue: config["range_method"] as? String ?? "haversine")
                        ?? .haversine))
        case "speed":
            return .speed(
                SpeedRule(
                    suspectThreshold: number("suspect_threshold") ?? 0, failThreshold: number("fail_threshold") ?? 0))
        case "time_gap": return .timeGap(TimeGapRule(failSpanHours: number("fail_span") ?? 2))
        case "data_reception":
            return .dataReception(
                DataReceptionRule(
                    failSpanHours: number("fail_span") ?? 6, fromNanoseconds: moment(config["from_time"] as? String)))
        case "duplicate_timestamp": return .duplicateTimestamp
        default: throw Refusal()
        }
    }

    private static func span(_ value: Any?) throws -> NumberSpan? {
        guard let value else { return nil }
        guard let numbers = value as? [Double], numbers.count == 2 else { throw Refusal() }
        return NumberSpan(numbers[0], numbers[1])
    }

    private static func member(_ config: [String: Any]) throws -> ClimatologyRule.Member {
        guard let values = try span(config["vspan"]) else { throw Refusal() }
        let time: ClimatologyRule.TimeSpan
        if let name = config["period"] as? String, let period = ClimatologyRule.Period(name: name) {
            guard let span = try span(config["tspan"]) else { throw Refusal() }
            time = .recurring(period, span, isReversed: false)
        } else {
            let moments = (config["tspan"] as? [String] ?? []).compactMap { moment($0) }.sorted()
            guard moments.count == 2 else { throw Refusal() }
            time = .absolute(moments[0]...moments[1])
        }
        return ClimatologyRule.Member(
            time: time, valueSpan: values, failSpan: try span(config["fspan"]), depthSpan: try span(config["zspan"]))
    }

    /// `2023-08-19T17:29:38`, in UTC, as nanoseconds.
    private static func moment(_ text: String?) -> Int64? {
        guard let text else { return nil }
        let formatter = ISO8601DateFormatter()
        return formatter.date(from: text + "Z").map { Int64($0.timeIntervalSince1970) * 1_000_000_000 }
    }
}
