/// The largest value of a window that slides over a series, in amortised constant time.
///
/// Only values that can still become the largest are kept, each smaller than the one before. What a shorter window needs is
/// a tail of what the longer one keeps, so that one queue serves both. For the smallest value, give the values negated.
struct SlidingExtreme {
    private var kept = Ring<Entry>()
    /// Where the shorter window begins in `kept`.
    private var shortBegin = 0

    private struct Entry {
        var index: Int
        var value: Double
    }

    /// Adds the value of the sample `index`; indexes grow.
    @inline(__always)
    mutating func push(_ value: Double, index: Int) {
        while let last = kept.last, last.value <= value { kept.removeLast() }
        kept.append(Entry(index: index, value: value))
        if shortBegin >= kept.count { shortBegin = kept.count - 1 }
    }

    /// Forgets what lies before the longer window, and moves the shorter one.
    @inline(__always)
    mutating func slide(longFrom: Int, shortFrom: Int) {
        while let first = kept.first, first.index < longFrom {
            kept.removeFirst()
            if shortBegin > 0 { shortBegin -= 1 }
        }
        while shortBegin < kept.count, kept[shortBegin].index < shortFrom { shortBegin += 1 }
    }

    /// The largest of the longer window; `nil` when no value lies in it.
    var long: Double? { kept.first?.value }
    /// The largest of the shorter window; `nil` when no value lies in it.
    var short: Double? { shortBegin < kept.count ? kept[shortBegin].value : nil }
}
