import Readings
import Rules
import Testing

@testable import Quality

/// `mask_failed`: what failed does not judge what comes after it, and locks nothing.
@Suite struct `Masked readings` {
    private func flags(_ tests: [TestRule], _ values: [Double], killing: Bool = false) -> [Int] {
        var set = RuleSet(name: "masked", version: "1", tests: tests)
        set.extensions.masksFailed = true
        let run = JudgedSeries(set, intervalMilliseconds: 10_000)
        for (index, value) in values.enumerated() {
            run.offer(time: Int64(index) * 10_000, value: value)
            if killing { run.kill() }
        }
        return values.indices.compactMap { run.finals[.init(series: 1, time: Int64($0) * 10_000)]?.flag.rawValue }
    }

    private let flat = TestRule.flatLine(
        FlatLineRule(suspectThresholdSeconds: 20, failThresholdSeconds: 30, tolerance: 0.5))
    private let range = TestRule.grossRange(GrossRangeRule(failSpan: NumberSpan(0, 100)))

    @Test(arguments: [false, true]) func `stand still as long as the value does, and no longer`(killing: Bool) {
        let values: [Double] = [1, 5, 5, 5, 5, 5, 5, 5, 5, 5, 9, 13, 17, 21, 25, 29]
        #expect(flags([flat], values, killing: killing) == [1, 1, 1, 3, 4, 4, 4, 4, 4, 4, 1, 1, 1, 1, 1, 1])
    }

    @Test(arguments: [false, true]) func `that were out of range leave the first good one unjudged`(killing: Bool) {
        let values: [Double] = [1, 200, 200, 200, 200, 200, 7, 9, 11, 13, 15, 17]
        #expect(flags([flat, range], values, killing: killing) == [1, 4, 4, 4, 4, 4, 1, 1, 1, 1, 1, 1])
        #expect(flags([flat], [200, 200, 200, 200, 200], killing: killing) == [1, 1, 3, 4, 4])
    }

    @Test(arguments: [false, true]) func `do not lock an attenuated signal`(killing: Bool) {
        let rule = AttenuatedSignalRule(suspectThreshold: 1, failThreshold: 0.5, testPeriodSeconds: 40)
        let values: [Double] = [1, 5, 5, 5, 5, 5, 5, 5, 9, 13, 17, 21]
        let flags = flags([.attenuatedSignal(rule)], values, killing: killing)
        #expect(flags[7] == 4 && Array(flags.suffix(4)) == [1, 1, 1, 1])
        let wild = self.flags(
            [.attenuatedSignal(rule), range], [1, 200, 200, 200, 200, 200, 7, 9, 11], killing: killing)
        #expect(wild == [1, 4, 4, 4, 4, 4, 1, 1, 1])
    }
}
