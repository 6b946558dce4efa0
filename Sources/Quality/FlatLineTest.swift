import Readings
import Rules

/// Flags a value that has not moved for long.
///
/// IOOS QARTOD, test 8. Windows are counted in samples; missing values in them are left out, and a single value left over
/// does not move either.
struct FlatLineTest {
    /// Samples after the first one of the window.
    let suspectCount: Int
    let failCount: Int
    let tolerance: Double
    /// A window whose other values are all missing says nothing of the newest one.
    let needsCompany: Bool

    init(_ rule: FlatLineRule, intervalNanoseconds: Int64, needsCompany: Bool = false) {
        self.needsCompany = needsCompany
        suspectCount = FlatLineRule.samples(
            seconds: rule.suspectThresholdSeconds, intervalNanoseconds: intervalNanoseconds)
        failCount = FlatLineRule.samples(seconds: rule.failThresholdSeconds, intervalNanoseconds: intervalNanoseconds)
        tolerance = rule.tolerance
    }

    /// How many samples before the newest one the test looks at.
    var history: Int { max(suspectCount, failCount) }

    /// What the test remembers of a series.
    struct Window {
        private var maxima = SlidingExtreme()
        /// Of the negated values.
        private var minima = SlidingExtreme()
        private var count = 0
        /// Where the last value before the newest one stood; kept for a test that needs company.
        private var company = Int.min

        /// Adds a sample and judges it.
        @inline(__always)
        mutating func flag(_ value: Double, _ test: FlatLineTest) -> QualityFlag {
            let index = count
            count &+= 1
            if !value.isNaN {
                maxima.push(value, index: index)
                minima.push(-value, index: index)
            }
            let isSuspectLonger = test.suspectCount > test.failCount
            let long = isSuspectLonger ? test.suspectCount : test.failCount
            let short = isSuspectLonger ? test.failCount : test.suspectCount
            maxima.slide(longFrom: index &- long, shortFrom: index &- short)
            minima.slide(longFrom: index &- long, shortFrom: index &- short)
            if value.isNaN { return .missing }
            var isLongFlat = index >= long && Self.isBelow(maxima.long, minima.long, test.tolerance)
            var isShortFlat = index >= short && Self.isBelow(maxima.short, minima.short, test.tolerance)
            var isAlone = false
            if test.needsCompany {
                isAlone = isShortFlat && company < index &- short
                if isAlone { isShortFlat = false }
                if company < index &- long { isLongFlat = false }
                company = index
            }
            if isSuspectLonger ? isShortFlat : isLongFlat { return .fail }
            if isSuspectLonger ? isLongFlat : isShortFlat { return .suspect }
            return isAlone ? .notEvaluated : .pass
        }

        @inline(__always)
        private static func isBelow(_ maximum: Double?, _ negatedMinimum: Double?, _ tolerance: Double) -> Bool {
            guard let maximum, let negatedMinimum else { return false }
            return maximum + negatedMinimum < tolerance
        }
    }
}
