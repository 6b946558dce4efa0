import Readings

/// What the tests remember of a series whose readings come in the order of their times.
struct LiveWindows {
    private(set) var last: Sample?
    private var beforeLast: Sample?
    private var flatLine = FlatLineTest.Window()
    private var attenuatedSignal = AttenuatedSignalTest.Window()
    private var climatology = ClimatologyTest.Memory()

    /// The digits of a sample that is later than all before, and the settled spike digit of the one before it.
    @inline(__always)
    mutating func judge(_ sample: Sample, _ tests: LiveTests) -> (sum: DigitSum, settles: QualityFlag?) {
        var sum = DigitSum()
        if let test = tests.grossRange { sum.set(test.flag(sample.value), at: DigitSum.grossRange) }
        if let test = tests.climatology {
            sum.set(test.flag(sample.value, time: sample.time, &climatology), at: DigitSum.climatology)
        }
        if let test = tests.rateOfChange {
            sum.set(test.flag(previous: last, sample), at: DigitSum.rateOfChange)
        }
        if let test = tests.timeGap { sum.set(test.flag(previous: last, sample), at: DigitSum.gap) }
        if let test = tests.flatLine { sum.set(flatLine.flag(sample.value, test), at: DigitSum.flatLine) }
        if let test = tests.attenuatedSignal {
            sum.set(attenuatedSignal.flag(sample, test), at: DigitSum.attenuatedSignal)
        }
        var settles: QualityFlag?
        if let test = tests.spike {
            if sample.isMissing { sum.set(.missing, at: DigitSum.spike) }
            if let last { settles = test.flag(before: beforeLast, last, after: sample) }
        }
        beforeLast = last
        last = sample
        return (sum, settles)
    }

    /// The digits of the tests that look at nothing but the sample itself.
    static func judgeAlone(_ sample: Sample, _ tests: LiveTests) -> DigitSum {
        var sum = DigitSum()
        if let test = tests.grossRange { sum.set(test.flag(sample.value), at: DigitSum.grossRange) }
        if let test = tests.climatology {
            var memory = ClimatologyTest.Memory()
            sum.set(test.flag(sample.value, time: sample.time, &memory), at: DigitSum.climatology)
        }
        return sum
    }

    /// Takes a sample into the windows without a judgement of it.
    mutating func remember(_ sample: Sample, _ tests: LiveTests) {
        if let test = tests.flatLine { _ = flatLine.flag(sample.value, test) }
        if let test = tests.attenuatedSignal { _ = attenuatedSignal.flag(sample, test) }
        beforeLast = last
        last = sample
    }
}
