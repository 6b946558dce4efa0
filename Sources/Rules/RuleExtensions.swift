public import Readings

/// Where the product may differ from the reference, each by a key of its own; the defaults are the reference's behaviour.
public struct RuleExtensions: Sendable, Hashable {
    /// How the time between two samples is counted by the rate of change.
    public enum RateOfChangeTime: String, Sendable, Hashable, CaseIterable {
        /// Whole seconds, truncated; less than one second counts as one.
        case whole
        /// As it is; at equal times the test is not run.
        case exact
    }

    public var rateOfChangeTime: RateOfChangeTime = .whole
    /// Neighbours further away in time are none, and the spike is not evaluated. `nil`: however far.
    public var spikeMaxGapMilliseconds: Int64?
    /// Readings that failed take no part in the judgement of later ones.
    public var masksFailed = false
    /// The zone of climatology's months, days and hours.
    public var calendarZone: Zone = .utc
    /// Another source that differs by no more has sent a duplicate.
    public var conflictTolerance = 0.0

    public init() {}

    func faults(with tests: [TestRule]) -> [RuleFault] {
        RuleFault.negative("extensions", [("conflict_tolerance", conflictTolerance)])
    }
}
