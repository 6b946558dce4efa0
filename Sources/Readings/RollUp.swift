/// The worst of several flags: 9 < 2 < 1 < 3 < 4.
///
/// `aggregate` of ioos_qc: pass beats not evaluated and missing, fail beats all.
public enum RollUp {
    /// The one that comes last in that order; missing when there is none.
    public static func worst(_ flags: some Sequence<QualityFlag>) -> QualityFlag {
        flags.reduce(.missing) { $1.worse(than: $0) }
    }

    /// The flag of a reading: 9 without a value whatever else, otherwise the worst of the digits and of what a qualifier
    /// forces.
    public static func flag(hasValue: Bool, tests: TestDigits, qualifiers: Qualifiers) -> QualityFlag {
        guard hasValue else { return .missing }
        // By far the most frequent case, and eleven divisions cheaper.
        let worst = tests == .notEvaluated ? .notEvaluated : worst(TestDigits.Test.allCases.lazy.map { tests[$0] })
        return qualifiers.forcedFlag.map { worst.worse(than: $0) } ?? worst
    }
}
