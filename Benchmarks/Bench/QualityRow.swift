import Foundation
import Quality
import Readings
import Registry
import Rules

/// Row 4: six tests and the roll-up reading by reading, beside ioos_qc over whole arrays; and row 3 with those tests on.
struct QualityRow {
    let workplace: Workplace
    private static let series = 10
    private static let intervalMilliseconds: Int64 = 300_000

    func rows() throws -> [Row] {
        let samples = workplace.count(200_000, quick: 20_000)
        var notes = ""
        let (ours, theirs) = try workplace.pairs { oursFirst in
            var their: Outcome?
            if !oursFirst { their = try reference(samples) }
            let our = judge(samples)
            let other = try their ?? reference(samples)
            guard our.counts == other.counts else {
                throw BenchError("the flags differ: \(our.counts) of ours, \(other.counts) of ioos_qc")
            }
            notes =
                "the same flags: \(zip([1, 2, 3, 4, 9], our.counts).map { "\($1) x \($0)" }.joined(separator: ", "))"
            let readings = Double(samples * Self.series)
            return (readings / our.seconds, readings / other.seconds)
        }
        return [
            Row(
                name: "4", work: "six quality tests and the roll-up, one core", reference: "ioos_qc 3.0.0, vectorised",
                unit: "readings/s", ours: ours, theirs: theirs, must: 10, aim: 20, notes: [notes])
        ]
    }

    private struct Outcome {
        var seconds: Double
        var counts: [Int]
    }

    /// Every series through the judge that the daemon has, a reading of each in turn; spikes settled as they are for it.
    private func judge(_ samples: Int) -> Outcome {
        let data = (0..<Self.series).map { Self.values(series: $0, count: samples) }
        let judge = QualityJudge(book: Self.book)
        var finals = [[QualityFlag]](
            repeating: [QualityFlag](repeating: .notEvaluated, count: samples), count: Self.series)
        let start = Native.monotonicSeconds()
        for index in 0..<samples {
            let time = Timestamp(millisecondsSince1970: 1_767_225_600_000 + Int64(index) * Self.intervalMilliseconds)
            for number in 0..<Self.series {
                let series = Int64(number + 1)
                while let need = judge.need(series, at: time) {
                    switch need {
                    case .name: judge.introduce(series, as: SeriesKey(station: "S\(number)", parameter: "X"))
                    case .history(let other, _): judge.remember([], of: other, at: time)
                    }
                }
                let value = data[number][index]
                let judgement = judge.judge(
                    Observation(
                        series: series, time: time, received: time, value: value.isNaN ? nil : value,
                        status: .measuring,
                        qualifiers: []))
                finals[number][index] = judgement.flag
                // As the queue does it: a settled spike counts when it is worse than what the reading had.
                if let settles = judgement.settles, index > 0, finals[number][index - 1] != .missing {
                    finals[number][index - 1] = settles.worse(than: finals[number][index - 1])
                }
            }
            if index % 100 == 0 {
                _ = judge.takeRevisions()
                judge.commit()
            }
        }
        let seconds = Native.monotonicSeconds() - start
        let counts = [QualityFlag.pass, .notEvaluated, .suspect, .fail, .missing].map { flag in
            finals.reduce(0) { $0 + $1.count { $0 == flag } }
        }
        return Outcome(seconds: seconds, counts: counts)
    }

    private func reference(_ samples: Int) throws -> Outcome {
        guard !workplace.options.python.isEmpty else {
            throw BenchError("there is no Python with ioos_qc; Tests/reference/python makes one, --python names it")
        }
        let text = try Child.output(
            workplace.options.python, ["Benchmarks/reference/six-tests.py", "\(Self.series)", "\(samples)"],
            in: workplace.folder, seconds: 600)
        let numbers = text.split(separator: " ").map { Double($0.filter { $0 != "\n" }) ?? .nan }
        guard numbers.count == 6, numbers.allSatisfy(\.isFinite) else {
            throw BenchError("ioos_qc said \(text.prefix(200))")
        }
        return Outcome(seconds: numbers[0], counts: numbers.dropFirst().map { Int($0) })
    }

    /// Walks, rests, a few spikes and gaps, made of integers so that the reference's script makes the same.
    private static func values(series: Int, count: Int) -> [Double] {
        var state = UInt64(series) &* 2_654_435_761 &+ 12_345
        var level = 500
        return (0..<count).map { _ in
            state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
            let draw = Int(state >> 40)
            if draw % 97 == 0 { return .nan }
            level = min(max(level + (draw >> 8) % 21 - 10, 0), 1000)
            let step = draw % 5 == 0 ? 0 : (draw >> 4) % 7 - 3
            let spike = draw % 499 == 0 ? 4000 : 0
            return Double(level + step + spike) / 10
        }
    }

    private static let book = book(
        stations: (0..<series).map { "S\($0)" }, intervalMilliseconds: intervalMilliseconds)

    /// The six tests, for every series of some stations.
    static func book(stations: [String], intervalMilliseconds: Int64) -> RuleBook {
        let climatology = ClimatologyRule(
            members: (1...12).map { month in
                let span = NumberSpan(Double(month), Double(month))
                return ClimatologyRule.Member(
                    time: .recurring(.month, span, isReversed: false), valueSpan: NumberSpan(2, 90 + Double(month) / 4))
            })
        let set = RuleSet(
            name: "six", version: "1",
            tests: [
                .grossRange(GrossRangeRule(failSpan: NumberSpan(0, 200), suspectSpan: NumberSpan(1, 95))),
                .climatology(climatology),
                .spike(SpikeRule(suspectThreshold: 3, failThreshold: 20, method: .differential)),
                .rateOfChange(RateOfChangeRule(threshold: 0.005, failThreshold: 0.02)),
                .flatLine(FlatLineRule(suspectThresholdSeconds: 3600, failThresholdSeconds: 7200, tolerance: 0.5)),
                .attenuatedSignal(
                    AttenuatedSignalRule(
                        suspectThreshold: 1, failThreshold: 0.5, testPeriodSeconds: 43_200, minimumObservations: 24)),
            ])
        let definitions = stations.map { name in
            var station = StationDefinition(id: name, name: name, domain: "bench")
            station.intervalMilliseconds = intervalMilliseconds
            return station
        }
        return RuleBook(entries: [.init(match: RuleMatch(), set: set)], stations: StationCatalog(definitions))
    }
}
