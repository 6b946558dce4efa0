import Readings

/// What is remembered of one series.
///
/// Its flags follow from the readings in the queue in the order of their times, of several of one time from the one that
/// came last. How they are remembered is a matter of speed alone: windows while readings come in order, the samples
/// themselves around one that came late.
struct SeriesState {
    /// Its name was told, and its rules are known.
    var isKnown = false
    /// The number of its rule set; 0 for none.
    var rules: Int32 = 0
    var tests: LiveTests?
    /// As `[[station.parameter]]` names it; `nil`: not known.
    var unit: String?
    /// The batch that touched it last.
    var batch: Int32 = 0
    private var memory = Memory.nothing
    private var windows = LiveWindows()
    /// While `memory` is `.samples`.
    private var samples: SortedSamples?
    /// How many readings the queue was asked for last.
    private var asked = 0
    /// Readings in order since the last late or masked one.
    private var inOrder = 0
    /// The observed time of the last late one, as long as the next may be as late.
    private var lastLate = Int64.max
    /// Failed readings are masked: in samples that is done in place.
    private var masksOften = false

    private enum Memory {
        /// The queue must be asked.
        case nothing
        case windows
        case samples
    }

    /// What the tests say of a reading, and what it means for its neighbours.
    struct Outcome {
        var sum: DigitSum
        var settles: QualityFlag?
        /// Observed time of the reading that `settles` speaks of, in nanoseconds; of no meaning without one.
        var settled: Int64 = 0
    }

    /// Whether the windows are filled, and a reading of this time is later than all in them.
    @inline(__always)
    func isInOrder(_ time: Timestamp) -> Bool {
        guard case .windows = memory, let last = windows.last else { return false }
        return time.millisecondsSince1970 &* 1_000_000 > last.time
    }

    /// How many of the last readings are needed to judge one of this time; `nil`: none.
    @inline(__always)
    mutating func historyNeeded(for time: Timestamp, _ tests: LiveTests) -> Int? {
        let moment = time.millisecondsSince1970 &* 1_000_000
        switch memory {
        case .nothing: break
        case .windows:
            guard let last = windows.last, moment <= last.time else { return nil }
        case .samples:
            if asked >= tests.memory.most || samples?.isEnough(before: moment, tests) == true { return nil }
        }
        asked = asked == 0 ? tests.memory.firstAsk : min(asked * 8, tests.memory.most)
        return asked
    }

    mutating func forget() {
        memory = .nothing
        windows = LiveWindows()
        samples = nil
        asked = 0
        inOrder = 0
        masksOften = false
        lastLate = .max
    }

    /// A reading failed, or settled the one before it as failed: for those after it they are missing.
    mutating func mask(_ times: [Int64]) {
        if case .samples = memory {
            for time in times { samples?.mask(time) }
            inOrder = 0
            return
        }
        // It has its place in the windows already; the queue knows which readings to leave out.
        forget()
        masksOften = true
    }

    /// Takes over the last readings of the queue, in commit order.
    mutating func remember(_ past: [PastReading], before time: Timestamp, _ tests: LiveTests) {
        let isAll = asked >= tests.memory.most
        let sorted = SortedSamples(past, isWhole: past.count < asked, isAll: isAll, tests)
        let moment = time.millisecondsSince1970 &* 1_000_000
        inOrder = 0
        let isEnough = isAll || sorted.isEnough(before: moment, tests)
        if !masksOften, isEnough, sorted.last.map({ moment > $0.time }) ?? true {
            useWindows(sorted, tests)
        } else {
            memory = .samples
            windows = LiveWindows()
            samples = sorted
        }
    }

    private mutating func useWindows(_ sorted: SortedSamples, _ tests: LiveTests) {
        windows = LiveWindows()
        sorted.forEach { windows.remember($0, tests) }
        memory = .windows
        samples = nil
        asked = 0
        masksOften = false
        lastLate = .max
    }

    /// Judges a reading for which `historyNeeded` was `nil`; appends what it means for its neighbours to `changes`.
    @inline(__always)
    mutating func judge(_ sample: Sample, _ tests: LiveTests, _ changes: inout [SortedSamples.Change]) -> Outcome {
        if case .samples = memory { return judgeAmongSamples(sample, tests, &changes) }
        memory = .windows
        let settled = windows.last?.time ?? 0
        let (sum, settles) = windows.judge(sample, tests)
        return Outcome(sum: sum, settles: settles, settled: settled)
    }

    private mutating func judgeAmongSamples(
        _ sample: Sample, _ tests: LiveTests, _ changes: inout [SortedSamples.Change]
    ) -> Outcome {
        guard var sorted = samples else { preconditionFailure("samples are there while they are what is remembered") }
        // So that it has one owner and is changed in place.
        samples = nil
        let isLate = sorted.last.map { sample.time <= $0.time } ?? false
        let outcome = sorted.judge(sample, tests, &changes)
        inOrder = isLate ? 0 : inOrder + 1
        // Where many were looked through, another late one is worth waiting for as long.
        guard inOrder < max(tests.memory.inOrder, sorted.count / 8) else {
            useWindows(sorted, tests)
            return outcome
        }
        if isLate { lastLate = sample.time }
        if inOrder > tests.memory.spare { lastLate = .max }
        let count = sorted.count
        sorted.trim(keeping: min(sample.time, lastLate), spare: tests.memory.spare, tests)
        // So that one that is too late for what is left asks again.
        if sorted.count < count { asked = min(asked, max(tests.memory.firstAsk, sorted.count)) }
        samples = sorted
        return outcome
    }
}
