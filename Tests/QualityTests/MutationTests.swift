import Readings
import Rules
import Testing

@testable import Quality

/// Whether the cases would notice a slip of the engine. A slip is made by bending the rules in just the way in which the
/// engine would be wrong: `>` for `>=` is a threshold that lies one step lower.
@Suite struct `Slips of the engine` {
    /// A slip, and the tests in which it could be made.
    struct Slip: Sendable, CustomStringConvertible {
        let description: String
        let bend: @Sendable (TestRule) -> TestRule?
    }

    static let slips: [Slip] = [
        Slip(description: "gross range: an end of the fail span does not belong to it") { rule in
            guard case .grossRange(var rule) = rule else { return nil }
            rule.failSpan = rule.failSpan.narrowed
            if let span = rule.suspectSpan, !rule.failSpan.contains(span) { rule.suspectSpan = nil }
            return .grossRange(rule)
        },
        Slip(description: "gross range: an end of the suspect span does not belong to it") { rule in
            guard case .grossRange(var rule) = rule, let span = rule.suspectSpan else { return nil }
            rule.suspectSpan = span.narrowed
            return .grossRange(rule)
        },
        Slip(description: "climatology: an end of vspan does not belong to it") { rule in
            bendMembers(rule) { $0.valueSpan = $0.valueSpan.narrowed }
        },
        Slip(description: "climatology: an end of fspan does not belong to it") { rule in
            bendMembers(rule) { $0.failSpan = $0.failSpan?.narrowed }
        },
        Slip(description: "climatology: the last month does not belong to tspan") { rule in
            bendMembers(rule) { member in
                guard case .recurring(let period, let span, let isReversed) = member.time else { return }
                member.time = .recurring(
                    period, NumberSpan(span.minimum, max(span.minimum, span.maximum - 0.5)), isReversed: isReversed)
            }
        },
        Slip(description: "climatology: the first member that fits counts, not the last") { rule in
            guard case .climatology(var rule) = rule else { return nil }
            rule.members.reverse()
            return .climatology(rule)
        },
        Slip(description: "spike: at the suspect threshold is suspect") { rule in
            guard case .spike(var rule) = rule, let value = rule.suspectThreshold, value > 0 else { return nil }
            rule.suspectThreshold = value.nextDown
            return .spike(rule)
        },
        Slip(description: "spike: at the fail threshold fails") { rule in
            guard case .spike(var rule) = rule, let value = rule.failThreshold, value > 0 else { return nil }
            rule.failThreshold = value.nextDown
            return .spike(rule)
        },
        Slip(description: "spike: the other method") { rule in
            guard case .spike(var rule) = rule else { return nil }
            rule.method = rule.method == .average ? .differential : .average
            return .spike(rule)
        },
        Slip(description: "rate of change: at the threshold is suspect") { rule in
            guard case .rateOfChange(var rule) = rule else { return nil }
            rule.threshold = rule.threshold.nextDown
            return .rateOfChange(rule)
        },
        Slip(description: "rate of change: at the fail threshold fails") { rule in
            guard case .rateOfChange(var rule) = rule, let value = rule.failThreshold else { return nil }
            rule.failThreshold = value.nextDown
            return .rateOfChange(rule)
        },
        Slip(description: "flat line: a range of the tolerance is flat") { rule in
            guard case .flatLine(var rule) = rule else { return nil }
            rule.tolerance = rule.tolerance.nextUp
            return .flatLine(rule)
        },
        Slip(description: "attenuated signal: at the suspect threshold is suspect") { rule in
            guard case .attenuatedSignal(var rule) = rule else { return nil }
            rule.suspectThreshold = rule.suspectThreshold.nextUp
            return .attenuatedSignal(rule)
        },
        Slip(description: "attenuated signal: at the fail threshold fails") { rule in
            guard case .attenuatedSignal(var rule) = rule else { return nil }
            rule.failThreshold = rule.failThreshold.nextUp
            return .attenuatedSignal(rule)
        },
        Slip(description: "attenuated signal: the window is closed on the left") { rule in
            guard case .attenuatedSignal(var rule) = rule, let period = rule.testPeriodSeconds else { return nil }
            rule.testPeriodSeconds = period + 1e-6
            return .attenuatedSignal(rule)
        },
        Slip(description: "attenuated signal: one value more is needed") { rule in
            guard case .attenuatedSignal(var rule) = rule, let count = rule.minimumObservations else { return nil }
            rule.minimumObservations = count + 1
            return .attenuatedSignal(rule)
        },
        Slip(description: "time gap: a gap of the span fails") { rule in
            guard case .timeGap(var rule) = rule else { return nil }
            rule.failSpanHours -= 1 / 3600
            return .timeGap(rule)
        },
        Slip(description: "data reception: an age of the span fails") { rule in
            guard case .dataReception(var rule) = rule else { return nil }
            rule.failSpanHours -= 1 / 3600
            return .dataReception(rule)
        },
    ]

    private static func bendMembers(
        _ rule: TestRule, _ bend: (inout ClimatologyRule.Member) -> Void
    ) -> TestRule? {
        guard case .climatology(var rule) = rule else { return nil }
        for index in rule.members.indices { bend(&rule.members[index]) }
        return .climatology(rule)
    }

    @Test(arguments: slips) func `are noticed by a case`(slip: Slip) throws {
        let noticing = try CaseTests.series.first { quality in
            let set = try quality.rules()
            guard set.tests.count == 1, let bent = slip.bend(set.tests[0]) else { return false }
            var wrong = set
            wrong.tests = [bent]
            let right = try SeriesFlags(quality.series, rules: set, now: 0).columns[0].flags
            return (try? SeriesFlags(quality.series, rules: wrong, now: 0).columns[0].flags) != right
        }
        #expect(noticing != nil, "no case of fixtures/quality would notice it")
    }

    /// One sample more or less in the window of the flat line.
    @Test(arguments: [-1, 1]) func `of the flat line's window are noticed by a case`(samples: Int64) throws {
        let noticing = try CaseTests.series.first { quality in
            let set = try quality.rules()
            guard quality.test == "flat_line", case .flatLine(var rule)? = set.tests.first,
                let median = SeriesRun.medianSpacing(quality.series.times), median >= 1_000_000_000
            else { return false }
            let step = Double(samples) * Double(median / 1_000_000_000)
            rule.suspectThresholdSeconds = max(0, rule.suspectThresholdSeconds + step)
            rule.failThresholdSeconds = max(0, rule.failThresholdSeconds + step)
            var wrong = set
            wrong.tests = [.flatLine(rule)]
            return try SeriesFlags(quality.series, rules: wrong, now: 0).columns[0].flags
                != SeriesFlags(quality.series, rules: set, now: 0).columns[0].flags
        }
        #expect(noticing != nil)
    }

    /// The deviation divided by n - 1.
    @Test func `of the deviation's divisor are noticed by a case`() throws {
        let noticing = try CaseTests.series.first { quality in
            guard quality.test == "attenuated_signal",
                case .attenuatedSignal(let rule)? = try quality.rules().tests.first,
                rule.checkType == .std, let period = rule.testPeriodSeconds, let flags = quality.flags
            else { return false }
            let series = quality.series
            let wrong = series.times.indices.map { index -> Int in
                guard series.values[index].isFinite else { return 9 }
                let window = series.values[...index].indices
                    .filter { series.times[index] - series.times[$0] < Int64(period * 1e9) }
                    .map { series.values[$0] }.filter(\.isFinite)
                guard window.count >= max(1, rule.minimumObservations ?? 1) else { return 2 }
                let size = Double(window.count)
                let deviation = WindowDeviation.deviation(window) * (size / (size - 1)).squareRoot()
                return deviation < rule.failThreshold ? 4 : deviation < rule.suspectThreshold ? 3 : 1
            }
            return wrong != flags
        }
        #expect(noticing != nil)
    }

    /// Two neighbours of the roll-up's order exchanged.
    @Test(arguments: 0..<4) func `of the roll-up's order are noticed by a case`(place: Int) throws {
        var order = [9, 2, 1, 3, 4]
        order.swapAt(place, place + 1)
        let noticing = QualityCase.all.first { quality in
            guard let vectors = quality.vectors, let expected = quality.flags else { return false }
            return expected.indices.contains { index in
                let flags = vectors.map { $0[index] }
                return flags.max { (order.firstIndex(of: $0) ?? 0) < (order.firstIndex(of: $1) ?? 0) }
                    != expected[index]
            }
        }
        #expect(noticing != nil)
    }
}

extension NumberSpan {
    /// Without its ends.
    fileprivate var narrowed: NumberSpan {
        minimum < maximum ? NumberSpan(minimum.nextUp, maximum.nextDown) : self
    }
}
