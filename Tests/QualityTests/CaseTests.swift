import Foundation
import Readings
import Rules
import Testing

@testable import Quality

/// The flags of the reference, over the series of fixtures/quality.
@Suite("Cases of the reference") struct CaseTests {
    static let series = QualityCase.all.filter {
        !["aggregate", "streaming_prefix", "errors"].contains($0.test) && !$0.isError
    }

    @Test func `are there, for every test of a file`() {
        #expect(QualityCase.all.count >= 128)
        let tests = Set(QualityCase.all.map(\.test))
        #expect(
            tests.isSuperset(of: ["gross_range", "spike", "flat_line", "time_gap", "location", "speed", "pipeline"]))
    }

    @Test(arguments: series)
    func `have its flags`(quality: QualityCase) throws {
        let flags = try SeriesFlags(quality.series, rules: quality.rules(), now: 0)
        let expected = try #require(quality.flags)
        if quality.test == "pipeline" {
            #expect(flags.flags.map(\.rawValue) == expected)
            for (rule, column) in flags.columns {
                let name = String(rule.key.dropLast("_test".count))
                #expect(column.map(\.rawValue) == quality.testFlags[name], "\(name)")
            }
        } else {
            #expect(flags.columns.first?.flags.map(\.rawValue) == expected)
        }
    }

    @Test(arguments: QualityCase.all.filter { $0.test == "aggregate" })
    func `roll up`(quality: QualityCase) throws {
        let vectors = try #require(quality.vectors)
        let expected = try #require(quality.flags)
        for index in expected.indices {
            let flags = vectors.compactMap { QualityFlag(rawValue: $0[index]) }
            #expect(RollUp.worst(flags).rawValue == expected[index])
        }
    }

    @Test(arguments: QualityCase.all.filter(\.isError))
    func `that it cannot run are refused`(quality: QualityCase) {
        #expect(throws: (any Error).self) {
            _ = try SeriesFlags(quality.series, rules: quality.rules(), now: 0)
        }
    }

    /// What is known after each reading: the digits as they came, and the spikes settled so far.
    @Test(arguments: QualityCase.all.filter { $0.test == "streaming_prefix" })
    func `are known reading by reading`(quality: QualityCase) throws {
        let set = try quality.rules()
        let series = quality.series
        let run = JudgedSeries(set, intervalMilliseconds: (series.times[1] - series.times[0]) / 1_000_000)
        var known: [TestDigits] = []
        for index in series.times.indices {
            let value = series.values[index]
            let judgement = run.offer(time: series.times[index] / 1_000_000, value: value.isNaN ? nil : value)
            if let settles = judgement.settles { known[index - 1][.spike] = settles }
            known.append(judgement.tests)
            for (rule, name) in set.tests.map({ ($0, String($0.key.dropLast("_test".count))) }) {
                let digit = try #require(rule.digit)
                let expected = try #require(quality.prefixFlags[name])
                #expect(known.map { $0[digit].rawValue } == expected[index], "\(name) after \(index + 1)")
            }
        }
    }
}
