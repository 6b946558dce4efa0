import QuantracTesting
import Readings
import Rules

@testable import Quality

/// Random rules and readings in which ties, equal values, gaps and missing values are frequent.
struct RandomSeries {
    var generator: SeededGenerator

    init(seed: UInt64) {
        generator = SeededGenerator(seed: seed)
    }

    mutating func chance(_ percent: Int) -> Bool { Int.random(in: 0..<100, using: &generator) < percent }

    mutating func pick<Element>(_ elements: [Element]) -> Element {
        elements[Int.random(in: elements.indices, using: &generator)]
    }

    /// On a grid of halves, so that thresholds are met exactly.
    mutating func grid(_ range: ClosedRange<Int>) -> Double { Double(Int.random(in: range, using: &generator)) / 2 }

    mutating func span(_ range: ClosedRange<Int>) -> NumberSpan {
        NumberSpan(grid(range), grid(range))
    }

    /// Values that rest, walk and jump; `nil` for missing.
    mutating func values(_ count: Int) -> [Double?] {
        var level = grid(0...20)
        let restlessness = pick([10, 40, 90])
        return (0..<count).map { _ in
            if chance(restlessness) { level += grid(-6...6) }
            if chance(4) { return level + grid(-80...80) }
            return chance(12) ? nil : level
        }
    }

    /// Milliseconds; later and later, but for what `disorder` percent of them do.
    mutating func times(_ count: Int, interval: Int64, disorder: Int = 0) -> [Int64] {
        var time: Int64 = 1_795_392_000_000
        return (0..<count).map { _ in
            let step = chance(15) ? pick([1, 500, 999, 1000, interval / 2, interval * 3, interval * 40]) : interval
            if disorder > 0, chance(disorder) {
                return time - pick([0, 0, 1, interval, interval * 2, interval * 7, interval / 3])
            }
            time += step
            return time
        }
    }

    mutating func rules(live: Bool) -> RuleSet {
        var set = RuleSet(name: "random", version: "1")
        let wide = span(-20...60)
        if chance(70) {
            let narrow = NumberSpan(
                max(wide.minimum, min(wide.maximum, grid(0...10))), max(wide.minimum, min(wide.maximum, grid(10...40))))
            set.tests.append(.grossRange(GrossRangeRule(failSpan: wide, suspectSpan: chance(60) ? narrow : nil)))
        }
        if chance(60) {
            set.tests.append(
                .spike(
                    SpikeRule(
                        suspectThreshold: chance(80) ? grid(0...8) : nil,
                        failThreshold: chance(80) ? grid(1...16) : nil,
                        method: pick(SpikeRule.Method.allCases))))
        }
        if chance(60) {
            set.tests.append(
                .rateOfChange(
                    RateOfChangeRule(
                        threshold: pick([0, 0.5, 0.1, 0.05, 0.025]),
                        failThreshold: chance(70) ? pick([0.1, 0.5, 1]) : nil)))
        }
        if chance(60) {
            set.tests.append(
                .flatLine(
                    FlatLineRule(
                        suspectThresholdSeconds: pick([0, 9, 30, 45, 60, 120]),
                        failThresholdSeconds: pick([10, 60, 90, 200]), tolerance: pick([0, 0.5, 0.75, 1, 3]))))
        }
        if chance(60) {
            set.tests.append(
                .attenuatedSignal(
                    AttenuatedSignalRule(
                        suspectThreshold: pick([0.5, 1, 2]), failThreshold: pick([0.25, 0.5, 1]),
                        testPeriodSeconds: live || chance(80) ? pick([1, 20, 60, 130]) : nil,
                        minimumObservations: chance(40) ? Int.random(in: 0...4, using: &generator) : nil,
                        minimumPeriodSeconds: chance(30) ? pick([10, 50]) : nil,
                        checkType: pick(AttenuatedSignalRule.CheckType.allCases))))
        }
        if chance(50) { set.tests.append(.timeGap(TimeGapRule(failSpanHours: pick([0, 0.0025, 0.01, 2])))) }
        if chance(50) { set.tests.append(.climatology(climatology())) }
        return set
    }

    private mutating func climatology() -> ClimatologyRule {
        let periods: [(ClimatologyRule.Period, ClosedRange<Int>)] = [
            (.month, 1...12), (.quarter, 1...4), (.week, 1...53), (.dayofyear, 1...366), (.dayofweek, 0...6),
            (.hour, 0...23), (.minute, 0...59), (.second, 0...59), (.day, 1...31), (.year, 2020...2030),
        ]
        let members = (0..<Int.random(in: 1...4, using: &generator)).map { _ -> ClimatologyRule.Member in
            var time = ClimatologyRule.TimeSpan.absolute(1_795_392_000_000_000_000...1_795_392_120_000_000_000)
            if chance(80) {
                let (period, range) = pick(periods)
                let span = NumberSpan(
                    Double(Int.random(in: range, using: &generator)), Double(Int.random(in: range, using: &generator)))
                time = .recurring(period, span, isReversed: false)
            }
            return ClimatologyRule.Member(
                time: time, valueSpan: span(0...30), failSpan: chance(50) ? span(-10...60) : nil)
        }
        return ClimatologyRule(members: members)
    }
}

extension Oracle {
    /// The flags of one rule over a whole series; `nil` where the reference cannot run it.
    static func flags(_ rule: TestRule, _ values: [Double?], _ times: [Int64], interval: Int64?) -> [Int]? {
        switch rule {
        case .grossRange(let rule):
            return grossRange(
                values, failSpan: (rule.failSpan.minimum, rule.failSpan.maximum),
                suspectSpan: rule.suspectSpan.map { ($0.minimum, $0.maximum) })
        case .climatology(let rule): return climatology(values, times: times, members: rule.members.map(member))
        case .spike(let rule):
            return spike(
                values, suspectThreshold: rule.suspectThreshold, failThreshold: rule.failThreshold,
                differential: rule.method == .differential)
        case .rateOfChange(let rule):
            return rateOfChange(values, times: times, threshold: rule.threshold, failThreshold: rule.failThreshold)
        case .flatLine(let rule):
            return flatLine(
                values, times: times, suspectThreshold: rule.suspectThresholdSeconds,
                failThreshold: rule.failThresholdSeconds, tolerance: rule.tolerance, interval: interval)
        case .attenuatedSignal(let rule):
            return attenuatedSignal(
                values, times: times, suspectThreshold: rule.suspectThreshold, failThreshold: rule.failThreshold,
                testPeriod: rule.testPeriodSeconds, minObservations: rule.minimumObservations,
                minPeriod: rule.minimumPeriodSeconds, interval: interval,
                spread: rule.checkType == .std ? .standardDeviation : .range)
        case .timeGap(let rule): return timeGap(times, failSpanHours: rule.failSpanHours)
        default: return nil
        }
    }

    private static func member(_ member: ClimatologyRule.Member) -> ClimatologyMember {
        let values = (member.valueSpan.minimum, member.valueSpan.maximum)
        let fails = member.failSpan.map { ($0.minimum, $0.maximum) }
        switch member.time {
        case .recurring(let period, let span, _):
            return ClimatologyMember(
                tspan: (span.minimum, span.maximum), vspan: values, fspan: fails, period: period.rawValue)
        case .absolute(let range):
            return ClimatologyMember(
                tspan: (Double(range.lowerBound) / 1e9, Double(range.upperBound) / 1e9), vspan: values, fspan: fails,
                period: nil)
        }
    }
}
