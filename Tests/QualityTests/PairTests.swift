import QuantracTesting
import Readings
import Registry
import Rules
import Testing

@testable import Quality

private let dust = SeriesKey(station: "A", parameter: "PM2.5")
private let coarse = SeriesKey(station: "A", parameter: "PM10")
private let second = SeriesKey(station: "A", parameter: "PM2.5", sensor: 2)
private let numbers: [Int64: SeriesKey] = [1: dust, 2: coarse, 3: second]

private func run(_ tests: [TestRule], for match: RuleMatch = RuleMatch(parameter: "PM2.5", sensor: 1)) -> JudgedSeries {
    var other = RuleSet(name: "other", version: "1")
    other.tests = [
        .rateOfChange(RateOfChangeRule(threshold: 0.1)), .grossRange(GrossRangeRule(failSpan: NumberSpan(0, 1000))),
    ]
    var set = RuleSet(name: "pair", version: "1", tests: tests)
    set.tests.append(.grossRange(GrossRangeRule(failSpan: NumberSpan(0, 1000))))
    return JudgedSeries(
        book: RuleBook(entries: [.init(match: RuleMatch(), set: other), .init(match: match, set: set)]), series: numbers
    )
}

private func order(_ text: String, tolerance: Double = 0) throws -> TestRule {
    .multivariate(
        MultivariateRule(relation: try #require(MultivariateRule.Relation(text: text)), tolerance: tolerance))
}

@Suite struct `Two parameters that belong together` {
    @Test func `are compared at their common time, whichever comes first`() throws {
        for coarseFirst in [true, false] {
            let run = run([try order("PM2.5 <= PM10", tolerance: 1)])
            for (minute, fine, all) in [(0, 10.0, 20.0), (1, 21, 20), (2, 22, 20)] {
                let time = Int64(minute) * 60_000
                if coarseFirst {
                    run.offer(series: 2, time: time, value: all)
                    run.offer(series: 1, time: time, value: fine)
                } else {
                    run.offer(series: 1, time: time, value: fine)
                    run.offer(series: 2, time: time, value: all)
                }
            }
            let finals = (0..<3).map { run.finals[.init(series: 1, time: $0 * 60_000)] }
            #expect(finals.map { $0?.flag } == [.pass, .pass, .suspect])
            #expect(
                finals.map { $0?.tests[.multivariate] }
                    == (coarseFirst ? [.pass, .pass, .suspect] : [.notEvaluated, .notEvaluated, .suspect]))
            #expect((0..<3).allSatisfy { run.finals[.init(series: 2, time: $0 * 60_000)]?.flag == .pass })
        }
    }

    @Test func `are not compared across times, with a missing value, or after the wait`() throws {
        let run = run([try order("PM2.5 <= PM10")])
        run.offer(series: 2, time: 0, value: 1)
        run.offer(series: 1, time: 60_000, value: 50)
        run.offer(series: 2, time: 120_000, value: nil)
        run.offer(series: 1, time: 120_000, value: 50)
        run.offer(series: 1, time: 180_000, value: 50, received: 180_000)
        run.offer(series: 2, time: 180_000, value: 1, received: 300_001)
        run.offer(series: 1, time: 240_000, value: 50, received: 240_000)
        run.offer(series: 2, time: 240_000, value: 1, received: 360_000)
        let digits = [60_000, 120_000, 180_000, 240_000].map {
            run.finals[.init(series: 1, time: $0)]?.tests[.multivariate]
        }
        #expect(digits == [.notEvaluated, .notEvaluated, .notEvaluated, .suspect])
    }

    /// An analyser that is being calibrated is no measure for the one beside it.
    @Test func `are not compared with one that failed, whichever comes first`() throws {
        for coarseFirst in [true, false] {
            let run = run([try order("PM2.5 <= PM10"), .rateOfChange(RateOfChangeRule(threshold: 0.5))])
            for (minute, qualifiers, all) in [(0, Qualifiers.calibrating, 1.0), (1, [], 5000), (2, [], 1)] {
                let time = Int64(minute) * 60_000
                if !coarseFirst { run.offer(series: 1, time: time, value: 30) }
                run.offer(series: 2, time: time, value: all, qualifiers: qualifiers)
                if coarseFirst { run.offer(series: 1, time: time, value: 30) }
            }
            let finals = (0..<3).map { run.finals[.init(series: 1, time: $0 * 60_000)] }
            #expect(finals.map { $0?.tests[.multivariate] } == [.notEvaluated, .notEvaluated, .suspect])
            run.offer(series: 2, time: 120_000, value: 2000)
            #expect(run.finals[.init(series: 1, time: 120_000)]?.flag == .pass)
        }
    }

    @Test func `that are corrected are compared again`() throws {
        let run = run([try order("PM2.5 <= PM10")])
        run.offer(series: 1, time: 0, value: 30)
        run.offer(series: 2, time: 0, value: 20)
        #expect(run.finals[.init(series: 1, time: 0)]?.flag == .suspect)
        run.offer(series: 2, time: 0, value: 40)
        #expect(run.finals[.init(series: 1, time: 0)]?.flag == .pass)
        run.offer(series: 1, time: 0, value: 41)
        #expect(run.finals[.init(series: 1, time: 0)]?.flag == .suspect)
    }

    @Test(arguments: [
        ("PM2.5 < PM10", 20.0, 3), ("PM2.5 <= PM10", 20, 1), ("PM2.5 >= PM10", 19, 3), ("PM10 > PM2.5", 20, 3),
        ("PM10 >= PM2.5", 20, 1),
    ])
    func `keep the order that the rule says`(rule: String, fine: Double, flag: Int) throws {
        let run = run([try order(rule)])
        run.offer(series: 2, time: 0, value: 20)
        run.offer(series: 1, time: 0, value: fine)
        #expect(run.finals[.init(series: 1, time: 0)]?.tests[.multivariate].rawValue == flag)
    }

    /// A change that is too fast is believed when the other parameter changed too fast as well.
    @Test func `move together`() throws {
        let run = run([try order("moves with PM10"), .rateOfChange(RateOfChangeRule(threshold: 0.1))])
        for (minute, fine, all) in [(0, 10.0, 20.0), (1, 40, 60), (2, 10, 60), (3, 11, 60)] {
            run.offer(series: 2, time: Int64(minute) * 60_000, value: all)
            run.offer(series: 1, time: Int64(minute) * 60_000, value: fine)
        }
        let digits = (0..<4).map { run.finals[.init(series: 1, time: $0 * 60_000)]?.tests[.multivariate] }
        #expect(digits == [.pass, .pass, .suspect, .pass])
    }

    @Test(arguments: [
        "", "PM2.5", "PM2.5 <=", "<= PM10", "PM2.5 <= PM10 <= TSP", "PM2.5<=PM10", "moves with ", "PM2.5 == PM10",
    ])
    func `have a rule in one of its forms`(text: String) {
        #expect(MultivariateRule.Relation(text: text) == nil)
    }

    @Test(arguments: ["PM2.5 <= PM10", "Vinyl chloride < m,p-Xylene", "moves with Flow_in"])
    func `have a rule that can be written back`(text: String) {
        #expect(MultivariateRule.Relation(text: text)?.text == text)
    }
}

@Suite struct `Neighbours` {
    private let rule = TestRule.neighbour(NeighbourRule(station: nil, sensor: 2, maxDifference: 5))

    @Test func `that differ too far make the reading suspect, whichever comes first`() {
        for otherFirst in [true, false] {
            let run = run([rule])
            for (minute, one, other) in [(0, 10.0, 15.0), (1, 10, 15.1), (2, 20, 14.5)] {
                let time = Int64(minute) * 60_000
                for series in otherFirst ? [3, 1] : [1, 3] as [Int64] {
                    run.offer(series: series, time: time, value: series == 1 ? one : other)
                }
            }
            #expect(
                (0..<3).map { run.finals[.init(series: 1, time: $0 * 60_000)]?.flag } == [.pass, .suspect, .suspect])
        }
    }

    /// Comparisons survive what readings survive.
    @Test(arguments: 0..<40) func `say the same after kills and failed commits`(round: Int) throws {
        let seed = Seed.fromEnvironment() &+ UInt64(round)
        var random = RandomSeries(seed: seed)
        let tests = [try order("PM2.5 <= PM10"), rule, .rateOfChange(RateOfChangeRule(threshold: 0.1))]
        var offers: [(series: Int64, time: Int64, value: Double?)] = []
        for minute in 0..<60 {
            var order: [Int64] = [1, 2, 3]
            order.shuffle(using: &random.generator)
            for series in order where !random.chance(10) {
                let late = random.chance(8) ? Int64.random(in: 0...4, using: &random.generator) : 0
                offers.append((series, (Int64(minute) - late) * 60_000, random.chance(8) ? nil : random.grid(10...40)))
            }
        }
        let calm = run(tests)
        for offer in offers {
            calm.offer(series: offer.series, time: offer.time, value: offer.value, received: offer.time + 500)
        }
        let rough = run(tests)
        var index = 0
        while index < offers.count {
            let end = min(offers.count, index + Int.random(in: 1...7, using: &random.generator))
            for offer in offers[index..<end] {
                rough.add(series: offer.series, time: offer.time, value: offer.value, received: offer.time + 500)
            }
            if random.chance(20) {
                rough.failCommit()
                continue
            }
            rough.commit()
            if random.chance(15) { rough.kill() }
            index = end
        }
        let differing = calm.finals.filter { rough.finals[$0.key]?.flag != $0.value.flag }
        #expect(differing.isEmpty, "seed \(seed): \(differing.first.debugDescription)")
    }
}
