/// What a simulated slave has done so far.
public struct SlaveCounts: Sendable, Hashable {
    /// Whole requests, to whatever unit.
    public var requests: Int64 = 0
    /// Good answers with data, also those that a fault has spoilt or held back.
    public var answers: Int64 = 0
    /// Exceptions that the device itself gave, by code.
    public var exceptions: [UInt8: Int64] = [:]
    /// Requests to units that are not ours; nobody answers.
    public var otherUnits: Int64 = 0
    /// Faults on request, by kind.
    public var faults: [SlaveFault.Kind: Int64] = [:]
    /// Masters that have connected; 0 on a serial line.
    public var connections: Int64 = 0

    public init() {}

    /// Requests by unit.
    public var requestsByUnit: [UInt8: Int64] = [:]
}
