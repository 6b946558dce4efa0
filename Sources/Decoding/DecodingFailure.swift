public import Readings

/// What does not fit in a text that is being read, and where.
public struct DecodingFailure: Error, Sendable, Hashable {
    public var reason: Fault.Reason
    /// Byte offset of the first byte that does not fit.
    public var offset: Int

    public init(_ reason: Fault.Reason, at offset: Int) {
        self.reason = reason
        self.offset = offset
    }
}
