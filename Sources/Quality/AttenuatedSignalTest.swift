import Readings
import Rules

/// Flags a signal that moves less than it should.
///
/// IOOS QARTOD, test 10, over the window from `period` before the sample (not included) to the sample.
struct AttenuatedSignalTest {
    let suspect: Double
    let fail: Double
    /// In nanoseconds.
    let period: Int64
    /// With fewer values in the window the test is not run.
    let minimum: Int
    let checksRange: Bool
    /// The window holds at most so many samples; older ones leave it.
    var capacity: Int

    /// - Parameters:
    ///   - intervalNanoseconds: `nil` when it is not known.
    ///   - needsCompany: One value alone is not judged.
    /// - Returns: `nil` without a period, and when the interval is needed and not known.
    init?(_ rule: AttenuatedSignalRule, intervalNanoseconds: Int64?, needsCompany: Bool = false) {
        guard let seconds = rule.testPeriodSeconds, let minimum = rule.minimum(intervalNanoseconds: intervalNanoseconds)
        else { return nil }
        suspect = rule.suspectThreshold
        fail = rule.failThreshold
        period = Int64(seconds * 1e9)
        self.minimum = needsCompany ? max(minimum, 2) : minimum
        checksRange = rule.checkType == .range
        guard let intervalNanoseconds, intervalNanoseconds > 0 else {
            capacity = AttenuatedSignalRule.samplesWithoutInterval
            return
        }
        // A series may come four times as often as it should before the window is cut.
        let usual = min(period / intervalNanoseconds, Int64(AttenuatedSignalRule.samplesMax))
        capacity = min(max(Int(usual) * 4, 16), AttenuatedSignalRule.samplesMax)
    }

    /// What the test remembers of a series.
    struct Window {
        private var samples = Ring<Sample>()
        /// The number of the first sample in `samples`.
        private var begin = 0
        private var missing = 0
        private var maxima = SlidingExtreme()
        /// Of the negated values.
        private var minima = SlidingExtreme()
        private var deviation = WindowDeviation()

        /// Adds a sample that is not earlier than those before and judges it.
        @inline(__always)
        mutating func flag(_ sample: Sample, _ test: AttenuatedSignalTest) -> QualityFlag {
            add(sample, test)
            if sample.isMissing { return .missing }
            guard samples.count - missing >= test.minimum else { return .notEvaluated }
            if test.checksRange {
                guard missing == 0, let maximum = maxima.long, let negated = minima.long else { return .notEvaluated }
                return place(maximum + negated, test)
            }
            if let place = deviation.place(suspect: test.suspect, fail: test.fail) { return Self.flag(place) }
            // Too near to a threshold to tell by sums, or time to begin them anew.
            return Self.flag(
                deviation.exactPlace(suspect: test.suspect, fail: test.fail, values: Values(samples: samples)))
        }

        @inline(__always)
        private static func flag(_ place: Int) -> QualityFlag { place == 0 ? .fail : place == 1 ? .suspect : .pass }

        @inline(__always)
        private func place(_ measure: Double, _ test: AttenuatedSignalTest) -> QualityFlag {
            measure < test.fail ? .fail : measure < test.suspect ? .suspect : .pass
        }

        @inline(__always)
        private mutating func add(_ sample: Sample, _ test: AttenuatedSignalTest) {
            while let first = samples.first, samples.count >= test.capacity || first.time <= sample.time &- test.period
            {
                samples.removeFirst()
                begin &+= 1
                if first.isMissing {
                    missing &-= 1
                } else if !test.checksRange {
                    deviation.remove(first.value)
                }
            }
            let index = begin &+ samples.count
            samples.append(sample)
            if sample.isMissing {
                missing &+= 1
            } else if test.checksRange {
                maxima.push(sample.value, index: index)
                minima.push(-sample.value, index: index)
            } else {
                deviation.add(sample.value)
            }
            if test.checksRange {
                maxima.slide(longFrom: begin, shortFrom: begin)
                minima.slide(longFrom: begin, shortFrom: begin)
            }
        }
    }

    /// The values that are there.
    private struct Values: Sequence, IteratorProtocol {
        let samples: Ring<Sample>
        var position = 0

        mutating func next() -> Double? {
            while position < samples.count {
                let value = samples[position].value
                position += 1
                if !value.isNaN { return value }
            }
            return nil
        }
    }
}
