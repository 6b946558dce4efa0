import Readings

/// What many readings have in common, as numbers of the `TextPool`.
struct Context: Hashable {
    var status: Int32
    var unit: Int32
    /// `TextPool.none` where it is the unit.
    var rawUnit: Int32
    var source: Int32
    var qualifiers: UInt32
    /// The number of the rule set's name.
    var rules: Int32
    /// 0 for none, else one more than the place in `Cause.allCases`.
    var cause: UInt8

    /// The unit that the raw value is in.
    var effectiveRawUnit: Int32 { rawUnit == TextPool.none ? unit : rawUnit }

    static func number(of cause: Cause?) -> UInt8 {
        guard let cause, let index = Cause.allCases.firstIndex(of: cause) else { return 0 }
        return UInt8(index + 1)
    }

    static func cause(_ number: UInt8) -> Cause? {
        number == 0 ? nil : Cause.allCases[Int(number) - 1]
    }
}

/// Every context of the queue, by number.
struct ContextTable {
    private(set) var entries = [Context(status: 0, unit: 0, rawUnit: 0, source: 0, qualifiers: 0, rules: 0, cause: 0)]
    private var numbers: [Context: Int32] = [:]

    /// The highest number.
    var count: Int { entries.count - 1 }

    func find(_ context: Context) -> Int32 {
        numbers[context] ?? 0
    }

    mutating func add(_ context: Context) -> Int32 {
        let number = Int32(entries.count)
        entries.append(context)
        numbers[context] = number
        return number
    }

    /// Forgets the contexts above `count`.
    mutating func truncate(to count: Int) {
        while self.count > count { numbers[entries.removeLast()] = nil }
    }
}
