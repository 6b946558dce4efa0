import Readings
import Rules

/// The last samples of a series in the order of their times: for judging one that came late, among its neighbours.
///
/// Every test is run as it is defined, looking back from the sample. That is slower than the windows, and says the same.
struct SortedSamples {
    /// Of every time from the first one on, what came last.
    private var samples: [Sample] = []
    /// The queue has nothing before the first one.
    private var isWhole: Bool
    /// From this time on none is left out.
    private var complete: Int64

    /// New digits of a reading that had another neighbour before.
    struct Change {
        var time: Timestamp
        var digits: [RevisionRequest.Digit]
    }

    /// - Parameters:
    ///   - past: In commit order, the newest last.
    ///   - isWhole: The queue has none before them.
    ///   - isAll: It is not asked for more.
    init(_ past: [PastReading], isWhole: Bool, isAll: Bool, _ tests: LiveTests) {
        self.isWhole = isWhole
        let masks = tests.rules.set.extensions.masksFailed
        // Whatever came before one that was not late is earlier than it, so that from its time on nothing is missing.
        let known = past.first { !$0.isLate }?.time.millisecondsSince1970 ?? .max
        let begin = isWhole || isAll ? Int64.min : known
        complete = isWhole ? .min : known == .max ? .max : known &* 1_000_000
        var byTime: [Int64: Double] = [:]
        var newest: Int64?
        for reading in past {
            let time = reading.time.millisecondsSince1970
            if masks, reading.settles == .fail, let newest { byTime[newest] = .nan }
            if time >= begin {
                let isMasked = masks && reading.tests.masks(reading.flag)
                byTime[time] = isMasked ? .nan : reading.value ?? .nan
            }
            newest = max(newest ?? time, time)
        }
        samples = byTime.map { Sample(time: $0.key &* 1_000_000, value: $0.value) }.sorted { $0.time < $1.time }
    }

    var last: Sample? { samples.last }
    var count: Int { samples.count }

    func forEach(_ body: (Sample) -> Void) { samples.forEach(body) }

    /// Whether all that has a say in the flag of a sample of this time is there.
    func isEnough(before time: Int64, _ tests: LiveTests) -> Bool {
        if isWhole { return true }
        let end = place(of: time)
        // A spike's neighbour has a neighbour.
        guard end >= 2 else { return false }
        if let test = tests.flatLine, end < test.history + 1, !isMoving(before: end, test) { return false }
        if let test = tests.attenuatedSignal, end < test.capacity, samples[0].time > time &- test.period {
            return false
        }
        return true
    }

    /// Whether the values leave the tolerance: then no window that reaches further back can be flat, now or later.
    private func isMoving(before end: Int, _ test: FlatLineTest) -> Bool {
        var minimum = Double.infinity
        var maximum = -Double.infinity
        for index in stride(from: end - 1, through: 0, by: -1) where !samples[index].isMissing {
            minimum = min(minimum, samples[index].value)
            maximum = max(maximum, samples[index].value)
            if maximum - minimum >= test.tolerance { return true }
        }
        return false
    }

    /// Judges a sample among those before and after it, and takes it in.
    mutating func judge(
        _ sample: Sample, _ tests: LiveTests, _ changes: inout [Change]
    ) -> SeriesState.Outcome {
        let place = place(of: sample.time)
        let isCorrection = place < samples.count && samples[place].time == sample.time
        let isLast = place == samples.count && !isCorrection
        // What hangs on the sample before and the one after, as long as it is not there.
        let after = isCorrection ? place + 1 : place
        let digitsBefore = isLast ? nil : knownDigits(at: place - 1, tests)
        let digitsAfter = isLast ? nil : knownDigits(at: after, tests)
        if isCorrection { samples[place] = sample } else { samples.insert(sample, at: place) }
        var outcome = SeriesState.Outcome(sum: sum(at: place, tests))
        if isLast {
            if let spike = tests.spike, place > 0 {
                outcome.settles = spike.flag(at: place - 1, of: samples)
                outcome.settled = samples[place - 1].time
            }
        } else {
            note(digitsBefore, at: place - 1, tests, &changes)
            note(digitsAfter, at: place + 1, tests, &changes)
        }
        return outcome
    }

    /// Makes a sample that failed missing for those after it.
    mutating func mask(_ time: Int64) {
        let place = place(of: time)
        if place < samples.count, samples[place].time == time { samples[place].value = .nan }
    }

    /// Gives up the oldest samples when they have become many more than the tests look at, but never those around `time`,
    /// where the next one may come as well.
    mutating func trim(keeping time: Int64, spare: Int, _ tests: LiveTests) {
        let reach = spare + 2 * tests.history
        guard samples.count > 2 * reach else { return }
        let surplus = min(samples.count, place(of: time)) - reach
        // Many at a time, so that moving the others down costs little.
        guard surplus > reach else { return }
        samples.removeFirst(surplus)
        isWhole = false
        complete = max(complete, samples[0].time)
    }

    /// Where a sample of this time stands or would stand.
    private func place(of time: Int64) -> Int {
        var low = 0
        var high = samples.count
        while low < high {
            let middle = (low + high) / 2
            if samples[middle].time < time { low = middle + 1 } else { high = middle }
        }
        return low
    }

    private func sum(at place: Int, _ tests: LiveTests) -> DigitSum {
        let sample = samples[place]
        let previous = place > 0 ? samples[place - 1] : nil
        var sum = LiveWindows.judgeAlone(sample, tests)
        if let test = tests.rateOfChange { sum.set(test.flag(previous: previous, sample), at: DigitSum.rateOfChange) }
        if let test = tests.timeGap { sum.set(test.flag(previous: previous, sample), at: DigitSum.gap) }
        if let test = tests.flatLine { sum.set(flatLine(at: place, test), at: DigitSum.flatLine) }
        if let test = tests.attenuatedSignal {
            sum.set(attenuatedSignal(at: place, test), at: DigitSum.attenuatedSignal)
        }
        if let test = tests.spike { sum.set(test.flag(at: place, of: samples), at: DigitSum.spike) }
        return sum
    }

    private func flatLine(at place: Int, _ test: FlatLineTest) -> QualityFlag {
        guard !samples[place].isMissing else { return .missing }
        var minimum = Double.infinity
        var maximum = -Double.infinity
        var flag = QualityFlag.pass
        var values = 0
        var isAlone = false
        for back in 0...test.history {
            guard place >= back else { break }
            let value = samples[place - back].value
            if !value.isNaN {
                values += 1
                minimum = min(minimum, value)
                maximum = max(maximum, value)
            }
            guard maximum - minimum < test.tolerance else { break }
            guard back == test.suspectCount || back == test.failCount else { continue }
            if test.needsCompany, values == 1 {
                isAlone = true
                continue
            }
            if back == test.suspectCount, flag == .pass { flag = .suspect }
            if back == test.failCount { flag = .fail }
        }
        return isAlone && flag == .pass ? .notEvaluated : flag
    }

    private func attenuatedSignal(at place: Int, _ test: AttenuatedSignalTest) -> QualityFlag {
        guard !samples[place].isMissing else { return .missing }
        var values: [Double] = []
        var missing = 0
        var index = place
        while index >= 0, place - index < test.capacity, samples[index].time > samples[place].time &- test.period {
            if samples[index].isMissing { missing += 1 } else { values.append(samples[index].value) }
            index -= 1
        }
        guard values.count >= test.minimum, !test.checksRange || missing == 0 else { return .notEvaluated }
        let measure =
            test.checksRange ? (values.max() ?? 0) - (values.min() ?? 0) : WindowDeviation.deviation(values.reversed())
        return measure < test.fail ? .fail : measure < test.suspect ? .suspect : .pass
    }

    /// Notes the digits of a neighbour of a late sample, when one of them has changed.
    private func note(
        _ before: [RevisionRequest.Digit]?, at index: Int, _ tests: LiveTests, _ changes: inout [Change]
    ) {
        guard let before else { return }
        let digits = digits(at: index, tests)
        // All of them: one that changed without moving the flag was not written, and may be the one that counts now.
        if digits != before { changes.append(Change(time: Self.timestamp(samples[index].time), digits: digits)) }
    }

    /// The digits of a sample; `nil` when it is not there, or when the one before it may be and is not remembered.
    private func knownDigits(at index: Int, _ tests: LiveTests) -> [RevisionRequest.Digit]? {
        let isKnown = isWhole || (index > 0 && index <= samples.count && samples[index - 1].time >= complete)
        return samples.indices.contains(index) && isKnown ? digits(at: index, tests) : nil
    }

    /// The digits that hang on the sample before and the one after.
    private func digits(at index: Int, _ tests: LiveTests) -> [RevisionRequest.Digit] {
        let previous = index > 0 ? samples[index - 1] : nil
        var digits: [RevisionRequest.Digit] = []
        if let test = tests.spike { digits.append(.init(.spike, test.flag(at: index, of: samples))) }
        if let test = tests.rateOfChange {
            digits.append(.init(.rateOfChange, test.flag(previous: previous, samples[index])))
        }
        if let test = tests.timeGap { digits.append(.init(.gap, test.flag(previous: previous, samples[index]))) }
        return digits
    }

    static func timestamp(_ nanoseconds: Int64) -> Timestamp {
        Timestamp(millisecondsSince1970: nanoseconds / 1_000_000)
    }
}

extension SpikeTest {
    /// The flag of one sample of a series.
    func flag(at index: Int, of samples: [Sample]) -> QualityFlag {
        flag(
            before: index > 0 ? samples[index - 1] : nil, samples[index],
            after: index + 1 < samples.count ? samples[index + 1] : nil)
    }
}
