public import Readings

/// Judges a reading by what its device and the clocks say of it: status, missing value, future and late time.
///
/// It keeps no state between readings. The QARTOD tests join it as further digits; until they do, every digit is 2
/// (not run) and a reading that nothing speaks against is "not evaluated".
public final class StatusJudge: Judge {
    /// How far ahead of our clock a reading may be observed before it fails with `FUT`.
    public static let futureLimitMilliseconds: Int64 = 5 * 60 * 1000
    /// How long after its observation a reading may be received before it carries `LAT`, which forces no flag.
    public static let lateLimitMilliseconds: Int64 = 5 * 60 * 1000

    public init() {}

    public func judge(_ observation: Observation) -> Judgement {
        var qualifiers = observation.qualifiers
        switch observation.status {
        case .notTold, .measuring: break
        case .calibrating: qualifiers.insert(.calibrating)
        case .error: qualifiers.insert(.deviceError)
        case .maintenance: qualifiers.insert(.maintenance)
        case .unknown: qualifiers.insert(.unknownStatus)
        }
        let delay = observation.received.milliseconds(since: observation.time)
        if delay > Self.lateLimitMilliseconds { qualifiers.insert(.late) }
        if -delay > Self.futureLimitMilliseconds { qualifiers.insert(.future) }
        return Judgement(
            flag: Self.flag(hasValue: observation.value != nil, tests: .notEvaluated, qualifiers: qualifiers),
            tests: .notEvaluated, settles: nil, qualifiers: qualifiers, rules: 0)
    }

    /// The roll-up: 9 without a value, otherwise the worst of the digits and of what a qualifier forces.
    ///
    /// IOOS QARTOD, the order 9 < 2 < 1 < 3 < 4.
    static func flag(hasValue: Bool, tests: TestDigits, qualifiers: Qualifiers) -> QualityFlag {
        guard hasValue else { return .missing }
        // By far the most frequent case, and eleven divisions cheaper.
        let worst =
            tests == .notEvaluated
            ? .notEvaluated : TestDigits.Test.allCases.reduce(QualityFlag.missing) { $0.worse(than: tests[$1]) }
        return qualifiers.forcedFlag.map { worst.worse(than: $0) } ?? worst
    }

    public func commit() {}
    public func rollBack() {}
    public func ruleSetName(_ number: Int32) -> String? { nil }
}
